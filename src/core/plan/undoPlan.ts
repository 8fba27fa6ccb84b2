import { say } from '../say';
import type { Finding } from './finding';
import { noteFinding, warningFinding } from './findingParts';
import type { Plan, PlanStep } from './plan';
import type { PlanReport, StepOutcome } from './report';
import { shownSql } from './sqlText';

/**
 * A plan that takes back what a plan did before it stopped: the undo statements of its done steps, last step first. What it
 * cannot bring back is among its findings; a step of which nobody knows whether it took effect is left to a person, with
 * its statements to copy. Without a step when there is nothing to take back. Whoever runs it later holds it against the nodes
 * as they are then (`makePlan`).
 */
export function undoPlan({ plan, outcomes }: PlanReport): Plan {
  const backwards = [...outcomes].reverse();
  return {
    ...plan,
    kind: 'undoPlan',
    title: say`Undo: ${plan.title}`,
    steps: backwards.filter(isToUndo).map(({ step }) => undoStepOf(step)),
    findings: backwards.flatMap(findingsOf),
    impacts: [],
    privileges: [],
    // The file is offered only what a plan made that ran to its end.
    fileChanges: [],
  };
}

/** Whether the step changed anything: wholly, or with some of its statements. */
function hasEffect({ state, doneStatements }: StepOutcome): boolean {
  return state === 'done' || (state === 'failed' && doneStatements > 0);
}

function isToUndo(outcome: StepOutcome): boolean {
  return hasEffect(outcome) && hasUndo(outcome.step);
}

function hasUndo({ undo, undoStep }: PlanStep): boolean {
  return undo.length > 0 || undoStep !== undefined;
}

function undoStepOf(step: PlanStep): PlanStep {
  if (step.undoStep !== undefined) return step.undoStep;
  // Most of what changes a subscription refuses a transaction (25001).
  const isTransactional =
    step.isTransactional && !step.undo.some((one) => /\bSUBSCRIPTION\b/u.test(shownSql(one)));
  const isAtOnce = isTransactional || step.undo.length === 1;
  return {
    nodeId: step.nodeId,
    ...(step.alsoChanges === undefined ? {} : { alsoChanges: step.alsoChanges }),
    title: say`Take back: ${step.title}`,
    effect: say`${step.nodeId} is as it was before "${step.title}"${step.undoNote === null ? '' : say`, but for what the notes say`}.`,
    risk: step.undoNote === null ? 'interrupts' : 'losesData',
    statements: step.undo,
    isTransactional,
    statementLimitMs: step.statementLimitMs,
    precondition: null,
    effectCheck:
      step.effectCheck === null || !isAtOnce
        ? null
        : {
            sql: `SELECT NOT coalesce((${step.effectCheck.sql}), false)`,
            otherwise: say`"${step.title}" still has its effect on ${step.nodeId}.`,
          },
    settle: null,
    undo: [],
    undoNote: null,
  };
}

function findingsOf(outcome: StepOutcome): readonly Finding[] {
  const { step, state, doneStatements } = outcome;
  const { nodeId, title, undo, undoNote } = step;
  if (state === 'unknown') {
    const text = say`Whether "${title}" took effect on ${nodeId} is not known, so this plan leaves it alone.`;
    const copy = undo.map((statement) => `${shownSql(statement)};`).join('\n');
    const words = say`Look there, and take it back by hand where it did.`;
    return [warningFinding('notUndone', nodeId, text, copy === '' ? words : { text: words, copy })];
  }
  if (!hasEffect(outcome)) return leftoverFindings(outcome);
  const isPartial = doneStatements < step.statements.length;
  return [
    ...(!hasUndo(step)
      ? [warningFinding('notUndone', nodeId, say`"${title}" on ${nodeId} stays as it is.`)]
      : []),
    ...(isPartial && undo.length > 0
      ? [
          warningFinding(
            'notUndone',
            nodeId,
            say`${doneStatements} of ${step.statements.length} statements of "${title}" took effect: what takes back the others may fail.`,
          ),
        ]
      : []),
    ...(undoNote === null ? [] : [noteFinding('notUndone', nodeId, undoNote)]),
  ];
}

function leftoverFindings({ step, state }: StepOutcome): readonly Finding[] {
  return step.leftoverNote === undefined || state !== 'failed'
    ? []
    : [warningFinding('notUndone', step.nodeId, step.leftoverNote)];
}

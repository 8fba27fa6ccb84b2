import { say } from '../say';
import { warningFinding } from './findingParts';
import type { Plan, PlanStep } from './plan';
import type { PlanReport, StepOutcome } from './report';

/**
 * The rest of a plan that stopped: the step that failed, as far as it is not done, and those behind it, each with its
 * precondition asked again. Without a step when all are done. Its findings are those of before: whoever runs it later holds it
 * against the nodes as they are then (`makePlan`).
 */
export function retryPlan({ plan, outcomes }: PlanReport): Plan {
  const rest = outcomes.filter(({ state }) => state !== 'done');
  return {
    ...plan,
    kind: 'retryFromHere',
    title: say`Go on: ${plan.title}`,
    steps: rest.map(restOf),
    findings: [...rest.flatMap(doubtOf), ...plan.findings],
  };
}

/**
 * One report of a plan and of what became of its rest, so that what is offered next is about the whole of it.
 * @param rest the report of `retryPlan(before)`
 */
export function joinReports(before: PlanReport, rest: PlanReport): PlanReport {
  const later = [...rest.outcomes];
  return {
    ...rest,
    plan: before.plan,
    outcomes: before.outcomes.map((outcome) => {
      if (outcome.state === 'done') return outcome;
      const next = later.shift();
      if (next === undefined) return outcome;
      const earlier = keptStatements(outcome);
      if (earlier > 0 && next.state === 'notRun') return outcome;
      return {
        ...next,
        step: outcome.step,
        doneStatements: earlier + next.doneStatements,
        notices: [...outcome.notices, ...next.notices],
      };
    }),
    startedAtMs: before.startedAtMs,
  };
}

/** Statements that are done for good, in a step that has not ended well. */
function keptStatements({ state, doneStatements }: StepOutcome): number {
  return state === 'failed' ? doneStatements : 0;
}

function restOf(outcome: StepOutcome): PlanStep {
  const { step } = outcome;
  const kept = keptStatements(outcome);
  if (kept === 0) return step;
  return {
    ...step,
    statements: step.statements.slice(kept),
    isTransactional: step.isTransactional && kept < step.statements.length,
    // It was true before the statements that are done, and these may have changed it.
    precondition: null,
  };
}

function doubtOf({ state, step }: StepOutcome) {
  if (state !== 'unknown') return [];
  const { nodeId, title } = step;
  return [
    warningFinding(
      'lostAnswer',
      nodeId,
      say`Whether "${title}" took effect on ${nodeId} is not known, and this begins with it: where it did, it may fail, or happen twice.`,
      say`Look on ${nodeId} first.`,
    ),
  ];
}

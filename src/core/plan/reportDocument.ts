import { formatClock, formatDay, formatDuration } from '../format';
import { say } from '../say';
import { impactsOf, scriptOf } from './planDocument';
import type { PlanStep } from './plan';
import type { PlanReport, StepOutcome, StepState } from './report';
import { reportSentence } from './reportSentence';
import { sqlComment, sqlProse } from './sqlComment';
import { shownSql } from './sqlText';

/**
 * What a plan did, as an SQL document: each step with its outcome and the server's words, then the statements that take
 * back what was done, in the order in which to run them. Holds no secret. Its clock is this machine's.
 */
export function reportDocument(report: PlanReport): string {
  const { plan, outcomes } = report;
  const blocks = [
    [
      ...sqlComment(plan.title),
      ...sqlComment(say`Topology: ${plan.topologyName} (${plan.environment})`),
      ...sqlComment(
        `${formatDay(report.startedAtMs)} ${formatClock(report.startedAtMs)}, ${formatDuration(report.endedAtMs - report.startedAtMs, 'fine')}`,
      ),
      ...sqlComment(reportSentence(report)),
    ],
    outcomes.every(({ state }) => state === 'notRun') ? [] : impactsOf(plan),
    ...outcomes.map((outcome, index) => outcomeOf(outcome, index + 1, outcomes.length)),
    undoOf(outcomes),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

const WORDS: Readonly<Record<StepState, string>> = {
  done: say`Done`,
  failed: say`Failed`,
  unknown: say`Not known whether it took effect`,
  notRun: say`Did not run`,
};

function outcomeOf(outcome: StepOutcome, number: number, total: number): readonly string[] {
  const { step, state } = outcome;
  const script = scriptOf(step.statements, step.isTransactional);
  return [
    ...sqlComment(say`Step ${number} of ${total} on ${step.nodeId}: ${step.title}`),
    ...sqlComment(`${WORDS[state]}${lastedFor(outcome)}.`),
    ...failureOf(outcome),
    ...outcome.notices.flatMap(({ severity, sqlstate, message }) =>
      sqlComment(`${severity}: ${message}${sqlstate === null ? '' : ` (${sqlstate})`}`, 3),
    ),
    // What did not run is shown as comment, so that the document says by itself what the server was told.
    ...(state === 'notRun' ? script.flatMap((line) => sqlComment(line, 3)) : script),
  ];
}

function lastedFor({ startedAtMs, endedAtMs }: StepOutcome): string {
  if (startedAtMs === null || endedAtMs === null) return '';
  return say` after ${formatDuration(Math.max(0, endedAtMs - startedAtMs), 'fine')}`;
}

function failureOf({ failure, state, doneStatements, step }: StepOutcome): readonly string[] {
  if (failure === null) return [];
  const { sqlstate, serverMessage, text, advice } = failure;
  const code = sqlstate === null ? '' : ` (${sqlstate})`;
  const isPartial = state === 'failed' && doneStatements > 0;
  return [
    ...(isPartial
      ? sqlComment(
          say`${doneStatements} of its ${step.statements.length} statements took effect and stay.`,
          3,
        )
      : []),
    ...sqlComment(text, 3),
    ...(serverMessage === null || text.includes(serverMessage.replace(/\.+\s*$/u, ''))
      ? []
      : sqlComment(say`The server said: ${serverMessage}${code}`, 3)),
    ...(advice === null ? [] : sqlProse(advice, 3)),
  ];
}

/** Last done, first undone. A step whose effect is not known, or that failed half way, may need it too. */
function undoOf(outcomes: readonly StepOutcome[]): readonly string[] {
  const touched = outcomes.filter(
    ({ state, doneStatements }) =>
      state === 'done' || state === 'unknown' || (state === 'failed' && doneStatements > 0),
  );
  const leftover = outcomes.flatMap(leftoverOf);
  const undone = touched.filter(({ step }) => isToUndo(step));
  if (undone.length === 0) {
    const words = touched.length === 0 ? sqlComment(NOTHING_TO_UNDO) : [];
    return leftover.length > 0 ? leftover : words;
  }
  return [
    ...sqlComment(say`To take it back, run these in this order:`),
    ...[...undone].reverse().flatMap(undoStep),
    ...leftover,
  ];
}

function isToUndo({ undo, undoNote, undoStep: instead }: PlanStep): boolean {
  return undo.length > 0 || undoNote !== null || instead !== undefined;
}

const NOTHING_TO_UNDO = say`Nothing was changed, so nothing is to be undone.`;

/** What a server may have begun for a statement that then failed. */
function leftoverOf({ step, state, doneStatements }: StepOutcome): readonly string[] {
  if (step.leftoverNote === undefined || state !== 'failed' || doneStatements > 0) return [];
  return [
    ...sqlComment(say`Left by the step that failed (${step.title}):`),
    ...sqlComment(step.leftoverNote, 3),
  ];
}

function undoStep({ step, state }: StepOutcome): readonly string[] {
  const doubt = state === 'done' ? '' : say`, where it took effect`;
  return [
    ...sqlComment(say`On ${step.nodeId} (${step.title}${doubt}):`),
    ...step.undo.map((statement) => `${shownSql(statement)};`),
    ...(step.undoStep === undefined ? [] : waitLines(step.undoStep)),
    ...(step.undoNote === null ? [] : sqlProse(step.undoNote)),
  ];
}

/** What is only waited for, so that nobody takes it for a change. */
function waitLines({ title, statements }: PlanStep): readonly string[] {
  const sql = statements
    .map((statement) => shownSql(statement).replaceAll(/\s+/gu, ' '))
    .join('; ');
  return [
    ...sqlComment(say`${title}, which is so once this says true:`),
    ...sqlComment(`${sql};`, 3),
  ];
}

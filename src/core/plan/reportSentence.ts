import { say } from '../say';
import { listNames } from './findingParts';
import { nodesOfPlan, type Plan } from './plan';
import { isComplete, type PlanReport, type StepOutcome } from './report';

/**
 * What became of a plan, in one or two sentences: `Done: 3 of 3 steps on central.`, or `Stopped at step 2 of 3 on
 * singularity: relation "public.t" does not exist (42P01). Step 1 is done and stays; step 3 did not run.`
 */
export function reportSentence(report: PlanReport): string {
  const total = report.outcomes.length;
  if (isComplete(report)) {
    return say`Done: ${total} of ${total} ${stepWord(total)} on ${listNames(nodesOfPlan(report.plan))}.`;
  }
  const stop = report.outcomes.findIndex(({ state }) => state !== 'done');
  const outcome = report.outcomes[stop];
  if (outcome === undefined) return say`Nothing was run.`;
  const head = headOf(outcome, stop + 1, total, report.wasCancelled);
  return [head, restOf(report.outcomes, stop)].filter((part) => part !== '').join(' ');
}

/** Why a step did not end well, as words without a full stop: the server's own, with SQLSTATE. */
export function whyOf({ failure }: StepOutcome): string {
  if (failure === null) return say`no reason is known`;
  const { serverMessage, sqlstate, text } = failure;
  if (serverMessage === null) return trimStop(text);
  return `${trimStop(serverMessage)}${sqlstate === null ? '' : ` (${sqlstate})`}`;
}

/** `3 steps on central and singularity`: how much a plan is. */
export function planSize(plan: Plan): string {
  const total = plan.steps.length;
  return say`${total} ${stepWord(total)} on ${listNames(nodesOfPlan(plan))}`;
}

function headOf(
  outcome: StepOutcome,
  number: number,
  total: number,
  wasCancelled: boolean,
): string {
  const place = say`step ${number} of ${total} on ${outcome.step.nodeId}`;
  if (outcome.state === 'notRun') {
    return outcome.failure === null
      ? say`${wasCancelled ? say`Cancelled` : say`Stopped`} before ${place}.`
      : say`Stopped before ${place}: ${whyOf(outcome)}.`;
  }
  if (outcome.state === 'unknown') {
    return say`Stopped at ${place}: whether it took effect is not known, ${whyOf(outcome)}.`;
  }
  if (wasCancelled) return say`Cancelled at ${place}: ${whyOf(outcome)}.`;
  return say`Stopped at ${place}: ${whyOf(outcome)}.`;
}

function restOf(outcomes: readonly StepOutcome[], stop: number): string {
  const stopped = outcomes[stop];
  if (stopped === undefined) return '';
  const isPartial = stopped.state === 'failed' && stopped.doneStatements > 0;
  const firstNotRun = stopped.state === 'notRun' ? stop + 1 : stop + 2;
  const parts = [
    ...(isPartial
      ? [
          say`${stopped.doneStatements} of its ${stopped.step.statements.length} statements took effect`,
        ]
      : []),
    ...(stop === 0
      ? []
      : [stop === 1 ? say`step 1 is done and stays` : say`${range(1, stop)} are done and stay`]),
    ...(firstNotRun > outcomes.length
      ? []
      : [say`${range(firstNotRun, outcomes.length)} did not run`]),
  ];
  const text = parts.join('; ');
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function range(from: number, to: number): string {
  if (from === to) return say`step ${from}`;
  return to === from + 1 ? say`steps ${from} and ${to}` : say`steps ${from} to ${to}`;
}

function stepWord(count: number): string {
  return count === 1 ? say`step` : say`steps`;
}

function trimStop(text: string): string {
  return text.replace(/\.+\s*$/u, '');
}

import type { FailureFacts } from '../failure';
import type { SqlNotice } from '../ports/sqlSession';
import type { Plan, PlanStep } from './plan';

/**
 * `done`: its effect is there. `failed`: it is not, wholly or in part (`doneStatements`). `unknown`: the answer was lost
 * and nothing tells. `notRun`: the plan stopped before it.
 */
export type StepState = 'done' | 'failed' | 'unknown' | 'notRun';

export interface StepOutcome {
  readonly step: PlanStep;
  readonly state: StepState;
  /** Statements that took effect: 0 in a transaction that was rolled back. */
  readonly doneStatements: number;
  /** Why it failed or is unknown; `null` otherwise. */
  readonly failure: FailureFacts | null;
  /** What the server said beside its answer, redacted. */
  readonly notices: readonly SqlNotice[];
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
}

/** What became of a plan. One outcome a step, in the plan's order. */
export interface PlanReport {
  readonly plan: Plan;
  readonly outcomes: readonly StepOutcome[];
  /** The user stopped it between two steps, or within one. */
  readonly wasCancelled: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** Every step is done. */
export function isComplete(report: PlanReport): boolean {
  return report.outcomes.every(({ state }) => state === 'done');
}

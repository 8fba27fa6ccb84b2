import type { Plan } from '../../core/plan/plan';
import type { PlanReport } from '../../core/plan/report';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { StepProgressState } from '../../operations/planRunner';

/** What the user does about a plan that cannot run: another role, another look after a fix, or nothing (`null`). */
export type FindingsChoice =
  | { readonly kind: 'runAs'; readonly nodeId: string }
  | { readonly kind: 'again' }
  | null;

/** Says how far a running plan is. */
export type StepProgress = (
  stepIndex: number,
  state: StepProgressState,
  words: string | null,
) => void;

/** The ways on from a plan that stopped; each shows and asks like any plan. `null`: there is none. */
export interface WaysOn {
  /** Takes back what was done. */
  readonly undo: (() => Promise<void>) | null;
  /** Goes on with what was not. */
  readonly retry: (() => Promise<void>) | null;
}

/** Every question and answer around a plan, so that the desk can be tested without an editor. `null` and false: dismissed. */
export interface PlanDialogs {
  /** Asks for a password that the reading of a catalog lacked. @param wasRefused the one before did not do */
  askPassword(nodeId: string, user: string, wasRefused: boolean): Promise<string | null>;
  /** Shows what speaks against a plan; nothing has run. */
  showFindings(plan: Plan): Promise<FindingsChoice>;
  /** Asks which role should run the steps on a node. @param present the one that lacks a privilege */
  askRole(nodeId: string, present: string): Promise<string | null>;
  /** Shows the plan and asks; in production with the name typed. True only for a clear yes to this very plan. */
  confirm(plan: Plan): Promise<boolean>;
  /** A short read, shown as under way; it can be given up. */
  whileReading<T>(title: string, read: (signal: CancelSignal) => Promise<T>): Promise<T>;
  /** A plan that runs, with its steps; it can be cancelled. */
  whileRunning<T>(
    plan: Plan,
    run: (progress: StepProgress, signal: CancelSignal) => Promise<T>,
  ): Promise<T>;
  /** Tells what became of it, and offers the report, the ways on and the topology file. Does not wait for an answer. */
  tellReport(report: PlanReport, ways: WaysOn): void;
  /** There is nothing to do; what the file lacks is offered all the same. */
  tellNothingToDo(plan: Plan): void;
  /** A finished sentence of information. */
  tell(message: string): void;
}

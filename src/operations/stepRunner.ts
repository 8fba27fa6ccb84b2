import { asChangeFailure } from '../core/changeFailure';
import { isServerFailure, type FailureFacts } from '../core/failure';
import { describeFailure } from '../core/failureText';
import type { PlanStep } from '../core/plan/plan';
import type { StepOutcome, StepState } from '../core/plan/report';
import { secretsOf } from '../core/plan/sqlText';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { ChangeSession } from '../core/ports/changeGateway';
import type { Clock } from '../core/ports/clock';
import type { SqlNotice } from '../core/ports/sqlSession';
import { say } from '../core/say';
import { askCondition } from './askCondition';
import type { SecretHider } from './hideSecrets';
import { LockWatch } from './lockWatch';
import { findOutEffect } from './lostAnswer';
import { readCopyProgress } from './copyProgress';
import { Pace, pollUntil } from './pause';
import type { PlanAudit } from './planAudit';
import { isPassing, type PlanSessions } from './planSessions';
import { StatementRun } from './statementRun';

export interface StepRunnerDeps {
  readonly sessions: PlanSessions;
  readonly audit: PlanAudit;
  readonly clock: Clock;
  readonly hider: SecretHider;
  readonly secrets: Readonly<Record<string, string>>;
}

/** @param words how far it is; `null`: nothing is known of that */
type OnSettling = (words: string | null) => void;

/** A person reads no faster. */
const TELL_EVERY_MS = 1_000;

/** Where a step stands when it stopped or is through. */
interface Ending {
  readonly state: StepState;
  readonly doneStatements: number;
  readonly failure: FailureFacts | null;
  readonly notices: readonly SqlNotice[];
}

/** Runs the steps of one plan, each by itself. */
export class StepRunner {
  constructor(private readonly deps: StepRunnerDeps) {}

  /**
   * @param onSettling called when the statements are done and something is waited for, and then with how far that is
   * @throws for a defect alone
   */
  async run(step: PlanStep, signal: CancelSignal, onSettling: OnSettling): Promise<StepOutcome> {
    const { clock, hider } = this.deps;
    const startedAtMs = clock.nowMs();
    let ending = (await this.#prepare(step, signal)) ?? (await this.#execute(step, signal));
    if (ending.state === 'done' && step.settle !== null) {
      onSettling(null);
      const failure = await this.#settle(step, signal, onSettling);
      if (failure !== null) ending = { ...ending, state: 'failed', failure };
    }
    const isUntouched = ending.state === 'notRun';
    return {
      step,
      ...ending,
      failure: ending.failure === null ? null : hider.facts(ending.failure),
      notices: hider.notices(ending.notices),
      startedAtMs: isUntouched ? null : startedAtMs,
      endedAtMs: isUntouched ? null : clock.nowMs(),
    };
  }

  /** @returns `null` when the statements may be sent */
  async #prepare(step: PlanStep, signal: CancelSignal): Promise<Ending | null> {
    try {
      const session = await this.deps.sessions.get(step.nodeId, signal);
      await session.setStatementLimit(step.statementLimitMs);
      const { precondition } = step;
      if (precondition === null || (await askCondition(session, precondition.sql, signal))) {
        return null;
      }
      return untouched('failed', sentenceFacts(step.nodeId, precondition.otherwise));
    } catch (error) {
      const failure = factsOf(error);
      return failure.reason === 'cancelled'
        ? untouched('notRun', null)
        : untouched('failed', failure);
    }
  }

  async #execute(step: PlanStep, signal: CancelSignal): Promise<Ending> {
    const { sessions, audit, secrets } = this.deps;
    const session = await sessions.get(step.nodeId, signal);
    const run = new StatementRun({ step, session, audit, secrets });
    const failure = await this.#send(run, step, session, signal);
    const { notices } = run;
    if (failure === null) {
      return { state: 'done', doneStatements: run.done, failure, notices };
    }
    if (!run.isAnswerLost) {
      return { state: 'failed', doneStatements: run.done, failure, notices };
    }
    const lost = { step, backendPid: session.backendPid, wasCancelled: signal.aborted };
    const effect = await findOutEffect(lost, sessions, this.deps.clock);
    audit.found(step.nodeId, FOUND[effect]);
    if (effect !== 'there') {
      const state = effect === 'notThere' ? 'failed' : 'unknown';
      return { state, doneStatements: run.done, failure, notices };
    }
    const doneStatements = run.doneIfEffective;
    return doneStatements === step.statements.length
      ? { state: 'done', doneStatements, failure: null, notices }
      : { state: 'failed', doneStatements, failure, notices };
  }

  /** @returns why a statement failed; `null` when none did */
  async #send(
    run: StatementRun,
    step: PlanStep,
    session: ChangeSession,
    signal: CancelSignal,
  ): Promise<FailureFacts | null> {
    const { sessions, clock } = this.deps;
    const watch = new LockWatch(clock, session.backendPid, (beside) =>
      sessions.openBeside(step.nodeId, beside),
    );
    let failure: FailureFacts | null = null;
    try {
      const isSecret = step.statements.some((statement) => secretsOf(statement).length > 0);
      const isHidden = isSecret && (await session.hideStatements(true));
      await run.send(signal);
      if (isHidden) await showAgain(session);
    } catch (error) {
      failure = factsOf(error);
    } finally {
      failure = await watch.end(failure);
    }
    return failure;
  }

  /** @returns why it did not come to be; `null` when it did */
  async #settle(
    step: PlanStep,
    signal: CancelSignal,
    onSettling: OnSettling,
  ): Promise<FailureFacts | null> {
    const { settle, nodeId } = step;
    if (settle === null) return null;
    const { sessions, clock } = this.deps;
    const told = new Pace(clock, TELL_EVERY_MS);
    const ask = async (): Promise<boolean> => {
      try {
        const session = await sessions.get(nodeId, signal);
        if (await askCondition(session, settle.sql, signal)) return true;
        const { copies } = settle;
        if (copies === undefined || !told.isDue()) return false;
        const words = await readCopyProgress(session, copies, signal);
        if (words !== null) onSettling(words);
        return false;
      } catch (error) {
        // What the statements did stays done: a server that comes back is asked again.
        if (isServerFailure(error) && isPassing(error.facts.reason)) return false;
        throw error;
      }
    };
    try {
      switch (await pollUntil(ask, settle.limitMs, clock, signal)) {
        case 'true':
          return null;
        case 'timeUp':
          return sentenceFacts(nodeId, settle.otherwise);
        case 'cancelled':
          return asChangeFailure(describeFailure('cancelled', { nodeId }), nodeId);
      }
    } catch (error) {
      return factsOf(error);
    }
  }
}

/** What follows on this session is meant to be seen; when that fails the session is not used any more. */
async function showAgain(session: ChangeSession): Promise<void> {
  try {
    await session.hideStatements(false);
  } catch {
    await session.close();
  }
}

const FOUND = {
  there: say`the answer was lost; its effect is there`,
  notThere: say`the answer was lost; its effect is not there`,
  unknown: say`the answer was lost; nothing tells whether its effect is there`,
} as const;

function untouched(state: 'failed' | 'notRun', failure: FailureFacts | null): Ending {
  return { state, doneStatements: 0, failure, notices: [] };
}

/** A condition that was not true, in the plan's own words. */
function sentenceFacts(nodeId: string, text: string): FailureFacts {
  return { ...describeFailure('wrongState', { nodeId, advice: null }), text };
}

/** @throws what no server caused, since it is a defect */
function factsOf(error: unknown): FailureFacts {
  if (isServerFailure(error)) return error.facts;
  throw error;
}

import { isServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Answer, DrainSession } from '../../core/ports/drainGateway';
import type { SqlResult, SqlStatement } from '../../core/ports/sqlSession';
import {
  beginStatement,
  endStatement,
  holderStatement,
  identityStatement,
  lockStatement,
  unlockStatement,
} from '../../core/queue/edgeStatements';
import { NO_CHARACTERS, noCharactersSentence } from '../../core/queue/noCharacters';
import { bigintOf, numberOf, numberOrNull, textOf, textOrNull } from '../../core/queue/rowValues';
import { say } from '../../core/say';
import { onlyRow, results } from './answers';
import { askClock } from './clockAnswer';
import { DrainBusy, DrainRefused, type DrainJob, type DrainerDeps } from './drainJob';

/** What the edge says of itself. */
export interface EdgeIdentity {
  readonly edgeId: string;
  /** System identifier of the server that it was made on, and of the one that it is on now. */
  readonly madeOn: string;
  readonly system: string;
  readonly batches: bigint;
  readonly primarySystem: string | null;
  readonly primaryTimeline: number | null;
  /** Clock of the edge less that of this machine, in milliseconds. */
  readonly aheadMs: number;
}

/** What the edge is opened for, and by whom. */
export type EdgePurpose =
  | { readonly kind: 'drain'; readonly who: string }
  | { readonly kind: 'look' };

/** The session on the edge: holds the lock, and lets one thing after the other have it, so that reading ahead never waits for marking. */
export class EdgeEnd {
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly session: DrainSession,
    readonly identity: EdgeIdentity,
  ) {}

  /**
   * @param purpose a dry run takes the lock as well, but writes nothing
   * @throws DrainBusy, DrainRefused, ServerFailure
   */
  static async open(
    deps: DrainerDeps,
    job: DrainJob,
    purpose: EdgePurpose,
    signal: CancelSignal,
  ): Promise<EdgeEnd> {
    const session = await deps.gateway.openDrain(job.edge, 'edge', signal, job.queue.drainUser);
    try {
      refusePooled(session);
      const identity = await readIdentity(deps, session, signal);
      await lock(session, purpose, signal);
      return new EdgeEnd(session, identity);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** One round trip, after those that were asked for before. @throws ServerFailure */
  run(statements: readonly SqlStatement[], signal: CancelSignal): Promise<readonly SqlResult[]> {
    return this.ask(statements, signal).then(results);
  }

  /** The same with failures as values. */
  ask(statements: readonly SqlStatement[], signal: CancelSignal): Promise<readonly Answer[]> {
    const turn = this.#last.then(async () => this.session.queryAll(statements, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Says that a drain has ended, and lets others drain. Never rejects. */
  close(hasDrained: boolean): Promise<void> {
    return this.#end([endStatement(hasDrained), unlockStatement]);
  }

  /** Lets others drain, and writes nothing. Never rejects. */
  letGo(): Promise<void> {
    return this.#end([unlockStatement]);
  }

  async #end(statements: readonly SqlStatement[]): Promise<void> {
    await this.#last;
    if (!this.session.isClosed) await this.session.queryAll(statements);
    await this.session.close();
  }
}

/** What belongs to a session does not outlive a transaction behind a pooler: neither the lock nor the settings of values. */
export function refusePooled(session: DrainSession): void {
  if (!session.isPooled) return;
  throw new DrainRefused([
    say`${session.nodeId} is reached through a connection pooler, which does not keep a session's lock and settings: give it a direct connection.`,
  ]);
}

async function readIdentity(
  { clock }: DrainerDeps,
  session: DrainSession,
  signal: CancelSignal,
): Promise<EdgeIdentity> {
  const { row, aheadMs } = await askClock(clock, async () => {
    const { rows } = await session.query(identityStatement, signal).catch((error: unknown) => {
      if (isServerFailure(error) && error.facts.reason === 'schemaDrift') {
        throw new DrainRefused([
          say`${session.nodeId} is not set up as an edge: run Set Up Edge first.`,
        ]);
      }
      throw error;
    });
    const [first] = rows;
    if (first === undefined) {
      throw new DrainRefused([
        say`${session.nodeId} has no identity as an edge: run Set Up Edge, which gives it one.`,
      ]);
    }
    return first;
  });
  if (row['encoding'] === NO_CHARACTERS) {
    throw new DrainRefused([noCharactersSentence(session.nodeId)]);
  }
  return {
    edgeId: textOf(row, 'edgeId'),
    madeOn: textOf(row, 'madeOn'),
    system: textOf(row, 'system'),
    batches: bigintOf(row, 'batches'),
    primarySystem: textOrNull(row, 'primarySystem'),
    primaryTimeline: numberOrNull(row, 'primaryTimeline'),
    aheadMs,
  };
}

async function lock(
  session: DrainSession,
  purpose: EdgePurpose,
  signal: CancelSignal,
): Promise<void> {
  const answer = await session.query(lockStatement, signal);
  if (onlyRow(answer)['isLocked'] === true) {
    if (purpose.kind === 'drain') await session.query(beginStatement(purpose.who), signal);
    return;
  }
  const { rows } = await session.query(holderStatement, signal);
  const holder = rows[0];
  throw new DrainBusy({
    // It may have ended between the two statements.
    pid: holder === undefined ? 0 : numberOf(holder, 'pid'),
    sinceMs: holder === undefined ? null : numberOrNull(holder, 'sinceMs'),
    who: holder === undefined ? null : textOrNull(holder, 'who'),
  });
}

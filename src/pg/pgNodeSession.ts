import type { CauseFacts, CauseWants, LogFacts } from '../core/causeFacts';
import type { FastFacts, SlowFacts } from '../core/facts';
import { isServerFailure, ServerFailure, type Endpoint } from '../core/failure';
import { describeFailure } from '../core/failureText';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { NodeSession } from '../core/ports/nodeGateway';
import type { SqlResult, SqlSession, SqlStatement } from '../core/ports/sqlSession';
import { say } from '../core/say';
import { SQLSTATE } from '../core/sqlstate';
import type { TableName, TopologyNode } from '../core/topology';
import { causesStatement } from './catalog/causes/causesStatement';
import { logStatement, unreadableLog } from './catalog/causes/serverLog';
import { probeStatement, readProbe, type ServerProbe } from './catalog/features';
import { fastStatement, type FastStatement } from './catalog/fastStatement';
import { identityStatement, readIdentity, type Identity } from './catalog/identity';
import type { KnownQueue } from './catalog/queueShape';
import { queueLookup, slowStatement, type SlowAnswer } from './catalog/slowStatement';
import { type FailureSubject } from './errors/toFailure';
import type { ConnectedSession } from './session/connectNode';
import { NEWEST_MAJOR } from './session/serverIdentity';

/** What a pooler says that hands out another server connection for each statement. */
const NAME_REFUSED: readonly string[] = [
  SQLSTATE.invalidSqlStatementName,
  SQLSTATE.duplicatePreparedStatement,
];

/** What the queue's part fails with after its table was dropped, changed or closed to us. */
const QUEUE_CHANGED: readonly string[] = [
  SQLSTATE.undefinedTable,
  SQLSTATE.undefinedColumn,
  SQLSTATE.undefinedFunction,
  SQLSTATE.insufficientPrivilege,
];

/** What a locked or a huge queue without its index fails with. */
const QUEUE_SLOW: readonly string[] = [SQLSTATE.lockNotAvailable, SQLSTATE.queryCanceled];

/** The watching session of one node: composes its statements from what the server has, and reads their rows. */
export class PgNodeSession implements NodeSession {
  readonly endpoint: Endpoint;
  readonly #session: SqlSession;
  readonly #subject: FailureSubject;
  readonly #queueTable: TableName | null;
  #probe: ServerProbe;
  #identity: Identity | null = null;
  #queue: KnownQueue | null = null;
  #fast: FastStatement | null = null;
  #usesNames = true;
  #drainedFrom: readonly string[] = [];
  #drainUsers: readonly string[] = [];
  #hasMetrics = false;

  constructor(connected: ConnectedSession, node: TopologyNode) {
    this.endpoint = connected.target.endpoint;
    this.#session = connected.session;
    this.#subject = connected.subject;
    this.#probe = connected.probe;
    this.#queueTable = node.pendingSync?.table ?? null;
    this.follow(node);
  }

  follow({ drainedFrom, drainUsers }: TopologyNode): void {
    this.#drainedFrom = drainedFrom ?? [];
    this.#drainUsers = drainUsers ?? [];
  }

  get isClosed(): boolean {
    return this.#session.isClosed;
  }

  async readFast(signal: CancelSignal): Promise<FastFacts> {
    try {
      return await this.#runFast(signal);
    } catch (error) {
      if (!this.#readsQueue()) throw error;
      // Trouble with the queue must not hide the lag: this once without it.
      if (hasSqlstate(error, QUEUE_SLOW)) return await this.#runFast(signal, false);
      if (!hasSqlstate(error, QUEUE_CHANGED)) throw error;
    }
    // The queue is not what it was: look again, then read once more by what was found.
    await this.#lookAtQueue(signal);
    try {
      return await this.#runFast(signal);
    } catch (error) {
      if (!this.#readsQueue() || !hasSqlstate(error, QUEUE_CHANGED)) throw error;
      this.#setQueue(null);
      return await this.#runFast(signal);
    }
  }

  async readSlow(signal: CancelSignal): Promise<SlowFacts> {
    await this.#probeAgain(signal);
    const answer = await this.#runSlow(signal);
    this.#identity = answer.identity;
    this.#setQueue(answer.queue);
    const problem = this.#queueProblem(answer.queue);
    return {
      ...answer.facts,
      ...(problem === null ? {} : { queueProblem: problem }),
      ...this.#versionNote(),
    };
  }

  async readCauses(wants: CauseWants, signal: CancelSignal): Promise<CauseFacts> {
    const causes = causesStatement(this.#probe.features, wants);
    const result = await this.#session.query(causes.statement, signal);
    const facts = this.#read(() => causes.readRow(result.rows[0]));
    return { ...facts, log: wants.log ? await this.#readLog(signal) : null };
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** Whoever may not read a log is told where it is, and loses nothing else. */
  async #readLog(signal: CancelSignal): Promise<LogFacts> {
    const { nodeId, user } = this.#subject;
    const log = logStatement(this.#probe.features, { nodeId, user });
    try {
      const result = await this.#session.query(log.statement, signal);
      return this.#read(() => log.readRow(result.rows[0]));
    } catch (error) {
      if (!isServerFailure(error) || this.#session.isClosed) throw error;
      return unreadableLog(nodeId, error.facts.serverMessage ?? error.facts.text);
    }
  }

  /** What drains wrote is read only once it is known to be there, and never at the price of everything else. */
  async #runSlow(signal: CancelSignal): Promise<SlowAnswer> {
    const run = async (hasMetrics: boolean): Promise<SlowAnswer> => {
      const slow = slowStatement(this.#probe.features, {
        table: this.#queueTable,
        drainedFrom: this.#drainedFrom,
        drainUsers: this.#drainUsers,
        hasMetrics,
      });
      const result = await this.#session.query(slow.statement, signal);
      return this.#read(() => slow.readRow(result.rows[0]));
    };
    const known = this.#hasMetrics;
    try {
      const answer = await run(known);
      this.#hasMetrics = answer.hasMetrics;
      return answer.hasMetrics && !known ? await run(true) : answer;
    } catch (error) {
      if (!this.#hasMetrics || !hasSqlstate(error, [...QUEUE_CHANGED, ...QUEUE_SLOW])) throw error;
      this.#hasMetrics = false;
      return run(false);
    }
  }

  #readsQueue(): boolean {
    return this.#fast?.readsQueue === true;
  }

  async #runFast(signal: CancelSignal, withQueue = true, isSecondTry = false): Promise<FastFacts> {
    const identity = this.#identity ?? (await this.#readIdentity(signal));
    const fast = this.#fastStatement(withQueue);
    const result = await this.#query(fast.statement, signal);
    const facts = this.#read(() => fast.readRow(result.rows[0], identity));
    if (facts !== null) return facts;
    if (isSecondTry) throw this.#unreadable(null);
    // The server is not what the statement was made for.
    await this.#probeAgain(signal);
    return this.#runFast(signal, withQueue, true);
  }

  #fastStatement(withQueue: boolean): FastStatement {
    if (!withQueue) return fastStatement(this.#probe, null);
    const table = this.#queueTable;
    const known = this.#queue;
    this.#fast ??= fastStatement(
      this.#probe,
      table === null || known === null ? null : { table, known },
    );
    return this.#fast;
  }

  async #readIdentity(signal: CancelSignal): Promise<Identity> {
    const result = await this.#session.query(identityStatement(this.#probe.features), signal);
    this.#identity = this.#read(() => readIdentity(result.rows[0]));
    return this.#identity;
  }

  /** Runs a named statement, and from the first refusal of its name on an unnamed one. */
  async #query(statement: SqlStatement, signal: CancelSignal): Promise<SqlResult> {
    if (this.#usesNames) {
      try {
        return await this.#session.query(statement, signal);
      } catch (error) {
        if (!hasSqlstate(error, NAME_REFUSED)) throw error;
        this.#usesNames = false;
      }
    }
    return this.#session.query({ text: statement.text }, signal);
  }

  /** Privileges on functions may have changed since the session began, and a server may have been promoted. */
  async #probeAgain(signal: CancelSignal): Promise<void> {
    const result = await this.#session.query(probeStatement, signal);
    const probe = this.#read(() => readProbe(result.rows[0]));
    if (sameProbe(probe, this.#probe)) return;
    this.#probe = probe;
    this.#fast = null;
  }

  async #lookAtQueue(signal: CancelSignal): Promise<void> {
    const table = this.#queueTable;
    if (table === null) return;
    const lookup = queueLookup(table);
    const result = await this.#session.query(lookup.statement, signal);
    this.#setQueue(this.#read(() => lookup.readRow(result.rows[0])));
  }

  #setQueue(queue: KnownQueue | null): void {
    if (sameQueue(this.#queue, queue)) return;
    this.#queue = queue;
    this.#fast = null;
  }

  #queueProblem(queue: KnownQueue | null): string | null {
    const table = this.#queueTable;
    if (queue === null || table === null || queue.shape === 'absent' || queue.isReadable) {
      return null;
    }
    const user = this.#subject.user ?? say`the user`;
    return say`${user} may not read ${table.schema}.${table.name} on ${this.#subject.nodeId}.`;
  }

  #versionNote(): Pick<SlowFacts, 'versionNote'> {
    const major = Math.floor(this.#probe.features.versionNum / 10_000);
    return major > NEWEST_MAJOR
      ? {
          versionNote: say`Postgres ${major} is newer than ${NEWEST_MAJOR}, the newest that was tested.`,
        }
      : {};
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw this.#unreadable(error);
    }
  }

  /** A row that is not as expected is our failure, told as one; never a crash. */
  #unreadable(cause: unknown): ServerFailure {
    return new ServerFailure(
      describeFailure('other', { ...this.#subject, detail: say`its answer could not be read` }),
      { cause },
    );
  }
}

function hasSqlstate(error: unknown, codes: readonly string[]): boolean {
  const sqlstate = isServerFailure(error) ? error.facts.sqlstate : null;
  return sqlstate !== null && codes.includes(sqlstate);
}

function sameProbe(a: ServerProbe, b: ServerProbe): boolean {
  return (
    a.isInRecovery === b.isInRecovery &&
    a.hasSubscriptions === b.hasSubscriptions &&
    sameSet(a.features.columns, b.features.columns) &&
    sameSet(a.features.functions, b.features.functions)
  );
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((value) => b.has(value));
}

function sameQueue(a: KnownQueue | null, b: KnownQueue | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.shape === b.shape &&
    a.isReadable === b.isReadable &&
    a.hasIdentity === b.hasIdentity &&
    sameSet(a.columns, b.columns) &&
    sameSet(a.indexedColumns, b.indexedColumns)
  );
}

import type { FastFacts, SlowFacts } from '../core/facts';
import { isServerFailure, ServerFailure, type Endpoint } from '../core/failure';
import { describeFailure } from '../core/failureText';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { NodeSession } from '../core/ports/nodeGateway';
import type { SqlResult, SqlSession, SqlStatement } from '../core/ports/sqlSession';
import { SQLSTATE } from '../core/sqlstate';
import type { TableName, TopologyNode } from '../core/topology';
import { probeStatement, readProbe } from './catalog/features';
import { fastStatement, type FastStatement } from './catalog/fastStatement';
import type { ServerFeatures } from './catalog/part';
import type { KnownQueue } from './catalog/queueShape';
import { queueLookup, slowStatement } from './catalog/slowStatement';
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
  #features: ServerFeatures;
  #queue: KnownQueue | null = null;
  #fast: FastStatement | null = null;
  #usesNames = true;

  constructor(connected: ConnectedSession, node: TopologyNode) {
    this.endpoint = connected.target.endpoint;
    this.#session = connected.session;
    this.#subject = connected.subject;
    this.#features = connected.probe.features;
    this.#queueTable = node.pendingSync?.table ?? null;
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
      if (hasSqlstate(error, QUEUE_SLOW)) return await this.#runWithoutQueue(signal);
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
    await this.#refreshFeatures(signal);
    const slow = slowStatement(this.#features, this.#queueTable);
    const result = await this.#session.query(slow.statement, signal);
    const answer = this.#read(() => slow.readRow(result.rows[0]));
    this.#setQueue(answer.queue);
    const problem = this.#queueProblem(answer.queue);
    return {
      ...answer.facts,
      ...(problem === null ? {} : { queueProblem: problem }),
      ...this.#versionNote(),
    };
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #readsQueue(): boolean {
    return this.#fast?.readsQueue === true;
  }

  async #runFast(signal: CancelSignal): Promise<FastFacts> {
    const table = this.#queueTable;
    const known = this.#queue;
    this.#fast ??= fastStatement(
      this.#features,
      table === null || known === null ? null : { table, known },
    );
    return this.#run(this.#fast, signal);
  }

  #runWithoutQueue(signal: CancelSignal): Promise<FastFacts> {
    return this.#run(fastStatement(this.#features, null), signal);
  }

  async #run(fast: FastStatement, signal: CancelSignal): Promise<FastFacts> {
    const result = await this.#query(fast.statement, signal);
    return this.#read(() => fast.readRow(result.rows[0]));
  }

  /** Runs a named statement, and from the first refusal of its name on an unnamed one. */
  async #query(statement: SqlStatement, signal: CancelSignal): Promise<SqlResult> {
    const unnamed: SqlStatement = { text: statement.text, values: statement.values ?? [] };
    if (!this.#usesNames) return this.#session.query(unnamed, signal);
    try {
      return await this.#session.query(statement, signal);
    } catch (error) {
      if (!hasSqlstate(error, NAME_REFUSED)) throw error;
      this.#usesNames = false;
      return this.#session.query(unnamed, signal);
    }
  }

  /** Privileges on functions may have changed since the session began. */
  async #refreshFeatures(signal: CancelSignal): Promise<void> {
    const result = await this.#session.query(probeStatement, signal);
    const features = this.#read(() => readProbe(result.rows[0])).features;
    const isSame =
      sameSet(features.columns, this.#features.columns) &&
      sameSet(features.functions, this.#features.functions);
    if (!isSame) {
      this.#features = features;
      this.#fast = null;
    }
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
    const user = this.#subject.user ?? 'the user';
    return `${user} may not read ${table.schema}.${table.name} on ${this.#subject.nodeId}.`;
  }

  #versionNote(): Pick<SlowFacts, 'versionNote'> {
    const major = Math.floor(this.#features.versionNum / 10_000);
    return major > NEWEST_MAJOR
      ? {
          versionNote: `Postgres ${major} is newer than ${NEWEST_MAJOR}, the newest that was tested.`,
        }
      : {};
  }

  /** A row that is not as expected is our failure, told as one; never a crash. */
  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw new ServerFailure(
        describeFailure('other', { ...this.#subject, detail: 'its answer could not be read' }),
        { cause: error },
      );
    }
  }
}

function hasSqlstate(error: unknown, codes: readonly string[]): boolean {
  const sqlstate = isServerFailure(error) ? error.facts.sqlstate : null;
  return sqlstate !== null && codes.includes(sqlstate);
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((value) => b.has(value));
}

function sameQueue(a: KnownQueue | null, b: KnownQueue | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.shape === b.shape &&
    a.isReadable === b.isReadable &&
    sameSet(a.indexedColumns, b.indexedColumns)
  );
}

import { asChangeFailure } from '../core/changeFailure';
import { isServerFailure, ServerFailure } from '../core/failure';
import { describeFailure } from '../core/failureText';
import type { NodeCatalog } from '../core/plan/nodeCatalog';
import type { QueueFacts } from '../core/plan/queue/queueFacts';
import type { TableDefinition } from '../core/plan/tableDefinition';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { ChangeSession } from '../core/ports/changeGateway';
import type { SqlResult, SqlStatement } from '../core/ports/sqlSession';
import { say } from '../core/say';
import type { SetupFacts } from '../core/setup/setupFacts';
import {
  edgeIdStatement,
  edgesStatement,
  openOperationsStatement,
  readEdgeId,
  readEdges,
  queueFactsStatement,
  readOpenOperations,
  readQueueFacts,
} from './catalog/plan/queueFacts';
import { readSetup, setupStatement } from './catalog/plan/setup';
import { readTableDefinition, tableDefinitionsStatement } from './catalog/plan/tableDefinitions';
import { readNodeCatalog } from './catalog/plan/readNodeCatalog';
import type { SessionRole } from './catalog/plan/sessionRole';
import type { TableName } from '../core/topology';
import type { ConnectedSession } from './session/connectNode';
import { CHANGE_LIMITS } from './session/limits';
import type { PgSession } from './session/pgSession';

/** What we wait beyond the server's own limit, so that a slow statement is the server's word. */
const ANSWER_MARGIN_MS = CHANGE_LIMITS.readMs - CHANGE_LIMITS.statementMs;

/** Where a server keeps the text of statements, and what turns each off; superusers alone may set them. */
const KEEPS_STATEMENTS: readonly (readonly [setting: string, off: string])[] = [
  ['log_min_error_statement', 'panic'],
  ['log_statement', 'none'],
  ['log_min_duration_statement', '-1'],
  ['log_min_duration_sample', '-1'],
  ['log_transaction_sample_rate', '0'],
  // Known to every server: where the extension is not loaded it is a placeholder.
  ['pg_stat_statements.track_utility', 'off'],
];

/** A session of a plan or a check. Its failures speak of changes, not of polls. */
export class PgChangeSession implements ChangeSession {
  readonly user: string;
  readonly versionNum: number;
  readonly isSuperuser: boolean;
  readonly backendPid: number;
  readonly #connected: ConnectedSession<PgSession>;
  #statementLimitMs = CHANGE_LIMITS.statementMs;

  constructor(connected: ConnectedSession<PgSession>, role: SessionRole) {
    this.#connected = connected;
    this.user = role.name;
    this.isSuperuser = role.isSuperuser;
    this.backendPid = role.backendPid;
    this.versionNum = connected.probe.features.versionNum;
  }

  get isClosed(): boolean {
    return this.#connected.session.isClosed;
  }

  query(statement: SqlStatement, signal?: CancelSignal): Promise<SqlResult> {
    return this.#told(this.#connected.session.query(statement, signal));
  }

  queryTogether(
    statements: readonly string[],
    signal?: CancelSignal,
  ): Promise<readonly SqlResult[]> {
    return this.#told(this.#connected.session.queryTogether(statements, signal));
  }

  async readCatalog(rolesToCheck: readonly string[], signal?: CancelSignal): Promise<NodeCatalog> {
    const { subject, probe, session } = this.#connected;
    const catalog = await readNodeCatalog(this, { subject, probe, rolesToCheck }, signal);
    const { keyPid } = session;
    if (keyPid === null || keyPid === this.backendPid) return catalog;
    return { ...catalog, server: { ...catalog.server, isPooled: true } };
  }

  async readTableDefinitions(
    tables: readonly TableName[] | null,
    signal?: CancelSignal,
  ): Promise<readonly TableDefinition[]> {
    // With an empty path the server writes every name of types, functions and tables with its schema.
    await this.query({ text: `SELECT pg_catalog.set_config('search_path', '', false)` }, signal);
    const { rows } = await this.query(tableDefinitionsStatement(tables), signal);
    await this.query({ text: 'RESET search_path' }, signal);
    return rows.map(readTableDefinition);
  }

  async readSetup(signal?: CancelSignal): Promise<SetupFacts> {
    const { subject, probe } = this.#connected;
    const { rows } = await this.query(setupStatement(probe.features), signal);
    try {
      return readSetup(rows[0], Date.now());
    } catch (error) {
      throw new ServerFailure(
        describeFailure('other', { ...subject, detail: say`its set-up could not be read` }),
        { cause: error },
      );
    }
  }

  async readQueueFacts(
    queue: TableName,
    roles: readonly string[],
    signal?: CancelSignal,
  ): Promise<QueueFacts> {
    const { rows } = await this.query(queueFactsStatement(queue, roles), signal);
    const { facts: read, canCount, canIdentify, knowsEdges } = readQueueFacts(rows[0]);
    const identity = canIdentify ? await this.query(edgeIdStatement(), signal) : null;
    const edges = knowsEdges ? await this.query(edgesStatement(), signal) : null;
    const facts = {
      ...read,
      edgeId: readEdgeId(identity?.rows[0]),
      edges: readEdges(edges?.rows ?? []),
    };
    if (!canCount) return facts;
    const counted = await this.query(openOperationsStatement(queue), signal);
    return { ...facts, openOperations: readOpenOperations(counted.rows[0]) };
  }

  async hideStatements(isHidden: boolean): Promise<boolean> {
    if (!this.isSuperuser) return false;
    await this.queryTogether(
      KEEPS_STATEMENTS.map(([setting, off]) =>
        isHidden ? `SET ${setting} = ${off}` : `RESET ${setting}`,
      ),
    );
    return true;
  }

  async setStatementLimit(limitMs: number | null): Promise<void> {
    const wanted = limitMs ?? CHANGE_LIMITS.statementMs;
    if (wanted === this.#statementLimitMs) return;
    await this.query({
      text: `SELECT pg_catalog.set_config('statement_timeout', $1, false)`,
      values: [String(wanted)],
    });
    this.#statementLimitMs = wanted;
    this.#connected.session.setReadLimit(wanted + ANSWER_MARGIN_MS);
  }

  close(): Promise<void> {
    return this.#connected.session.close();
  }

  async #told<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!isServerFailure(error)) throw error;
      throw new ServerFailure(asChangeFailure(error.facts, this.#connected.subject.nodeId), {
        cause: error.cause,
      });
    }
  }
}

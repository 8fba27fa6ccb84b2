import type { NodeCatalog } from '../plan/nodeCatalog';
import type { QueueFacts } from '../plan/queue/queueFacts';
import type { TableDefinition } from '../plan/tableDefinition';
import type { SetupFacts } from '../setup/setupFacts';
import type { TableName, TopologyNode } from '../topology';
import type { CancelSignal } from './cancelSignal';
import type { SqlResult, SqlSession } from './sqlSession';

/** What a session is opened for. */
export interface ChangeAccess {
  /** The role to connect as; `null`: the node's `adminUser`, else the user of its `connection`. */
  readonly user: string | null;
  /** False for a session that only reads a catalog before a plan exists. */
  readonly mayWrite: boolean;
}

/**
 * Sessions for plans and checks: opened by a user's act, one a node, ended by whoever opened them. Every rejection is a
 * `ServerFailure`. Past the monitor, so the caller asks for contact first (`ContactDesk.actOn`, then `allows`).
 */
export interface ChangeGateway {
  /** The role that `access` means on this node. Reads local files, never a socket. */
  userOf(node: TopologyNode, user: string | null): Promise<string>;
  /**
   * Dials and opens a session with time limits of its own. Never prompts: without a password it fails with `passwordNeeded`,
   * and the caller may ask and call `Passwords.enterPassword` for `nodeAs(node, user)`.
   */
  openChange(
    node: TopologyNode,
    access: ChangeAccess,
    signal: CancelSignal,
  ): Promise<ChangeSession>;
  /**
   * Tries a connection string of a subscription from this machine, as a replication connection, without creating
   * anything. Only for an endpoint that the caller may contact.
   * @param conninfo libpq keywords, the password among them
   * @returns the publisher that answered
   */
  tryReplication(
    nodeId: string,
    conninfo: Readonly<Record<string, string>>,
    signal: CancelSignal,
  ): Promise<{ readonly systemIdentifier: string }>;
}

export interface ChangeSession extends SqlSession {
  /** The role that it runs as. */
  readonly user: string;
  /** `server_version_num`. */
  readonly versionNum: number;
  readonly isSuperuser: boolean;
  /** `pg_backend_pid()`: by it another session sees whether a lost one still works. */
  readonly backendPid: number;
  /**
   * Reads what planners need of this node, in a few statements.
   * @param rolesToCheck for each of these, which tables it may not read
   */
  readCatalog(rolesToCheck: readonly string[], signal?: CancelSignal): Promise<NodeCatalog>;
  /** Definitions of these tables, as far as they exist, in one statement; `null` asks for every table outside the system schemas. */
  readTableDefinitions(
    tables: readonly TableName[] | null,
    signal?: CancelSignal,
  ): Promise<readonly TableDefinition[]>;
  /** Reads what set-up checks and promotions need beside the catalog, in one statement. */
  readSetup(signal?: CancelSignal): Promise<SetupFacts>;
  /**
   * Reads what this node has of the offline queue.
   * @param queue where the queue is on an edge; on a primary any name
   * @param roles whose rights on tables of ours are asked
   */
  readQueueFacts(
    queue: TableName,
    roles: readonly string[],
    signal?: CancelSignal,
  ): Promise<QueueFacts>;
  /**
   * Keeps the text of the statements that follow out of the server's log and of pg_stat_statements, or lets it in again:
   * a failing CREATE SUBSCRIPTION would write its password there. Outside a transaction only.
   * @returns false, and nothing has changed, where the role is no superuser, who alone may.
   */
  hideStatements(isHidden: boolean): Promise<boolean>;
  /** Sets the server's limit for the statements that follow; our own limit on the answer follows it. */
  setStatementLimit(limitMs: number | null): Promise<void>;
  /**
   * Sends several statements in one message, so that all of them cost one round trip. They take no parameters and hold
   * nothing but fixed text, quoted names and checked values. Without a BEGIN of their own they are one transaction. After
   * a failure in a BEGIN of its own the session is in a failed transaction: close it.
   * @returns one result a statement
   */
  queryTogether(
    statements: readonly string[],
    signal?: CancelSignal,
  ): Promise<readonly SqlResult[]>;
}

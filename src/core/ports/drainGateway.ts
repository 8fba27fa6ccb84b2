import type { ServerFailure } from '../failure';
import type { TargetTable } from '../queue/targetTable';
import type { ConflictPolicy, TableName, TopologyNode } from '../topology';
import type { CancelSignal } from './cancelSignal';
import type { SqlResult, SqlSession, SqlStatement } from './sqlSession';

/** Which end of a queue a session is for: the edge that holds it, or the primary that it is drained to. */
export type QueueEnd = 'edge' | 'primary';

/**
 * Sessions that drain queues and look into them. Every rejection is a `ServerFailure`. Past the monitor, so the caller asks for
 * contact first; whoever opens a session closes it.
 */
export interface DrainGateway {
  /**
   * Opens a session whose values read as the capture function writes them (`VALUE_SETTINGS`), with `synchronous_commit = on`, a fixed
   * search_path, and time limits of its own. On the primary its transactions are read-only unless they begin with READ WRITE, so
   * that a statement whose BEGIN was lost does nothing. Refused where the file forbids writing.
   * @param user the queue's `drainUser`; absent: that of the node's own queue, else its `adminUser`, else the user of its connection
   */
  openDrain(
    node: TopologyNode,
    end: QueueEnd,
    signal: CancelSignal,
    user?: string,
  ): Promise<DrainSession>;
}

/** What the server said to one statement. */
export type Answer = SqlResult | ServerFailure;

export interface DrainSession extends SqlSession {
  readonly nodeId: string;
  /** The role that it runs as. */
  readonly user: string;
  /** `server_version_num`. */
  readonly versionNum: number;
  /** `pg_backend_pid()` when it was opened. */
  readonly backendPid: number;
  /** A pooler stands between: what belongs to a session, such as its advisory locks, is not kept. */
  readonly isPooled: boolean;
  /**
   * Sends all of them at once, so that they cost one round trip. Each is a message of its own: after a failed one the server goes on
   * with the next, unless they are in a transaction, where it refuses the rest until COMMIT, which then rolls back.
   * @returns one answer a statement; a failure is a value. After a lost connection, a time limit or a cancellation every
   *   statement that was not answered has that failure, and the session is closed.
   */
  queryAll(statements: readonly SqlStatement[], signal?: CancelSignal): Promise<readonly Answer[]>;
  /** Reads what waves need to know of these tables of a primary, in one statement; those that are not there are left out. */
  readTargetTables(
    tables: readonly (TableName & { readonly policy: ConflictPolicy })[],
    signal?: CancelSignal,
  ): Promise<readonly TargetTable[]>;
}

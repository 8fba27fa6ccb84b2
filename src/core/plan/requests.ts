import type { ChosenPrimary } from '../snapshot';
import type { SetupFacts } from '../setup/setupFacts';
import type { TopologySnapshot } from '../snapshot';
import type { DeclaredTable, TableName, Topology } from '../topology';
import type { FailureFacts } from '../failure';
import type { NodeCatalog } from './nodeCatalog';
import type { QueueFacts } from './queue/queueFacts';
import type { ConninfoItem } from './sqlText';
import type { TableDefinition } from './tableDefinition';

/** What every planner may look at beside the request itself. */
export interface PlanContext {
  readonly topologyId: string;
  readonly topology: Topology;
  /** By node id; read just now. A planner says in its docstring which nodes it needs. */
  readonly catalogs: ReadonlyMap<string, NodeCatalog>;
  /** Full definitions of the tables that were asked for, by node id; a node or table that nobody asked for is not there. */
  readonly definitions: ReadonlyMap<string, readonly TableDefinition[]>;
  /** What was asked for of servers' set-up, by node id; nodes that nobody asked for are not there. */
  readonly setup?: ReadonlyMap<string, SetupFacts>;
  /** What was asked for of offline queues, by node id; nodes that nobody asked for are not there. */
  readonly queues?: ReadonlyMap<string, QueueFacts>;
  /** The monitor's picture, for what other nodes do (known subscribers, split brain); `null` without one. */
  readonly snapshot: TopologySnapshot | null;
  /** System identifiers by node id, as seen or accepted before; absent: nothing is remembered. */
  readonly knownSystems?: ReadonlyMap<string, string>;
  /** Who was said to be the primary in a split brain; absent or `null`: nobody. */
  readonly chosenPrimary?: ChosenPrimary | null;
}

/**
 * A publication as it shall be. The planner compares it with the catalog and changes only what differs; what is `null`
 * stays as it is.
 */
export interface AlterPublicationRequest {
  readonly nodeId: string;
  readonly name: string;
  readonly tables: readonly DeclaredTable[] | null;
  readonly schemas: readonly string[] | null;
  readonly operations: readonly PublishedOperation[] | null;
  readonly viaPartitionRoot: boolean | null;
  readonly generatedColumns: 'none' | 'stored' | null;
  /** Tables that a known subscriber lacks are made there first. */
  readonly createsMissingTables: boolean;
  /** False where the caller refreshes the subscribers; not given: the plan does. */
  readonly refreshesSubscribers?: boolean;
}

export type PublishedOperation = 'insert' | 'update' | 'delete' | 'truncate';

/** One of `allTables`, `schemas`, `tables`; schemas and tables may stand together. */
export interface CreatePublicationRequest {
  readonly nodeId: string;
  readonly name: string;
  readonly allTables: boolean;
  readonly schemas: readonly string[];
  readonly tables: readonly DeclaredTable[];
  readonly operations: readonly PublishedOperation[];
  readonly viaPartitionRoot: boolean;
  /** 18 and newer; `null` or not given: the server's default, which is none. */
  readonly generatedColumns?: 'none' | 'stored' | null;
}

/** What came of trying the publisher's address from this machine. */
export type ConnectionTest =
  | { readonly kind: 'passed'; readonly systemIdentifier: string }
  | { readonly kind: 'failed'; readonly failure: FailureFacts }
  /** Not tried: its host is not approved from here, or its files are the subscriber's. `why` is a finished sentence. */
  | { readonly kind: 'notTried'; readonly why: string };

export interface CreateSubscriptionRequest {
  /** The subscribing node. */
  readonly nodeId: string;
  readonly name: string;
  readonly publisherId: string;
  readonly publications: readonly string[];
  /** As the subscriber's server dials; a password is a `SecretRef` and never text. */
  readonly connection: readonly ConninfoItem[];
  readonly connectionTest: ConnectionTest;
  readonly slotName: string;
  /** Attach to a slot that exists instead of making one. */
  readonly usesExistingSlot: boolean;
  readonly copyData: boolean;
  /** Other options by Postgres' own names in camelCase, as in the file. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Tables that the subscriber lacks are made there first; wants the definitions of all the publisher's tables. */
  readonly createsMissingTables?: boolean;
  /** Whether the subscriber's server dials first, making nothing. By default it does where other steps come before the subscription. */
  readonly probesConnection?: boolean;
}

/** Enable, disable, refresh: one subscription on one node. */
export interface SubscriptionRequest {
  readonly nodeId: string;
  readonly name: string;
}

export interface InstallPendingSyncRequest {
  readonly nodeId: string;
  /** Node that it will be drained to; goes into the file. */
  readonly primaryId: string;
  readonly table: TableName;
}

/**
 * The topology as its file declares it: what should be. Plain data, made by `topologyFile` from valid text.
 * What the servers say is in `facts.ts`; both together are a snapshot (`snapshot.ts`).
 */

/** libpq connection keywords and their values as declared, not yet completed from service file or environment. Never a password. */
export type ConnectionParams = Readonly<Record<string, string>>;

/** Which guard rails apply to changes. */
export type Environment = 'development' | 'staging' | 'production';

/** Where a password comes from. `env` names a variable; `auto` looks in SecretStorage, `PGPASSWORD`, then the passfile. */
export type PasswordSource =
  | { readonly kind: 'auto' }
  | { readonly kind: 'secret' }
  | { readonly kind: 'pgpass' }
  | { readonly kind: 'prompt' }
  | { readonly kind: 'env'; readonly variable: string };

/** A table by schema and name; names may hold dots, so they are never joined to look something up. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

export interface DeclaredTable extends TableName {
  readonly columns: readonly string[] | null;
  readonly rowFilter: string | null;
}

/** Options carry Postgres' own names in camelCase; `null` means "not said in the file", so the server's default. */
export interface DeclaredPublication {
  readonly name: string;
  readonly tables: readonly DeclaredTable[];
  readonly schemas: readonly string[];
  readonly allTables: boolean;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface DeclaredSubscription {
  readonly name: string;
  /** Id of the publishing node. */
  readonly publisher: string;
  readonly publications: readonly string[];
  /** Text for the subscriber's own server; paths in it are that host's. `null`: host, port and database of `publisher`. */
  readonly connection: string | null;
  /** Declared slot; by default Postgres names the slot after the subscription. */
  readonly slotName: string;
  /** `expect.arrivesWithin`: longer is a failed check. Absent: no budget. */
  readonly arrivesWithinMs?: number;
  readonly options: Readonly<Record<string, unknown>>;
}

export type ConflictPolicy = 'primary-wins' | 'newest-wins' | 'merge' | 'edge-wins' | 'manual';

export interface DeclaredQueue {
  /** Id of the node that the queue is drained to. */
  readonly primary: string;
  /** Where the queue is; default `pgtopology.pending_sync`. */
  readonly table: TableName;
  readonly capture: 'trigger' | 'application';
  /** Role that replays the queue, on both ends. Absent: the `adminUser` of each node. */
  readonly drainUser?: string;
  readonly tables: readonly (TableName & { readonly policy: ConflictPolicy })[];
}

/** One entry of `nodes`: a server as seen through one database. */
export interface TopologyNode {
  /** The key in the file; stable, and unique within the file. */
  readonly id: string;
  readonly connection: ConnectionParams;
  /** That of its topology; absent means development. In production an unencrypted connection to another machine is refused. */
  readonly environment?: Environment;
  /** Its own or that of its topology: `readOnly`, nothing is ever written there. Absent: changes are allowed. */
  readonly access?: 'readOnly';
  /** Role that changes run as; `null`: the user of `connection`. */
  readonly adminUser: string | null;
  readonly passwordSource: PasswordSource;
  /** Id of the upstream; `null` for a node that is not declared a standby. */
  readonly standbyOf: string | null;
  /** Physical slot this standby uses on its upstream. */
  readonly slot: string | null;
  /** `expect.arrivesWithin` of a standby: longer is a failed check. Absent: no budget. */
  readonly arrivesWithinMs?: number;
  /** False: nothing of this node is told to language models. Absent: it may be. */
  readonly allowLanguageModels?: boolean;
  readonly publications: readonly DeclaredPublication[];
  readonly subscriptions: readonly DeclaredSubscription[];
  readonly pendingSync: DeclaredQueue | null;
  /** Ids of the edges whose queues are drained to it, derived from them (`withDrainedFrom`); absent: none. */
  readonly drainedFrom?: readonly string[];
  /** Roles of the file that drain from or to it, derived like `drainedFrom`; absent: none. */
  readonly drainUsers?: readonly string[];
}

/** The nodes of a topology, each with the edges that are drained to it and who drains. */
export function withDrainedFrom({ nodes }: Topology): readonly TopologyNode[] {
  const edges = new Map<string, string[]>();
  const users = new Map<string, Set<string>>();
  for (const { id, pendingSync } of nodes) {
    if (pendingSync === null) continue;
    const { primary, drainUser } = pendingSync;
    edges.set(primary, [...(edges.get(primary) ?? []), id]);
    if (drainUser === undefined) continue;
    for (const end of [id, primary]) {
      users.set(end, new Set([...(users.get(end) ?? []), drainUser]));
    }
  }
  return nodes.map((node) => {
    const drainedFrom = edges.get(node.id);
    const drainUsers = users.get(node.id);
    return drainedFrom === undefined && drainUsers === undefined
      ? node
      : {
          ...node,
          ...(drainedFrom === undefined ? {} : { drainedFrom }),
          ...(drainUsers === undefined ? {} : { drainUsers: [...drainUsers] }),
        };
  });
}

/** Something that reads a replication slot but is no Postgres. */
export interface DeclaredConsumer {
  readonly id: string;
  readonly node: string;
  readonly slot: string;
}

export interface Thresholds {
  readonly lagWarningMs: number;
  readonly lagCriticalMs: number;
  readonly queueDepthWarning: number;
  readonly queueDepthCritical: number;
  /** WAL that one slot may keep before it is a warning; absent: only the server's own limit counts. */
  readonly retainedWalBytes?: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  lagWarningMs: 5_000,
  lagCriticalMs: 30_000,
  queueDepthWarning: 100,
  queueDepthCritical: 10_000,
};

/** Where the file says that the application's reads go. Writes go to the primary, which is not declared. */
export interface DeclaredRouting {
  /** Ids of nodes, the first choice first; never empty, none twice. */
  readonly reads: readonly string[];
  /** A standby further behind gets no reads; `null`: lag decides nothing. */
  readonly maxLagMs: number | null;
  /** How many connections the application opens at most; absent: the file says nothing of it. */
  readonly pools?: DeclaredPools;
}

/** Connections of all processes of the application together; `null`: not said. */
export interface DeclaredPools {
  readonly reads: number | null;
  readonly writes: number | null;
}

export interface Topology {
  readonly name: string;
  readonly environment: Environment;
  readonly nodes: readonly TopologyNode[];
  readonly consumers: readonly DeclaredConsumer[];
  readonly thresholds: Thresholds;
  /** Absent: the file says nothing of it. */
  readonly routing?: DeclaredRouting;
}

/** What a node is by the file alone. A node may be several at once. */
export type DeclaredRole = 'primary' | 'standby' | 'publisher' | 'subscriber' | 'edge';

/**
 * Derives a node's roles from what the file says of it and of the others.
 * `primary` is said of a node that others stream or subscribe from, or drain to, unless it is itself a standby; and of a node with no relation at all.
 * @returns in the fixed order primary, standby, publisher, subscriber, edge.
 */
export function declaredRoles(topology: Topology, nodeId: string): readonly DeclaredRole[] {
  const node = topology.nodes.find((candidate) => candidate.id === nodeId);
  return node === undefined ? [] : rolesOf(node, sourcesOf(topology));
}

/** The same of every node at once, by id: looking through the file once for each would cost its square. */
export function declaredRolesOfAll(
  topology: Topology,
): ReadonlyMap<string, readonly DeclaredRole[]> {
  const sources = sourcesOf(topology);
  return new Map(topology.nodes.map((node) => [node.id, rolesOf(node, sources)]));
}

/** Ids of the nodes that others take data from. */
interface Sources {
  readonly publishers: ReadonlySet<string>;
  readonly upstreams: ReadonlySet<string>;
}

function sourcesOf(topology: Topology): Sources {
  const publishers = new Set<string>();
  const upstreams = new Set<string>();
  for (const { standbyOf, pendingSync, subscriptions } of topology.nodes) {
    if (standbyOf !== null) upstreams.add(standbyOf);
    if (pendingSync !== null) upstreams.add(pendingSync.primary);
    for (const { publisher } of subscriptions) publishers.add(publisher);
  }
  return { publishers, upstreams };
}

function rolesOf(node: TopologyNode, { publishers, upstreams }: Sources): readonly DeclaredRole[] {
  const isStandby = node.standbyOf !== null;
  const isSubscriber = node.subscriptions.length > 0;
  const isEdge = node.pendingSync !== null;
  const publishes = publishers.has(node.id) || node.publications.length > 0;
  const feeds = publishes || upstreams.has(node.id);
  const roles: DeclaredRole[] = [];
  if (!isStandby && (feeds || (!isSubscriber && !isEdge))) roles.push('primary');
  if (isStandby) roles.push('standby');
  if (publishes) roles.push('publisher');
  if (isSubscriber) roles.push('subscriber');
  if (isEdge) roles.push('edge');
  return roles;
}

/** Whether the file forbids every change on a node. One that is not in the file is not forbidden by it. */
export function isReadOnly(topology: Topology, nodeId: string): boolean {
  return topology.nodes.find(({ id }) => id === nodeId)?.access === 'readOnly';
}

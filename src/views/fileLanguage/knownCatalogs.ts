import { formatCounted } from '../../core/format';
import type { NodeCatalog, RelationFacts } from '../../core/plan/nodeCatalog';
import type { ChangeGateway } from '../../core/ports/changeGateway';
import type { Clock } from '../../core/ports/clock';
import type { TopologyMonitor } from '../../core/ports/topologyMonitor';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import type { TopologyNode } from '../../core/topology';
import type { KnownCatalog } from '../../topologyFile/suggestions';

export interface KnownCatalogsDeps {
  readonly gateway: Pick<ChangeGateway, 'openChange'>;
  readonly monitor: Pick<TopologyMonitor, 'current'>;
  readonly mayContact: (topologyId: string, node: TopologyNode) => Promise<boolean>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** What was read is as good as new for so long: somebody types. */
const KEPT_MS = 60_000;
/** Nobody waits longer for a list. */
const LIMIT_MS = 3_000;

interface Kept {
  readonly atMs: number;
  readonly catalog: Promise<KnownCatalog | null>;
}

/** Tables and roles of nodes that are connected, for completions: one short session a node and minute, as the role that watches. */
export class KnownCatalogs {
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly deps: KnownCatalogsDeps) {}

  /** `null` for a node that is not connected now, or cannot be read. Never asks, never rejects. */
  async of(topologyId: string, nodeId: string): Promise<KnownCatalog | null> {
    const { monitor, clock } = this.deps;
    const snapshot = monitor.current().find(({ id }) => id === topologyId);
    const node = snapshot?.topology.nodes.find(({ id }) => id === nodeId);
    const contact = snapshot?.nodes.find(({ id }) => id === nodeId)?.sample.contact;
    if (node === undefined || contact !== 'connected') return null;
    const key = JSON.stringify([topologyId, nodeId]);
    const known = this.#kept.get(key);
    if (known !== undefined && clock.monotonicMs() - known.atMs < KEPT_MS) return known.catalog;
    const catalog = this.#read(topologyId, node).catch(() => null);
    this.#kept.set(key, { atMs: clock.monotonicMs(), catalog });
    return catalog;
  }

  async #read(topologyId: string, node: TopologyNode): Promise<KnownCatalog | null> {
    if (!(await this.deps.mayContact(topologyId, node))) return null;
    const signal = AbortSignal.timeout(LIMIT_MS);
    const user = node.connection['user'] ?? null;
    const session = await this.deps.gateway.openChange(node, { user, mayWrite: false }, signal);
    try {
      return toKnown(await session.readCatalog([], signal));
    } finally {
      await session.close();
    }
  }
}

const PUBLISHABLE = new Set<string>(['table', 'partitioned']);

function toKnown({ relations, roles, nodeId }: NodeCatalog): KnownCatalog {
  return {
    tables: relations
      .filter(({ kind }) => PUBLISHABLE.has(kind))
      .map((table) => ({
        name: formatTableName(table),
        detail: say`table on ${nodeId}, ${fitness(table)}`,
      })),
    roles: roles.map(({ name, isSuperuser, isReplication }) => ({
      name,
      detail: say`role on ${nodeId}${isSuperuser ? say`, superuser` : ''}${isReplication ? say`, replication` : ''}`,
    })),
  };
}

/** Whether it can be published, and by what its rows are found downstream. */
function fitness({ persistence, identityColumns, columns }: RelationFacts): string {
  if (persistence !== 'permanent') return say`${persistence}: cannot be published`;
  if (identityColumns.length === 0)
    return say`no key: UPDATE and DELETE would fail once it is published`;
  return say`${formatCounted(columns.length, 'column')}, key ${identityColumns.join(', ')}`;
}

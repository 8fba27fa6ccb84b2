import type { Difference } from '../differences/difference';
import { differencesOf } from '../differences/differencesOf';
import type {
  EdgeSnapshot,
  NodeSnapshot,
  QueueSnapshot,
  SlotSnapshot,
  TopologySnapshot,
} from '../snapshot';
import type { EdgeChecks } from '../ports/checks';
import type { TopologyNode } from '../topology';
import { NO_CHECKS, type TopologyChecks } from './topologyChecks';

/** A snapshot with its parts by node, built once a snapshot so that 500 nodes need no search for each row. */
export class SnapshotIndex {
  private readonly nodes: ReadonlyMap<string, NodeSnapshot>;
  private readonly declared: ReadonlyMap<string, TopologyNode>;
  private readonly byTarget: ReadonlyMap<string, readonly EdgeSnapshot[]>;
  private readonly bySource: ReadonlyMap<string, readonly EdgeSnapshot[]>;
  private readonly slots: ReadonlyMap<string, readonly SlotSnapshot[]>;
  private readonly queues: ReadonlyMap<string, QueueSnapshot>;
  private readonly edges: ReadonlyMap<string, EdgeSnapshot>;
  private readonly slotsById: ReadonlyMap<string, SlotSnapshot>;
  private differences: ReadonlyMap<string, readonly Difference[]> | null = null;

  constructor(
    readonly snapshot: TopologySnapshot,
    readonly nowMs: number,
    private readonly checks: TopologyChecks = NO_CHECKS,
  ) {
    this.nodes = new Map(snapshot.nodes.map((node) => [node.id, node]));
    this.declared = new Map(snapshot.topology.nodes.map((node) => [node.id, node]));
    this.byTarget = groupBy(snapshot.edges, (edge) => edge.to);
    this.bySource = groupBy(snapshot.edges, (edge) => edge.from ?? '');
    this.slots = groupBy(snapshot.slots, (slot) => slot.nodeId);
    this.queues = new Map(snapshot.queues.map((queue) => [queue.nodeId, queue]));
    this.edges = new Map(snapshot.edges.map((edge) => [edge.id, edge]));
    this.slotsById = new Map(
      snapshot.slots.map((slot) => [`slot/${slot.nodeId}/${slot.name}`, slot]),
    );
  }

  node(id: string): NodeSnapshot | null {
    return this.nodes.get(id) ?? null;
  }

  declaredNode(id: string): TopologyNode | null {
    return this.declared.get(id) ?? null;
  }

  edge(id: string): EdgeSnapshot | null {
    return this.edges.get(id) ?? null;
  }

  /** @param id `slot/<node>/<name>`, as problems and selections name it. */
  slot(id: string): SlotSnapshot | null {
    return this.slotsById.get(id) ?? null;
  }

  /** Edges that end at this node. */
  incoming(nodeId: string): readonly EdgeSnapshot[] {
    return this.byTarget.get(nodeId) ?? [];
  }

  /** Edges that begin at this node. */
  outgoing(nodeId: string): readonly EdgeSnapshot[] {
    return this.bySource.get(nodeId) ?? [];
  }

  slotsOf(nodeId: string): readonly SlotSnapshot[] {
    return this.slots.get(nodeId) ?? [];
  }

  /** What differs between the file and this node. Worked out for all nodes when it is first asked for. */
  differencesOf(nodeId: string): readonly Difference[] {
    this.differences ??= groupBy(differencesOf(this.snapshot), (difference) => difference.nodeId);
    return this.differences.get(nodeId) ?? [];
  }

  queueOf(nodeId: string): QueueSnapshot | null {
    return this.queues.get(nodeId) ?? null;
  }

  /** @returns `undefined` for an edge that was never checked. */
  checksOf(edgeId: string): EdgeChecks | undefined {
    return this.checks.edges.get(edgeId);
  }

  get isCheckedContinuously(): boolean {
    return this.checks.isContinuous;
  }

  get isProduction(): boolean {
    return this.snapshot.topology.environment === 'production';
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

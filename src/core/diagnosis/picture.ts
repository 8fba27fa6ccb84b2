import type { CauseFacts } from '../causeFacts';
import type { FastFacts, SlowFacts, SubscriptionFacts } from '../facts';
import type { EdgeSnapshot, NodeSnapshot, QueueSnapshot, SlotSnapshot } from '../snapshot';
import type { TopologySnapshot, VerdictCode } from '../snapshot';

/** Causes are read every few seconds while something is wrong; what is older is of another time. */
const CAUSES_STAND_MS = 120_000;

/** Contact that gives no facts of now. */
const UNREAD: ReadonlySet<VerdictCode> = new Set([
  'restricted',
  'notConnected',
  'notApproved',
  'disconnected',
  'connecting',
  'unreachable',
  'starting',
  'passwordNeeded',
  'notPostgres',
  'stale',
]);

/** A snapshot with its parts by id, and what of it may be said in the present tense. Made once for many diagnoses. */
export class Picture {
  private readonly nodes: ReadonlyMap<string, NodeSnapshot>;
  private readonly places: ReadonlyMap<string, number>;
  private readonly edges: ReadonlyMap<string, EdgeSnapshot>;
  private readonly slots: ReadonlyMap<string, SlotSnapshot>;
  private readonly queues: ReadonlyMap<string, QueueSnapshot>;
  private readonly byTarget: ReadonlyMap<string, readonly EdgeSnapshot[]>;
  private readonly bySource: ReadonlyMap<string, readonly EdgeSnapshot[]>;

  constructor(readonly snapshot: TopologySnapshot) {
    this.nodes = new Map(snapshot.nodes.map((node) => [node.id, node]));
    this.places = new Map(snapshot.nodes.map(({ id }, place) => [id, place]));
    this.edges = new Map(snapshot.edges.map((edge) => [edge.id, edge]));
    this.slots = new Map(snapshot.slots.map((slot) => [slotSubject(slot), slot]));
    this.queues = new Map(snapshot.queues.map((queue) => [queue.id, queue]));
    this.byTarget = groupBy(snapshot.edges, (edge) => edge.to);
    this.bySource = groupBy(snapshot.edges, (edge) => edge.from);
  }

  node(id: string | null): NodeSnapshot | null {
    return id === null ? null : (this.nodes.get(id) ?? null);
  }

  /** Its place in the file, for an order. */
  place(nodeId: string): number {
    return this.places.get(nodeId) ?? Infinity;
  }

  edge(id: string): EdgeSnapshot | null {
    return this.edges.get(id) ?? null;
  }

  /** @param subject `slot/<node>/<name>` */
  slot(subject: string): SlotSnapshot | null {
    return this.slots.get(subject) ?? null;
  }

  queue(id: string): QueueSnapshot | null {
    return this.queues.get(id) ?? null;
  }

  /** Edges that end at this node. */
  incoming(nodeId: string): readonly EdgeSnapshot[] {
    return this.byTarget.get(nodeId) ?? [];
  }

  /** Edges that begin at this node. */
  outgoing(nodeId: string): readonly EdgeSnapshot[] {
    return this.bySource.get(nodeId) ?? [];
  }

  /** What the server said lately; `null` while it is not read, or only was. */
  fast(nodeId: string | null): FastFacts | null {
    const node = this.node(nodeId);
    return node === null || !isRead(node) ? null : node.sample.fast;
  }

  /** Of a server that is read now. */
  slow(nodeId: string | null): SlowFacts | null {
    const node = this.node(nodeId);
    return node === null || !isRead(node) ? null : node.sample.slow;
  }

  /** Why something is wrong there, as read lately; `null` where nobody asked, or long ago. */
  causes(nodeId: string | null): CauseFacts | null {
    const sample = this.node(nodeId)?.sample;
    const atMs = sample?.causesAtMs ?? null;
    if (sample === undefined || atMs === null) return null;
    return this.snapshot.takenAtMs - atMs <= CAUSES_STAND_MS ? (sample.causes ?? null) : null;
  }

  causesAtMs(nodeId: string | null): number | null {
    return this.node(nodeId)?.sample.causesAtMs ?? null;
  }

  setting(nodeId: string | null, name: string): string | null {
    return this.node(nodeId)?.sample.slow?.settings[name] ?? null;
  }

  /** `170002`; `null` while it was never read. */
  version(nodeId: string | null): number | null {
    return this.node(nodeId)?.sample.fast?.serverVersionNum ?? null;
  }

  /** What the subscriber says of a subscription now. */
  subscription(edge: EdgeSnapshot): SubscriptionFacts | null {
    const found = this.fast(edge.to)?.subscriptions ?? [];
    return found.find(({ name }) => name === edge.name) ?? null;
  }
}

/** Whether what a node said stands for now. */
export function isRead({ sample, verdict }: NodeSnapshot): boolean {
  return sample.contact === 'connected' && sample.fast !== null && !UNREAD.has(verdict.code);
}

/** Whether nobody asked, so that nothing can be said. */
export function isUnasked(code: VerdictCode): boolean {
  return (
    code === 'restricted' ||
    code === 'notConnected' ||
    code === 'notApproved' ||
    code === 'disconnected' ||
    code === 'connecting'
  );
}

export function slotSubject(slot: { readonly nodeId: string; readonly name: string }): string {
  return `slot/${slot.nodeId}/${slot.name}`;
}

function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string | null,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return groups;
}

import { isLoopback, isUnixSocket } from '../core/endpoint';
import { deriveSlotName } from '../core/slotName';
import type { NodeSnapshot, TopologySnapshot, TopologySummary } from '../core/snapshot';
import type { TopologyNode } from '../core/topology';

/** Stands for every name by which a node could be known that the file keeps from language models. */
export const NOT_TOLD = 'a node that may not be told';

/** A topology as language models may know it. */
export interface Told {
  /** Without the nodes that may not be told, and without links, slots and queues that have an end there. */
  readonly snapshot: TopologySnapshot;
  /** Whether any was left out. */
  readonly isPart: boolean;
  /** Nodes that take data from one that was left out: nobody may say whether it arrives. */
  readonly cutOff: ReadonlySet<string>;
  /** Takes the names of what was left out from a text. */
  readonly scrub: (text: string) => string;
}

/** Leaves out whatever the file's `allowLanguageModels: false` keeps back, before anything is worded. */
export function toldOf(whole: TopologySnapshot): Told {
  const hidden = whole.topology.nodes.filter(
    ({ allowLanguageModels }) => allowLanguageModels === false,
  );
  if (hidden.length === 0) {
    return { snapshot: whole, isPart: false, cutOff: new Set(), scrub: (text) => text };
  }
  const ids = new Set(hidden.map(({ id }) => id));
  const isTold = (id: string | null) => id === null || !ids.has(id);
  const kept = whole.topology.nodes.filter(({ id }) => isTold(id));
  const consumers = whole.topology.consumers.filter(({ node }) => isTold(node));
  const own = slotsOfHidden(hidden, kept);
  const edges = whole.edges.filter(({ from, to }) => isTold(from) && isTold(to));
  const slots = whole.slots.filter(
    ({ nodeId, name, consumer }) =>
      isTold(nodeId) && isTold((consumer ?? '').split('/')[0] ?? null) && !own.has(name),
  );
  const queues = whole.queues.filter(
    ({ nodeId, primaryId }) => isTold(nodeId) && isTold(primaryId),
  );
  // What is not in the file and hangs on a node that may not be told goes with it.
  const hanging = new Set(whole.edges.filter(({ from }) => !isTold(from)).map(({ to }) => to));
  const nodes = whole.nodes
    .filter(({ id, isDeclared }) => isTold(id) && (isDeclared || !hanging.has(id)))
    .map((node) => ({ ...node, sameServerAs: node.sameServerAs.filter(isTold) }));
  const cutOff = new Set([
    ...kept.flatMap((node) => (sourcesOf(node).every(isTold) ? [] : [node.id])),
    ...hanging,
  ]);
  const snapshot: TopologySnapshot = {
    ...whole,
    topology: { ...whole.topology, nodes: kept, consumers },
    nodes,
    edges,
    slots,
    queues,
    summary: summaryOf(whole, { nodes, edges, slots, queues }),
  };
  return { snapshot, isPart: true, cutOff, scrub: scrubber(namesOf(hidden, kept, whole)) };
}

function sourcesOf({ standbyOf, subscriptions, pendingSync }: TopologyNode): readonly string[] {
  return [
    ...(standbyOf === null ? [] : [standbyOf]),
    ...subscriptions.map(({ publisher }) => publisher),
    ...(pendingSync === null ? [] : [pendingSync.primary]),
  ];
}

/** Slots that nodes which may not be told read on others, by what the file says. */
function slotsOfHidden(
  hidden: readonly TopologyNode[],
  kept: readonly TopologyNode[],
): ReadonlySet<string> {
  const shared = new Set(kept.flatMap(slotNamesOf));
  return new Set(hidden.flatMap(slotNamesOf).filter((name) => !shared.has(name)));
}

function slotNamesOf({ id, slot, subscriptions }: TopologyNode): readonly string[] {
  return [slot ?? deriveSlotName(id), ...subscriptions.map(({ slotName }) => slotName)];
}

function summaryOf(
  { summary }: TopologySnapshot,
  parts: Pick<TopologySnapshot, 'nodes' | 'edges' | 'slots' | 'queues'>,
): TopologySummary {
  const subjects = new Set([
    ...[...parts.nodes, ...parts.edges, ...parts.queues].map(({ id }) => id),
    ...parts.slots.map(({ nodeId, name }) => `slot/${nodeId}/${name}`),
  ]);
  const replicas = parts.edges.filter(({ kind, isDeclared }) => isDeclared && kind !== 'consumer');
  return {
    ...summary,
    health: 'unknown',
    replicas: replicas.length,
    healthyReplicas: replicas.filter(({ verdict }) => verdict.health === 'healthy').length,
    problems: summary.problems.filter((subject) => subjects.has(subject)),
    worstLagMs: null,
    worstLagBytes: null,
    worstEdgeId: null,
  };
}

/** Names by which a hidden node could be known and no other is. */
function namesOf(
  hidden: readonly TopologyNode[],
  kept: readonly TopologyNode[],
  { nodes }: TopologySnapshot,
): readonly string[] {
  const samples = new Map(nodes.map((node) => [node.id, node]));
  const all = (node: TopologyNode) => [
    node.id,
    ...slotNamesOf(node),
    ...node.subscriptions.map(({ name }) => name),
    ...hostsOf(node, samples.get(node.id)),
  ];
  const shared = new Set(kept.flatMap(all));
  return [...new Set(hidden.flatMap(all))].filter((name) => name !== '' && !shared.has(name));
}

function hostsOf({ connection }: TopologyNode, seen: NodeSnapshot | undefined): readonly string[] {
  const said = [connection['host'], connection['hostaddr'], connection['service']];
  const hosts = said.flatMap((value) => (value ?? '').split(',')).map((host) => host.trim());
  return [...hosts, seen?.sample.endpoint?.host ?? ''].filter(
    (host) => host !== '' && !isUnixSocket(host) && !isLoopback(host),
  );
}

/** Longer names first, so that none leaves a part of another behind. */
function scrubber(names: readonly string[]): Told['scrub'] {
  const words = names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'));
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}_-])(?:${words.join('|')})(?![\\p{L}\\p{N}_-])`,
    'giu',
  );
  return (text) => text.replace(pattern, NOT_TOLD);
}

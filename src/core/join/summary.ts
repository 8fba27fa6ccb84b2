import { healthByNode } from '../nodeHealth';
import type {
  EdgeSnapshot,
  Health,
  NodeSnapshot,
  QueueSnapshot,
  SlotSnapshot,
  TopologySummary,
  Verdict,
  VerdictCode,
} from '../snapshot';
import type { Scene } from './scene';
import { compareSeverity, worstHealth } from './severity';

interface Picture {
  readonly nodes: readonly NodeSnapshot[];
  readonly edges: readonly EdgeSnapshot[];
  readonly slots: readonly SlotSnapshot[];
  readonly queues: readonly QueueSnapshot[];
}

/**
 * The whole topology in a few figures. A replica (declared standby or subscriber) counts as healthy when the server, all that arrives
 * at it and its queue are (`healthByNode`): one that is copying or catching up does not count yet.
 */
export function summarize(scene: Scene, picture: Picture): TopologySummary {
  const replicas = picture.nodes.filter(
    (node) => node.declaredRoles.includes('standby') || node.declaredRoles.includes('subscriber'),
  );
  const healths = healthByNode(picture);
  const healthyReplicas = replicas.filter((node) => healths.get(node.id) === 'healthy');
  const lag = worstLag(picture.edges);
  const subscriptions = picture.edges.filter((edge) => edge.kind === 'logical');
  return {
    health: overallHealth(picture),
    replicas: replicas.length,
    healthyReplicas: healthyReplicas.length,
    problems: listProblems(picture),
    ...lag,
    publications: countPublications(scene),
    subscriptions: subscriptions.length,
    activeSubscriptions: countActive(subscriptions),
    isContacted: picture.nodes.some(({ sample }) =>
      ['connecting', 'connected', 'failed'].includes(sample.contact),
    ),
  };
}

function overallHealth(picture: Picture): Health {
  const all = [...picture.nodes, ...picture.edges, ...picture.slots, ...picture.queues];
  return worstHealth(all.map((thing) => thing.verdict.health));
}

interface Problem {
  readonly id: string;
  readonly verdict: Verdict;
}

/** Ids of what needs a person, worst first, the older first among equals. What only follows from another entry is left out. */
function listProblems(picture: Picture): readonly string[] {
  const nodes = picture.nodes.map(({ id, verdict }) => ({ id, verdict }));
  const codes = new Map(nodes.map(({ id, verdict }) => [id, verdict.code]));
  const edges = picture.edges.filter((edge) => !followsFromNode(edge, codes));
  const told = new Set(picture.edges.filter(isProblem).map((edge) => edge.slotName));
  const slots = picture.slots
    .filter((slot) => !isToldByEdge(slot, told))
    .map((slot) => ({ id: `slot/${slot.nodeId}/${slot.name}`, verdict: slot.verdict }));
  const found: Problem[] = [...nodes, ...edges, ...slots, ...picture.queues];
  return found
    .filter(isProblem)
    .toSorted(
      (a, b) =>
        compareSeverity(a.verdict, b.verdict) ||
        (a.verdict.sinceMs ?? Infinity) - (b.verdict.sinceMs ?? Infinity) ||
        (a.id < b.id ? -1 : 1),
    )
    .map(({ id }) => id);
}

/** An edge whose downstream is known to be away or to be another kind of server tells nothing that its node does not. */
function followsFromNode(edge: EdgeSnapshot, codes: ReadonlyMap<string, VerdictCode>): boolean {
  const downstream = codes.get(edge.to);
  const upstream = codes.get(edge.from ?? '');
  const { code } = edge.verdict;
  if (code === 'notStreaming') return downstream === 'unreachable' || upstream === 'unreachable';
  if (code === 'roleMismatch') return downstream === code || downstream === 'splitBrain';
  if (code === 'wrongSystem') return downstream === code;
  return code === 'noPrivilege' && (downstream === code || upstream === code);
}

/** A slot that nobody reads, or that is lost, while its edge says so. */
function isToldByEdge(slot: SlotSnapshot, told: ReadonlySet<string | null>): boolean {
  const { code } = slot.verdict;
  return (code === 'notStreaming' || code === 'slotLost') && told.has(slot.name);
}

function isProblem({ verdict }: { readonly verdict: Verdict }): boolean {
  return verdict.health === 'error' || verdict.health === 'warning';
}

function worstLag(
  edges: readonly EdgeSnapshot[],
): Pick<TopologySummary, 'worstLagMs' | 'worstLagBytes' | 'worstEdgeId'> {
  // An undeclared reader may be as far behind as it likes; the summary is that of the file.
  const declared = edges.filter((edge) => edge.isDeclared);
  const byTime = largest(declared, (edge) => edge.lagMs);
  const bySize = largest(declared, (edge) => edge.lagBytes);
  return {
    worstLagMs: byTime?.lagMs ?? null,
    worstLagBytes: bySize?.lagBytes ?? null,
    worstEdgeId: (byTime ?? bySize)?.id ?? null,
  };
}

function largest(
  edges: readonly EdgeSnapshot[],
  valueOf: (edge: EdgeSnapshot) => number | null,
): EdgeSnapshot | null {
  let found: EdgeSnapshot | null = null;
  let most = -1;
  for (const edge of edges) {
    const value = valueOf(edge);
    if (value === null || value <= most) continue;
    most = value;
    found = edge;
  }
  return found;
}

function countPublications(scene: Scene): number | null {
  const read = [...scene.views.values()].filter(
    ({ sample }) => sample.slow !== null && sample.fast?.isInRecovery === false,
  );
  if (read.length === 0) return null;
  return read.reduce((sum, { sample }) => sum + (sample.slow?.publications.length ?? 0), 0);
}

/** Subscriptions that are applied or copied now; `null` when none could be judged. */
function countActive(subscriptions: readonly EdgeSnapshot[]): number | null {
  const judged = subscriptions.filter(({ verdict }) => !isUnjudged(verdict.code));
  if (judged.length === 0 && subscriptions.length > 0) return null;
  return judged.filter(({ verdict }) => isActive(verdict.code)).length;
}

function isActive(code: VerdictCode): boolean {
  const active: readonly VerdictCode[] = [
    'streaming',
    'idle',
    'catchingUp',
    'lagging',
    'stuck',
    'copying',
    'blocked',
  ];
  return active.includes(code);
}

function isUnjudged(code: VerdictCode): boolean {
  const unjudged: readonly VerdictCode[] = [
    'unknown',
    'stale',
    'restricted',
    'notConnected',
    'notApproved',
    'disconnected',
    'connecting',
  ];
  return unjudged.includes(code);
}

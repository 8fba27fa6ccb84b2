import { consumerRowText } from '../core/describe/childTexts';
import { contactRow, fileFailureRow } from '../core/describe/failureRow';
import { NO_QUEUES, type TopologyQueues } from '../core/describe/queueRows';
import { SnapshotIndex } from '../core/describe/snapshotIndex';
import { NO_CHECKS, type TopologyChecks } from '../core/describe/topologyChecks';
import { edgeTooltip, topologyTooltip } from '../core/describe/tooltips';
import { topologyRowText, type TopologySurroundings } from '../core/describe/topologyText';
import type { EdgeSnapshot, NodeSnapshot, TopologySnapshot } from '../core/snapshot';
import { checkRow } from './checkRow';
import { nodeRow } from './nodeRows';
import type { Row } from './row';
import { rowPath } from './rowPath';

/**
 * The rows of one topology: the primaries with what streams from them, then subscribers, edges, and what reads slots
 * without being Postgres. By what the servers say where they were asked, else by the file.
 */
export function topologyRows(
  snapshot: TopologySnapshot,
  nowMs: number,
  surroundings: TopologySurroundings,
  checks: TopologyChecks = NO_CHECKS,
  queues: TopologyQueues = NO_QUEUES,
): Row {
  const index = new SnapshotIndex(snapshot, nowMs, checks);
  const upstreams = upstreamsOf(index);
  const downstream = new Map<string, NodeSnapshot[]>();
  const roots: NodeSnapshot[] = [];
  for (const node of snapshot.nodes) {
    const upstream = upstreams.get(node.id);
    if (upstream === undefined) roots.push(node);
    else downstream.set(upstream, [...(downstream.get(upstream) ?? []), node]);
  }
  const draw = (node: NodeSnapshot): Row =>
    nodeRow(node, index, (downstream.get(node.id) ?? []).map(draw), queues);
  const sorted = roots.toSorted((a, b) => rank(a) - rank(b));
  const contact = contactRow(snapshot);
  const consumers = snapshot.edges.filter((edge) => edge.kind === 'consumer');
  return {
    kind: 'topology',
    id: rowPath(snapshot.id),
    topologyId: snapshot.id,
    subject: null,
    text: topologyRowText(snapshot, surroundings),
    children: [
      ...(contact === null ? [] : [contactFailure(snapshot, contact)]),
      ...sorted.map(draw),
      ...consumers.map((edge) => consumerRow(edge, index)),
    ],
    isExpanded: true,
    fix: null,
    tooltip: () => topologyTooltip(snapshot, nowMs),
  };
}

/** The row of a file that never was valid: there is no topology to draw. */
export function fileRow(id: string, fileName: string): Row {
  const { text, fix } = fileFailureRow(fileName);
  return {
    kind: 'failure',
    // Not the topology's own id: VS Code would keep that one folded, as a leaf is.
    id: rowPath(id, 'unreadable'),
    topologyId: id,
    subject: null,
    text,
    children: [],
    isExpanded: false,
    fix,
    tooltip: () => null,
  };
}

/** The node that each standby hangs below. What closes a circle is drawn at the top. */
function upstreamsOf(index: SnapshotIndex): ReadonlyMap<string, string> {
  const upstreams = new Map<string, string>();
  for (const node of index.snapshot.nodes) {
    if (node.role !== 'standby') continue;
    const edge = index.incoming(node.id).find((candidate) => candidate.kind === 'streaming');
    const upstream = edge?.from ?? index.declaredNode(node.id)?.standbyOf ?? null;
    if (upstream === null || index.node(upstream) === null) continue;
    if (!leadsTo(upstreams, upstream, node.id)) upstreams.set(node.id, upstream);
  }
  return upstreams;
}

function leadsTo(upstreams: ReadonlyMap<string, string>, from: string, to: string): boolean {
  for (let at: string | undefined = from; at !== undefined; at = upstreams.get(at)) {
    if (at === to) return true;
  }
  return false;
}

const RANKS: Readonly<Record<NodeSnapshot['role'], number>> = {
  primary: 0,
  standby: 1,
  subscriber: 2,
  edge: 3,
};

function rank(node: NodeSnapshot): number {
  return RANKS[node.role];
}

function contactFailure(
  snapshot: TopologySnapshot,
  { text, fix }: NonNullable<ReturnType<typeof contactRow>>,
): Row {
  return {
    kind: 'failure',
    id: rowPath(snapshot.id, 'contact'),
    topologyId: snapshot.id,
    subject: null,
    text,
    children: [],
    isExpanded: false,
    fix,
    tooltip: () => null,
  };
}

function consumerRow(edge: EdgeSnapshot, index: SnapshotIndex): Row {
  const { id } = index.snapshot;
  return {
    kind: 'consumer',
    id: rowPath(id, 'consumer', edge.to),
    topologyId: id,
    subject: edge.id,
    text: consumerRowText(edge, index.nowMs),
    children: checkRow(edge, index, ['consumer', edge.to]),
    isExpanded: false,
    fix: null,
    tooltip: () => edgeTooltip(edge, index.nowMs),
  };
}

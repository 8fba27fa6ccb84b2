import { consumerRowText } from '../core/describe/childTexts';
import { contactRow, fileFailureRow } from '../core/describe/failureRow';
import { foldRowText, foldSiblings, isQuietNode } from '../core/describe/foldText';
import { NO_QUEUES, type TopologyQueues } from '../core/describe/queueRows';
import type { RowText } from '../core/describe/rowText';
import { routeRowText, routeTooltip } from '../core/describe/routeText';
import { SnapshotIndex } from '../core/describe/snapshotIndex';
import { NO_CHECKS, type TopologyChecks } from '../core/describe/topologyChecks';
import { edgeTooltip, topologyTooltip } from '../core/describe/tooltips';
import { topologyRowText, type TopologySurroundings } from '../core/describe/topologyText';
import { routesOf } from '../core/routing/whereTo';
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
  const below = (node: NodeSnapshot) => downstream.get(node.id) ?? [];
  const isQuiet = (node: NodeSnapshot): boolean =>
    isQuietNode(node, index) && below(node).every(isQuiet);
  const draw = (node: NodeSnapshot): Row =>
    nodeRow(node, index, drawAll(below(node), node.id, ['node', node.id]), queues);
  /** @param subject what a command on the row of the folded ones concerns */
  const drawAll = (
    nodes: readonly NodeSnapshot[],
    subject: string | null,
    path: string[],
  ): Row[] => {
    const { drawn, folded } = foldSiblings(nodes, isQuiet);
    if (folded.length === 0) return nodes.map(draw);
    const text = foldRowText(folded, index);
    const id = rowPath(snapshot.id, ...path, 'healthy');
    return [...drawn.map(draw), groupRow(id, snapshot.id, subject, text, folded.map(draw))];
  };
  const ofRank = (wanted: number) => roots.filter((node) => rank(node) === wanted);
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
      ...routeRows(snapshot, nowMs),
      // Primaries, and standbys of nobody, are what everything else hangs on.
      ...[...ofRank(RANKS.primary), ...ofRank(RANKS.standby)].map(draw),
      ...drawAll(ofRank(RANKS.subscriber), null, ['subscribers']),
      ...drawAll(ofRank(RANKS.edge), null, ['edges']),
      ...consumers.map((edge) => consumerRow(edge, index)),
    ],
    isExpanded: true,
    fix: null,
    tooltip: () => topologyTooltip(snapshot, nowMs),
  };
}

function groupRow(
  id: string,
  topologyId: string,
  subject: string | null,
  text: RowText,
  children: readonly Row[],
): Row {
  return {
    kind: 'group',
    id,
    topologyId,
    subject,
    text,
    children,
    isExpanded: false,
    fix: null,
    tooltip: () => null,
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

/** Where reads and writes go, only where the file says something of it. */
function routeRows(snapshot: TopologySnapshot, nowMs: number): readonly Row[] {
  if (snapshot.topology.routing === undefined) return [];
  const { reads, writes } = routesOf(snapshot, nowMs);
  return [reads, writes].map((route) => ({
    kind: 'route',
    id: rowPath(snapshot.id, 'route', route.kind),
    topologyId: snapshot.id,
    subject: route.nodeId,
    text: routeRowText(route),
    children: [],
    isExpanded: false,
    fix: null,
    tooltip: () => routeTooltip(route),
  }));
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
    tooltip: () => edgeTooltip(edge, index),
  };
}

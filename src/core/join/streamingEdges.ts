import type { ReceiverFacts, SenderFacts, SlotFacts } from '../facts';
import { say } from '../say';
import type { EdgeSnapshot } from '../snapshot';
import { finishEdge, type EdgeDraft, type VerdictBook } from './draft';
import { EMPTY_EDGE_MEMORY, type EdgeMemory } from './memory';
import { isSameServer, peersOf, type NodeView, type Scene } from './scene';
import { matchSenders, type SenderMatch } from './senderOfStandby';
import { edgeIdOf } from './streamingCase';
import { judgeStreaming } from './streamingVerdict';

/** The streaming edges of all declared standbys, and which senders and slots they account for. */
export interface StreamingEdges {
  readonly edges: readonly EdgeSnapshot[];
  readonly memories: ReadonlyMap<string, EdgeMemory>;
  /** By node id of the upstream: pids of senders that belong to a declared standby. */
  readonly senderPids: ReadonlyMap<string, ReadonlySet<number>>;
  /** Upstreams where a sender may belong to a standby that could not be told: nothing there is "not in the file". */
  readonly unsettled: ReadonlySet<string>;
}

interface Match {
  readonly upstream: NodeView;
  readonly match: SenderMatch | null;
}

/** Joins every declared standby with its upstream, the roots first, so that a cut-off upstream is known before its downstreams. */
export function joinStreamingEdges(scene: Scene, book: VerdictBook): StreamingEdges {
  const matches = matchDeclared(scene);
  const unsettled = new Set<string>();
  const senderPids = new Map<string, Set<number>>();
  for (const { upstream, match } of matches.values()) {
    if (match?.kind === 'found') claim(senderPids, upstream.node.id, match.sender);
    const isOpen = match !== null && match.kind !== 'found' && match.kind !== 'none';
    if (isOpen) unsettled.add(upstream.node.id);
  }
  for (const [id, found] of matchElsewhere(scene, matches, senderPids)) {
    matches.set(id, found);
    if (found.match?.kind === 'found')
      claim(senderPids, found.upstream.node.id, found.match.sender);
  }
  const edges = new Map<string, EdgeSnapshot>();
  const memories = new Map<string, EdgeMemory>();
  for (const standby of fromTheRoots(scene, matches)) {
    const found = matches.get(standby.node.id);
    if (found === undefined) continue;
    const id = edgeIdOf(standby);
    const draft = judgeStreaming({
      scene,
      standby,
      upstream: found.upstream,
      match: found.match,
      source: edges.get(edgeIdOf(found.upstream)) ?? null,
      past: scene.memory.edges.get(id) ?? EMPTY_EDGE_MEMORY,
    });
    memories.set(id, draft.memory);
    const who = {
      id,
      kind: 'streaming' as const,
      name: standby.node.id,
      from: found.upstream.node.id,
      to: standby.node.id,
      isDeclared: true,
    };
    edges.set(id, finishEdge(who, heldAgainstFile(draft, standby, found.upstream), book));
  }
  const inFileOrder = scene.topology.nodes.flatMap(
    (node) => edges.get(`streaming/${node.id}`) ?? [],
  );
  return { edges: inFileOrder, memories, senderPids, unsettled };
}

function matchDeclared(scene: Scene): Map<string, Match> {
  const downstreams = new Map<string, NodeView[]>();
  for (const view of scene.views.values()) {
    const { standbyOf } = view.node;
    if (standbyOf === null || standbyOf === view.node.id) continue;
    const known = downstreams.get(standbyOf);
    if (known === undefined) downstreams.set(standbyOf, [view]);
    else known.push(view);
  }
  const matches = new Map<string, Match>();
  for (const [id, standbys] of downstreams) {
    const upstream = scene.views.get(id);
    if (upstream === undefined) continue;
    const found = upstream.fast === null ? null : matchSenders(upstream.fast, standbys);
    for (const standby of standbys) {
      const match = found?.get(standby.node.id) ?? null;
      matches.set(standby.node.id, { upstream, match });
    }
  }
  return matches;
}

/**
 * A standby that receives, but not from the upstream in the file, is looked for on the other nodes: after a promotion the picture follows
 * the servers, and the file is held against it.
 */
function matchElsewhere(
  scene: Scene,
  matches: ReadonlyMap<string, Match>,
  senderPids: ReadonlyMap<string, ReadonlySet<number>>,
): ReadonlyMap<string, Match> {
  const moved = new Map<string, Match>();
  for (const [id, { upstream: declared, match }] of matches) {
    const standby = scene.views.get(id);
    if (match !== null && match.kind !== 'none') continue;
    if (standby?.fast?.isInRecovery !== true || standby.fast.receiver === null) continue;
    const found: Match[] = [];
    const excluded = [...peersOf(scene, standby), ...peersOf(scene, declared)];
    for (const upstream of scene.views.values()) {
      if (upstream.fast === null || upstream.fast.senders.length === 0) continue;
      if (excluded.includes(upstream)) continue;
      if (upstream.fast.systemIdentifier !== standby.fast.systemIdentifier) continue;
      const other = matchSenders(upstream.fast, [standby]).get(id);
      if (other?.kind !== 'found' || !isCertain(other, standby.fast.receiver, match)) continue;
      if (senderPids.get(upstream.node.id)?.has(other.sender.pid) === true) continue;
      if (!found.some((known) => isSameServer(known.upstream, upstream))) {
        found.push({ upstream, match: other });
      }
    }
    const [only] = found;
    if (only !== undefined && found.length === 1) moved.set(id, only);
  }
  return moved;
}

/** A slot tells for sure. The name that every standby has by default does not, nor any name while the upstream of the file is not read. */
function isCertain(
  found: { readonly slot: SlotFacts | null },
  receiver: ReceiverFacts,
  declared: SenderMatch | null,
): boolean {
  if (found.slot !== null && found.slot.name === receiver.slotName) return true;
  return declared !== null && receiver.applicationName !== 'walreceiver';
}

/** Data arrives, but not on the way that the file says: at least a warning, with the upstream of the file. */
function heldAgainstFile(draft: EdgeDraft, standby: NodeView, upstream: NodeView): EdgeDraft {
  const declared = standby.node.standbyOf;
  if (declared === null || declared === upstream.node.id) return draft;
  const { code, health, params } = draft.verdict;
  const isQuiet = code === 'streaming' || code === 'idle' || code === 'catchingUp';
  return {
    ...draft,
    verdict: {
      ...draft.verdict,
      ...(isQuiet ? { health: 'warning' as const } : health === undefined ? {} : { health }),
      params: {
        ...params,
        otherNodes: [declared],
        reason: say`streams from ${upstream.node.id}, the file says ${declared}`,
      },
    },
  };
}

function claim(pids: Map<string, Set<number>>, nodeId: string, sender: SenderFacts): void {
  const known = pids.get(nodeId);
  if (known === undefined) pids.set(nodeId, new Set([sender.pid]));
  else known.add(sender.pid);
}

/** Standbys, each after the standby that feeds it. A ring, which servers can pass through while they are re-pointed, ends somewhere. */
function fromTheRoots(scene: Scene, matches: ReadonlyMap<string, Match>): readonly NodeView[] {
  const ordered = new Set<NodeView>();
  const visit = (view: NodeView, path: ReadonlySet<NodeView>): void => {
    if (ordered.has(view) || path.has(view)) return;
    const upstream = matches.get(view.node.id)?.upstream;
    if (upstream !== undefined) visit(upstream, new Set([...path, view]));
    ordered.add(view);
  };
  for (const view of scene.views.values()) visit(view, new Set());
  return [...ordered];
}

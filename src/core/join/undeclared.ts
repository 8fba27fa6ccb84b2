import { isLoopback } from '../endpoint';
import type { FastFacts, SenderFacts } from '../facts';
import { lagBytesBetween } from '../lsn';
import { say } from '../say';
import type { EdgeSnapshot, NodeSnapshot } from '../snapshot';
import type { ConsumerSlot } from './consumerEdges';
import { finishEdge, type EdgeDraft, type VerdictBook, withLastKnown } from './draft';
import { behindEvidence, senderEvidence } from './evidence';
import { judgeMeasure, measureLag } from './measure';
import { EMPTY_EDGE_MEMORY, type EdgeMemory } from './memory';
import { noPrivilege } from './privilege';
import { followProgress, rememberProgress } from './progress';
import {
  endOfWal,
  peersOf,
  speaksForServer,
  UNASKED_SAMPLE,
  type NodeView,
  type Scene,
} from './scene';
import { isStandbySender, isTableSyncName } from './senderOfStandby';
import type { StreamingEdges } from './streamingEdges';

export interface UndeclaredStandbys {
  readonly nodes: readonly NodeSnapshot[];
  readonly edges: readonly EdgeSnapshot[];
  readonly memories: ReadonlyMap<string, EdgeMemory>;
}

/** Standbys that stream from a declared node without being in the file: what is left of pg_stat_replication. */
export function joinUndeclaredStandbys(
  scene: Scene,
  streaming: StreamingEdges,
  book: VerdictBook,
): UndeclaredStandbys {
  const nodes: NodeSnapshot[] = [];
  const edges: EdgeSnapshot[] = [];
  const memories = new Map<string, EdgeMemory>();
  const names = new Set<string>();
  for (const view of scene.views.values()) {
    if (view.fast === null || !speaksForServer(scene, view)) continue;
    if (streaming.unsettled.has(view.node.id)) continue;
    for (const sender of leftOver(view.fast, claimedPids(scene, streaming, view))) {
      const name = uniqueName(nameOf(sender, view.fast), names);
      const nodeId = `undeclared/${name}`;
      const id = `streaming/${nodeId}`;
      const draft = judgeSender(scene, view, view.fast, sender, scene.memory.edges.get(id));
      memories.set(id, draft.memory);
      const who = { kind: 'streaming' as const, name, from: view.node.id, isDeclared: false };
      edges.push(finishEdge({ ...who, id, to: nodeId }, draft, book));
      nodes.push(unknownStandby(nodeId));
    }
  }
  return { nodes, edges, memories };
}

/** Logical slots that something reads, which neither a subscription of the file nor a consumer accounts for. */
export function undeclaredConsumers(
  scene: Scene,
  edges: readonly EdgeSnapshot[],
  declared: readonly ConsumerSlot[],
): readonly ConsumerSlot[] {
  const found: ConsumerSlot[] = [];
  const names = new Set<string>();
  const known = new Set([
    ...edges.flatMap((edge) => (edge.kind === 'logical' ? [edge.slotName] : [])),
    ...declared.map((consumer) => consumer.slotName),
  ]);
  for (const view of scene.views.values()) {
    if (view.fast === null || !speaksForServer(scene, view)) continue;
    for (const slot of view.fast.slots) {
      if (slot.type !== 'logical' || !slot.isActive || isTableSyncName(slot.name)) continue;
      if (known.has(slot.name)) continue;
      const name = uniqueName(slot.name, names);
      const id = `undeclared/${name}`;
      found.push({ id, name, view, slotName: slot.name, isDeclared: false });
    }
  }
  return found;
}

function leftOver(fast: FastFacts, claimed: ReadonlySet<number>): readonly SenderFacts[] {
  const logical = fast.slots.filter((slot) => slot.type === 'logical');
  const logicalPids = new Set(logical.map((slot) => slot.activePid));
  const logicalNames = new Set(logical.map((slot) => slot.name));
  return (
    fast.senders
      .filter((sender) => !claimed.has(sender.pid) && !logicalPids.has(sender.pid))
      .filter(isStandbySender)
      // REFRESH PUBLICATION and its like open a sender of their own for a moment, under the name of the subscription.
      .filter((sender) => sender.state !== 'startup')
      .filter((sender) => !logicalNames.has(sender.applicationName ?? ''))
      .toSorted((a, b) => a.pid - b.pid)
  );
}

function claimedPids(scene: Scene, streaming: StreamingEdges, view: NodeView): Set<number> {
  const pids = new Set<number>();
  for (const peer of peersOf(scene, view)) {
    for (const pid of streaming.senderPids.get(peer.node.id) ?? []) pids.add(pid);
  }
  return pids;
}

function nameOf(sender: SenderFacts, fast: FastFacts): string {
  const address = sender.clientAddress;
  if (address !== null && !isLoopback(address)) return address;
  const slot = fast.slots.find((candidate) => candidate.activePid === sender.pid);
  return slot?.name ?? sender.applicationName ?? address ?? say`pid ${sender.pid}`;
}

function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let count = 2; taken.has(unique); count += 1) unique = `${name} #${count}`;
  taken.add(unique);
  return unique;
}

function judgeSender(
  scene: Scene,
  view: NodeView,
  fast: FastFacts,
  sender: SenderFacts,
  remembered: EdgeMemory | undefined,
): EdgeDraft {
  const past = remembered ?? EMPTY_EDGE_MEMORY;
  const slot = fast.slots.find((candidate) => candidate.activePid === sender.pid) ?? null;
  const bytes = lagBytesBetween(endOfWal(fast), sender.replayLsn);
  const progress =
    bytes === null || sender.replayLsn === null
      ? null
      : followProgress(past, {
          atMs: view.atMs,
          bytes,
          position: sender.replayLsn,
          received: null,
        });
  const reading = { bytes, replayLagMs: sender.replayLagMs, senderState: sender.state };
  const measure = measureLag(reading, progress, scene.topology.thresholds);
  const isHidden = sender.replayLsn === null && !fast.canSeeReplication;
  return {
    verdict: isHidden
      ? noPrivilege(view)
      : judgeMeasure(measure, reading, progress, scene.topology.thresholds),
    measure,
    atMs: view.atMs,
    unknownBecause: bytes === null ? say`it does not report its position` : null,
    retainedWalBytes: lagBytesBetween(endOfWal(fast), slot?.restartLsn ?? null),
    syncState: sender.syncState,
    slotName: slot?.name ?? null,
    isRelativeToUpstream: fast.isInRecovery,
    evidence: [behindEvidence(measure, 'pg_stat_replication', view), senderEvidence(sender, view)],
    memory: withLastKnown(rememberProgress(past, progress), measure, view.atMs),
  };
}

function unknownStandby(id: string): NodeSnapshot {
  return {
    id,
    isDeclared: false,
    declaredRoles: [],
    role: 'standby',
    sample: UNASKED_SAMPLE,
    verdict: { code: 'healthy', health: 'healthy', sinceMs: null, params: {} },
    sameServerAs: [],
    clockSkewMs: null,
  };
}

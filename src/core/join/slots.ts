import type { FastFacts, SlotFacts } from '../facts';
import { lagBytesBetween } from '../lsn';
import type { EdgeSnapshot, SlotReader, SlotSnapshot, TableSyncSlot } from '../snapshot';
import type { VerdictBook, VerdictDraft } from './draft';
import { endOfWal, peersOf, speaksForServer, type NodeView, type Scene } from './scene';
import { parseSize } from './settingSize';
import { inactiveSince, isSlotLost } from './slotState';
import { tableSyncOf } from './tableSync';

/** From this share of max_slot_wal_keep_size on a slot is near its end. */
const NEAR_LIMIT = 0.9;

/** Every slot of every server that can be read now, once, with who reads it and how near it is to being lost. */
export function joinSlots(
  scene: Scene,
  edges: readonly EdgeSnapshot[],
  book: VerdictBook,
): readonly SlotSnapshot[] {
  const snapshots: SlotSnapshot[] = [];
  const readers = new Map<string, EdgeSnapshot[]>();
  for (const edge of edges) {
    if (edge.slotName === null) continue;
    const known = readers.get(edge.slotName);
    if (known === undefined) readers.set(edge.slotName, [edge]);
    else known.push(edge);
  }
  for (const view of scene.views.values()) {
    if (view.fast === null) continue;
    for (const slot of view.fast.slots) {
      if (slot.isTemporary || !isSaidHere(scene, view, slot)) continue;
      const candidates = readers.get(slot.name) ?? [];
      snapshots.push(describeSlot(scene, view, view.fast, slot, candidates, book));
    }
  }
  return snapshots;
}

/** Nodes that are databases of one server all see its slots: a logical one is said at its database, any other at the first node. */
function isSaidHere(scene: Scene, view: NodeView, slot: SlotFacts): boolean {
  const atDatabase = peersOf(scene, view).find(
    (peer) => peer.fast !== null && peer.fast.database === slot.database,
  );
  return atDatabase === undefined ? speaksForServer(scene, view) : atDatabase === view;
}

function describeSlot(
  scene: Scene,
  view: NodeView,
  fast: FastFacts,
  slot: SlotFacts,
  edges: readonly EdgeSnapshot[],
  book: VerdictBook,
): SlotSnapshot {
  const tableSync = tableSyncOf(scene, slot);
  const reader =
    tableSync === null ? readerOf(scene, view, slot, edges) : readerOfTableSync(tableSync);
  const retainedWalBytes = lagBytesBetween(endOfWal(fast), slot.restartLsn);
  const limitBytes = parseSize(view.sample.slow?.settings['max_slot_wal_keep_size'] ?? null);
  const draft =
    tableSync?.isLeft === null && !isSlotLost(slot)
      ? ({ code: 'unknown', ...inactiveSince(slot, view, fast) } satisfies VerdictDraft)
      : judgeSlot(slot, view, fast, reader.consumer, retainedWalBytes, limitBytes);
  return {
    nodeId: view.node.id,
    name: slot.name,
    type: slot.type,
    isActive: slot.isActive,
    isDeclared: reader.isDeclared,
    consumer: reader.consumer,
    retainedWalBytes,
    safeWalBytes: slot.safeWalBytes,
    limitBytes,
    walStatus: slot.walStatus,
    invalidationReason: slot.invalidationReason,
    reader: processOf(slot, fast),
    inactiveSinceMs: inactiveSince(slot, view, fast).sinceMs ?? null,
    tableSync,
    verdict: book.settle(`slot/${view.node.id}/${slot.name}`, draft),
  };
}

function judgeSlot(
  slot: SlotFacts,
  view: NodeView,
  fast: FastFacts,
  consumer: string | null,
  retainedBytes: number | null,
  limitBytes: number | null,
): VerdictDraft {
  if (isSlotLost(slot)) {
    const reason = slot.invalidationReason ?? slot.walStatus ?? 'lost';
    return { code: 'slotLost', params: { reason }, ...inactiveSince(slot, view, fast) };
  }
  if (isNearLimit(slot, retainedBytes, limitBytes)) return { code: 'nearLimit' };
  if (slot.isActive) return { code: 'healthy' };
  if (consumer === null) return { code: 'orphan', ...inactiveSince(slot, view, fast) };
  // Copies that a standby keeps for a failover are read by nobody until then.
  if (fast.isInRecovery && slot.type === 'logical') return { code: 'healthy' };
  return { code: 'notStreaming', health: 'warning', ...inactiveSince(slot, view, fast) };
}

function isNearLimit(
  slot: SlotFacts,
  retainedBytes: number | null,
  limitBytes: number | null,
): boolean {
  if (slot.walStatus === 'unreserved') return true;
  if (limitBytes === null || limitBytes === 0) return false;
  if (retainedBytes !== null && retainedBytes >= NEAR_LIMIT * limitBytes) return true;
  return slot.safeWalBytes !== null && slot.safeWalBytes <= limitBytes - NEAR_LIMIT * limitBytes;
}

interface Reader {
  readonly consumer: string | null;
  readonly isDeclared: boolean;
}

function readerOf(
  scene: Scene,
  view: NodeView,
  slot: SlotFacts,
  edges: readonly EdgeSnapshot[],
): Reader {
  const edge = edges.find(
    (candidate) =>
      (candidate.kind === 'streaming') ===
        (slot.type === 'physical' && candidate.kind !== 'consumer') &&
      isServerOf(scene, candidate.from, view),
  );
  if (edge !== undefined) return { consumer: nameReader(edge), isDeclared: edge.isDeclared };
  return readerOfCopy(scene, view, slot, edges) ?? NOBODY;
}

const NOBODY: Reader = { consumer: null, isDeclared: false };

function nameReader(edge: EdgeSnapshot): string {
  return edge.kind === 'logical' ? `${edge.to}/${edge.name}` : edge.to;
}

function isServerOf(scene: Scene, nodeId: string | null, view: NodeView): boolean {
  return nodeId !== null && peersOf(scene, view).some((peer) => peer.node.id === nodeId);
}

function readerOfTableSync({ of, isLeft }: TableSyncSlot): Reader {
  return of === null || isLeft === true ? NOBODY : { consumer: of, isDeclared: true };
}

function processOf({ activePid }: SlotFacts, { senders }: FastFacts): SlotReader | null {
  if (activePid === null) return null;
  const sender = senders.find(({ pid }) => pid === activePid);
  return {
    pid: activePid,
    isSender: sender !== undefined,
    applicationName: sender?.applicationName ?? null,
    clientAddress: sender?.clientAddress ?? null,
  };
}

/** A logical slot that a standby keeps in step with its upstream (17 and newer) has the reader of the original. */
function readerOfCopy(
  scene: Scene,
  view: NodeView,
  slot: SlotFacts,
  edges: readonly EdgeSnapshot[],
): Reader | null {
  if (view.fast?.isInRecovery !== true || slot.type !== 'logical') return null;
  const original = edges.find(
    (edge) =>
      edge.kind !== 'streaming' &&
      edge.from !== null &&
      scene.views.get(edge.from)?.fast?.systemIdentifier === view.fast?.systemIdentifier,
  );
  if (original === undefined) return null;
  return { consumer: nameReader(original), isDeclared: original.isDeclared };
}

import type { FastFacts, SlotFacts } from '../facts';
import { lagBytesBetween } from '../lsn';
import type { EdgeSnapshot, SlotLimit, SlotSnapshot } from '../snapshot';
import type { VerdictBook, VerdictDraft } from './draft';
import type { JoinMemory, SlotReading } from './memory';
import { endOfWal, peersOf, speaksForServer, type NodeView, type Scene } from './scene';
import { parseSize } from './settingSize';
import { followSlot, limitOf } from './slotLimit';
import { inactiveSince, isSlotLost } from './slotState';
import { processOf, readerOf, readerOfTableSync } from './slotReader';
import { tableSyncOf } from './tableSync';

/** From this share of max_slot_wal_keep_size on a slot is near its end. */
const NEAR_LIMIT = 0.9;
/** Within this time it is an error. Of what is kept for a moment only, nothing is said: a burst of writes passes. */
const SOON_MS = 3_600_000;
const SOON_FROM = 0.25;
/** Within this time, and from this share on, it is a warning. */
const AHEAD_MS = 12 * 3_600_000;
const AHEAD_FROM = 0.5;

export interface Slots {
  readonly slots: readonly SlotSnapshot[];
  readonly readings: JoinMemory['slots'];
}

/** Every slot of every server that can be read now, once, with who reads it and how near it is to being lost. */
export function joinSlots(
  scene: Scene,
  edges: readonly EdgeSnapshot[],
  book: VerdictBook,
  wal: JoinMemory['wal'],
): Slots {
  const slots: SlotSnapshot[] = [];
  const kept = new Map<string, readonly SlotReading[]>();
  const readers = new Map<string, EdgeSnapshot[]>();
  for (const edge of edges) {
    if (edge.slotName === null) continue;
    const known = readers.get(edge.slotName);
    if (known === undefined) readers.set(edge.slotName, [edge]);
    else known.push(edge);
  }
  for (const view of scene.views.values()) {
    if (view.fast === null) {
      rememberUnread(scene, view, kept);
      continue;
    }
    const ofNode = wal.get(view.node.id) ?? [];
    for (const slot of view.fast.slots) {
      if (slot.isTemporary || !isSaidHere(scene, view, slot)) continue;
      const id = `slot/${view.node.id}/${slot.name}`;
      const retainedBytes = lagBytesBetween(endOfWal(view.fast), slot.restartLsn);
      const past = scene.memory.slots.get(id) ?? [];
      const ofSlot = followSlot(past, slot, retainedBytes, view.atMs);
      kept.set(id, ofSlot);
      const candidates = readers.get(slot.name) ?? [];
      const found = { fast: view.fast, slot, retainedBytes, series: { slot: ofSlot, wal: ofNode } };
      slots.push(describeSlot(scene, view, found, candidates, book));
    }
  }
  return { slots, readings: kept };
}

/** A node that is away for a moment goes on where it was. */
function rememberUnread(
  { memory }: Scene,
  view: NodeView,
  kept: Map<string, readonly SlotReading[]>,
): void {
  for (const { name } of view.sample.fast?.slots ?? []) {
    const id = `slot/${view.node.id}/${name}`;
    const past = memory.slots.get(id);
    if (past !== undefined) kept.set(id, past);
  }
}

/** One slot as its server shows it, with what it kept over the last minutes. */
interface FoundSlot {
  readonly fast: FastFacts;
  readonly slot: SlotFacts;
  readonly retainedBytes: number | null;
  readonly series: Parameters<typeof limitOf>[3];
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
  found: FoundSlot,
  edges: readonly EdgeSnapshot[],
  book: VerdictBook,
): SlotSnapshot {
  const { fast, slot, retainedBytes: retainedWalBytes, series } = found;
  const tableSync = tableSyncOf(scene, slot);
  const reader =
    tableSync === null ? readerOf(scene, view, slot, edges) : readerOfTableSync(tableSync);
  const limitBytes = parseSize(view.sample.slow?.settings['max_slot_wal_keep_size'] ?? null);
  const limits = {
    serverBytes: limitBytes === 0 ? null : limitBytes,
    fileBytes: scene.topology.thresholds.retainedWalBytes ?? null,
  };
  const toLimit = isSlotLost(slot) ? null : limitOf(slot, retainedWalBytes, limits, series);
  const draft =
    tableSync?.isLeft === null && !isSlotLost(slot)
      ? ({ code: 'unknown', ...inactiveSince(slot, view, fast) } satisfies VerdictDraft)
      : judgeSlot(slot, view, fast, reader.consumer, toLimit);
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
    ...(toLimit === null ? {} : { toLimit }),
    verdict: book.settle(`slot/${view.node.id}/${slot.name}`, draft),
  };
}

function judgeSlot(
  slot: SlotFacts,
  view: NodeView,
  fast: FastFacts,
  consumer: string | null,
  toLimit: SlotLimit | null,
): VerdictDraft {
  if (isSlotLost(slot)) {
    const reason = slot.invalidationReason ?? slot.walStatus ?? 'lost';
    return { code: 'slotLost', params: { reason }, ...inactiveSince(slot, view, fast) };
  }
  const health = slot.walStatus === 'unreserved' ? 'error' : nearness(slot, toLimit);
  if (health !== null) return { code: 'nearLimit', health };
  if (slot.isActive) return { code: 'healthy' };
  if (consumer === null) return { code: 'orphan', ...inactiveSince(slot, view, fast) };
  // Copies that a standby keeps for a failover are read by nobody until then.
  if (fast.isInRecovery && slot.type === 'logical') return { code: 'healthy' };
  return { code: 'notStreaming', health: 'warning', ...inactiveSince(slot, view, fast) };
}

/**
 * How bad it is that a slot comes near its limit; `null` while it does not. Lost within the hour is an error; the user's own limit is
 * none, since nothing happens there by itself.
 */
function nearness(slot: SlotFacts, limit: SlotLimit | null): 'warning' | 'error' | null {
  if (limit?.leftBytes === undefined || limit.leftBytes === null) return null;
  const share = 1 - limit.leftBytes / limit.limitBytes;
  const isSoon = limit.ms !== null && limit.ms <= SOON_MS && share >= SOON_FROM;
  if (limit.by === 'file') return share >= NEAR_LIMIT || isSoon ? 'warning' : null;
  if (limit.leftBytes === 0 || isSoon) return 'error';
  // Read steadily, it stays where it is.
  if (share >= NEAR_LIMIT) return limit.pace === 'steady' ? 'warning' : 'error';
  const isSeen = limit.ms !== null && limit.ms <= AHEAD_MS && share >= AHEAD_FROM;
  const mayBeSoon = limit.pace === 'unknown' && !slot.isActive && share >= AHEAD_FROM;
  return isSeen || mayBeSoon ? 'warning' : null;
}

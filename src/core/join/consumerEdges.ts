import type { FastFacts, SlotFacts } from '../facts';
import { lagBytesBetween, type Lsn } from '../lsn';
import { say } from '../say';
import type { EdgeSnapshot } from '../snapshot';
import {
  finishEdge,
  NO_MEASURE,
  withLastKnown,
  type EdgeDraft,
  type VerdictBook,
  type VerdictDraft,
} from './draft';
import { behindEvidence, evidence, slotEvidence } from './evidence';
import { EMPTY_EDGE_MEMORY, type EdgeMemory } from './memory';
import { followProgress, rememberProgress, standingSince, type Progress } from './progress';
import { endOfWal, type NodeView, type Scene } from './scene';
import { inactiveSince, isSlotLost } from './slotState';
import { judgeUnread } from './unread';

/** Readers that are no Postgres confirm when it suits them: a position that stands for less than this means nothing. */
const CONSUMER_STUCK_AFTER_MS = 120_000;

export interface ConsumerEdges {
  readonly edges: readonly EdgeSnapshot[];
  readonly memories: ReadonlyMap<string, EdgeMemory>;
}

/** What reads a slot, declared or found on a server. */
export interface ConsumerSlot {
  /** Consumer id, or `undeclared/<slot>`. */
  readonly id: string;
  readonly name: string;
  readonly view: NodeView;
  readonly slotName: string;
  readonly isDeclared: boolean;
}

/** The declared consumers. */
export function declaredConsumers(scene: Scene): readonly ConsumerSlot[] {
  return scene.topology.consumers.flatMap((consumer) => {
    const view = scene.views.get(consumer.node);
    if (view === undefined) return [];
    const { id, slot } = consumer;
    return [{ id, name: id, view, slotName: slot, isDeclared: true }];
  });
}

/** One edge for each reader of a slot that is no Postgres in the file. Its lag is what its slot has not confirmed. */
export function joinConsumerEdges(
  scene: Scene,
  consumers: readonly ConsumerSlot[],
  book: VerdictBook,
): ConsumerEdges {
  const edges: EdgeSnapshot[] = [];
  const memories = new Map<string, EdgeMemory>();
  for (const consumer of consumers) {
    const id = `consumer/${consumer.id}`;
    const past = scene.memory.edges.get(id) ?? EMPTY_EDGE_MEMORY;
    const draft = judgeConsumer(consumer, past);
    memories.set(id, draft.memory);
    const who = {
      id,
      kind: 'consumer' as const,
      name: consumer.name,
      from: consumer.view.node.id,
      to: consumer.id,
      isDeclared: consumer.isDeclared,
    };
    edges.push(finishEdge(who, draft, book));
  }
  return { edges, memories };
}

function judgeConsumer(consumer: ConsumerSlot, past: EdgeMemory): EdgeDraft {
  const { view, slotName } = consumer;
  const fast = view.fast;
  if (fast === null) {
    const unread = judgeUnread([view]);
    return draft(consumer, past, unread.verdict, unread.because);
  }
  const slot = fast.slots.find((found) => found.name === slotName);
  if (slot === undefined) {
    const reason = say`slot ${slotName} does not exist on ${view.node.id}`;
    const row = evidence(say`Slot ${slotName}`, say`not there`, 'pg_replication_slots', view);
    const verdict: VerdictDraft = { code: 'notFound', health: 'warning', params: { reason } };
    return { ...draft(consumer, past, verdict, reason), evidence: [row] };
  }
  return judgeSlotReader(consumer, past, fast, slot);
}

function judgeSlotReader(
  consumer: ConsumerSlot,
  past: EdgeMemory,
  fast: FastFacts,
  slot: SlotFacts,
): EdgeDraft {
  const { view } = consumer;
  const end = endOfWal(fast);
  const confirmed = confirmedBy(slot, fast);
  const bytes = lagBytesBetween(end, confirmed);
  const row = slotEvidence(slot, view, fast);
  const base = {
    ...draft(consumer, past, { code: 'unknown' }, say`its position is not known`),
    retainedWalBytes: lagBytesBetween(end, slot.restartLsn),
    evidence: [row],
  };
  if (isSlotLost(slot)) {
    const reason = slot.invalidationReason ?? slot.walStatus ?? 'lost';
    return {
      ...base,
      verdict: { code: 'slotLost', params: { reason } },
      unknownBecause: say`slot lost`,
    };
  }
  if (!slot.isActive) {
    const verdict: VerdictDraft = { code: 'notStreaming', ...inactiveSince(slot, view, fast) };
    if (bytes === null || bytes === 0)
      return { ...base, verdict, unknownBecause: say`nobody reads` };
    const measure = { lagMs: null, lagBytes: bytes };
    return { ...base, verdict, measure, atMs: view.atMs, unknownBecause: null };
  }
  if (bytes === null || confirmed === null) return base;
  const look = { atMs: view.atMs, bytes, position: confirmed, received: null };
  const progress = followProgress(past, look, CONSUMER_STUCK_AFTER_MS);
  const measure = { lagMs: bytes === 0 ? 0 : null, lagBytes: bytes };
  return {
    ...base,
    verdict: judgeReader(bytes, progress),
    measure,
    atMs: view.atMs,
    unknownBecause: null,
    evidence: [behindEvidence(measure, 'pg_replication_slots', view), row],
    memory: withLastKnown(rememberProgress(past, progress), measure, view.atMs),
  };
}

function judgeReader(bytes: number, progress: Progress): VerdictDraft {
  if (bytes === 0) return { code: 'idle' };
  if (progress.isStuck) return { code: 'stuck', ...standingSince(progress) };
  return { code: progress.isRising && progress.isStill ? 'lagging' : 'streaming' };
}

/** A logical slot says what its reader confirmed; of a physical one (pg_receivewal) only the sender row knows. */
function confirmedBy(slot: SlotFacts, fast: FastFacts): Lsn | null {
  if (slot.type === 'logical') return slot.confirmedFlushLsn;
  const sender = fast.senders.find((row) => row.pid === slot.activePid);
  return sender?.replayLsn ?? sender?.flushLsn ?? slot.restartLsn;
}

function draft(
  consumer: ConsumerSlot,
  past: EdgeMemory,
  verdict: VerdictDraft,
  unknownBecause: string,
): EdgeDraft {
  return {
    verdict,
    measure: NO_MEASURE,
    atMs: null,
    unknownBecause,
    retainedWalBytes: null,
    syncState: null,
    slotName: consumer.slotName,
    isRelativeToUpstream: consumer.view.fast?.isInRecovery ?? false,
    evidence: [],
    memory: past,
  };
}

import type { FastFacts, SenderFacts, SlotFacts } from '../facts';
import { lagBytesBetween } from '../lsn';
import { say } from '../say';
import type { EdgeDraft, VerdictDraft } from './draft';
import { endOfWal } from './scene';
import { isSlotLost, inactiveSince } from './slotState';
import { bothEnds, unmeasured, type StreamingCase } from './streamingCase';

/** Looks and time without a receiver after which another timeline is no passing state of a standby that reconnects. */
const DIVERGED_AFTER_LOOKS = 3;
const DIVERGED_AFTER_MS = 15_000;

/** No sender serves the standby, or the standby says that it has no receiver. */
export function judgeAbsent(
  edge: StreamingCase,
  upstreamFast: FastFacts,
  slot: SlotFacts | null,
  sender: SenderFacts | null,
): EdgeDraft {
  const { standby, upstream } = edge;
  const rows = bothEnds(edge, upstreamFast, sender, slot);
  if (slot !== null && isSlotLost(slot)) {
    const reason = slot.invalidationReason ?? slot.walStatus ?? 'lost';
    return unmeasured(edge, { code: 'slotLost', params: { reason } }, say`slot lost`, rows, slot);
  }
  const timelines = differingTimelines(edge, upstreamFast);
  if (timelines !== null && isDiverged(edge, upstreamFast, timelines)) {
    return unmeasured(edge, { code: 'diverged', params: timelines }, say`diverged`, rows, slot);
  }
  const receiver = standby.fast?.receiver ?? null;
  const elsewhere =
    receiver === null
      ? {}
      : {
          reason: say`${standby.node.id} has a WAL receiver, but ${upstream.node.id} no sender for it`,
        };
  const verdict: VerdictDraft = {
    code: 'notStreaming',
    params: { ...elsewhere, ...(timelines ?? {}) },
    ...inactiveSince(slot, upstream, upstreamFast),
  };
  const result = unmeasured(edge, verdict, say`not streaming`, rows, slot);
  const bytes =
    timelines === null && receiver === null
      ? lagBytesBetween(endOfWal(upstreamFast), standby.fast?.replayLsn ?? null)
      : null;
  // What is missing is known when both ends are; but equal positions of a standby that is cut off are no "0 behind".
  if (bytes === null || bytes === 0) return result;
  const measure = { lagMs: null, lagBytes: bytes };
  return { ...result, measure, atMs: upstream.atMs, unknownBecause: null };
}

function isDiverged(
  edge: StreamingCase,
  upstreamFast: FastFacts,
  timelines: { upstreamTimeline: number; downstreamTimeline: number },
): boolean {
  const { standby, past } = edge;
  if (standby.fast?.receiver !== null) return false;
  // A cut-off upstream standby may have an old checkpoint: its timeline proves nothing.
  if (upstreamFast.isInRecovery && upstreamFast.receiver === null) return false;
  if (timelines.downstreamTimeline > timelines.upstreamTimeline) return true;
  const end = endOfWal(upstreamFast);
  const reached = endOfWal(standby.fast);
  if (end !== null && reached !== null && reached > end) return true;
  const absence = past.receiverAbsence;
  if (absence === null || absence.looks < DIVERGED_AFTER_LOOKS) return false;
  return absence.lookedAtMs - absence.sinceMs >= DIVERGED_AFTER_MS;
}

function differingTimelines(
  edge: StreamingCase,
  upstreamFast: FastFacts,
): { upstreamTimeline: number; downstreamTimeline: number } | null {
  const downstreamTimeline = edge.standby.fast === null ? null : edge.standby.timeline;
  const upstreamTimeline = upstreamFast.isInRecovery
    ? edge.upstream.timeline
    : upstreamFast.timeline;
  if (downstreamTimeline === null || upstreamTimeline === null) return null;
  return downstreamTimeline === upstreamTimeline ? null : { upstreamTimeline, downstreamTimeline };
}

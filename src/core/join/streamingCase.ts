import type { FastFacts, SenderFacts, SlotFacts } from '../facts';
import { lagBytesBetween } from '../lsn';
import { say } from '../say';
import type { EdgeSnapshot, Evidence } from '../snapshot';
import { NO_MEASURE, type EdgeDraft, type VerdictDraft } from './draft';
import { evidence, receiverEvidence, senderEvidence, slotEvidence } from './evidence';
import type { EdgeMemory } from './memory';
import { endOfWal, type NodeView, type Scene } from './scene';
import type { SenderMatch } from './senderOfStandby';

/** One standby held against its upstream. */
export interface StreamingCase {
  readonly scene: Scene;
  readonly standby: NodeView;
  readonly upstream: NodeView;
  /** `null` while the upstream cannot be read. */
  readonly match: SenderMatch | null;
  /** The edge that feeds the upstream, when that is a standby itself. */
  readonly source: EdgeSnapshot | null;
  readonly past: EdgeMemory;
}

export function edgeIdOf(standby: NodeView): string {
  return `streaming/${standby.node.id}`;
}

/** An upstream that gets nothing itself: what flows out of it says nothing about the root. */
export function isCutOff(source: EdgeSnapshot): boolean {
  const { code } = source.verdict;
  return (
    code === 'notStreaming' || code === 'sourceCutOff' || code === 'diverged' || code === 'slotLost'
  );
}

/** WAL that the slot keeps on its server. */
export function retainedWal(upstreamFast: FastFacts, slot: SlotFacts | null): number | null {
  return slot === null ? null : lagBytesBetween(endOfWal(upstreamFast), slot.restartLsn);
}

/** What both ends show, whatever is concluded from it. */
export function bothEnds(
  edge: StreamingCase,
  upstreamFast: FastFacts | null,
  sender: SenderFacts | null,
  slot: SlotFacts | null,
): readonly Evidence[] {
  const { standby, upstream } = edge;
  const rows = upstreamFast === null ? [] : [senderEvidence(sender, upstream)];
  if (standby.fast !== null) {
    rows.push(receiverEvidence(standby, standby.fast));
    if ((standby.fast.replayPauseState ?? 'not paused') !== 'not paused') {
      rows.push(
        evidence(
          say`Replay`,
          standby.fast.replayPauseState ?? '',
          'pg_get_wal_replay_pause_state()',
          standby,
        ),
      );
    }
  }
  if (slot !== null && upstreamFast !== null) rows.push(slotEvidence(slot, upstream, upstreamFast));
  if (
    standby.fast !== null &&
    upstream.fast !== null &&
    standby.timeline !== null &&
    upstream.timeline !== null
  ) {
    rows.push({
      label: say`Timeline`,
      value:
        standby.timeline === upstream.timeline
          ? say`${upstream.timeline} on both`
          : say`${standby.timeline} against ${upstream.timeline}`,
      source: `pg_walfile_name() on ${upstream.node.id}, pg_stat_wal_receiver on ${standby.node.id}`,
      atMs: Math.min(standby.atMs, upstream.atMs),
    });
  }
  return rows;
}

/** An edge without a number. */
export function unmeasured(
  edge: StreamingCase,
  verdict: VerdictDraft,
  unknownBecause: string,
  rows: readonly Evidence[],
  slot: SlotFacts | null = null,
): EdgeDraft {
  const { standby, upstream } = edge;
  return {
    verdict,
    measure: NO_MEASURE,
    atMs: null,
    unknownBecause,
    retainedWalBytes: upstream.fast === null ? null : retainedWal(upstream.fast, slot),
    syncState: null,
    slotName: slot?.name ?? standby.node.slot,
    isRelativeToUpstream: upstream.fast?.isInRecovery ?? upstream.node.standbyOf !== null,
    evidence: rows,
    memory: edge.past,
  };
}

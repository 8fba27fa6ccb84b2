import type { FastFacts } from '../facts';
import { say } from '../say';
import { withLastKnown, type EdgeDraft } from './draft';
import { evidence, receiverEvidence } from './evidence';
import { noPrivilege } from './privilege';
import { endOfWal, whyUnreadable } from './scene';
import { bothEnds, isCutOff, unmeasured, type StreamingCase } from './streamingCase';
import { judgeUnread } from './unread';

/** Heard within this time, "all that was received is replayed" is said of now. */
const FRESH_MESSAGE_MS = 15_000;
/** Default of wal_receiver_timeout: after it a receiver that hears nothing gives up, so one that is older proves nothing. */
const QUIET_LIMIT_MS = 60_000;

/**
 * Streaming seen from the standby alone, while its upstream cannot be read. A receiver that has just heard from the upstream, with
 * everything replayed, is 0 behind; without it equal positions say nothing, since they compare only what was received.
 */
export function judgeStandbyAlone(edge: StreamingCase): EdgeDraft {
  const { standby, upstream, source } = edge;
  const fast = standby.fast;
  if (fast === null) {
    const unread = judgeUnread([upstream, standby]);
    return unmeasured(edge, unread.verdict, unread.because, []);
  }
  const rows = bothEnds(edge, null, null, null);
  if (fast.receiver === null) {
    return unmeasured(
      edge,
      { code: 'notStreaming' },
      say`no WAL receiver on ${standby.node.id}`,
      rows,
    );
  }
  if (source !== null && isCutOff(source)) {
    const { sinceMs } = source.verdict;
    return unmeasured(edge, { code: 'sourceCutOff', sinceMs }, say`source cut off`, rows);
  }
  if (!fast.receiver.isVisible) {
    return unmeasured(edge, noPrivilege(standby), say`the receiver is hidden from our role`, rows);
  }
  const because = whyUnreadable(upstream);
  if ((fast.replayPauseState ?? 'not paused') !== 'not paused') {
    return unmeasured(edge, { code: 'paused' }, because, rows);
  }
  const quietMs = quietFor(fast);
  if (quietMs <= FRESH_MESSAGE_MS && hasReplayedAll(fast)) {
    const measure = { lagMs: 0, lagBytes: 0 };
    const alone = unmeasured(edge, { code: 'idle' }, because, [
      evidence(
        say`Behind`,
        say`all that was sent is replayed`,
        'pg_stat_wal_receiver, pg_last_wal_replay_lsn()',
        standby,
      ),
      receiverEvidence(standby, fast),
    ]);
    return {
      ...alone,
      measure,
      atMs: standby.atMs,
      unknownBecause: null,
      memory: withLastKnown(edge.past, measure, standby.atMs),
    };
  }
  if (upstream.readability === 'stale') {
    const sinceMs = upstream.sample.fastAtMs;
    return unmeasured(edge, { code: 'stale', sinceMs }, because, rows);
  }
  const code = quietMs <= QUIET_LIMIT_MS ? 'streaming' : 'unknown';
  return unmeasured(edge, { code }, because, rows);
}

function quietFor(fast: FastFacts): number {
  const heardAtMs = fast.receiver?.lastMessageAtMs ?? fast.receiver?.latestEndAtMs ?? null;
  return heardAtMs === null ? Infinity : fast.serverTimeMs - heardAtMs;
}

function hasReplayedAll(fast: FastFacts): boolean {
  const end = endOfWal(fast);
  if (end === null || fast.replayLsn === null || fast.replayLsn !== end) return false;
  const announced = fast.receiver?.latestEndLsn ?? null;
  return announced !== null && announced <= fast.replayLsn;
}

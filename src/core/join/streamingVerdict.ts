import type { FastFacts, SenderFacts, SlotFacts } from '../facts';
import { lagBytesBetween } from '../lsn';
import { say } from '../say';
import type { Evidence } from '../snapshot';
import { withLastKnown, type EdgeDraft, type VerdictDraft } from './draft';
import { behindEvidence, evidence } from './evidence';
import { judgeMeasure, measureLag } from './measure';
import type { EdgeMemory } from './memory';
import { noPrivilege, roleOf } from './privilege';
import { followProgress, rememberProgress } from './progress';
import { endOfWal, whyUnreadable, type NodeView } from './scene';
import { judgeAbsent } from './standbyAbsent';
import { judgeStandbyAlone } from './standbyAlone';
import { bothEnds, isCutOff, retainedWal, unmeasured, type StreamingCase } from './streamingCase';

/** Holds both ends of a streaming edge together and says what is known of it now. Pure. */
export function judgeStreaming(edge: StreamingCase): EdgeDraft {
  const { standby, upstream, match } = edge;
  const past = countAbsence(edge.past, standby);
  const found = { ...edge, past };
  if (standby.fast?.isInRecovery === false) {
    return unmeasured(
      found,
      { code: 'roleMismatch', params: { role: 'primary' } },
      say`it is a primary`,
      [evidence(say`Role`, say`not in recovery`, 'pg_is_in_recovery()', standby)],
    );
  }
  if (upstream.fast === null || match === null) return judgeStandbyAlone(found);
  if (standby.fast !== null && areOtherSystems(standby.fast, upstream.fast)) {
    return unmeasured(found, { code: 'wrongSystem' }, say`it belongs to another system`, [
      systemEvidence(upstream, upstream.fast),
      systemEvidence(standby, standby.fast),
    ]);
  }
  switch (match.kind) {
    case 'ambiguous':
      return unmeasured(
        found,
        { code: 'ambiguous' },
        say`several senders on ${upstream.node.id} fit: give the standbys a slot or a cluster_name`,
        [],
      );
    case 'hidden':
      return unmeasured(found, noPrivilege(standby), say`${roleOf(standby)} needs pg_monitor`, []);
    case 'unidentified':
      return unmeasured(found, { code: 'unknown' }, whyUnreadable(standby), []);
    case 'none':
      return judgeAbsent(found, upstream.fast, match.slot, null);
    case 'found':
      return judgePresent(found, upstream.fast, match.sender, match.slot);
  }
}

function judgePresent(
  edge: StreamingCase,
  upstreamFast: FastFacts,
  sender: SenderFacts,
  slot: SlotFacts | null,
): EdgeDraft {
  const { scene, standby, upstream, source, past } = edge;
  const isGoneDownstream = standby.fast !== null && standby.fast.receiver === null;
  // A sender outlives its standby by minutes when the network swallows the end; the newer of the two looks decides.
  if (
    isGoneDownstream &&
    (standby.atMs >= upstream.atMs || (past.receiverAbsence?.looks ?? 0) > 1)
  ) {
    return judgeAbsent(edge, upstreamFast, slot, sender);
  }
  const rows = bothEnds(edge, upstreamFast, sender, slot);
  if (sender.replayLsn === null && !upstreamFast.canSeeReplication) {
    return unmeasured(
      edge,
      noPrivilege(upstream),
      say`${roleOf(upstream)} needs pg_monitor`,
      rows,
      slot,
    );
  }
  if (source !== null && isCutOff(source)) {
    return unmeasured(
      edge,
      { code: 'sourceCutOff', sinceMs: source.verdict.sinceMs },
      say`source cut off`,
      rows,
      slot,
    );
  }
  if (sender.replayLsn === null) {
    return unmeasured(
      edge,
      { code: 'catchingUp' },
      say`it has not reported its position yet`,
      rows,
      slot,
    );
  }
  const bytes = lagBytesBetween(endOfWal(upstreamFast), sender.replayLsn);
  const progress =
    bytes === null
      ? null
      : followProgress(past, {
          atMs: upstream.atMs,
          bytes,
          position: sender.replayLsn,
          // A paused or blocked standby goes on receiving.
          received: null,
        });
  const reading = { bytes, replayLagMs: sender.replayLagMs, senderState: sender.state };
  const { thresholds } = scene.topology;
  const measured = measureLag(reading, progress, thresholds);
  const isPaused = (standby.fast?.replayPauseState ?? 'not paused') !== 'not paused';
  // While paused the server goes on showing the replay lag from before.
  const measure = isPaused && measured.lagBytes !== 0 ? { ...measured, lagMs: null } : measured;
  const notArrivedBytes = lagBytesBetween(endOfWal(upstreamFast), sender.flushLsn);
  const verdict: VerdictDraft = isPaused
    ? { code: 'paused' }
    : judgeMeasure(measure, reading, progress, thresholds);
  return {
    verdict,
    measure,
    atMs: upstream.atMs,
    unknownBecause: bytes === null ? say`the position of ${upstream.node.id} is not known` : null,
    ...(notArrivedBytes === null ? {} : { notArrivedBytes }),
    retainedWalBytes: retainedWal(upstreamFast, slot),
    syncState: sender.syncState,
    slotName: slot?.name ?? standby.fast?.receiver?.slotName ?? standby.node.slot,
    isRelativeToUpstream: upstreamFast.isInRecovery,
    evidence: [behindEvidence(measure, 'pg_stat_replication', upstream), ...rows],
    memory: withLastKnown(rememberProgress(past, progress), measure, upstream.atMs),
  };
}

function countAbsence(past: EdgeMemory, standby: NodeView): EdgeMemory {
  if (standby.fast === null) return past;
  if (standby.fast.receiver !== null) return { ...past, receiverAbsence: null };
  const before = past.receiverAbsence;
  if (before?.lookedAtMs === standby.atMs) return past;
  return {
    ...past,
    receiverAbsence: {
      sinceMs: before?.sinceMs ?? standby.atMs,
      lookedAtMs: standby.atMs,
      looks: (before?.looks ?? 0) + 1,
    },
  };
}

function areOtherSystems(a: FastFacts, b: FastFacts): boolean {
  if (a.systemIdentifier === null || b.systemIdentifier === null) return false;
  return a.systemIdentifier !== b.systemIdentifier;
}

function systemEvidence(view: NodeView, fast: FastFacts): Evidence {
  return evidence(say`System`, fast.systemIdentifier ?? say`hidden`, 'pg_control_system()', view);
}

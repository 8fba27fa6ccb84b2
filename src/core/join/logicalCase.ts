import { lagBytesBetween } from '../lsn';
import type { SlotFacts } from '../facts';
import type { VerdictCode } from '../snapshot';
import { NO_MEASURE, type EdgeDraft, type VerdictDraft } from './draft';
import type { EdgeMemory } from './memory';
import { endOfWal, type NodeView, type Scene } from './scene';

/** One subscription held against its publisher. */
export interface LogicalCase {
  readonly scene: Scene;
  readonly subscriber: NodeView;
  /** `null` when the publisher is not in the file. */
  readonly publisher: NodeView | null;
  readonly name: string;
  /** As declared; what the subscription itself says goes first. */
  readonly slotName: string;
  readonly past: EdgeMemory;
}

/**
 * An edge whose lag is not known, or that does not run. What waits in its slot is known all the same and said in bytes, but never
 * as 0: that nothing waits yet is no comfort where nothing is applied.
 */
export function unmeasured(
  edge: LogicalCase & { readonly rows: EdgeDraft['evidence'] },
  slot: SlotFacts | null,
  verdict: VerdictDraft,
  unknownBecause: string,
): EdgeDraft {
  const source = edge.publisher?.fast ?? null;
  const end = source === null ? null : endOfWal(source);
  const waiting = HALTED.includes(verdict.code)
    ? lagBytesBetween(end, slot?.confirmedFlushLsn ?? null)
    : null;
  const isWaiting = waiting !== null && waiting > 0;
  return {
    verdict,
    measure: isWaiting ? { lagMs: null, lagBytes: waiting } : NO_MEASURE,
    atMs: isWaiting ? (edge.publisher?.atMs ?? null) : null,
    unknownBecause: isWaiting ? null : unknownBecause,
    retainedWalBytes: lagBytesBetween(end, slot?.restartLsn ?? null),
    syncState: null,
    slotName: slot?.name ?? edge.slotName,
    isRelativeToUpstream: source?.isInRecovery ?? (edge.publisher?.node.standbyOf ?? null) !== null,
    evidence: edge.rows,
    memory: edge.past,
  };
}

/** Codes of a subscription to which nothing is applied now, while its slot goes on keeping what waits. */
const HALTED: readonly VerdictCode[] = [
  'disabled',
  'stoppedByError',
  'applyErrorLoop',
  'noWorker',
  'notStreaming',
];

import type { Clock } from '../../core/ports/clock';
import type { DrainCounts, DrainProgress, OperationVerdict } from '../../core/queue/drain';
import type { Settled } from './settled';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export const NO_COUNTS: DrainCounts = {
  applied: 0,
  skipped: 0,
  kept: 0,
  replaced: 0,
  merged: 0,
  conflicts: 0,
  dead: 0,
  waiting: 0,
};

const MAX_VERDICTS = 200;
/** The rate is that of the last so many milliseconds at least. */
const RATE_MS = 2_000;

/** Counts one operation. */
export function count(counts: Mutable<DrainCounts>, { verdict, outcome }: OperationVerdict): void {
  if (verdict === 'waits') counts.waiting += 1;
  else if (verdict === 'dead') counts.dead += 1;
  else if (verdict === 'conflict') counts.conflicts += 1;
  else if (outcome === 'kept' || outcome === 'replaced' || outcome === 'merged')
    counts[outcome] += 1;
  else if (outcome === 'applied') counts.applied += 1;
  else counts.skipped += 1;
}

/** What a drain has done so far. */
export class DrainTally {
  readonly counts: Mutable<DrainCounts> = { ...NO_COUNTS };
  readonly verdicts: OperationVerdict[] = [];
  /** Operations that left `pending`. */
  done = 0;
  total = 0;
  resent = 0;
  /** Since the last metric. */
  drained = 0;
  conflicts = 0;
  latencyMs: number | null = null;
  readonly #startMs: number;

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {
    this.#startMs = clock.monotonicMs();
  }

  /** Those that wait are counted by the last look at the queue alone. */
  beginPass(): void {
    this.counts.waiting = 0;
  }

  /** @param applied how many were plainly applied, beside those that are settled one by one */
  add(applied: number, settled: readonly Settled[], latencyMs: number | null): void {
    this.counts.applied += applied;
    this.done += applied;
    this.drained += applied;
    for (const { verdict, mark } of settled) {
      count(this.counts, verdict);
      if (verdict.verdict === 'conflict' || verdict.verdict === 'dead') {
        if (this.verdicts.length < MAX_VERDICTS) this.verdicts.push(verdict);
        this.conflicts += 1;
      }
      if (mark === null || mark.state === 'again') continue;
      this.done += 1;
      if (mark.state === 'done') this.drained += 1;
    }
    this.latencyMs = latencyMs ?? this.latencyMs;
  }

  get progress(): DrainProgress {
    const elapsedMs = this.clock.monotonicMs() - this.#startMs;
    const perSecond =
      this.done === 0 || elapsedMs < RATE_MS ? null : (this.done * 1000) / elapsedMs;
    const left = Math.max(0, this.total - this.done);
    return {
      done: this.done,
      total: Math.max(this.total, this.done),
      perSecond,
      remainingMs: perSecond === null ? null : (left * 1000) / perSecond,
      counts: { ...this.counts },
    };
  }
}

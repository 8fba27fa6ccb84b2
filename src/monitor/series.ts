import {
  HISTORY_SPAN_MS,
  type HistoryMeasure,
  type HistorySeries,
  type HistoryRange,
  RANGE_TIMES,
} from '../core/history';
import type { SavedSeries } from '../core/ports/historyArchive';
import { MinuteRing } from './minuteRing';
import { RecentRing } from './recentRing';

/** Two looks this close are one: two ends of an edge answer moments apart. */
const MERGE_MS = 250;
const MINUTE_MS = 60_000;
/** A reading this long after the last one of an earlier window is not its neighbour. */
const RELOAD_GAP_MS = 15_000;

/** Values of a reading in the order of the series' measures; `null` is unknown. */
export type Reading = readonly (number | null)[];

/**
 * The past of one thing: fifteen minutes as they came, and the worst of each minute for 24 hours. Both are bounded, and hold
 * nothing that was not read.
 */
export class Series {
  private recent: RecentRing;
  private minutes: MinuteRing;

  /** @param mergeMs readings closer than this are one, of which the newer stands. */
  constructor(
    readonly measures: readonly HistoryMeasure[],
    private readonly mergeMs = MERGE_MS,
  ) {
    this.recent = new RecentRing(measures.length);
    this.minutes = new MinuteRing(measures.length);
  }

  /** Epoch ms up to which something may be known; minus infinity when empty. */
  get endsAtMs(): number {
    const { firstMinute, size } = this.minutes;
    const minutesMs = size === 0 ? Number.NEGATIVE_INFINITY : (firstMinute + size) * MINUTE_MS;
    return Math.max(minutesMs, this.recent.newestAtMs ?? Number.NEGATIVE_INFINITY);
  }

  /**
   * Adds a reading. One that comes moments after the last replaces it; one that comes much later than `expectedMs` is
   * set off by a gap, since nobody looked in between; gaps in a row are one. Older than the last: ignored.
   */
  add(atMs: number, reading: Reading, expectedMs: number): void {
    const { recent } = this;
    const values = reading.map((value) => value ?? Number.NaN);
    const newestAtMs = recent.newestAtMs;
    if (newestAtMs !== null) {
      if (atMs <= newestAtMs) return;
      const wasGap = recent.endsWithGap;
      if (values.every(Number.isNaN)) {
        if (!wasGap) recent.push(atMs, values);
        return;
      }
      const sinceMs = atMs - newestAtMs;
      if (sinceMs < this.mergeMs && !wasGap) recent.dropNewest();
      else if (sinceMs > expectedMs && !wasGap) this.pushGap(newestAtMs + 1);
    }
    recent.push(atMs, values);
    this.minutes.add(atMs, values);
  }

  /** Says that nobody looks from here on. */
  addGap(atMs: number): void {
    const newestAtMs = this.recent.newestAtMs;
    if (newestAtMs === null || atMs <= newestAtMs || this.recent.endsWithGap) return;
    this.pushGap(atMs);
  }

  /**
   * @param afterMs only what may have changed since: readings after it, and steps that begin there or later; `null` for all.
   * @returns `null` when there is nothing.
   */
  read(range: HistoryRange, nowMs: number, afterMs: number | null): HistorySeries | null {
    const { spanMs, stepMs } = RANGE_TIMES[range];
    const oldestMs = nowMs - spanMs;
    const after = afterMs ?? Number.NEGATIVE_INFINITY;
    if (stepMs === null) return this.readRecent(Math.max(oldestMs - 1, after));
    return this.readSteps(Math.max(oldestMs, after), stepMs);
  }

  /** What outlives the window; `null` when there is nothing of the last 24 hours. */
  save(nowMs: number): SavedSeries | null {
    const { recent, minutes, measures } = this;
    const from = recent.firstAfter(nowMs - HISTORY_SPAN_MS);
    const day = RANGE_TIMES['24h'].spanMs / MINUTE_MS;
    const firstMinute = Math.max(minutes.firstMinute, Math.floor(nowMs / MINUTE_MS) - day);
    const count = minutes.firstMinute + minutes.size - firstMinute;
    if (count <= 0) return null;
    const length = recent.size - from;
    return {
      measures,
      recentAtMs: Float64Array.from({ length }, (_, at) => recent.timeAt(from + at)),
      recent: measures.map((_, field) =>
        Float32Array.from({ length }, (_, at) => recent.valueAt(from + at, field)),
      ),
      firstMinute,
      minutes: measures.map((_, field) =>
        Float32Array.from({ length: count }, (_, at) => minutes.worst(firstMinute + at, 1, field)),
      ),
    };
  }

  /** Puts what an earlier window saw before what this one has; what a clock that was wrong then has later than now is left out. */
  restore(saved: SavedSeries, nowMs: number): void {
    const { measures } = this;
    const places = measures.map((measure) => saved.measures.indexOf(measure));
    const { recent: later, minutes: laterMinutes } = this;
    this.recent = new RecentRing(measures.length);
    this.minutes = new MinuteRing(measures.length);
    const thisMinute = Math.floor(nowMs / MINUTE_MS);
    const length = saved.minutes[0]?.length ?? 0;
    const count = Math.min(length, thisMinute - saved.firstMinute + 1);
    const day = RANGE_TIMES['24h'].spanMs / MINUTE_MS;
    for (let at = Math.max(0, thisMinute - day - saved.firstMinute); at < count; at += 1) {
      const values = places.map((place) => saved.minutes[place]?.[at] ?? Number.NaN);
      this.minutes.add((saved.firstMinute + at) * MINUTE_MS, values);
    }
    for (let at = 0; at < laterMinutes.size; at += 1) {
      const minute = laterMinutes.firstMinute + at;
      const values = measures.map((_, field) => laterMinutes.worst(minute, 1, field));
      this.minutes.add(minute * MINUTE_MS, values);
    }
    const firstMs = later.size === 0 ? nowMs : later.timeAt(0);
    saved.recentAtMs.forEach((atMs, at) => {
      if (atMs >= firstMs || atMs < nowMs - HISTORY_SPAN_MS) return;
      this.recent.push(
        atMs,
        places.map((place) => saved.recent[place]?.[at] ?? Number.NaN),
      );
    });
    const newestAtMs = this.recent.newestAtMs;
    if (newestAtMs !== null && firstMs - newestAtMs > RELOAD_GAP_MS) this.addGap(newestAtMs + 1);
    for (let at = 0; at < later.size; at += 1) {
      const values = measures.map((_, field) => later.valueAt(at, field));
      this.recent.push(later.timeAt(at), values);
    }
  }

  private readRecent(afterMs: number): HistorySeries | null {
    const { recent, measures } = this;
    const from = recent.firstAfter(afterMs);
    const length = recent.size - from;
    if (length <= 0) return null;
    return {
      atMs: Array.from({ length }, (_, at) => recent.timeAt(from + at)),
      columns: Object.fromEntries(
        measures.map((measure, field) => [
          measure,
          Array.from({ length }, (_, at) => orNull(recent.valueAt(from + at, field))),
        ]),
      ),
    };
  }

  private readSteps(fromMs: number, stepMs: number): HistorySeries | null {
    const { minutes, measures } = this;
    const each = stepMs / MINUTE_MS;
    const end = minutes.firstMinute + minutes.size;
    const first = Math.max(Math.floor(fromMs / stepMs), Math.floor(minutes.firstMinute / each));
    const atMs: number[] = [];
    const values: (number | null)[][] = measures.map(() => []);
    for (let step = first; step * each < end; step += 1) {
      const worst = measures.map((_, field) => orNull(minutes.worst(step * each, each, field)));
      if (worst.every((value) => value === null)) continue;
      atMs.push(step * stepMs);
      worst.forEach((value, field) => values[field]?.push(value));
    }
    if (atMs.length === 0) return null;
    return {
      atMs,
      columns: Object.fromEntries(measures.map((measure, field) => [measure, values[field] ?? []])),
    };
  }

  private pushGap(atMs: number): void {
    this.recent.push(
      atMs,
      this.measures.map(() => Number.NaN),
    );
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

import { HISTORY_SPAN_MS, type HistoryPoint } from '../core/history';

const FIELDS = 4;
const FIRST_CAPACITY = 32;
/** Fifteen minutes at the shortest interval of one second, with room for gaps. */
const MAX_CAPACITY = 1_024;
/** Two looks this close are one: two ends of an edge answer moments apart. */
const MERGE_MS = 250;

/**
 * The past of one edge or queue: a ring of numbers, NaN for `null`, that grows to a fixed bound and then forgets its
 * oldest point. 32 bytes a point.
 */
export class Series {
  private values = new Float64Array(FIRST_CAPACITY * FIELDS);
  private capacity = FIRST_CAPACITY;
  private first = 0;
  private count = 0;

  /** Epoch ms of the newest point; `null` when empty. */
  get newestAtMs(): number | null {
    return this.count === 0 ? null : (this.values[this.offset(this.count - 1)] ?? null);
  }

  /**
   * Adds a reading. One that comes moments after the last replaces it; one that comes much later than `expectedMs` is
   * set off by a gap, since nobody looked in between; gaps in a row are one. Older than the last: ignored.
   */
  add(point: HistoryPoint, expectedMs: number): void {
    const newestAtMs = this.newestAtMs;
    if (newestAtMs !== null) {
      if (point.atMs <= newestAtMs) return;
      const wasGap = this.isGap(this.count - 1);
      if (isEmpty(point)) {
        if (!wasGap) this.push(point);
        return;
      }
      const sinceMs = point.atMs - newestAtMs;
      if (sinceMs < MERGE_MS && !wasGap) this.count -= 1;
      else if (sinceMs > expectedMs && !wasGap) this.push(gapAt(newestAtMs + 1));
    }
    this.push(point);
  }

  /** Says that nobody looks from here on. */
  addGap(atMs: number): void {
    if (this.count > 0) this.add(gapAt(atMs), Number.POSITIVE_INFINITY);
  }

  /** Points of the last fifteen minutes before `nowMs`, oldest first. */
  points(nowMs: number): readonly HistoryPoint[] {
    const points: HistoryPoint[] = [];
    for (let index = 0; index < this.count; index += 1) {
      const point = this.pointAt(index);
      if (point.atMs >= nowMs - HISTORY_SPAN_MS) points.push(point);
    }
    return points;
  }

  private push(point: HistoryPoint): void {
    if (this.count === this.capacity) this.makeRoom(point.atMs);
    const offset = this.offset(this.count);
    this.values.set(
      [point.atMs, toCell(point.lagMs), toCell(point.lagBytes), toCell(point.depth)],
      offset,
    );
    this.count += 1;
  }

  private makeRoom(nowMs: number): void {
    const oldestAtMs = this.values[this.offset(0)] ?? nowMs;
    if (this.capacity === MAX_CAPACITY || oldestAtMs < nowMs - HISTORY_SPAN_MS) {
      this.first = (this.first + 1) % this.capacity;
      this.count -= 1;
      return;
    }
    const grown = new Float64Array(this.capacity * 2 * FIELDS);
    const head = this.values.subarray(this.first * FIELDS);
    grown.set(head);
    grown.set(this.values.subarray(0, this.first * FIELDS), head.length);
    this.values = grown;
    this.capacity *= 2;
    this.first = 0;
  }

  private offset(index: number): number {
    return ((this.first + index) % this.capacity) * FIELDS;
  }

  private pointAt(index: number): HistoryPoint {
    const offset = this.offset(index);
    return {
      atMs: this.values[offset] ?? 0,
      lagMs: fromCell(this.values[offset + 1]),
      lagBytes: fromCell(this.values[offset + 2]),
      depth: fromCell(this.values[offset + 3]),
    };
  }

  private isGap(index: number): boolean {
    return isEmpty(this.pointAt(index));
  }
}

function gapAt(atMs: number): HistoryPoint {
  return { atMs, lagMs: null, lagBytes: null, depth: null };
}

function isEmpty(point: HistoryPoint): boolean {
  return point.lagMs === null && point.lagBytes === null && point.depth === null;
}

function toCell(value: number | null): number {
  return value ?? Number.NaN;
}

function fromCell(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

import { HISTORY_SPAN_MS } from '../core/history';

const FIRST_CAPACITY = 32;
/** Fifteen minutes at the shortest interval of one second, with room for gaps. */
const MAX_CAPACITY = 1_024;

/**
 * The last fifteen minutes of one thing as they came: a ring of times and values, NaN for unknown, that grows to a fixed bound and
 * then forgets its oldest. 8 bytes a point and 4 for each of its values.
 */
export class RecentRing {
  private times = new Float64Array(FIRST_CAPACITY);
  private values: Float32Array;
  private first = 0;
  private count = 0;

  /** @param width values a point */
  constructor(private readonly width: number) {
    this.values = new Float32Array(FIRST_CAPACITY * width);
  }

  get size(): number {
    return this.count;
  }

  /** Epoch ms of the newest point; `null` when empty. */
  get newestAtMs(): number | null {
    return this.count === 0 ? null : this.timeAt(this.count - 1);
  }

  /** Whether nothing is known at the newest point. */
  get endsWithGap(): boolean {
    for (let field = 0; field < this.width; field += 1) {
      if (!Number.isNaN(this.valueAt(this.count - 1, field))) return false;
    }
    return this.count > 0;
  }

  /** Epoch ms of a point, counted from the oldest. */
  timeAt(index: number): number {
    return this.times[this.place(index)] ?? Number.NaN;
  }

  /** NaN is unknown. */
  valueAt(index: number, field: number): number {
    return this.values[this.place(index) * this.width + field] ?? Number.NaN;
  }

  /** @param values NaN is unknown; as many as the ring is wide */
  push(atMs: number, values: readonly number[]): void {
    if (this.count === this.times.length) this.makeRoom(atMs);
    const place = this.place(this.count);
    this.times[place] = atMs;
    this.values.set(values, place * this.width);
    this.count += 1;
  }

  dropNewest(): void {
    this.count = Math.max(0, this.count - 1);
  }

  /** Index of the first point after this time; `size` when there is none. */
  firstAfter(atMs: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.timeAt(middle) > atMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private makeRoom(nowMs: number): void {
    const capacity = this.times.length;
    if (capacity === MAX_CAPACITY || this.timeAt(0) < nowMs - HISTORY_SPAN_MS) {
      this.first = (this.first + 1) % capacity;
      this.count -= 1;
      return;
    }
    const { width } = this;
    this.times = grown(this.times, new Float64Array(capacity * 2), this.first);
    this.values = grown(this.values, new Float32Array(capacity * 2 * width), this.first * width);
    this.first = 0;
  }

  private place(index: number): number {
    return (this.first + index) % this.times.length;
  }
}

/** Copies a full ring that begins at `first` to the begin of a larger one. */
function grown<T extends Float32Array | Float64Array>(from: T, into: T, first: number): T {
  into.set(from.subarray(first));
  into.set(from.subarray(0, first), from.length - first);
  return into;
}

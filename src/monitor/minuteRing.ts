import { HISTORY_DAY_MS } from '../core/history';

const MINUTE_MS = 60_000;
const FIRST_CAPACITY = 64;
/** A day and the minute that is not over yet. */
const MAX_CAPACITY = HISTORY_DAY_MS / MINUTE_MS + 1;

/**
 * The last 24 hours of one thing, a place for each minute that holds the worst of it, so that no peak is averaged away; NaN where
 * nothing was known all minute long. Grows to a fixed bound. 4 bytes a value.
 */
export class MinuteRing {
  private values = new Float32Array(0);
  private capacity = 0;
  /** Minutes since the epoch of the oldest place, whose values stand at `oldest % capacity`. */
  private oldest = 0;
  private count = 0;

  /** @param width values a minute */
  constructor(private readonly width: number) {}

  /** Minutes since the epoch of the first place. */
  get firstMinute(): number {
    return this.oldest;
  }

  /** Places, those without values among them. */
  get size(): number {
    return this.count;
  }

  /** Takes a reading into its minute; one that is too old has no place any more. @param values NaN is unknown */
  add(atMs: number, values: readonly number[]): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    if (!this.reach(minute)) return;
    const offset = this.offset(minute);
    for (let field = 0; field < this.width; field += 1) {
      const value = values[field] ?? Number.NaN;
      const before = this.values[offset + field] ?? Number.NaN;
      // Not `value > before`: before is NaN at first.
      if (!(value <= before) && !Number.isNaN(value)) this.values[offset + field] = value;
    }
  }

  /** The worst of one value over some minutes; NaN where nothing is known of any. */
  worst(fromMinute: number, minutes: number, field: number): number {
    let worst = Number.NaN;
    const from = Math.max(fromMinute, this.oldest);
    const end = Math.min(fromMinute + minutes, this.oldest + this.count);
    for (let minute = from; minute < end; minute += 1) {
      const value = this.values[this.offset(minute) + field] ?? Number.NaN;
      if (!(value <= worst) && !Number.isNaN(value)) worst = value;
    }
    return worst;
  }

  /** Makes a place for this minute, and for those between it and the newest. @returns false when it is a day too old */
  private reach(minute: number): boolean {
    if (this.count === 0) {
      this.oldest = minute;
      this.extend(minute);
      return true;
    }
    const newest = this.oldest + this.count - 1;
    if (minute > newest) this.extend(minute);
    return minute >= this.oldest;
  }

  private extend(minute: number): void {
    const from = this.oldest + this.count;
    this.oldest = Math.max(this.oldest, minute - MAX_CAPACITY + 1);
    const needed = minute - this.oldest + 1;
    if (needed > this.capacity) this.grow(needed, from);
    for (let at = Math.max(from, this.oldest); at <= minute; at += 1) {
      const offset = this.offset(at);
      this.values.fill(Number.NaN, offset, offset + this.width);
    }
    this.count = needed;
  }

  /** @param end minute after the last that has values */
  private grow(needed: number, end: number): void {
    let capacity = Math.max(FIRST_CAPACITY, this.capacity);
    while (capacity < needed) capacity *= 2;
    capacity = Math.min(capacity, MAX_CAPACITY);
    const values = new Float32Array(capacity * this.width);
    for (let minute = this.oldest; minute < end; minute += 1) {
      const from = this.offset(minute);
      values.set(this.values.subarray(from, from + this.width), (minute % capacity) * this.width);
    }
    this.values = values;
    this.capacity = capacity;
  }

  private offset(minute: number): number {
    return (minute % this.capacity) * this.width;
  }
}

import assert from 'node:assert/strict';
import type { Clock } from '../../../src/core/ports/clock';
import { DrawPace } from '../../../src/host/drawPace';

/** Time that moves only when told. */
class ManualClock implements Clock {
  private now = 0;
  private timers: { readonly atMs: number; readonly run: () => void }[] = [];

  nowMs = () => this.now;
  monotonicMs = () => this.now;

  schedule(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.now + delayMs, run };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }

  /** Time that passes while something works. */
  spend(ms: number): void {
    this.now += ms;
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = this.timers.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.now = Math.max(this.now, next.atMs);
      next.run();
    }
    this.now = Math.max(this.now, end);
  }

  get pending(): number {
    return this.timers.length;
  }
}

describe('DrawPace', () => {
  const make = (costMs = 0) => {
    const clock = new ManualClock();
    const drawnAt: number[] = [];
    const pace = new DrawPace(clock, 100, 30_000, () => {
      drawnAt.push(clock.nowMs());
      clock.spend(costMs);
    });
    return { clock, drawnAt, pace };
  };

  it('draws once for all that changes meanwhile', () => {
    const { clock, drawnAt, pace } = make();
    pace.request();
    clock.advance(50);
    pace.request();
    clock.advance(50);
    assert.deepEqual(drawnAt, [100]);
  });

  it('is not starved by a stream of changes', () => {
    const { clock, drawnAt, pace } = make();
    for (let at = 0; at < 1_000; at += 10) {
      pace.request();
      clock.advance(10);
    }
    assert.ok(drawnAt.length >= 8, String(drawnAt.length));
  });

  it('takes at most a tenth of the time', () => {
    const { clock, drawnAt, pace } = make(50);
    pace.request();
    clock.advance(100);
    pace.request();
    clock.advance(449);
    assert.equal(drawnAt.length, 1);
    clock.advance(60);
    assert.equal(drawnAt.length, 2);
  });

  it('draws anew after a while, since ages grow, and leaves no timer', () => {
    const { clock, drawnAt, pace } = make();
    pace.drawNow();
    clock.advance(60_000);
    assert.deepEqual(drawnAt, [0, 30_000, 60_000]);
    pace.dispose();
    assert.equal(clock.pending, 0);
  });
});

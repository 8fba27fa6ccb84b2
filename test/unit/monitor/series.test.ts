import assert from 'node:assert/strict';
import { HISTORY_DAY_MS, HISTORY_SPAN_MS } from '../../../src/core/history';
import { Series } from '../../../src/monitor/series';

const FAR = Number.POSITIVE_INFINITY;
const MINUTE = 60_000;
/** A whole number of steps of every range. */
const BASE = 1_000 * HISTORY_DAY_MS;

const edge = () => new Series(['lagMs', 'lagBytes']);

function recent(series: Series, nowMs: number, afterMs: number | null = null) {
  const read = series.read('15min', nowMs, afterMs);
  return (read?.atMs ?? []).map((at, index) => [at, read?.columns.lagBytes?.[index]]);
}

describe('a series', () => {
  it('keeps fifteen minutes at the full rate, in order, whatever went before', () => {
    const series = edge();
    for (let second = 1; second <= 10_000; second += 1) {
      series.add(second * 1_000, [second, second], FAR);
      if (second % 997 !== 0) continue;
      const points = recent(series, second * 1_000);
      const expected = Math.min(second, HISTORY_SPAN_MS / 1_000 + 1);
      assert.deepEqual(
        points,
        points.map((_, index) => {
          const at = second - expected + 1 + index;
          return [at * 1_000, at];
        }),
      );
      assert.equal(points.length, expected);
    }
  });

  it('is bounded whatever comes in', () => {
    const series = edge();
    for (let times = 0; times < 100_000; times += 1) series.add(1 + times * 251, [times, 1], FAR);
    assert.ok(recent(series, 0).length <= 1_024);
    for (let day = 0; day < 40; day += 1) series.add(BASE + day * 50_000_000, [day, 1], FAR);
    const saved = series.save(BASE + 39 * 50_000_000);
    assert.ok((saved?.minutes[0]?.length ?? 0) <= 1_441);
  });

  it('gives what is new alone', () => {
    const series = edge();
    for (let second = 1; second <= 5; second += 1) series.add(second * 1_000, [1, second], FAR);
    assert.deepEqual(recent(series, 5_000, 3_000), [
      [4_000, 4],
      [5_000, 5],
    ]);
    assert.equal(series.read('15min', 5_000, 5_000), null);
  });

  it('merges looks that are moments apart into the newer', () => {
    const series = edge();
    series.add(1_000, [1, 1], FAR);
    series.add(1_003, [2, 2], FAR);
    series.add(2_000, [3, 3], FAR);
    series.add(2_000, [4, 4], FAR);
    series.add(1_500, [5, 5], FAR);
    assert.deepEqual(recent(series, 2_000), [
      [1_003, 2],
      [2_000, 3],
    ]);
  });

  it('sets a late point off by a gap', () => {
    const series = edge();
    series.add(1_000, [1, 1], 15_000);
    series.add(16_000, [2, 2], 15_000);
    series.add(31_001, [3, 3], 15_000);
    assert.deepEqual(recent(series, 31_001), [
      [1_000, 1],
      [16_000, 2],
      [16_001, null],
      [31_001, 3],
    ]);
  });

  it('keeps null apart from zero', () => {
    const series = edge();
    series.add(1, [null, 0], FAR);
    series.add(1_000, [0, null], FAR);
    series.addGap(3_000);
    series.addGap(4_000);
    assert.deepEqual(series.read('15min', 4_000, null), {
      atMs: [1, 1_000, 3_000],
      columns: { lagMs: [null, 0, null], lagBytes: [0, null, null] },
    });
    assert.deepEqual(series.read('1h', 4_000, null), {
      atMs: [0],
      columns: { lagMs: [0], lagBytes: [0] },
    });
  });

  describe('over a day', () => {
    /** Readings of one and a half days at uneven times: quiet stretches, unknown ones, and rare peaks. */
    function fill(series: Series) {
      let seed = 7;
      const random = () => {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
        return seed / 4_294_967_296;
      };
      const readings: { at: number; value: number | null }[] = [];
      let at = BASE;
      while (at < BASE + 1.5 * HISTORY_DAY_MS) {
        at += 1_000 + Math.round(random() * (random() < 0.01 ? 1_500_000 : 20_000));
        const value = random() < 0.2 ? null : random() < 0.001 ? 1e9 : Math.floor(random() * 100);
        readings.push({ at, value });
        series.add(at, [value, value], FAR);
      }
      return { readings, nowMs: at };
    }

    for (const [range, stepMs] of [
      ['1h', MINUTE],
      ['24h', 5 * MINUTE],
    ] as const) {
      it(`has the worst of each step, each a value that was read, and no step where nothing was: ${range}`, () => {
        const series = edge();
        const { readings, nowMs } = fill(series);
        const spanMs = range === '1h' ? 60 * MINUTE : HISTORY_DAY_MS;
        const expected = new Map<number, number>();
        for (const { at, value } of readings) {
          const step = Math.floor(at / stepMs) * stepMs;
          // Steps at the begin of a day that is kept in minutes may have lost their first minutes.
          if (value === null || step < nowMs - spanMs + stepMs) continue;
          expected.set(step, Math.max(value, expected.get(step) ?? 0));
        }
        const read = series.read(range, nowMs, null);
        const first = Math.min(...expected.keys());
        const found = new Map(
          (read?.atMs ?? []).flatMap((at, index) =>
            at < first ? [] : [[at, read?.columns.lagMs?.[index]]],
          ),
        );
        assert.deepEqual([...found], [...expected]);
        assert.ok(expected.size > 30);
      });
    }

    it('gives the step that is not over yet again, and nothing before it', () => {
      const series = edge();
      series.add(BASE, [1, 1], FAR);
      series.add(BASE + MINUTE, [5, 5], FAR);
      const [, last] = series.read('1h', BASE + MINUTE, null)?.atMs ?? [];
      series.add(BASE + MINUTE + 30_000, [9, 9], FAR);
      assert.deepEqual(series.read('1h', BASE + 2 * MINUTE, last ?? 0), {
        atMs: [BASE + MINUTE],
        columns: { lagMs: [9], lagBytes: [9] },
      });
    });

    it('comes back as it was, with a gap between then and now', () => {
      const before = edge();
      const { nowMs } = fill(before);
      const saved = before.save(nowMs);
      assert.ok(saved !== null);
      const after = edge();
      const laterMs = nowMs + 40_000;
      after.add(laterMs, [3, 3], FAR);
      after.restore(saved, laterMs);
      after.add(laterMs + 5_000, [4, 4], FAR);
      for (const range of ['1h', '24h'] as const) {
        const was = before.read(range, laterMs + 5_000, null);
        const now = after.read(range, laterMs + 5_000, null);
        const isOld = (at: number) => at < Math.floor(nowMs / 300_000) * 300_000;
        assert.deepEqual(now?.atMs.filter(isOld), was?.atMs.filter(isOld));
        const known = now?.columns.lagMs?.filter((_, index) => isOld(now.atMs[index] ?? 0));
        assert.deepEqual(
          known,
          was?.columns.lagMs?.filter((_, index) => isOld(was.atMs[index] ?? 0)),
        );
      }
      const points = recent(after, laterMs + 5_000);
      const old = recent(before, laterMs + 5_000);
      assert.deepEqual(points.slice(0, old.length), old);
      const rest = points.slice(old.length);
      if (old.at(-1)?.[1] !== null) assert.deepEqual(rest.shift()?.[1], null);
      assert.deepEqual(rest, [
        [laterMs, 3],
        [laterMs + 5_000, 4],
      ]);
    });
  });

  it('takes each check for itself, however close', () => {
    const checks = new Series(['arrivedMs', 'lateMs'], 0);
    checks.add(1_000, [900, null], FAR);
    checks.add(1_001, [3, null], FAR);
    checks.add(1_002, [null, 10_000], FAR);
    assert.deepEqual(checks.read('15min', 1_002, null)?.columns, {
      arrivedMs: [900, 3, null],
      lateMs: [null, null, 10_000],
    });
    assert.deepEqual(checks.read('1h', 1_002, null)?.columns, {
      arrivedMs: [900],
      lateMs: [10_000],
    });
  });
});

import assert from 'node:assert/strict';
import { HISTORY_SPAN_MS, type HistoryPoint } from '../../../src/core/history';
import { Series } from '../../../src/monitor/series';

const FAR = Number.POSITIVE_INFINITY;
const point = (atMs: number, lagBytes: number | null): HistoryPoint => ({
  atMs,
  lagMs: lagBytes,
  lagBytes,
  depth: null,
});

describe('a series', () => {
  it('keeps fifteen minutes at the full rate, in order, whatever went before', () => {
    const series = new Series();
    for (let second = 1; second <= 10_000; second += 1) {
      series.add(point(second * 1_000, second), FAR);
      if (second % 997 !== 0) continue;
      const points = series.points(second * 1_000);
      const expected = Math.min(second, HISTORY_SPAN_MS / 1_000 + 1);
      assert.equal(points.length, expected);
      assert.deepEqual(
        points.map(({ lagBytes }) => lagBytes),
        points.map((_, index) => second - expected + 1 + index),
      );
    }
  });

  it('is bounded whatever comes in', () => {
    const series = new Series();
    for (let times = 0; times < 100_000; times += 1) series.add(point(1 + times * 251, times), FAR);
    assert.ok(series.points(0).length <= 1_024);
  });

  it('merges looks that are moments apart into the newer', () => {
    const series = new Series();
    series.add(point(1_000, 1), FAR);
    series.add(point(1_003, 2), FAR);
    series.add(point(2_000, 3), FAR);
    series.add(point(2_000, 4), FAR);
    series.add(point(1_500, 5), FAR);
    assert.deepEqual(series.points(2_000), [point(1_003, 2), point(2_000, 3)]);
  });

  it('sets a late point off by a gap', () => {
    const series = new Series();
    series.add(point(1_000, 1), 15_000);
    series.add(point(16_000, 2), 15_000);
    series.add(point(31_001, 3), 15_000);
    assert.deepEqual(
      series.points(31_001).map(({ atMs, lagBytes }) => [atMs, lagBytes]),
      [
        [1_000, 1],
        [16_000, 2],
        [16_001, null],
        [31_001, 3],
      ],
    );
  });

  it('keeps null apart from zero', () => {
    const series = new Series();
    series.add({ atMs: 1, lagMs: null, lagBytes: 0, depth: null }, FAR);
    series.add({ atMs: 1_000, lagMs: 0, lagBytes: null, depth: null }, FAR);
    series.add({ atMs: 2_000, lagMs: null, lagBytes: null, depth: 0 }, FAR);
    series.addGap(3_000);
    series.addGap(4_000);
    assert.deepEqual(series.points(4_000), [
      { atMs: 1, lagMs: null, lagBytes: 0, depth: null },
      { atMs: 1_000, lagMs: 0, lagBytes: null, depth: null },
      { atMs: 2_000, lagMs: null, lagBytes: null, depth: 0 },
      { atMs: 3_000, lagMs: null, lagBytes: null, depth: null },
    ]);
  });
});

import assert from 'node:assert/strict';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { toLagHistory } from '../../../src/protocol/toLagHistory';
import { axisFor, placeOn, spellTick } from '../../../webview/charts/axes';
import { chartModels } from '../../../webview/charts/chartModels';
import { gapsOf } from '../../../webview/charts/gaps';
import { alignToGrid, gridFor, gridTimeMs, valueAt } from '../../../webview/charts/grid';
import { HistoryStore } from '../../../webview/charts/historyStore';
import { foldLines, statisticsOf } from '../../../webview/charts/statistics';
import { NOW_MS } from '../../webview/support/build';
import { historyOf } from '../../webview/support/histories';
import { healthy, hundred, reconnecting, trouble } from '../../webview/support/states';

const MIN = 60_000;

function modelsFor(snapshot: typeof healthy, selectedId: string | null = null) {
  const store = new HistoryStore();
  store.merge(toLagHistory(historyOf(snapshot), null));
  return chartModels(toDashboardState(snapshot, null), store.series, selectedId, NOW_MS);
}

describe('webview/charts', () => {
  describe('grid', () => {
    const times = (from: number, count: number, step = 5_000) =>
      Array.from({ length: count }, (_, index) => from + index * step);

    it('is as fine as the readings and ends now', () => {
      const grid = gridFor(NOW_MS, 15 * MIN, [times(NOW_MS - 60_000, 13)]);
      assert.equal(grid.stepMs, 5_000);
      assert.equal(grid.count, 181);
      assert.ok(gridTimeMs(grid, grid.count - 1) >= NOW_MS);
    });

    it('keeps the largest of several readings in one step', () => {
      const grid = { fromMs: 0, toMs: 20_000, stepMs: 5_000, count: 5 };
      const cells = alignToGrid([5_000, 5_400, 6_000], [3, null, 9], grid);
      assert.equal(cells[1], 9);
    });

    it('goes on over a missed reading, but not over a pause', () => {
      const grid = { fromMs: 0, toMs: 100_000, stepMs: 5_000, count: 21 };
      const cells = alignToGrid([0, 10_000, 60_000], [1, 2, 3], grid);
      assert.deepEqual(cells.slice(0, 4), [1, undefined, 2, null]);
      assert.equal(valueAt(cells, 1), 1);
      assert.equal(valueAt(cells, 5), null);
      assert.equal(cells[12], 3);
    });

    it('never makes a number of an unknown reading', () => {
      const grid = { fromMs: 0, toMs: 20_000, stepMs: 5_000, count: 5 };
      const cells = alignToGrid([0, 5_000, 10_000], [1, null, 0], grid);
      assert.deepEqual(cells.slice(0, 3), [1, null, 0]);
      assert.equal(valueAt(cells, 1), null);
    });
  });

  it('places values on a log axis and holds them at its edges', () => {
    const axis = axisFor('lag', 50);
    assert.equal(placeOn(axis, 1), 0);
    assert.equal(placeOn(axis, 0), 0);
    assert.equal(placeOn(axis, 1e12), 1);
    assert.ok(Math.abs(placeOn(axis, 100) - 0.4) < 1e-9);
  });

  it('grows an axis for what would not fit', () => {
    assert.ok(axisFor('lag', 3_600_000).high > 3_600_000);
    assert.ok(axisFor('bytes', 9.1 * 1024 ** 3).high >= 9.1 * 1024 ** 3);
    assert.ok(axisFor('depth', 412).high >= 412);
    assert.deepEqual(
      axisFor('bytes', 0).ticks.map((tick) => spellTick('bytes', tick)),
      ['1\u00a0kB', '1\u00a0MB', '1\u00a0GB'],
    );
  });

  it('tells a pause of everything from what is unknown of one line', () => {
    const grid = { fromMs: 0, toMs: 60_000, stepMs: 5_000, count: 12 };
    const hole = (from: number, to: number) =>
      Array.from({ length: 12 }, (_, index) => (index >= from && index < to ? null : 1));
    assert.deepEqual(gapsOf(hole(3, 7), [hole(3, 7)], grid, 'stopped'), [
      { from: 3, to: 6, name: 'not asked' },
    ]);
    assert.deepEqual(gapsOf(hole(3, 7), [hole(3, 7), hole(0, 0)], grid, 'stopped'), [
      { from: 3, to: 6, name: 'unknown' },
    ]);
    assert.deepEqual(gapsOf(hole(6, 12), [hole(0, 0)], grid, 'stopped'), [
      { from: 6, to: 11, name: 'stopped' },
    ]);
  });

  it('tells median, p95, worst and for how long it was unknown', () => {
    const grid = { fromMs: 0, toMs: 0, stepMs: 5_000, count: 7 };
    const values = [null, 1, 2, null, undefined, 3, 100];
    assert.deepEqual(statisticsOf(values, grid), {
      median: 2,
      p95: 3,
      worst: 100,
      unknownForMs: 5_000,
    });
    assert.equal(statisticsOf([null, undefined], grid).worst, null);
  });

  it('folds many lines without counting the unknown', () => {
    const lines = [
      [1, null, undefined],
      [5, 7, undefined],
      [9, null, 2],
    ];
    assert.deepEqual(foldLines(lines, [1, 0.5]), [
      [9, 7, 7],
      [5, 7, 2],
    ]);
    assert.deepEqual(foldLines([[null], [null]], [0.5]), [[null]]);
  });

  describe('history', () => {
    const points = (atMs: number[], lagMs: (number | null)[]) => ({
      topologyId: 't',
      series: [{ id: 'e', atMs, lagMs, lagBytes: lagMs, depth: atMs.map(() => null) }],
    });

    it('adds what is newer, once', () => {
      const store = new HistoryStore();
      store.merge(points([1, 2], [10, 20]));
      store.merge(points([2, 3], [99, 30]));
      assert.deepEqual(store.series.get('e')?.lagMs, [10, 20, 30]);
      assert.equal(store.newestAtMs('t'), 3);
      assert.equal(store.newestAtMs('another'), null);
    });

    it('forgets what is older than the charts show, and another topology altogether', () => {
      const store = new HistoryStore();
      store.merge(points([0, 20 * MIN], [1, 2]));
      assert.deepEqual(store.series.get('e')?.lagMs, [2]);
      store.merge({ topologyId: 'u', series: [] });
      assert.equal(store.series.size, 0);
    });

    it('drops columns of unequal length', () => {
      const store = new HistoryStore();
      store.merge(points([1, 2, 3], [1]));
      assert.equal(store.series.size, 0);
    });
  });

  describe('models', () => {
    it('says lag, bytes and depth as they are now', () => {
      const [lag, bytes, depth] = modelsFor(healthy, 'streaming/central-read');
      assert.deepEqual(
        lag?.lines.map(({ name, now, style }) => `${name} ${now} ${style}`),
        [
          'central-read 12\u00a0ms focus',
          'central-archive 38\u00a0ms plain',
          'patterns_sub 9\u00a0ms dash',
          'job_stats_sub 14\u00a0ms dot',
          'metrics_sub idle dashDot',
        ],
      );
      assert.equal(bytes?.lines.length, 6, 'a reader that is no Postgres has a size, but no time');
      assert.equal(depth?.lines[0]?.now, '3');
    });

    it('shows a stopped line as stopped, never as a number', () => {
      const [lag] = modelsFor(trouble, 'logical/singularity/patterns_sub');
      const line = lag?.lines.find(({ name }) => name === 'patterns_sub');
      assert.equal(line?.now, 'stopped');
      assert.equal(line.isKnownNow, false);
      assert.equal(line.style, 'bad');
      assert.equal(valueAt(line.values, line.values.length - 1), null);
      assert.equal(lag?.gaps.at(-1)?.name, 'stopped');
    });

    it('says "was" for what is from before', () => {
      const [lag] = modelsFor(reconnecting);
      assert.match(
        lag?.lines.find(({ name }) => name === 'central-archive')?.now ?? '',
        /^was \d+\u00a0ms$/,
      );
    });

    it('draws worst, p95 and median for more than eight links, and the selected one', () => {
      const [lag] = modelsFor(hundred, 'streaming/eu-edge-11');
      assert.deepEqual(
        lag?.lines.map(({ name }) => name),
        ['eu-edge-11', 'worst', 'p95', 'median'],
      );
      assert.equal(lag.lines[1]?.now, '8.4\u00a0s');
    });

    it('marks thresholds that are within reach', () => {
      const [lag] = modelsFor(healthy);
      assert.deepEqual(
        lag?.thresholds.map(({ label }) => label),
        ['warning 5\u00a0s', 'critical 30\u00a0s'],
      );
      assert.deepEqual(modelsFor(healthy)[2]?.thresholds, []);
    });
  });
});

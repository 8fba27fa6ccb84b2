import assert from 'node:assert/strict';
import type { HistoryRange } from '../../../src/core/history';
import type { EdgeChecks } from '../../../src/core/ports/checks';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { toLagHistory } from '../../../src/protocol/toLagHistory';
import { axisFor, type ChartKind, placeOn, spellTick } from '../../../webview/charts/axes';
import { chartModels } from '../../../webview/charts/chartModels';
import { chartsAsCsv } from '../../../webview/charts/chartsAsCsv';
import { chartsAsMarkdown } from '../../../webview/charts/chartView';
import { FoldCache } from '../../../webview/charts/foldCache';
import { gapsOf } from '../../../webview/charts/gaps';
import {
  alignToGrid,
  type Grid,
  gridFor,
  gridIndexAt,
  gridTimeMs,
  valueAt,
} from '../../../webview/charts/grid';
import { HistoryStore } from '../../../webview/charts/historyStore';
import { foldLines, statisticsOf } from '../../../webview/charts/statistics';
import { checked, CHECKED } from '../../webview/support/checks';
import { NOW_MS } from '../../webview/support/build';
import { historyOf } from '../../webview/support/histories';
import { healthy, hundred, reconnecting, trouble } from '../../webview/support/states';

const MIN = 60_000;

function modelsFor(
  snapshot: typeof healthy,
  selectedId: string | null = null,
  range: HistoryRange = '15min',
  checks: readonly EdgeChecks[] = [],
) {
  const store = new HistoryStore();
  store.merge(toLagHistory(historyOf(snapshot, range, checks)));
  const told = { isContinuous: false, edges: new Map(checks.map((edge) => [edge.edgeId, edge])) };
  return chartModels(toDashboardState(snapshot, null, told), store, selectedId);
}

function modelOf(models: ReturnType<typeof modelsFor>, kind: ChartKind) {
  const found = models.find((model) => model.kind === kind);
  assert.ok(found !== undefined, `no chart of ${kind}`);
  return found;
}

const GRID = { fromMs: 0, toMs: 100_000, stepMs: 5_000, count: 21, holdSteps: 4 };

describe('webview/charts', () => {
  describe('grid', () => {
    const times = (from: number, count: number, step = 5_000) =>
      Array.from({ length: count }, (_, index) => from + index * step);

    it('is as fine as the readings and ends now', () => {
      const grid = gridFor(NOW_MS, '15min', [times(NOW_MS - 60_000, 13)]);
      assert.equal(grid.stepMs, 5_000);
      assert.equal(grid.count, 181);
      assert.ok(gridTimeMs(grid, grid.count - 1) >= NOW_MS);
    });

    it('keeps the largest of several readings in one step', () => {
      const grid = { ...GRID, toMs: 20_000, count: 5 };
      const cells = alignToGrid([5_000, 5_400, 6_000], [3, null, 9], grid);
      assert.equal(cells[1], 9);
    });

    it('goes on over a missed reading, but not over a pause', () => {
      const grid = GRID;
      const cells = alignToGrid([0, 10_000, 60_000], [1, 2, 3], grid);
      assert.deepEqual(cells.slice(0, 4), [1, undefined, 2, null]);
      assert.equal(valueAt(cells, 1), 1);
      assert.equal(valueAt(cells, 5), null);
      assert.equal(cells[12], 3);
    });

    it('has the steps that a range is kept in, and takes an empty one for a gap', () => {
      for (const [range, stepMs, count] of [
        ['1h', MIN, 61],
        ['24h', 5 * MIN, 289],
      ] as const) {
        const grid = gridFor(NOW_MS, range, [times(NOW_MS - 60 * stepMs, 50, stepMs)]);
        assert.deepEqual([grid.stepMs, grid.count], [stepMs, count]);
        assert.ok(grid.toMs <= NOW_MS && grid.toMs > NOW_MS - stepMs, 'the last is not over yet');
        const at = (index: number) => gridTimeMs(grid, index);
        const cells = alignToGrid([at(3), at(4), at(6)], [1, 2, 3], grid);
        assert.deepEqual(cells.slice(2, 8), [null, 1, 2, null, 3, null]);
        assert.equal(gridIndexAt(grid, at(6) + stepMs / 3), 6);
      }
    });

    it('goes on over empty steps where servers are asked less often than that', () => {
      const grid = gridFor(NOW_MS, '1h', [times(NOW_MS - 60 * MIN, 12, 5 * MIN)]);
      const at = (index: number) => gridTimeMs(grid, index);
      const cells = alignToGrid([at(0), at(5), at(30)], [1, 2, 3], grid);
      assert.equal(valueAt(cells, 3), 1);
      assert.equal(valueAt(cells, 15), null);
    });

    it('never makes a number of an unknown reading', () => {
      const grid = { ...GRID, toMs: 20_000, count: 5 };
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
    const grid = { ...GRID, toMs: 60_000, count: 12 };
    const hole = (from: number, to: number) =>
      Array.from({ length: 12 }, (_, index) => (index >= from && index < to ? null : 1));
    assert.deepEqual(gapsOf(hole(3, 7), [hole(3, 7)], grid, 'stopped'), [
      { from: 3, to: 6, name: 'not asked' },
    ]);
    assert.deepEqual(gapsOf(hole(3, 7), [hole(3, 7), hole(0, 0)], grid, 'stopped'), [
      { from: 3, to: 6, name: 'unknown' },
    ]);
    const pause = { fromMs: 12_000, toMs: 33_000 };
    assert.deepEqual(gapsOf(hole(3, 7), [hole(3, 7)], grid, 'stopped', [pause]), [
      { from: 3, to: 6, name: 'hidden' },
    ]);
    assert.deepEqual(gapsOf(hole(6, 12), [hole(0, 0)], grid, 'stopped'), [
      { from: 6, to: 11, name: 'stopped' },
    ]);
  });

  it('tells median, p95, worst and for how long it was unknown', () => {
    const grid = { ...GRID, count: 7 };
    const values = [null, 1, 2, null, undefined, 3, 100];
    assert.deepEqual(statisticsOf(values, grid), {
      median: 2,
      p95: 3,
      p99: null,
      worst: 100,
      unknownForMs: 5_000,
      late: null,
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
    const points = (atMs: number[], lagMs: (number | null)[], range: HistoryRange = '15min') => ({
      topologyId: 't',
      range,
      pauses: [],
      series: [{ id: 'e', atMs, columns: { lagMs } }],
    });

    it('adds what is newer, and takes what is said anew for what it says', () => {
      const store = new HistoryStore();
      store.merge(points([1_000, 2_000], [10, 20]));
      store.merge(points([2_000, 3_000], [99, 30]));
      assert.deepEqual(store.series.get('e'), {
        atMs: [1_000, 2_000, 3_000],
        columns: { lagMs: [10, 99, 30] },
      });
      assert.equal(store.askFromMs('t', '15min'), 3_000 - 30_000);
      assert.equal(store.askFromMs('t', '1h'), null);
      assert.equal(store.askFromMs('another', '15min'), null);
    });

    it('asks for the last step again, which was not over', () => {
      const store = new HistoryStore();
      store.merge(points([MIN, 2 * MIN], [10, 20], '1h'));
      assert.equal(store.askFromMs('t', '1h'), 2 * MIN);
      assert.equal(store.range, '1h');
    });

    it('forgets what is older than the charts show, and another topology or range altogether', () => {
      const store = new HistoryStore();
      store.merge(points([0, 20 * MIN], [1, 2]));
      assert.deepEqual(store.series.get('e')?.columns.lagMs, [2]);
      store.merge(points([5 * MIN], [7], '24h'));
      assert.deepEqual(store.series.get('e')?.columns.lagMs, [7]);
      store.merge({ topologyId: 'u', range: '24h', pauses: [], series: [] });
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

    it('shows the same lines over every range, and names what was hidden', () => {
      for (const range of ['1h', '24h'] as const) {
        const lag = modelOf(modelsFor(trouble, 'streaming/central-archive', range), 'lag');
        assert.deepEqual(
          lag.lines.map(({ name }) => name),
          modelOf(modelsFor(trouble), 'lag').lines.map(({ name }) => name),
        );
        assert.ok(lag.gaps.some(({ name }) => name === 'hidden'));
        assert.match(lag.span, range === '1h' ? /^hour$/ : /^24 hours$/);
      }
    });

    it('draws the rate of the node that writes into what is selected', () => {
      const nodes = healthy.nodes.map((node) =>
        node.id === 'genesis' || node.id === 'central'
          ? { ...node, walBytesPerSecond: 3 * 1024 ** 2 }
          : node,
      );
      const wal = modelOf(modelsFor({ ...healthy, nodes }, 'streaming/central-read'), 'wal');
      assert.equal(wal.focusName, 'central');
      assert.deepEqual(
        wal.lines.map(({ name, now }) => `${name} ${now}`),
        ['central 3.0\u00a0MB/s', 'genesis 3.0\u00a0MB/s'],
      );
      assert.equal(wal.axis.isLog, false);
      assert.equal(
        modelsFor(healthy).some(({ kind }) => kind === 'wal'),
        false,
      );
    });

    it('tells the shares of checks that arrived, and marks the late ones without a number', () => {
      const calm = modelOf(
        modelsFor(healthy, 'streaming/central-read', '15min', CHECKED),
        'latency',
      );
      assert.match(
        calm.note ?? '',
        /^central-read: p50 [\d.]+\u00a0ms · p95 \d+\u00a0ms · p99 \d+\u00a0ms$/,
      );
      const id = 'logical/singularity/patterns_sub';
      const failed = [
        {
          edgeId: id,
          isRunning: false,
          results: [checked(id, { outcome: 'notArrived', arrivedMs: null })],
        },
      ];
      const late = modelOf(modelsFor(trouble, id, '15min', failed), 'latency');
      const [line] = late.lines;
      assert.equal(line?.now, 'over 10\u00a0s');
      const last = late.grid.count - 1;
      assert.deepEqual([line.late.get(last), valueAt(line.values, last)], [10_000, null]);
      assert.ok((line.statistics.worst ?? 0) < 10_000, 'a limit is no latency');
      assert.ok((line.statistics.late ?? 0) > 10);
      assert.equal(
        late.gaps.some(({ to }) => to === last),
        false,
        'checks were made there',
      );
    });

    it('draws the budget of the selected link', () => {
      const declared = { 'central-read': { arrivesWithinMs: 1_000 } };
      const topology = {
        ...healthy.topology,
        nodes: healthy.topology.nodes.map((node) => ({
          ...node,
          ...(node.id === 'central-read' ? declared['central-read'] : {}),
        })),
      };
      const models = (selected: string) =>
        modelOf(modelsFor({ ...healthy, topology }, selected, '15min', CHECKED), 'latency');
      assert.deepEqual(models('streaming/central-read').thresholds, [
        { value: 1_000, label: 'budget 1\u00a0s' },
      ]);
      assert.deepEqual(models('streaming/central-archive').thresholds, []);
    });

    it('can be taken away as points and as tables', () => {
      const models = modelsFor(trouble, null, '1h');
      const csv = chartsAsCsv(models).trimEnd().split('\n');
      assert.equal(csv[0], 'time,measure,unit,series,value');
      assert.match(csv[1] ?? '', /^2026-11-21T13:32:00.000Z,Lag,ms,central-read,[\d.]+$/);
      const isHidden = (row: string) => row.startsWith('2026-11-21T13:55:00');
      assert.equal(csv.some(isHidden), false, 'nothing is said of a gap');
      const markdown = chartsAsMarkdown(models, 'Central');
      assert.match(
        markdown,
        /^## Central\n\n\| Lag \| Now \| Median \| p95 \| Worst \| Unknown for \|\n/,
      );
      assert.match(markdown, /\n\| patterns\\_sub \| stopped \| /);
    });
  });
});

describe('webview/charts folded lines', () => {
  it('are the same whether reckoned anew or from what was known a poll before', () => {
    let seed = 11;
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 4_294_967_296;
    };
    const STEP = 5_000;
    const lines = Array.from({ length: 70 }, () => ({
      atMs: [] as number[],
      values: [] as (number | null)[],
    }));
    const kept = new FoldCache();
    let polls = 0;
    for (let poll = 0; poll < 400; poll += 1) {
      const nowMs = NOW_MS + poll * STEP;
      for (const line of lines) {
        // Readings that are missing, unknown, or late by some seconds.
        if (random() < 0.15 || (poll > 90 && poll < 110)) continue;
        line.atMs.push(nowMs - Math.floor(random() * 3_000));
        line.values.push(random() < 0.1 ? null : Math.floor(random() * 1_000));
      }
      if (poll < 200 || random() < 0.3) continue;
      polls += 1;
      const grid = {
        fromMs: nowMs - 180 * STEP,
        toMs: nowMs,
        stepMs: STEP,
        count: 181,
        holdSteps: 4,
      };
      const wish = {
        kind: 'lag',
        ids: lines.map((_, index) => String(index)),
        quantiles: [1, 0.95, 0.5],
        holdSteps: 4,
        align: (index: number, part: Grid) =>
          alignToGrid(lines[index]?.atMs ?? [], lines[index]?.values ?? [], part),
      };
      // At the left edge it may know more: what a line stood at before.
      const inside = (folded: readonly (readonly unknown[])[]) =>
        folded.map((line) => line.slice(grid.holdSteps));
      const anew = new FoldCache().fold(wish, grid);
      assert.deepEqual(inside(kept.fold(wish, grid)), inside(anew), `poll ${poll}`);
    }
    assert.ok(polls > 100);
  });
});

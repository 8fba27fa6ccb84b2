import type { QueuePasts } from '../../src/protocol/dashboardMessages';
import type { DashboardState } from '../../src/protocol/dashboardState';
import { displayName } from '../text/names';
import { type ChartManner, type ChartModel, focusOf, modelOf, type Source } from './chartModels';
import type { Grid, GridValue } from './grid';
import type { SeriesPoints } from './historyStore';

const STEP_MS = 300_000;
const DAY_MS = 86_400_000;

/**
 * Depth and latency of drains of the last 24 hours, as the primary has them. Nothing is known of the time between two drains, so
 * nothing is drawn there.
 */
export function dayModels(
  state: DashboardState,
  pasts: QueuePasts['series'],
  selectedId: string | null,
): readonly ChartModel[] {
  const known = state.queues.filter(({ id }) =>
    pasts.some((past) => past.id === id && past.atMs.length > 0),
  );
  if (known.length === 0) return [];
  const grid = dayGrid(state.takenAtMs);
  const series = new Map(pasts.map((past) => [past.id, toPoints(past)]));
  const { thresholds } = state;
  const last = (id: string) => series.get(id)?.lagMs.findLast((value) => value !== null) ?? null;
  const sources = (nowOf: (id: string) => number | null) =>
    known.map((queue): Source => ({
      id: queue.id,
      name: displayName(queue.nodeId),
      subject: queue,
      now: nowOf(queue.id),
    }));
  const depths = sources((id) => state.queues.find((q) => q.id === id)?.facts?.waiting ?? null);
  const focusId = focusOf(state, selectedId);
  return [
    modelOf(
      'dayDepth',
      depths,
      series,
      grid,
      focusId,
      [
        { value: thresholds.queueDepthWarning, label: 'warning' },
        { value: thresholds.queueDepthCritical, label: 'critical' },
      ],
      MANNER,
    ),
    modelOf('dayLatency', sources(last), series, grid, focusId, [], MANNER),
  ];
}

const MANNER: ChartManner = {
  align: alignExactly,
  gapName: 'no drain',
  emptyText: 'No drain in the last 24 hours.',
};

function dayGrid(toMs: number): Grid {
  const end = Math.ceil(toMs / STEP_MS) * STEP_MS;
  const count = DAY_MS / STEP_MS + 1;
  return { fromMs: end - (count - 1) * STEP_MS, toMs: end, stepMs: STEP_MS, count };
}

/** Each value in its own place, and nothing anywhere else. */
function alignExactly(
  atMs: readonly number[],
  values: readonly (number | null)[],
  grid: Grid,
): GridValue[] {
  const cells: GridValue[] = new Array<GridValue>(grid.count).fill(null);
  atMs.forEach((at, index) => {
    const cell = Math.round((at - grid.fromMs) / grid.stepMs);
    if (cell >= 0 && cell < grid.count) cells[cell] = values[index] ?? null;
  });
  return cells;
}

function toPoints({ atMs, depth, latencyMs }: QueuePasts['series'][number]): SeriesPoints {
  return { atMs, depth, lagMs: latencyMs, lagBytes: atMs.map(() => null) };
}

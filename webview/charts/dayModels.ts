import { type HistorySeries, RANGE_TIMES } from '../../src/core/history';
import { say } from '../../src/core/say';
import type { QueuePasts } from '../../src/protocol/dashboardMessages';
import type { DashboardState } from '../../src/protocol/dashboardState';
import { displayName } from '../text/names';
import type { ChartKind } from './axes';
import type { ChartModel, Past, Source } from './chartModel';
import { FoldCache } from './foldCache';
import { focusOf } from './focus';
import { gridFor } from './grid';
import { modelOf } from './modelOf';

/**
 * Depth and latency of drains of the last 24 hours, as the primary has them: also of drains that nobody here looked at. Nothing is
 * known of the time between two drains, so nothing is drawn there.
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
  const series = new Map(pasts.map((past) => [past.id, toSeries(past)]));
  const past: Past = { range: '24h', series, pauses: [], folds: new FoldCache() };
  const grid = gridFor(state.takenAtMs, '24h', []);
  const { queueDepthWarning, queueDepthCritical } = state.thresholds;
  const model = (
    kind: ChartKind,
    nowOf: (id: string) => number | null,
    limits: readonly { readonly value: number; readonly label: string }[],
  ): ChartModel => {
    const sources = known.map((queue): Source => ({
      id: queue.id,
      seriesId: queue.id,
      name: displayName(queue.nodeId),
      subject: queue,
      now: nowOf(queue.id),
    }));
    const focusId = focusOf(state, selectedId);
    return modelOf({ kind, sources, focusId, limits, ...MANNER }, past, grid);
  };
  const waiting = (id: string) => known.find((queue) => queue.id === id)?.facts?.waiting ?? null;
  const last = (id: string) =>
    series.get(id)?.columns.lagMs?.findLast((value) => value !== null) ?? null;
  return [
    model('dayDepth', waiting, [
      { value: queueDepthWarning, label: say`warning` },
      { value: queueDepthCritical, label: say`critical` },
    ]),
    model('dayLatency', last, []),
  ];
}

const MANNER = { gapName: say`no drain`, emptyText: say`No drain in the last 24 hours.` } as const;

/** In places of the grid: those of a drain stand at its begin too. */
function toSeries({ atMs, depth, latencyMs }: QueuePasts['series'][number]): HistorySeries {
  const stepMs = RANGE_TIMES['24h'].stepMs ?? 1;
  return {
    atMs: atMs.map((at) => Math.floor(at / stepMs) * stepMs),
    columns: { depth, lagMs: latencyMs },
  };
}

import type { TopologyHistory } from '../core/history';
import type { LagHistory } from './dashboardMessages';

/** Turns the kept points into columns, those after `afterMs` alone. Series without such points are left out. */
export function toLagHistory(history: TopologyHistory, afterMs: number | null): LagHistory {
  const series: LagHistory['series'] = [];
  for (const [id, all] of history.series) {
    const points = afterMs === null ? all : all.filter((point) => point.atMs > afterMs);
    if (points.length === 0) continue;
    series.push({
      id,
      atMs: points.map((point) => point.atMs),
      lagMs: points.map((point) => point.lagMs),
      lagBytes: points.map((point) => point.lagBytes),
      depth: points.map((point) => point.depth),
    });
  }
  return { topologyId: history.topologyId, series };
}

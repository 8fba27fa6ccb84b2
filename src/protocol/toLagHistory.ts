import type { TopologyHistory } from '../core/history';
import type { LagHistory } from './dashboardMessages';

/** A history as it travels: the same columns, as lists. */
export function toLagHistory({ topologyId, range, series, pauses }: TopologyHistory): LagHistory {
  return {
    topologyId,
    range,
    pauses: [...pauses],
    series: [...series].map(([id, { atMs, columns }]) => ({
      id,
      atMs: [...atMs],
      columns: Object.fromEntries(
        Object.entries(columns).map(([measure, column]) => [measure, [...column]]),
      ),
    })),
  };
}

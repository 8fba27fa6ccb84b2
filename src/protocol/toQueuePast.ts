import type { QueueSnapshot, TopologySnapshot } from '../core/snapshot';
import type { QueuePasts } from './dashboardMessages';

/** The past of every queue that has one, as columns. */
export function toQueuePast({ id, queues }: TopologySnapshot): QueuePasts {
  return { topologyId: id, series: queues.flatMap(toSeries) };
}

function toSeries({ id, past }: QueueSnapshot): QueuePasts['series'] {
  if (past === null) return [];
  const { points } = past;
  return [
    {
      id,
      readAtMs: past.atMs,
      atMs: points.map((point) => point.atMs),
      depth: points.map((point) => point.depth),
      latencyMs: points.map((point) => point.latencyMs),
      drained: points.map((point) => point.drained),
      conflicts: points.map((point) => point.conflicts),
    },
  ];
}

import type { QueuePasts } from '../../src/protocol/dashboardMessages';
import type { DashboardState } from '../../src/protocol/dashboardState';

/** What drains of the shown topology did in the last 24 hours; asked for again when the host has read it anew. */
export class QueuePastStore {
  private topologyId: string | null = null;
  private pasts: QueuePasts['series'] = [];
  /** Rises with every answer. */
  revision = 0;

  /** Those of this topology. */
  seriesOf(topologyId: string): QueuePasts['series'] {
    return topologyId === this.topologyId ? this.pasts : [];
  }

  /** Whether the host has read something that is not here. */
  isOutdated({ topologyId, queues }: DashboardState): boolean {
    const known = this.seriesOf(topologyId);
    return queues.some(
      ({ id, pastAtMs }) =>
        pastAtMs !== null && known.find((past) => past.id === id)?.readAtMs !== pastAtMs,
    );
  }

  take(answer: QueuePasts): void {
    this.topologyId = answer.topologyId;
    this.pasts = answer.series.filter(isWellFormed);
    this.revision += 1;
  }
}

function isWellFormed({ atMs, depth, latencyMs }: QueuePasts['series'][number]): boolean {
  return depth.length === atMs.length && latencyMs.length === atMs.length;
}

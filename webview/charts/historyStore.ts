import { HISTORY_SPAN_MS } from '../../src/core/history';
import type { LagHistory } from '../../src/protocol/dashboardMessages';

/** The points of one edge or queue, as columns of equal length, oldest first. `null` is a gap. */
export interface SeriesPoints {
  readonly atMs: readonly number[];
  readonly lagMs: readonly (number | null)[];
  readonly lagBytes: readonly (number | null)[];
  readonly depth: readonly (number | null)[];
}

/** The past of the shown topology: grows by what each poll adds, and forgets what is older than the charts show. */
export class HistoryStore {
  private topologyId: string | null = null;
  private points = new Map<string, SeriesPoints>();
  /** Rises with every answer, also with one that brought nothing: time has passed. */
  revision = 0;

  get series(): ReadonlyMap<string, SeriesPoints> {
    return this.points;
  }

  /** Time of the newest point, to ask only for what is newer; `null` when all is wanted. */
  newestAtMs(topologyId: string): number | null {
    if (topologyId !== this.topologyId) return null;
    const newest = [...this.points.values()].flatMap(({ atMs }) => atMs.at(-1) ?? []);
    return newest.length === 0 ? null : Math.max(...newest);
  }

  /** Adds newer points. Of another topology they replace everything. */
  merge(history: LagHistory): void {
    if (history.topologyId !== this.topologyId) {
      this.topologyId = history.topologyId;
      this.points = new Map();
    }
    this.revision += 1;
    for (const { id, ...added } of history.series) {
      if (!isWellFormed(added)) continue;
      const known = this.points.get(id);
      this.points.set(id, known === undefined ? added : append(known, added));
    }
    this.forget();
  }

  private forget(): void {
    const newest = this.topologyId === null ? null : this.newestAtMs(this.topologyId);
    if (newest === null) return;
    // A little more than what is shown, so that the line reaches the left edge.
    const oldest = newest - HISTORY_SPAN_MS * 1.1;
    for (const [id, points] of this.points) {
      const from = points.atMs.findIndex((atMs) => atMs >= oldest);
      if (from === -1) this.points.delete(id);
      else if (from > 0) this.points.set(id, drop(points, from));
    }
  }
}

function isWellFormed({ atMs, lagMs, lagBytes, depth }: SeriesPoints): boolean {
  const { length } = atMs;
  return lagMs.length === length && lagBytes.length === length && depth.length === length;
}

function append(known: SeriesPoints, added: SeriesPoints): SeriesPoints {
  const newest = known.atMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  const from = added.atMs.findIndex((atMs) => atMs > newest);
  if (from === -1) return known;
  const fresh = drop(added, from);
  return {
    atMs: [...known.atMs, ...fresh.atMs],
    lagMs: [...known.lagMs, ...fresh.lagMs],
    lagBytes: [...known.lagBytes, ...fresh.lagBytes],
    depth: [...known.depth, ...fresh.depth],
  };
}

function drop({ atMs, lagMs, lagBytes, depth }: SeriesPoints, count: number): SeriesPoints {
  return {
    atMs: atMs.slice(count),
    lagMs: lagMs.slice(count),
    lagBytes: lagBytes.slice(count),
    depth: depth.slice(count),
  };
}

import {
  HISTORY_MEASURES,
  type HistoryMeasure,
  type HistoryPause,
  type HistoryRange,
  type HistorySeries,
  RANGE_TIMES,
} from '../../src/core/history';
import type { LagHistory } from '../../src/protocol/dashboardMessages';

/** Readings that come this much later than others are still asked for: what a check came to is known only after its wait. */
const OVERLAP_MS = 30_000;

/** The past of the shown topology over one range: grows by what each poll adds, and forgets what is older than the charts show. */
export class HistoryStore {
  private topologyId: string | null = null;
  private shown: HistoryRange = '15min';
  private points = new Map<string, HistorySeries>();
  /** When nothing was polled because nobody looked. */
  pauses: readonly HistoryPause[] = [];
  /** Rises with every answer, also with one that brought nothing: time has passed. */
  revision = 0;

  get series(): ReadonlyMap<string, HistorySeries> {
    return this.points;
  }

  /** What is at hand; another range is here only once its answer came. */
  get range(): HistoryRange {
    return this.shown;
  }

  /** From when on to ask; `null` when all is wanted. */
  askFromMs(topologyId: string, range: HistoryRange): number | null {
    if (topologyId !== this.topologyId || range !== this.shown) return null;
    const newestAtMs = this.newestAtMs();
    if (newestAtMs === null) return null;
    // The newest step is not over: it is asked for again.
    return RANGE_TIMES[range].stepMs === null ? newestAtMs - OVERLAP_MS : newestAtMs;
  }

  /** Adds newer points. Of another topology or range they replace everything. */
  merge(history: LagHistory): void {
    if (history.topologyId !== this.topologyId || history.range !== this.shown) {
      this.topologyId = history.topologyId;
      this.shown = history.range;
      this.points = new Map();
    }
    this.revision += 1;
    this.pauses = history.pauses;
    for (const { id, ...added } of history.series) {
      if (!isWellFormed(added)) continue;
      const known = this.points.get(id);
      this.points.set(id, known === undefined ? added : replaceFrom(known, added));
    }
    this.forget();
  }

  private newestAtMs(): number | null {
    let newest: number | null = null;
    for (const { atMs } of this.points.values()) {
      const last = atMs.at(-1);
      if (last !== undefined && (newest === null || last > newest)) newest = last;
    }
    return newest;
  }

  private forget(): void {
    const newest = this.newestAtMs();
    if (newest === null) return;
    // A little more than what is shown, so that the line reaches the left edge.
    const oldest = newest - RANGE_TIMES[this.shown].spanMs * 1.1;
    for (const [id, points] of this.points) {
      const from = points.atMs.findIndex((atMs) => atMs >= oldest);
      if (from === -1) this.points.delete(id);
      else if (from > 0) this.points.set(id, cut(points, from, points.atMs.length));
    }
  }
}

function isWellFormed({ atMs, columns }: HistorySeries): boolean {
  return Object.values(columns).every((column) => column.length === atMs.length);
}

/** What was said anew stands. */
function replaceFrom(known: HistorySeries, added: HistorySeries): HistorySeries {
  const first = added.atMs[0];
  if (first === undefined) return known;
  const stays = known.atMs.findIndex((atMs) => atMs >= first);
  const kept = cut(known, 0, stays === -1 ? known.atMs.length : stays);
  return mapColumns({ ...kept, atMs: [...kept.atMs, ...added.atMs] }, (_, measure) => [
    ...(kept.columns[measure] ?? kept.atMs.map(() => null)),
    ...(added.columns[measure] ?? added.atMs.map(() => null)),
  ]);
}

function cut(points: HistorySeries, from: number, to: number): HistorySeries {
  return mapColumns({ ...points, atMs: points.atMs.slice(from, to) }, (column) =>
    column.slice(from, to),
  );
}

type Column = readonly (number | null)[];

function mapColumns(
  { atMs, columns }: HistorySeries,
  change: (column: Column, measure: HistoryMeasure) => Column,
): HistorySeries {
  const changed: Partial<Record<HistoryMeasure, Column>> = {};
  for (const measure of HISTORY_MEASURES) {
    const column = columns[measure];
    if (column !== undefined) changed[measure] = change(column, measure);
  }
  return { atMs, columns: changed };
}

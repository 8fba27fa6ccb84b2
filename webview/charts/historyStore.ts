import {
  HISTORY_MEASURES,
  type HistoryMeasure,
  type HistoryPause,
  type HistoryRange,
  type HistorySeries,
  RANGE_TIMES,
} from '../../src/core/history';
import type { LagHistory } from '../../src/protocol/dashboardMessages';
import { FoldCache } from './foldCache';

/** Readings that come this much later than others are still asked for: what a check came to is known only after its wait. */
const OVERLAP_MS = 30_000;

/** A series that grows in place: copying hundreds of them at each poll would cost more than drawing them. */
interface GrowingSeries extends HistorySeries {
  readonly atMs: number[];
  readonly columns: Partial<Record<HistoryMeasure, (number | null)[]>>;
}

/** The past of the shown topology over one range: grows by what each poll adds, and forgets what is older than the charts show. */
export class HistoryStore {
  private topologyId: string | null = null;
  private shown: HistoryRange = '15min';
  private readonly points = new Map<string, GrowingSeries>();
  /** When nothing was polled because nobody looked. */
  pauses: readonly HistoryPause[] = [];
  readonly folds = new FoldCache();
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
      this.points.clear();
      this.folds.clear();
    }
    this.revision += 1;
    this.pauses = history.pauses;
    for (const { id, ...added } of history.series) {
      if (!isWellFormed(added)) continue;
      const known = this.points.get(id);
      if (known === undefined) this.points.set(id, added);
      else replaceFrom(known, added);
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
    // A little more than what is shown, so that the line reaches the left edge, and in one go now and then.
    const { spanMs } = RANGE_TIMES[this.shown];
    for (const [id, points] of this.points) {
      if ((points.atMs[0] ?? newest) >= newest - spanMs * 1.2) continue;
      const from = points.atMs.findIndex((atMs) => atMs >= newest - spanMs * 1.1);
      if (from === -1) this.points.delete(id);
      else for (const column of columnsOf(points)) column.splice(0, from);
    }
  }
}

function isWellFormed({ atMs, columns }: HistorySeries): boolean {
  return Object.values(columns).every((column) => column.length === atMs.length);
}

/** What was said anew stands. */
function replaceFrom(known: GrowingSeries, added: HistorySeries): void {
  const first = added.atMs[0];
  if (first === undefined) return;
  let stays = known.atMs.length;
  while (stays > 0 && (known.atMs[stays - 1] ?? 0) >= first) stays -= 1;
  for (const measure of HISTORY_MEASURES) {
    const more = added.columns[measure];
    const column = known.columns[measure];
    if (column === undefined && more === undefined) continue;
    const grown = column ?? known.atMs.map(() => null);
    grown.length = stays;
    for (let at = 0; at < added.atMs.length; at += 1) grown.push(more?.[at] ?? null);
    known.columns[measure] = grown;
  }
  known.atMs.length = stays;
  for (const at of added.atMs) known.atMs.push(at);
}

function columnsOf({ atMs, columns }: GrowingSeries): (number | null)[][] {
  return [atMs, ...Object.values(columns)];
}

import {
  HISTORY_MEASURES,
  HISTORY_RANGES,
  type HistoryColumn,
  type HistoryMeasure,
  type HistoryPause,
  type HistorySeries,
  type TopologyHistory,
} from './history';

/** A history as plain JSON, to be kept in a file with other things. Ids, times and numbers alone. */
export interface ExportedHistory {
  readonly topologyId: string;
  readonly range: TopologyHistory['range'];
  readonly pauses: readonly HistoryPause[];
  readonly series: readonly ({ readonly id: string } & HistorySeries)[];
}

/** More points or series than this were not written by us. */
const MOST_SERIES = 20_000;
const MOST_POINTS = 10_000;

/** @param sinceMs what is older is left out */
export function exportHistory(history: TopologyHistory, sinceMs: number): ExportedHistory {
  const series = [...history.series].flatMap(([id, past]) => {
    const from = past.atMs.findIndex((atMs) => atMs >= sinceMs);
    if (from === -1) return [];
    const columns = mapColumns(past.columns, (column) => column.slice(from).map(short));
    return [{ id, atMs: past.atMs.slice(from), columns }];
  });
  const pauses = history.pauses.filter(({ toMs }) => toMs === null || toMs >= sinceMs);
  return { topologyId: history.topologyId, range: history.range, pauses, series };
}

/** @returns `null` for anything that `exportHistory` cannot have made */
export function importHistory(value: unknown): TopologyHistory | null {
  if (!isRecord(value)) return null;
  const { topologyId, range, pauses, series } = value;
  const known = HISTORY_RANGES.find((one) => one === range);
  if (typeof topologyId !== 'string' || known === undefined) return null;
  if (!isList(pauses, MOST_POINTS) || !isList(series, MOST_SERIES)) return null;
  if (!pauses.every(isPause)) return null;
  const read = new Map<string, HistorySeries>();
  for (const one of series) {
    if (!isExportedSeries(one)) return null;
    read.set(one.id, { atMs: one.atMs, columns: mapColumns(one.columns, (column) => column) });
  }
  return { topologyId, range: known, pauses, series: read };
}

/** Does something with each known column, and leaves out what is none. */
function mapColumns(
  columns: HistorySeries['columns'],
  change: (column: HistoryColumn) => HistoryColumn,
): HistorySeries['columns'] {
  const made: Partial<Record<HistoryMeasure, HistoryColumn>> = {};
  for (const measure of HISTORY_MEASURES) {
    const column = columns[measure];
    if (column !== undefined) made[measure] = change(column);
  }
  return made;
}

/** Four bytes hold no more figures than these. */
function short(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(7));
}

function isExportedSeries(value: unknown): value is ExportedHistory['series'][number] {
  if (!isRecord(value) || typeof value['id'] !== 'string' || !isRecord(value['columns'])) {
    return false;
  }
  const { atMs, columns } = value;
  if (!isList(atMs, MOST_POINTS) || !atMs.every(Number.isFinite)) return false;
  const isAscending = atMs.every(
    (at, index) => index === 0 || Number(at) > Number(atMs[index - 1]),
  );
  return (
    isAscending &&
    Object.values(columns).every(
      (column) =>
        isList(column, MOST_POINTS) && column.length === atMs.length && column.every(isValue),
    )
  );
}

function isValue(value: unknown): boolean {
  return value === null || Number.isFinite(value);
}

function isPause(value: unknown): value is HistoryPause {
  return isRecord(value) && Number.isFinite(value['fromMs']) && isValue(value['toMs']);
}

function isList(value: unknown, most: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= most;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

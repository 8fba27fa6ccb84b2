/** What is kept over time: of edges lag and bytes, of queues depth, of nodes WAL, of checks latency. */
export const HISTORY_MEASURES = [
  'lagMs',
  'lagBytes',
  'depth',
  'walBytesPerSecond',
  /** A check that arrived: how long that took. */
  'arrivedMs',
  /** A check that did not arrive: the limit that it exceeded. Never to be shown as a latency. */
  'lateMs',
] as const;

export type HistoryMeasure = (typeof HISTORY_MEASURES)[number];

/** How far back a chart looks. `15min` has every reading; the others have one value a step, the worst of it. */
export type HistoryRange = '15min' | '1h' | '24h';

export const HISTORY_RANGES = ['15min', '1h', '24h'] as const satisfies readonly HistoryRange[];

/** Every reading is kept this long. */
export const HISTORY_SPAN_MS = 15 * 60_000;
/** The worst of each minute is kept this long. */
export const HISTORY_DAY_MS = 24 * 60 * 60_000;

/** How long a range is, and how far apart its points are; `null`: as the readings came. */
export const RANGE_TIMES: Readonly<
  Record<HistoryRange, { readonly spanMs: number; readonly stepMs: number | null }>
> = {
  '15min': { spanMs: HISTORY_SPAN_MS, stepMs: null },
  '1h': { spanMs: 60 * 60_000, stepMs: 60_000 },
  '24h': { spanMs: HISTORY_DAY_MS, stepMs: 5 * 60_000 },
};

/** Values of one measure; `null` is unknown, and a gap in the chart, never zero. */
export type HistoryColumn = readonly (number | null)[];

/** The past of one thing: columns as long as `atMs`, oldest first; a measure that it does not have is absent. */
export interface HistorySeries {
  /** Epoch ms: of a reading, or of the begin of a step. Steps in which nothing was known are left out. */
  readonly atMs: readonly number[];
  readonly columns: Readonly<Partial<Record<HistoryMeasure, HistoryColumn>>>;
}

/** The bounded past of one topology over one range. Ids: of an edge or a queue, `nodeSeriesId`, `checkSeriesId`. */
export interface TopologyHistory {
  readonly topologyId: string;
  readonly range: HistoryRange;
  readonly series: ReadonlyMap<string, HistorySeries>;
  /** When nothing was polled because nobody looked; oldest first. */
  readonly pauses: readonly HistoryPause[];
}

export interface HistoryPause {
  readonly fromMs: number;
  /** `null`: it lasts. */
  readonly toMs: number | null;
}

/** Series of a node's WAL. */
export function nodeSeriesId(nodeId: string): string {
  return `node/${nodeId}`;
}

/** Series of an edge's checks. */
export function checkSeriesId(edgeId: string): string {
  return `check/${edgeId}`;
}

export function emptyHistory(topologyId: string, range: HistoryRange): TopologyHistory {
  return { topologyId, range, series: new Map(), pauses: [] };
}

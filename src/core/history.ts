/** One reading of an edge or a queue. `null` is a gap in the chart, never zero. */
export interface HistoryPoint {
  readonly atMs: number;
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
  /** Queue depth; `null` for edges. */
  readonly depth: number | null;
}

/** The bounded past of one topology: points by edge or queue id, oldest first. */
export interface TopologyHistory {
  readonly topologyId: string;
  readonly series: ReadonlyMap<string, readonly HistoryPoint[]>;
}

/** Full-rate history is kept this long. */
export const HISTORY_SPAN_MS = 15 * 60_000;

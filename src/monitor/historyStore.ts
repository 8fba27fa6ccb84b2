import { HISTORY_SPAN_MS, type HistoryPoint, type TopologyHistory } from '../core/history';
import type { TopologySnapshot } from '../core/snapshot';
import { Series } from './series';

/** A reading this many intervals after the last one is not its neighbour in a chart. */
const GAP_INTERVALS = 3;
/** However short the interval, an answer may take this long without leaving a gap. */
const LEAST_GAP_MS = 15_000;

type Values = Omit<HistoryPoint, 'atMs'>;

/** The bounded past of one topology: a series for each edge and queue. */
export class HistoryStore {
  private readonly series = new Map<string, Series>();

  constructor(private readonly topologyId: string) {}

  /**
   * Adds one point to every series whose nodes were asked since its last point; a node that failed makes it a gap.
   * @param attemptedAtMs by node id, when its last attempt ended; `null` before the first.
   * @param intervalMs how often nodes are asked now.
   */
  record(
    snapshot: TopologySnapshot,
    attemptedAtMs: ReadonlyMap<string, number | null>,
    intervalMs: number,
  ): void {
    const gapMs = Math.max(LEAST_GAP_MS, intervalMs * GAP_INTERVALS);
    const add = (id: string, nodeIds: readonly (string | null)[], point: Values): void => {
      const times = nodeIds.map((nodeId) => (nodeId === null ? null : attemptedAtMs.get(nodeId)));
      const atMs = Math.max(...times.map((time) => time ?? Number.NEGATIVE_INFINITY));
      if (Number.isFinite(atMs)) this.seriesOf(id).add({ atMs, ...point }, gapMs);
    };
    for (const { id, from, to, lagMs, lagBytes } of snapshot.edges) {
      add(id, [from, to], { lagMs, lagBytes, depth: null });
    }
    const connected = new Set(
      snapshot.nodes.flatMap(({ id, sample }) => (sample.contact === 'connected' ? id : [])),
    );
    for (const { id, nodeId, facts } of snapshot.queues) {
      const depth = connected.has(nodeId) ? (facts?.waiting ?? null) : null;
      add(id, [nodeId], { lagMs: null, lagBytes: null, depth });
    }
    this.forgetOld(snapshot.takenAtMs);
  }

  /** Says that polling stops here. */
  pause(nowMs: number): void {
    for (const series of this.series.values()) series.addGap(nowMs);
  }

  /** @returns a copy; costs one object for each point. */
  read(nowMs: number): TopologyHistory {
    const series = new Map<string, readonly HistoryPoint[]>();
    for (const [id, past] of this.series) series.set(id, past.points(nowMs));
    return { topologyId: this.topologyId, series };
  }

  private seriesOf(id: string): Series {
    const known = this.series.get(id);
    if (known !== undefined) return known;
    const series = new Series();
    this.series.set(id, series);
    return series;
  }

  private forgetOld(nowMs: number): void {
    for (const [id, series] of this.series) {
      if ((series.newestAtMs ?? nowMs) < nowMs - HISTORY_SPAN_MS) this.series.delete(id);
    }
  }
}

import {
  checkSeriesId,
  HISTORY_DAY_MS,
  type HistoryMeasure,
  type HistoryPause,
  type HistoryRange,
  nodeSeriesId,
  type TopologyHistory,
} from '../core/history';
import type { CheckResult } from '../core/checks/checkResult';
import type { SavedHistory, SavedSeries } from '../core/ports/historyArchive';
import type { TopologySnapshot } from '../core/snapshot';
import { type Reading, Series } from './series';

/** A reading this many intervals after the last one is not its neighbour in a chart. */
const GAP_INTERVALS = 3;
/** However short the interval, an answer may take this long without leaving a gap. */
const LEAST_GAP_MS = 15_000;
/** Somebody who hides and shows a view all day is told apart this often. */
const MOST_PAUSES = 500;
const FORGET_INTERVAL_MS = 60_000;

/** The bounded past of one topology: a series for each edge, queue and node, and for the checks of each edge. */
export class HistoryStore {
  private readonly series = new Map<string, Series>();
  private pauses: HistoryPause[] = [];
  private forgotAtMs = Number.NEGATIVE_INFINITY;

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
    const timeOf = (id: string | null): number =>
      (id === null ? null : attemptedAtMs.get(id)) ?? Number.NEGATIVE_INFINITY;
    const add = (id: string, atMs: number, reading: Reading): void => {
      if (Number.isFinite(atMs)) this.seriesOf(id).add(atMs, reading, gapMs);
    };
    for (const { id, from, to, lagMs, lagBytes } of snapshot.edges) {
      add(id, Math.max(timeOf(from), timeOf(to)), [lagMs, lagBytes]);
    }
    const connected = new Set<string>();
    for (const { id, sample, walBytesPerSecond } of snapshot.nodes) {
      const isConnected = sample.contact === 'connected';
      if (isConnected) connected.add(id);
      const seriesId = nodeSeriesId(id);
      // A node whose rate nobody ever saw needs no series.
      if (typeof walBytesPerSecond !== 'number' && !this.series.has(seriesId)) continue;
      const rate = isConnected ? (walBytesPerSecond ?? null) : null;
      add(seriesId, timeOf(id), [rate]);
    }
    for (const { id, nodeId, facts } of snapshot.queues) {
      const depth = connected.has(nodeId) ? (facts?.waiting ?? null) : null;
      add(id, timeOf(nodeId), [depth]);
    }
    this.forgetOld(snapshot.takenAtMs);
  }

  /** Adds what a check came to; one that was cancelled or could not be made says nothing of the way. */
  recordCheck({ edgeId, outcome, arrivedMs, limitMs, endedAtMs }: CheckResult): void {
    if (outcome !== 'arrived' && outcome !== 'notArrived') return;
    const isLate = outcome === 'notArrived';
    const reading = [isLate ? null : arrivedMs, isLate ? limitMs : null];
    // Nobody looks between two checks, so no time between them is a gap.
    this.seriesOf(checkSeriesId(edgeId)).add(endedAtMs, reading, Number.POSITIVE_INFINITY);
  }

  /** Says that polling stops here. */
  pause(nowMs: number): void {
    for (const [id, series] of this.series) {
      if (!id.startsWith(CHECKS)) series.addGap(nowMs);
    }
    if (this.pauses.at(-1)?.toMs === null) return;
    this.pauses.push({ fromMs: nowMs, toMs: null });
    if (this.pauses.length > MOST_PAUSES) this.pauses.shift();
  }

  /** Says that polling goes on. */
  resume(nowMs: number): void {
    const last = this.pauses.at(-1);
    if (last?.toMs !== null) return;
    this.pauses[this.pauses.length - 1] = { ...last, toMs: nowMs };
  }

  /**
   * @param afterMs only what may have changed since; `null` for all.
   * @returns a copy; costs one number for each value.
   */
  read(range: HistoryRange, nowMs: number, afterMs: number | null): TopologyHistory {
    const series = new Map<string, NonNullable<ReturnType<Series['read']>>>();
    for (const [id, past] of this.series) {
      const points = past.read(range, nowMs, afterMs);
      if (points !== null) series.set(id, points);
    }
    return { topologyId: this.topologyId, range, series, pauses: [...this.pauses] };
  }

  /** @returns `null` when nothing is kept. */
  save(nowMs: number): SavedHistory | null {
    const series = new Map<string, SavedSeries>();
    for (const [id, past] of this.series) {
      const saved = past.save(nowMs);
      if (saved !== null) series.set(id, saved);
    }
    if (series.size === 0) return null;
    const { topologyId, pauses } = this;
    return { topologyId, savedAtMs: nowMs, pauses: [...pauses], series };
  }

  restore(saved: SavedHistory, nowMs: number): void {
    for (const [id, past] of saved.series) this.seriesOf(id).restore(past, nowMs);
    const first = this.pauses[0]?.fromMs ?? Number.POSITIVE_INFINITY;
    // A pause that lasted when it was kept ended with that window.
    const earlier = saved.pauses
      .filter(({ fromMs }) => fromMs < first)
      .map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? saved.savedAtMs }));
    this.pauses = [...earlier, ...this.pauses].slice(-MOST_PAUSES);
  }

  private seriesOf(id: string): Series {
    const known = this.series.get(id);
    if (known !== undefined) return known;
    // Each check stands for itself, however close the next.
    const series = id.startsWith(CHECKS) ? new Series(OF_CHECKS, 0) : new Series(measuresOf(id));
    this.series.set(id, series);
    return series;
  }

  private forgetOld(nowMs: number): void {
    if (nowMs - this.forgotAtMs < FORGET_INTERVAL_MS) return;
    this.forgotAtMs = nowMs;
    const oldest = nowMs - HISTORY_DAY_MS;
    for (const [id, series] of this.series) {
      if (series.endsAtMs < oldest) this.series.delete(id);
    }
    this.pauses = this.pauses.filter(({ toMs }) => toMs === null || toMs >= oldest);
  }
}

const CHECKS = checkSeriesId('');
const NODES = nodeSeriesId('');
const QUEUES = 'queue/';
const OF_CHECKS: readonly HistoryMeasure[] = ['arrivedMs', 'lateMs'];

function measuresOf(id: string): readonly HistoryMeasure[] {
  if (id.startsWith(NODES)) return ['walBytesPerSecond'];
  return id.startsWith(QUEUES) ? ['depth'] : ['lagMs', 'lagBytes'];
}

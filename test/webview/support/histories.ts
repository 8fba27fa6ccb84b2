import {
  checkSeriesId,
  HISTORY_SPAN_MS,
  type HistoryMeasure,
  type HistoryRange,
  type HistorySeries,
  nodeSeriesId,
  RANGE_TIMES,
  type TopologyHistory,
} from '../../../src/core/history';
import type { EdgeChecks } from '../../../src/core/ports/checks';
import type { EdgeSnapshot, QueueSnapshot, TopologySnapshot } from '../../../src/core/snapshot';

const STEP_MS = 5_000;
/** Nobody looked in this part of the time. */
const HIDDEN = [0.333, 0.475] as const;

/**
 * A past that leads to what the snapshot says: steady until something went wrong, then as it went. Same every time.
 * @param checks as many checks of these edges as the range has room for
 */
export function historyOf(
  snapshot: TopologySnapshot,
  range: HistoryRange = '15min',
  checks: readonly EdgeChecks[] = [],
): TopologyHistory {
  const series = new Map<string, HistorySeries>();
  const { spanMs } = RANGE_TIMES[range];
  const nowMs = snapshot.takenAtMs;
  if (!snapshot.nodes.some(({ sample }) => sample.fastAtMs !== null)) {
    return { topologyId: snapshot.id, range, series, pauses: [] };
  }
  snapshot.edges.forEach((edge, index) => {
    series.set(
      edge.id,
      points(range, nowMs, index + 1, (at, jitter) => ofEdge(edge, at, jitter)),
    );
  });
  snapshot.queues.forEach((queue, index) => {
    series.set(
      queue.id,
      points(range, nowMs, index + 90, (at, jitter) => ({ depth: ofQueue(queue, at, jitter) })),
    );
  });
  snapshot.nodes.forEach(({ id, walBytesPerSecond }, index) => {
    if (typeof walBytesPerSecond !== 'number') return;
    series.set(
      nodeSeriesId(id),
      points(range, nowMs, index + 190, (_at, jitter) => ({
        walBytesPerSecond: walBytesPerSecond * jitter,
      })),
    );
  });
  checks.forEach(({ edgeId, results }, index) => {
    const last = results.findLast(({ outcome }) => outcome !== 'cancelled');
    if (last?.outcome !== 'arrived' && last?.outcome !== 'notArrived') return;
    const arrived = results.findLast(({ arrivedMs }) => arrivedMs !== null)?.arrivedMs ?? 30;
    const sinceMs = last.outcome === 'arrived' ? nowMs : nowMs - 250_000;
    series.set(
      checkSeriesId(edgeId),
      points(range, nowMs, index + 290, (at, jitter) =>
        at <= sinceMs
          ? { arrivedMs: arrived * jitter, lateMs: null }
          : { arrivedMs: null, lateMs: last.limitMs },
      ),
    );
  });
  const pause = {
    fromMs: nowMs - (1 - HIDDEN[0]) * spanMs,
    toMs: nowMs - (1 - HIDDEN[1]) * spanMs,
  };
  return { topologyId: snapshot.id, range, series, pauses: [pause] };
}

/** The part of a history that may have changed since. */
export function since(history: TopologyHistory, afterMs: number | null): TopologyHistory {
  if (afterMs === null) return history;
  const series = new Map<string, HistorySeries>();
  for (const [id, { atMs, columns }] of history.series) {
    const from = atMs.findIndex((at) => at >= afterMs);
    if (from === -1) continue;
    const later: Partial<Record<HistoryMeasure, readonly (number | null)[]>> = {};
    for (const measure of Object.keys(columns) as HistoryMeasure[]) {
      const column = columns[measure];
      if (column !== undefined) later[measure] = column.slice(from);
    }
    series.set(id, { atMs: atMs.slice(from), columns: later });
  }
  return { ...history, series };
}

type Values = Readonly<Partial<Record<HistoryMeasure, number | null>>>;

function points(
  range: HistoryRange,
  nowMs: number,
  seed: number,
  valueAt: (atMs: number, jitter: number) => Values,
): HistorySeries {
  const random = randomOf(seed);
  const { spanMs, stepMs } = RANGE_TIMES[range];
  const step = stepMs ?? STEP_MS;
  const atMs: number[] = [];
  const columns: Partial<Record<HistoryMeasure, (number | null)[]>> = {};
  let drift = 0;
  const lastMs = stepMs === null ? nowMs : Math.floor(nowMs / step) * step;
  for (let at = lastMs - spanMs; at <= nowMs; at += step) {
    drift = drift * 0.8 + (random() + random() + random() - 1.5) * 0.25;
    const part = 1 - (nowMs - at) / spanMs;
    if (part > HIDDEN[0] && part < HIDDEN[1]) continue;
    atMs.push(at);
    // What went wrong went wrong as much earlier as the range is longer.
    const likeMs = nowMs - ((nowMs - at) / spanMs) * HISTORY_SPAN_MS;
    for (const [measure, value] of Object.entries(valueAt(likeMs, Math.exp(drift)))) {
      const column = (columns[measure as HistoryMeasure] ??= []); // Keys of `Values` are measures.
      column.push(value);
    }
  }
  return { atMs, columns };
}

function ofEdge(edge: EdgeSnapshot, atMs: number, jitter: number): Values {
  const { code, sinceMs } = edge.verdict;
  const usualMs = edge.lastKnown?.lagMs ?? (code === 'streaming' ? edge.lagMs : null) ?? 10;
  const usualBytes =
    edge.lastKnown?.lagBytes ?? (code === 'streaming' ? edge.lagBytes : null) ?? 12_000;
  const isSinceThen = sinceMs !== null && atMs >= sinceMs;
  if (code === 'idle') return { lagMs: 0, lagBytes: 0 };
  if (code === 'streaming' || !isSinceThen) {
    const lagMs = edge.kind === 'consumer' ? null : usualMs * jitter;
    return { lagMs, lagBytes: usualBytes * jitter };
  }
  const grown =
    edge.lagBytes === null ? null : edge.lagBytes * Math.max(0.01, (atMs - sinceMs) / 250_000);
  return {
    lagMs: edge.lagMs,
    lagBytes: grown === null ? null : Math.min(edge.lagBytes ?? 0, grown),
  };
}

function ofQueue(queue: QueueSnapshot, atMs: number, jitter: number): number | null {
  const { facts, verdict } = queue;
  if (facts === null || verdict.code === 'stale') {
    const isOld = verdict.sinceMs !== null && atMs < verdict.sinceMs;
    return isOld ? Math.round(3 * jitter) : null;
  }
  if (verdict.code !== 'queueGrowing' || verdict.sinceMs === null) {
    return Math.round(facts.waiting * jitter);
  }
  const grown = ((atMs - verdict.sinceMs) / 60_000) * 29;
  return Math.max(2, Math.min(facts.waiting, Math.round(grown)));
}

function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

import {
  HISTORY_SPAN_MS,
  type HistoryPoint,
  type TopologyHistory,
} from '../../../src/core/history';
import type { EdgeSnapshot, QueueSnapshot, TopologySnapshot } from '../../../src/core/snapshot';

const STEP_MS = 5_000;
/** Nobody looked in this part of the 15 minutes. */
const HIDDEN = [0.333, 0.475] as const;

/** A past that leads to what the snapshot says: steady until something went wrong, then as it went. Same every time. */
export function historyOf(snapshot: TopologySnapshot): TopologyHistory {
  const series = new Map<string, readonly HistoryPoint[]>();
  if (!snapshot.nodes.some(({ sample }) => sample.fastAtMs !== null)) {
    return { topologyId: snapshot.id, series };
  }
  snapshot.edges.forEach((edge, index) => {
    series.set(
      edge.id,
      points(snapshot.takenAtMs, index + 1, (at, jitter) => ofEdge(edge, at, jitter)),
    );
  });
  snapshot.queues.forEach((queue, index) => {
    series.set(
      queue.id,
      points(snapshot.takenAtMs, index + 90, (at, jitter) => ofQueue(queue, at, jitter)),
    );
  });
  return { topologyId: snapshot.id, series };
}

type Values = Omit<HistoryPoint, 'atMs'>;

function points(
  nowMs: number,
  seed: number,
  valueAt: (atMs: number, jitter: number) => Values,
): HistoryPoint[] {
  const random = randomOf(seed);
  const made: HistoryPoint[] = [];
  let drift = 0;
  for (let atMs = nowMs - HISTORY_SPAN_MS; atMs <= nowMs; atMs += STEP_MS) {
    drift = drift * 0.8 + (random() + random() + random() - 1.5) * 0.25;
    const part = 1 - (nowMs - atMs) / HISTORY_SPAN_MS;
    if (part > HIDDEN[0] && part < HIDDEN[1]) continue;
    made.push({ atMs, ...valueAt(atMs, Math.exp(drift)) });
  }
  return made;
}

function ofEdge(edge: EdgeSnapshot, atMs: number, jitter: number): Values {
  const { code, sinceMs } = edge.verdict;
  const usualMs = edge.lastKnown?.lagMs ?? (code === 'streaming' ? edge.lagMs : null) ?? 10;
  const usualBytes =
    edge.lastKnown?.lagBytes ?? (code === 'streaming' ? edge.lagBytes : null) ?? 12_000;
  const isSinceThen = sinceMs !== null && atMs >= sinceMs;
  if (code === 'idle') return { lagMs: 0, lagBytes: 0, depth: null };
  if (code === 'streaming' || !isSinceThen) {
    const lagMs = edge.kind === 'consumer' ? null : usualMs * jitter;
    return { lagMs, lagBytes: usualBytes * jitter, depth: null };
  }
  const grown =
    edge.lagBytes === null ? null : edge.lagBytes * Math.max(0.01, (atMs - sinceMs) / 250_000);
  return {
    lagMs: edge.lagMs,
    lagBytes: grown === null ? null : Math.min(edge.lagBytes ?? 0, grown),
    depth: null,
  };
}

function ofQueue(queue: QueueSnapshot, atMs: number, jitter: number): Values {
  const { facts, verdict } = queue;
  const empty = { lagMs: null, lagBytes: null };
  if (facts === null || verdict.code === 'stale') {
    const isOld = verdict.sinceMs !== null && atMs < verdict.sinceMs;
    return { ...empty, depth: isOld ? Math.round(3 * jitter) : null };
  }
  if (verdict.code !== 'queueGrowing' || verdict.sinceMs === null) {
    return { ...empty, depth: Math.round(facts.waiting * jitter) };
  }
  const grown = ((atMs - verdict.sinceMs) / 60_000) * 29;
  return { ...empty, depth: Math.max(2, Math.min(facts.waiting, Math.round(grown))) };
}

function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

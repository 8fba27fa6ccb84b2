import { DEPTH_CAP, type QueueFacts } from '../facts';
import { say } from '../say';
import type { QueuePast, QueueSnapshot } from '../snapshot';
import type { Thresholds } from '../topology';
import type { VerdictBook, VerdictDraft } from './draft';
import type { QueueReading } from './memory';
import type { NodeView, Scene } from './scene';
import { judgeUnread } from './unread';

/** A trend is said only of a span that is at least this long, and not of what lies further back than the other. */
const TREND_FROM_MS = 60_000;
const TREND_KEPT_MS = 180_000;
const READINGS_KEPT = 200;

export interface Queues {
  readonly queues: readonly QueueSnapshot[];
  readonly readings: ReadonlyMap<string, readonly QueueReading[]>;
}

/** The queue of every edge that the file declares one for. */
export function joinQueues(scene: Scene, book: VerdictBook): Queues {
  const queues: QueueSnapshot[] = [];
  const readings = new Map<string, readonly QueueReading[]>();
  for (const view of scene.views.values()) {
    const declared = view.node.pendingSync;
    if (declared === null) continue;
    const id = `queue/${view.node.id}`;
    const facts = view.fast?.queue ?? null;
    const series = follow(scene.memory.queues.get(id) ?? [], facts, view.atMs);
    readings.set(id, series);
    const perMinute = facts === null ? null : growthPerMinute(series);
    const isPrimaryReplaced = isReplaced(facts?.identity?.drainedTo ?? null, scene);
    const { thresholds } = scene.topology;
    queues.push({
      id,
      nodeId: view.node.id,
      primaryId: declared.primary,
      table: `${declared.table.schema}.${declared.table.name}`,
      // Also when it is old: the age stands beside it, and the verdict says that it is not of now.
      facts: facts ?? view.sample.fast?.queue ?? null,
      atMs: (view.sample.fast?.queue ?? null) === null ? null : view.sample.fastAtMs,
      perMinute,
      past: pastOf(view.node.id, facts, scene.views.get(declared.primary)),
      isOnline: areReachable([view, scene.views.get(declared.primary)]),
      isPrimaryReplaced,
      verdict: book.settle(
        id,
        judgeQueue(view, facts, { perMinute, isPrimaryReplaced }, thresholds),
      ),
    });
  }
  return { queues, readings };
}

function judgeQueue(
  view: NodeView,
  facts: QueueFacts | null,
  seen: Pick<QueueSnapshot, 'perMinute' | 'isPrimaryReplaced'>,
  thresholds: Thresholds,
): VerdictDraft {
  if (view.fast === null) {
    if (view.readability === 'failed') {
      return { code: 'unreachable', health: 'unknown', sinceMs: view.sample.failingSinceMs };
    }
    return judgeUnread([view]).verdict;
  }
  if (facts === null) return judgeMissing(view);
  const { perMinute, isPrimaryReplaced } = seen;
  const params = perMinute === null ? {} : { perMinute };
  if (facts.conflicts > 0) return { code: 'queueConflicts', params };
  if (facts.dead > 0) return { code: 'queueDead', params };
  const drainer = facts.identity?.drainer ?? null;
  if (drainer !== null) {
    return { code: 'queueDraining', params: { ...params, pids: [drainer.pid] } };
  }
  // What the former primary took with it is missed by nobody but the next drain.
  if (facts.waiting === 0) return { code: isPrimaryReplaced ? 'queueFailedOver' : 'queueEmpty' };
  const isDeep = facts.waiting >= thresholds.queueDepthWarning;
  const isCritical = facts.waiting >= thresholds.queueDepthCritical;
  const health = isCritical ? 'error' : isDeep || facts.failed > 0 ? 'warning' : 'healthy';
  const isGrowing = perMinute !== null && perMinute >= 1;
  if (isDeep && isGrowing) return { code: 'queueGrowing', health, params };
  return { code: 'queueWaiting', health, params };
}

/** An edge that was named anew is known by its identity, where that can be read. */
function pastOf(
  nodeId: string,
  facts: QueueFacts | null,
  primary: NodeView | undefined,
): QueuePast | null {
  const metrics = primary?.sample.slow?.queueMetrics;
  const atMs = primary?.sample.slowAtMs ?? null;
  if (metrics === undefined || atMs === null) return null;
  const edgeId = facts?.identity?.edgeId ?? null;
  const points = metrics.filter((point) =>
    edgeId === null ? point.edge === nodeId : point.edgeId === edgeId,
  );
  return { atMs, points };
}

/** Whether a server of the same system takes writes on a newer timeline than the queue was drained to. */
function isReplaced(
  drainedTo: NonNullable<QueueFacts['identity']>['drainedTo'],
  scene: Scene,
): boolean {
  if (drainedTo === null) return false;
  return [...scene.views.values()].some(
    ({ fast }) =>
      fast?.isInRecovery === false &&
      fast.systemIdentifier === drainedTo.systemIdentifier &&
      fast.timeline !== null &&
      fast.timeline > drainedTo.timeline,
  );
}

/** Whether all of these answered lately; `null` where none of them failed and one was not asked. */
function areReachable(ends: readonly (NodeView | undefined)[]): boolean | null {
  if (ends.some((end) => end?.readability === 'failed')) return false;
  return ends.every((end) => end?.readability === 'fresh') ? true : null;
}

function judgeMissing(view: NodeView): VerdictDraft {
  const shape = view.sample.slow?.queueShape ?? null;
  if (shape === 'absent') return { code: 'queueAbsent' };
  if (shape === 'other') {
    const reason = say`the table has neither of the known shapes`;
    return { code: 'queueAbsent', health: 'warning', params: { reason } };
  }
  return { code: 'unknown' };
}

function follow(
  past: readonly QueueReading[],
  facts: QueueFacts | null,
  atMs: number,
): readonly QueueReading[] {
  if (facts === null) return past;
  const last = past.at(-1);
  if (last !== undefined && atMs <= last.atMs) return past;
  const kept = past.filter((reading) => atMs - reading.atMs <= TREND_KEPT_MS);
  return [...kept, { atMs, waiting: facts.waiting }].slice(-READINGS_KEPT);
}

/** Operations a minute over the span that was seen; `null` until it is a minute long, and where counting stopped at its cap. */
function growthPerMinute(series: readonly QueueReading[]): number | null {
  const oldest = series[0];
  const newest = series.at(-1);
  if (oldest === undefined || newest === undefined || newest.waiting >= DEPTH_CAP) return null;
  const spanMs = newest.atMs - oldest.atMs;
  if (spanMs < TREND_FROM_MS) return null;
  return Math.round(((newest.waiting - oldest.waiting) * 60_000) / spanMs);
}

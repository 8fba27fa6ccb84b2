import { drainingWords, lastDrainedAtMs } from '../core/describe/queueText';
import type { DrainState } from '../core/queue/drain';
import type { QueueSnapshot } from '../core/snapshot';
import type { QueueState } from './dashboardState';
import { toVerdictState } from './toVerdictState';

/** What the dashboard shows of a queue. @param drain what this window does with it; `null`: nothing */
export function toQueueState(queue: QueueSnapshot, drain: DrainState | null): QueueState {
  const { facts } = queue;
  return {
    id: queue.id,
    nodeId: queue.nodeId,
    primaryId: queue.primaryId,
    table: queue.table,
    facts:
      facts === null
        ? null
        : {
            shape: facts.shape,
            waiting: facts.waiting,
            conflicts: facts.conflicts,
            dead: facts.dead,
            failed: facts.failed,
            oldestAtMs: facts.oldestAtMs,
            lastDoneAtMs: facts.lastDoneAtMs,
            lastError: facts.lastError,
          },
    atMs: queue.atMs,
    perMinute: queue.perMinute,
    isOnline: queue.isOnline,
    lastDrainedAtMs: lastDrainedAtMs(queue),
    draining: drainingWords(queue, drain),
    isAutomatic: drain?.isAutomatic === true,
    pastAtMs: queue.past?.atMs ?? null,
    verdict: toVerdictState(queue.verdict),
  };
}

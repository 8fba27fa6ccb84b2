import { DEPTH_CAP } from '../core/facts';
import { onlineWords, queueWords } from '../core/describe/queueText';
import { formatAgo } from '../core/format';
import type { QueueSnapshot } from '../core/snapshot';
import type { Answer, Take } from './answer';

/**
 * What waits in a queue, and whether it can be drained from here.
 * @param take for its tables; `null` leaves them out
 */
export function queueAnswer(
  queue: QueueSnapshot,
  nowMs: number,
  take: Take | null,
): Readonly<Record<string, Answer>> {
  const { id, nodeId, primaryId, table, facts, verdict, perMinute, atMs } = queue;
  return {
    id,
    edge: nodeId,
    drainedTo: primaryId,
    table,
    health: verdict.health,
    state: queueWords(queue, nowMs),
    online: onlineWords(queue) ?? 'not known',
    ...(facts === null
      ? {}
      : {
          waiting: facts.waiting,
          ...(facts.waiting >= DEPTH_CAP ? { waitingIsAtLeast: true } : {}),
          conflicts: facts.conflicts,
          dead: facts.dead,
          withAnError: facts.failed,
          oldest: facts.oldestAtMs === null ? null : formatAgo(facts.oldestAtMs, nowMs),
          growsPerMinute: perMinute,
          lastError: facts.lastError,
          read: atMs === null ? 'never' : formatAgo(atMs, nowMs),
        }),
    ...(take === null || facts?.tables === undefined
      ? {}
      : {
          tables: take(facts.tables, ({ schema, name, open, waiting }) => ({
            table: schema === null ? name : `${schema}.${name}`,
            open,
            waiting,
          })),
        }),
  };
}

import { isRead, type Picture } from '../diagnosis/picture';
import { DEPTH_CAP } from '../facts';
import { UNKNOWN, formatCount } from '../format';
import { worstHealth } from '../join/severity';
import { say } from '../say';
import type { QueueSnapshot } from '../snapshot';
import { NOTHING, type LossRow } from './lossReport';

/** Operations that exist on an edge alone. */
export function queueRows(picture: Picture): readonly LossRow[] {
  return picture.snapshot.queues.map((queue) => rowOf(picture, queue));
}

function rowOf(picture: Picture, queue: QueueSnapshot): LossRow {
  const { facts, nodeId, primaryId, verdict, atMs } = queue;
  const base = { subject: queue.id, where: say`queue of ${nodeId}`, bytes: null };
  if (facts === null) {
    return {
      ...base,
      notArrived: UNKNOWN,
      ms: null,
      atMs: null,
      health: worstHealth(['unknown', verdict.health]),
      note: say`Not known: the queue of ${nodeId} was not read.`,
    };
  }
  const node = picture.node(nodeId);
  const isNow = node !== null && isRead(node);
  const open = facts.waiting + facts.conflicts + facts.dead;
  const count = facts.waiting >= DEPTH_CAP ? formatCount(open, DEPTH_CAP) : formatCount(open);
  const words = `${count} ${open === 1 ? say`operation` : say`operations`}`;
  const asked = atMs === null ? null : Math.floor(atMs - (node?.sample.roundTripMs ?? 0));
  const oldestMs =
    facts.oldestAtMs === null || atMs === null
      ? null
      : Math.max(0, atMs + (node?.clockSkewMs ?? 0) - facts.oldestAtMs);
  if (!isNow) {
    return {
      ...base,
      notArrived: `${UNKNOWN}, ${say`${open === 0 ? NOTHING : words} when it was read`}`,
      ms: oldestMs,
      atMs: asked,
      health: worstHealth(['unknown', verdict.health]),
      note: say`${nodeId} cannot be asked now; what was queued there since is not known.`,
    };
  }
  return {
    ...base,
    notArrived: open === 0 ? NOTHING : words,
    ms: open === 0 ? 0 : oldestMs,
    atMs: asked,
    health: open === 0 ? verdict.health : worstHealth(['warning', verdict.health]),
    note:
      open === 0
        ? queue.isPrimaryReplaced
          ? say`Another server was promoted since the last drain: what the former primary took with it is told by the next.`
          : say`${primaryId} has taken all that was queued on ${nodeId}.`
        : say`They exist on ${nodeId} alone and are lost with its disk, until they are drained to ${primaryId}.`,
  };
}

import { shownId } from '../diagnosis/names';
import { slotSubject, type Picture } from '../diagnosis/picture';
import type { SlotFacts } from '../facts';
import { isSlotLost } from '../join/slotState';
import { say } from '../say';
import type { SlotSnapshot } from '../snapshot';
import { askedAtMs } from './edgeRows';
import { NOTHING, type LossRow } from './lossReport';
import { UNKNOWN } from '../format';

/**
 * Logical slots of a primary with standbys: after a failover their readers go on only where the promoted standby keeps such a slot, too.
 * Before 17 none does.
 */
export function failoverSlotRows(picture: Picture): readonly LossRow[] {
  return picture.snapshot.slots.flatMap((slot) => {
    const fast = picture.fast(slot.nodeId);
    if (fast === null || fast.isInRecovery || slot.type !== 'logical') return [];
    if (slot.tableSync !== null || slot.verdict.code === 'slotLost') return [];
    const standbys = picture
      .outgoing(slot.nodeId)
      .filter((edge) => edge.kind === 'streaming' && picture.node(edge.to)?.isDeclared === true)
      .map(({ to }) => to);
    if (standbys.length === 0) return [];
    return [rowOf(picture, slot, standbys, fast.serverVersionNum)];
  });
}

function rowOf(
  picture: Picture,
  slot: SlotSnapshot,
  standbys: readonly string[],
  version: number,
): LossRow {
  const reader = slot.consumer === null ? say`its reader` : shownId(slot.consumer);
  const base = {
    subject: slotSubject(slot),
    where: say`slot ${slot.name} on ${slot.nodeId}`,
    bytes: null,
    ms: null,
  };
  const atMs = askedAtMs(picture, slot.nodeId);
  if (version < 170_000) {
    return {
      ...base,
      notArrived: say`not kept by a standby`,
      atMs,
      health: 'warning',
      note: say`Before version 17 no standby keeps it: after a failover ${reader} begins anew, and what it had not read is missed.`,
    };
  }
  const asked = standbys.filter((id) => picture.fast(id) !== null);
  const ready = asked.filter((id) => picture.fast(id)?.slots.some((copy) => isReady(slot, copy)));
  const [first] = ready;
  if (first !== undefined) {
    return {
      ...base,
      notArrived: NOTHING,
      atMs: askedAtMs(picture, first),
      health: 'healthy',
      note: say`${ready.join(', ')} ${ready.length === 1 ? say`keeps` : say`keep`} it in step; after a failover there ${reader} goes on.`,
    };
  }
  if (asked.length < standbys.length) {
    return {
      ...base,
      notArrived: UNKNOWN,
      atMs,
      health: 'unknown',
      note: say`Not known: ${standbys.filter((id) => !asked.includes(id)).join(', ')} cannot be asked now.`,
    };
  }
  return {
    ...base,
    notArrived: say`not kept by a standby`,
    atMs,
    health: 'warning',
    note: say`No standby keeps it ready: after a failover ${reader} begins anew, and what it had not read is missed. It needs failover = true, and sync_replication_slots on the standby.`,
  };
}

function isReady(slot: SlotSnapshot, copy: SlotFacts): boolean {
  return (
    copy.name === slot.name &&
    copy.type === 'logical' &&
    copy.isSynced === true &&
    !copy.isTemporary &&
    !isSlotLost(copy)
  );
}

import type { FastFacts, ReceiverFacts, SenderFacts, SlotFacts } from '../facts';
import { formatBytes, formatDuration, formatMeasure } from '../format';
import { formatLsn, lagBytesBetween } from '../lsn';
import { say } from '../say';
import type { Evidence, Measure } from '../snapshot';
import { endOfWal, type NodeView } from './scene';

/** A fact read from one view or function of one node. */
export function evidence(label: string, value: string, object: string, view: NodeView): Evidence {
  return { label, value, source: `${object} on ${view.node.id}`, atMs: view.sample.fastAtMs };
}

export function behindEvidence(measure: Measure, object: string, view: NodeView): Evidence {
  const value =
    measure.lagBytes === 0 && measure.lagMs === 0
      ? say`caught up`
      : formatMeasure(measure.lagMs, measure.lagBytes);
  return evidence(say`Behind`, value, object, view);
}

export function senderEvidence(sender: SenderFacts | null, view: NodeView): Evidence {
  return evidence(say`Sender`, describeSender(sender), 'pg_stat_replication', view);
}

function describeSender(sender: SenderFacts | null): string {
  if (sender === null) return say`no row`;
  if (sender.state === null) return say`pid ${sender.pid}, state hidden from our role`;
  return sender.sentLsn === null
    ? sender.state
    : say`${sender.state}, sent ${formatLsn(sender.sentLsn)}`;
}

export function receiverEvidence(view: NodeView, fast: FastFacts): Evidence {
  return evidence(
    say`Receiver`,
    describeReceiver(fast.receiver, fast),
    'pg_stat_wal_receiver',
    view,
  );
}

function describeReceiver(receiver: ReceiverFacts | null, fast: FastFacts): string {
  if (receiver === null) return say`none`;
  const state = receiver.isVisible
    ? (receiver.status ?? say`present`)
    : say`pid ${receiver.pid}, details hidden from our role`;
  if (receiver.lastMessageAtMs === null) return state;
  const quietMs = Math.max(0, fast.serverTimeMs - receiver.lastMessageAtMs);
  return say`${state}, last message ${formatDuration(quietMs, 'fine')} earlier`;
}

export function slotEvidence(slot: SlotFacts, view: NodeView, fast: FastFacts): Evidence {
  const kept = lagBytesBetween(endOfWal(fast), slot.restartLsn);
  const parts = [slot.isActive ? say`active` : say`inactive`];
  if (slot.walStatus === 'lost') parts.push(say`lost`);
  if (slot.invalidationReason !== null) parts.push(slot.invalidationReason);
  if (kept !== null) parts.push(say`keeps ${formatBytes(kept)}`);
  return evidence(say`Slot ${slot.name}`, parts.join(', '), 'pg_replication_slots', view);
}

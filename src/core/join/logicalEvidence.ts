import type { SenderFacts, SlotFacts, SubscriptionFacts } from '../facts';
import { formatCount, formatCounted, formatDuration } from '../format';
import { say } from '../say';
import type { Evidence, Measure } from '../snapshot';
import { behindEvidence, evidence, senderEvidence, slotEvidence } from './evidence';
import type { LogicalCase } from './logicalCase';
import type { NodeView } from './scene';
import { countTables } from './tableStates';

/** What the publisher measured of a running subscription. */
export function measuredEvidence(
  measure: Measure,
  publisher: NodeView,
  sender: SenderFacts | null,
): readonly Evidence[] {
  return [
    behindEvidence(measure, 'pg_replication_slots', publisher),
    senderEvidence(sender, publisher),
  ];
}

/** What both ends show of a subscription, whatever is concluded from it. */
export function logicalEvidence(
  edge: LogicalCase,
  facts: SubscriptionFacts | null,
  slot: SlotFacts | null,
): readonly Evidence[] {
  const { publisher, subscriber } = edge;
  const rows: Evidence[] = [];
  if (publisher !== null && publisher.fast !== null) {
    if (slot !== null) rows.push(slotEvidence(slot, publisher, publisher.fast));
    else {
      const label = say`Slot ${facts?.slotName ?? edge.slotName}`;
      rows.push(evidence(label, say`not there`, 'pg_replication_slots', publisher));
    }
  }
  if (subscriber.fast === null) return rows;
  if (facts === null) {
    return [...rows, evidence(say`Subscription`, say`not there`, 'pg_subscription', subscriber)];
  }
  rows.push(
    evidence(say`Subscription`, describeEnabled(facts), 'pg_subscription', subscriber),
    evidence(
      say`Apply worker`,
      describeWorker(facts, subscriber.fast.serverTimeMs),
      'pg_stat_subscription',
      subscriber,
    ),
  );
  if (waitsForLock(facts)) {
    const value = say`waits for ${facts.blockingPids.map((pid) => say`pid ${pid}`).join(', ') || say`a lock`}`;
    rows.push(evidence(say`Lock`, value, 'pg_blocking_pids()', subscriber));
  }
  const { readyTables, totalTables } = countTables(facts.tableStates);
  rows.push(
    evidence(
      say`Tables`,
      say`${readyTables} of ${totalTables} ready`,
      'pg_subscription_rel',
      subscriber,
    ),
  );
  if (facts.applyErrorCount !== null) {
    const value = `${formatCounted(facts.applyErrorCount, 'apply error')}, ${formatCounted(facts.syncErrorCount ?? 0, 'copy error')}`;
    rows.push(evidence(say`Errors`, value, 'pg_stat_subscription_stats', subscriber));
  }
  const conflicts = facts.conflicts ?? null;
  if (conflicts !== null) {
    const value = describeConflicts(conflicts);
    rows.push(evidence(say`Conflicts`, value, 'pg_stat_subscription_stats', subscriber));
  }
  return rows;
}

/** By the names that the server's log and its documentation use. */
function describeConflicts(conflicts: Readonly<Record<string, number>>): string {
  const counted = Object.entries(conflicts).filter(([, count]) => count > 0);
  if (counted.length === 0) return say`none counted`;
  return counted.map(([kind, count]) => `${formatCount(count)} ${kind}`).join(', ');
}

function describeEnabled(facts: SubscriptionFacts): string {
  const state = facts.isEnabled ? say`enabled` : say`disabled`;
  return facts.disablesOnError === true ? say`${state}, disable_on_error` : state;
}

function describeWorker(facts: SubscriptionFacts, nowMs: number): string {
  if (facts.workerPid === null) return say`none`;
  if (facts.lastMessageAtMs === null) return say`pid ${facts.workerPid}`;
  const quietMs = Math.max(0, nowMs - facts.lastMessageAtMs);
  return say`pid ${facts.workerPid}, last message ${formatDuration(quietMs, 'fine')} earlier`;
}

/** Whether the apply worker waits for somebody's lock. Parallel workers idle in a lock of their own, `applytransaction` (16 and newer). */
export function waitsForLock(facts: SubscriptionFacts): boolean {
  return facts.workerWaitEventType === 'Lock' && facts.workerWaitEvent !== 'applytransaction';
}

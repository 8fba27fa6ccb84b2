import type { Tally } from './world';

/** What a run came to, for people: the counts that a soak is asked for. */
export function tallyLine({ operations, drains, conflicts, decisions, outcomes }: Tally): string {
  const parts = [...outcomes].toSorted().map(([outcome, count]) => `${count} ${outcome}`);
  return `${operations} operations, ${drains} drains, ${conflicts} conflicts, ${decisions} decisions: ${parts.join(', ')}`;
}

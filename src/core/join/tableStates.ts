import type { SubscriptionFacts } from '../facts';
import { say } from '../say';

export interface TableCounts {
  readonly readyTables: number;
  readonly totalTables: number;
  /** Not begun: they wait for a table sync worker. */
  readonly queuedTables: number;
}

export function countTables(states: SubscriptionFacts['tableStates']): TableCounts {
  const totalTables = states.i + states.d + states.f + states.s + states.r;
  return { readyTables: states.r, totalTables, queuedTables: states.i };
}

/** `copying 5 of 7 tables`: those that are not ready yet. */
export function nameCopying(counts: TableCounts): string {
  const open = counts.totalTables - counts.readyTables;
  return say`copying ${open} of ${counts.totalTables} tables`;
}

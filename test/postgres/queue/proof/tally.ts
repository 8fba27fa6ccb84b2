/** How often each kind of thing happened, for the table of a soak. */
export interface Tally {
  operations: number;
  drains: number;
  conflicts: number;
  /** Writes on the primary whose order was looked at. */
  arrivals: number;
  readonly decisions: Map<string, number>;
  readonly outcomes: Map<string, number>;
}

export function newTally(): Tally {
  return {
    operations: 0,
    drains: 0,
    conflicts: 0,
    arrivals: 0,
    decisions: new Map(),
    outcomes: new Map(),
  };
}

export function countIn(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

/** What a run came to, for people: the counts that a soak is asked for. */
export function tallyLine(tally: Tally): string {
  const { operations, drains, conflicts, arrivals, decisions, outcomes } = tally;
  return `${operations} operations, ${drains} drains, ${arrivals} writes on the primary in order, ${conflicts} conflicts, decided: ${listed(decisions)}; outcomes: ${listed(outcomes)}`;
}

function listed(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].toSorted().map(([what, count]) => `${count} ${what}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

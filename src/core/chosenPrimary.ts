import type { TopologySnapshot } from './snapshot';

/** What a person said of two writable servers of one system: this one is the primary. */
export interface ChosenPrimary {
  readonly systemIdentifier: string;
  readonly nodeId: string;
  /** The nodes that it was chosen against. A third one asks anew. */
  readonly others: readonly string[];
}

/**
 * Whether a choice has served its purpose: what it was chosen against no longer takes writes, or is no longer of that system.
 * A rival that cannot be read may come back, so it counts as writable. Once over, the next split brain asks again.
 */
export function isChoiceOver(choice: ChosenPrimary, snapshot: TopologySnapshot): boolean {
  const factsOf = (id: string) => {
    const node = snapshot.nodes.find((candidate) => candidate.id === id);
    if (node === undefined) return 'gone';
    const { contact, fast } = node.sample;
    return contact === 'connected' && node.verdict.code !== 'stale' ? fast : null;
  };
  const isWritableStill = (id: string): boolean => {
    const facts = factsOf(id);
    if (facts === 'gone') return false;
    if (facts === null) return true;
    return !facts.isInRecovery && facts.systemIdentifier === choice.systemIdentifier;
  };
  return !isWritableStill(choice.nodeId) || !choice.others.some(isWritableStill);
}

import type { ChosenPrimary, NodeSnapshot, TopologySnapshot } from './snapshot';

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

/**
 * Who of these writable servers was said to be the primary, while that choice holds.
 * @returns `null` when nobody was chosen, or one of them was not thought of then: that asks anew
 */
export function chosenAmong(
  snapshot: TopologySnapshot,
  writableIds: readonly string[],
): string | null {
  const choice = snapshot.chosenPrimary;
  if (choice === undefined || isChoiceOver(choice, snapshot)) return null;
  const known = [choice.nodeId, ...choice.others];
  return writableIds.every((id) => known.includes(id)) ? choice.nodeId : null;
}

/** Writable servers of one system, of which only one should be. */
export interface Rivals {
  readonly systemIdentifier: string;
  readonly nodes: readonly NodeSnapshot[];
}

/** Every split brain of a topology, as the monitor sees it now. */
export function rivalsOf(snapshot: TopologySnapshot): readonly Rivals[] {
  const bySystem = new Map<string, NodeSnapshot[]>();
  for (const node of snapshot.nodes) {
    const system = node.sample.fast?.systemIdentifier ?? null;
    if (node.verdict.code !== 'splitBrain' || system === null) continue;
    bySystem.set(system, [...(bySystem.get(system) ?? []), node]);
  }
  return [...bySystem].map(([systemIdentifier, nodes]) => ({ systemIdentifier, nodes }));
}

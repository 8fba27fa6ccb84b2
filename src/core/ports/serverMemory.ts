import type { ChosenPrimary } from '../snapshot';

/** What this workspace remembers of the servers of a topology, across windows. No hosts and no secrets. */
export interface ServerMemory {
  /** System identifier by node id, as first seen or accepted. */
  systemsOf(topologyId: string): ReadonlyMap<string, string>;
  rememberSystems(topologyId: string, systems: ReadonlyMap<string, string>): void;
  /** Who was said to be the primary in a split brain that is not over; `null`: nobody. */
  chosenPrimaryOf(topologyId: string): ChosenPrimary | null;
  /** @param choice `null` forgets it */
  choosePrimary(topologyId: string, choice: ChosenPrimary | null): void;
}

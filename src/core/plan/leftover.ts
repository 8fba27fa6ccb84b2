import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';

/** Why a slot was left on a publisher. */
export type LeftoverCause = 'publisherDown' | 'keptOnPurpose' | 'createFailed';

/**
 * A slot that outlived its subscription, on purpose or because nobody could reach its server: it keeps WAL for nobody.
 * Remembered in the workspace until the slot is gone.
 */
export interface Leftover {
  readonly topologyId: string;
  /** The publisher, which has the slot. */
  readonly nodeId: string;
  readonly slotName: string;
  /** Database of the slot; `null` when it was not known. */
  readonly database: string | null;
  /** Of the server that had the slot; `null` when it was not known. A slot of that name on another server is not this one. */
  readonly systemIdentifier: string | null;
  readonly sinceMs: number;
  readonly why: LeftoverCause;
  /** What it was for. */
  readonly subscriberId: string;
  readonly subscription: string;
}

/** Finished sentence for a row or a notification. */
export function leftoverText({ slotName, nodeId, subscription, why }: Leftover): string {
  const from =
    why === 'createFailed'
      ? say`a subscription ${subscription} that could not be created`
      : say`the dropped subscription ${subscription}`;
  return say`Slot ${slotName} on ${nodeId} is left from ${from} and keeps WAL for nobody.`;
}

export interface SortedLeftovers {
  /** Known to be there now: seen on the very server, read by nobody, no subscription of it. */
  readonly present: readonly Leftover[];
  /** To be forgotten: the slot is gone. */
  readonly done: readonly Leftover[];
}

/** Holds what was remembered against what the servers say. What cannot be told now is in neither list. */
export function sortLeftovers(
  leftovers: readonly Leftover[],
  snapshot: TopologySnapshot,
): SortedLeftovers {
  const present: Leftover[] = [];
  const done: Leftover[] = [];
  for (const leftover of leftovers) {
    if (leftover.topologyId !== snapshot.id) continue;
    const fate = fateOf(leftover, snapshot);
    if (fate === 'present') present.push(leftover);
    if (fate === 'done') done.push(leftover);
  }
  return { present, done };
}

/** Two notes of one slot. */
export function isSameLeftover(a: Leftover, b: Leftover): boolean {
  return a.topologyId === b.topologyId && a.nodeId === b.nodeId && a.slotName === b.slotName;
}

function fateOf(leftover: Leftover, snapshot: TopologySnapshot): 'present' | 'done' | 'unknown' {
  const { nodeId, slotName, systemIdentifier } = leftover;
  const sample = snapshot.nodes.find(({ id }) => id === nodeId)?.sample;
  if (sample?.contact !== 'connected' || sample.fast === null) return 'unknown';
  const { fast, fastAtMs } = sample;
  // What was read before it was noted says nothing of it.
  if (fastAtMs === null || fastAtMs <= leftover.sinceMs) return 'unknown';
  if (systemIdentifier !== null && fast.systemIdentifier !== systemIdentifier) return 'unknown';
  const slot = fast.slots.find(({ name }) => name === slotName);
  if (slot === undefined) return 'done';
  // A sender may outlive its subscription by a moment; and who reads it may have taken it over.
  return slot.isActive || isSubscribed(leftover, snapshot) ? 'unknown' : 'present';
}

/** Some subscription has that slot: the dropped one while it is not dropped yet, or one that took it over. */
function isSubscribed({ slotName }: Leftover, snapshot: TopologySnapshot): boolean {
  return snapshot.nodes.some(
    ({ sample }) =>
      sample.fast?.subscriptions.some((subscription) => subscription.slotName === slotName) ??
      false,
  );
}

/** What Postgres takes as the name of a replication slot. */
export function isSlotName(name: string): boolean {
  return /^[a-z0-9_]{1,63}$/.test(name);
}

/**
 * The slot name for a subscription: its own name, with what a slot name may not hold replaced. Postgres itself would
 * refuse such a subscription (08P01) unless the slot is named.
 */
export function deriveSlotName(subscription: string): string {
  const derived = Array.from(subscription.toLowerCase(), (character) =>
    /[a-z0-9_]/.test(character) ? character : '_',
  ).join('');
  return derived.slice(0, 63) || 'slot';
}

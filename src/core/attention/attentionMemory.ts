import type { Health, VerdictCode } from '../snapshot';

/** One outage: from the first sight of a problem until it has been well for a while. */
export interface Outage {
  readonly group: string;
  readonly subject: string;
  readonly code: VerdictCode;
  readonly health: Health;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** How long it was seen to last; time in which nobody looked does not count. */
  readonly badMs: number;
  /** The same of what it has been well since. */
  readonly goodMs: number;
  /** Whether it lasted long enough to be an outage. From then on it is not told again, told or not. */
  readonly isCounted: boolean;
}

/** The last hour of a node, or of a slot. */
export interface GroupPast {
  /** When outages began to count, oldest first. */
  readonly outages: readonly { readonly atMs: number; readonly code: VerdictCode }[];
  readonly noticesAtMs: readonly number[];
  /** Told that it flaps: nothing more until an hour went by without an outage. */
  readonly isFlapping: boolean;
}

/** Epoch ms, or until the outage is over. */
export type MutedUntil = number | 'recovery';

/** What is remembered of one topology from picture to picture, and over reloads of the window: plain JSON. */
export interface AttentionMemory {
  readonly outages: Readonly<Record<string, Outage>>;
  readonly groups: Readonly<Record<string, GroupPast>>;
  readonly mutes: Readonly<Record<string, MutedUntil>>;
}

export const NOTHING_HAPPENED: AttentionMemory = { outages: {}, groups: {}, mutes: {} };

/** @returns whether notifications of this group are muted at that time */
export function isMuted({ mutes }: AttentionMemory, group: string, nowMs: number): boolean {
  const until = Object.hasOwn(mutes, group) ? mutes[group] : undefined;
  return until === 'recovery' || (until !== undefined && nowMs < until);
}

/** Groups that are muted now. */
export function mutedGroups(memory: AttentionMemory, nowMs: number): readonly string[] {
  return Object.keys(memory.mutes).filter((group) => isMuted(memory, group, nowMs));
}

export function mute(memory: AttentionMemory, group: string, until: MutedUntil): AttentionMemory {
  return { ...memory, mutes: { ...memory.mutes, [group]: until } };
}

export function unmute(memory: AttentionMemory, group: string): AttentionMemory {
  const mutes = Object.entries(memory.mutes).filter(([known]) => known !== group);
  return { ...memory, mutes: Object.fromEntries(mutes) };
}

/** What is worth storing: told outages without what changes with every poll. */
export function storedForm({ outages, groups, mutes }: AttentionMemory): AttentionMemory {
  const counted = Object.entries(outages)
    .filter(([, { isCounted }]) => isCounted)
    .map(([key, outage]) => {
      const stored = { ...outage, lastSeenMs: outage.firstSeenMs, badMs: 0, goodMs: 0 };
      return [key, stored] as const;
    });
  return { outages: Object.fromEntries(counted), groups, mutes };
}

/** What was stored by whatever version, as far as it still makes sense; never throws. */
export function readAttentionMemory(value: unknown): AttentionMemory {
  const stored = recordOf(value);
  return {
    outages: pick(recordOf(stored['outages']), (entry) => {
      const { group, subject, code, health, firstSeenMs, lastSeenMs } = entry;
      const isWhole =
        typeof group === 'string' &&
        typeof subject === 'string' &&
        typeof code === 'string' &&
        (health === 'error' || health === 'warning') &&
        typeof firstSeenMs === 'number' &&
        typeof lastSeenMs === 'number';
      if (!isWhole || entry['isCounted'] !== true) return null;
      // A code is only held against others, so one of another version does no harm.
      const known = code as VerdictCode;
      const seen = { firstSeenMs, lastSeenMs, badMs: 0, goodMs: 0, isCounted: true };
      return { group, subject, code: known, health, ...seen };
    }),
    groups: pick(recordOf(stored['groups']), ({ outages, noticesAtMs, isFlapping }) => ({
      outages: listOf(outages).flatMap((entry) => {
        const { atMs, code } = recordOf(entry);
        return typeof atMs === 'number' && typeof code === 'string'
          ? [{ atMs, code: code as VerdictCode }]
          : [];
      }),
      noticesAtMs: listOf(noticesAtMs).filter((atMs) => typeof atMs === 'number'),
      isFlapping: isFlapping === true,
    })),
    mutes: Object.fromEntries(
      Object.entries(recordOf(stored['mutes'])).flatMap(([group, until]) =>
        until === 'recovery' || typeof until === 'number' ? [[group, until] as const] : [],
      ),
    ),
  };
}

type Unread = Readonly<Record<string, unknown>>;

function recordOf(value: unknown): Unread {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function pick<T>(record: Unread, read: (entry: Unread) => T | null): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, entry]) => {
      const found = read(recordOf(entry));
      return found === null ? [] : [[key, found] as const];
    }),
  );
}

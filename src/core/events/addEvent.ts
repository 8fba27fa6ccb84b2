import { formatDuration } from '../format';
import { say } from '../say';
import type { TopologyEvent } from './topologyEvent';

/** So many are kept of a topology, … */
export const EVENT_LIMIT = 1_000;
/** … and none that is older. */
export const EVENT_SPAN_MS = 24 * 3_600_000;

const FLAPPING_MS = 3_600_000;
/** From this outage on, within an hour, all of them are told as one. */
const FLAPPING_FROM = 3;

/**
 * Adds an event where its time puts it, oldest first, and forgets what is too old or too much. A subject that becomes worse for the
 * third time in an hour is told once from then on, with how often: the list stays readable, and one flapping link cannot push out
 * all else.
 */
export function addEvent(
  events: readonly TopologyEvent[],
  added: TopologyEvent,
  nowMs: number,
): readonly TopologyEvent[] {
  const { event, gone } = folded(events, added);
  const kept = events.filter((one) => !gone.has(one) && one.atMs > nowMs - EVENT_SPAN_MS);
  const at = kept.findLastIndex(({ atMs }) => atMs <= event.atMs) + 1;
  return [...kept.slice(0, at), event, ...kept.slice(at)].slice(-EVENT_LIMIT);
}

interface Folded {
  readonly event: TopologyEvent;
  /** Told by `event` from now on. */
  readonly gone: ReadonlySet<TopologyEvent>;
}

function folded(events: readonly TopologyEvent[], added: TopologyEvent): Folded {
  const alone = { event: added, gone: new Set<TopologyEvent>() };
  if (added.kind !== 'state' || added.subject === null) return alone;
  const recent = events.filter(
    ({ kind, subject, atMs }) =>
      kind === 'state' && subject === added.subject && atMs > added.atMs - FLAPPING_MS,
  );
  const outages = recent.filter(isWorse);
  if (!isWorse(added)) {
    const isFlapping = outages.some(({ times }) => times !== undefined);
    return isFlapping ? { event: added, gone: new Set(without(recent, outages)) } : alone;
  }
  const times = 1 + outages.reduce((sum, { times: some = 1 }) => sum + some, 0);
  if (times < FLAPPING_FROM) return alone;
  const firstAtMs = Math.min(
    added.atMs,
    ...outages.map(({ firstAtMs: first, atMs }) => first ?? atMs),
  );
  const isSame = outages.every(({ code }) => code === added.code);
  const span = formatDuration(Math.max(1_000, added.atMs - firstAtMs));
  const what = isSame ? say`times` : say`changes for the worse`;
  const text = say`${added.text}, ${times} ${what} in ${span}`;
  return { event: { ...added, text, times, firstAtMs }, gone: new Set(recent) };
}

function isWorse({ health }: TopologyEvent): boolean {
  return health === 'warning' || health === 'error';
}

function without<T>(all: readonly T[], some: readonly T[]): readonly T[] {
  return all.filter((one) => !some.includes(one));
}

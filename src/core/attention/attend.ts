import type { Health, TopologySnapshot } from '../snapshot';
import {
  isMuted,
  type AttentionMemory,
  type GroupPast,
  type MutedUntil,
  type Outage,
} from './attentionMemory';
import { SubjectVerdicts, type Problem } from './subjectVerdicts';

const HOUR_MS = 3_600_000;
/** Longer than so many polls is no passing thing. */
const POLLS = 2;
/** What begins within so long of each other on one node has one cause. */
const TOGETHER_MS = 120_000;
/** Nobody is told more often than that of one node in an hour; the last time says so. */
export const MOST_AN_HOUR = 3;

/** An outage that is to be told now. */
export interface Alarm {
  readonly problem: Problem;
  readonly firstSeenMs: number;
  /** The third in an hour: how often, since when, and whether it was the same each time. `null`: an ordinary one. */
  readonly flapping: {
    readonly times: number;
    readonly sinceMs: number;
    readonly isAlike: boolean;
  } | null;
}

export interface Attended {
  readonly memory: AttentionMemory;
  /** Worst first. */
  readonly alarms: readonly Alarm[];
}

/**
 * Holds a new picture against what is remembered: which outages begin to count, which of them are told, which are over.
 * Tells only what is unhealthy, lasts longer than two polls, and was not told in this outage. What is stale or unknown neither begins
 * an outage nor ends one.
 * @param pollIntervalMs what nodes are asked at; time beyond two of them without a picture counts for nothing, as when the machine slept
 */
export function attend(
  snapshot: TopologySnapshot,
  before: AttentionMemory,
  nowMs: number,
  pollIntervalMs: number,
): Attended {
  const lastingMs = POLLS * pollIntervalMs;
  const verdicts = new SubjectVerdicts(snapshot);
  const problems = verdicts.problems();
  const outages = followOutages(verdicts, problems, before, nowMs, lastingMs);
  const due = problems.filter(({ key }) => isDue(outages.get(key), lastingMs));
  const groups = new Map(Object.entries(prune(before.groups, nowMs)));
  const alarms: Alarm[] = [];
  if (!isWorthWaiting(problems, outages, lastingMs, pollIntervalMs)) {
    for (const problem of due) {
      const outage = outages.get(problem.key);
      if (outage === undefined) continue;
      const isCovered = coveredBy(outages, problem);
      outages.set(problem.key, { ...outage, isCounted: true });
      if (isCovered) continue;
      const isSilent = isMuted(before, problem.group, nowMs);
      const { past, alarm } = count(groups.get(problem.group) ?? CALM, problem, nowMs, isSilent);
      groups.set(problem.group, past);
      if (alarm !== null) alarms.push({ ...alarm, problem, firstSeenMs: outage.firstSeenMs });
    }
  }
  const memory = {
    outages: Object.fromEntries(outages),
    groups: Object.fromEntries(groups),
    mutes: lastingMutes(before.mutes, outages, nowMs),
  };
  return { memory, alarms };
}

const CALM: GroupPast = { outages: [], noticesAtMs: [], isFlapping: false };

function followOutages(
  verdicts: SubjectVerdicts,
  problems: readonly Problem[],
  before: AttentionMemory,
  nowMs: number,
  lastingMs: number,
): Map<string, Outage> {
  const outages = new Map<string, Outage>();
  const step = (outage: Outage): number =>
    Math.max(0, Math.min(nowMs - outage.lastSeenMs, lastingMs));
  for (const { key, group, subject, verdict } of problems) {
    const { code, health } = verdict;
    const known = Object.hasOwn(before.outages, key) ? before.outages[key] : undefined;
    outages.set(key, {
      group,
      subject,
      code,
      health,
      firstSeenMs: known?.firstSeenMs ?? nowMs,
      lastSeenMs: nowMs,
      badMs: known === undefined ? 0 : known.badMs + step(known),
      goodMs: 0,
      isCounted: known?.isCounted ?? false,
    });
  }
  for (const [key, outage] of Object.entries(before.outages)) {
    if (outages.has(key)) continue;
    const standing = verdicts.standing(key);
    if (standing === 'gone') continue;
    if (standing === 'unknown') {
      outages.set(key, { ...outage, lastSeenMs: nowMs });
      continue;
    }
    const goodMs = outage.goodMs + step(outage);
    // A moment of health is no end of an outage, and one of trouble no beginning.
    if (outage.isCounted && goodMs <= lastingMs) {
      outages.set(key, { ...outage, goodMs, lastSeenMs: nowMs });
    }
  }
  return outages;
}

function isDue(outage: Outage | undefined, lastingMs: number): boolean {
  return outage !== undefined && !outage.isCounted && outage.badMs > lastingMs;
}

/** What fails together is told together: when others are about to count, the first of them waits for them, one poll at most. */
function isWorthWaiting(
  problems: readonly Problem[],
  outages: ReadonlyMap<string, Outage>,
  lastingMs: number,
  pollIntervalMs: number,
): boolean {
  const open = problems.flatMap(({ key }) => outages.get(key) ?? []).filter((o) => !o.isCounted);
  const isLate = open.some(({ badMs }) => badMs > lastingMs + pollIntervalMs);
  return (
    !isLate && open.some(({ badMs }) => badMs <= lastingMs && badMs > lastingMs - pollIntervalMs)
  );
}

/** Whether something else of the same node went out with it, as badly, and was told or is told now. */
function coveredBy(outages: ReadonlyMap<string, Outage>, problem: Problem): boolean {
  const sinceMs = outages.get(problem.key)?.firstSeenMs ?? 0;
  return [...outages].some(
    ([key, { group, isCounted, goodMs, health, firstSeenMs }]) =>
      key !== problem.key &&
      group === problem.group &&
      isCounted &&
      goodMs === 0 &&
      Math.abs(sinceMs - firstSeenMs) <= TOGETHER_MS &&
      rank(health) >= rank(problem.verdict.health),
  );
}

function rank(health: Health): number {
  return health === 'error' ? 2 : 1;
}

function count(
  past: GroupPast,
  { verdict }: Problem,
  nowMs: number,
  isSilent: boolean,
): { readonly past: GroupPast; readonly alarm: Pick<Alarm, 'flapping'> | null } {
  const outages = [...past.outages, { atMs: nowMs, code: verdict.code }];
  const counted = { ...past, outages };
  const isOver = past.isFlapping || past.noticesAtMs.length >= MOST_AN_HOUR;
  if (isSilent || isOver) return { past: counted, alarm: null };
  const isFlapping = outages.length >= MOST_AN_HOUR;
  const flapping = isFlapping
    ? {
        times: outages.length,
        sinceMs: outages[0]?.atMs ?? nowMs,
        isAlike: outages.every(({ code }) => code === verdict.code),
      }
    : null;
  const noticesAtMs = [...past.noticesAtMs, nowMs];
  return { past: { outages, noticesAtMs, isFlapping }, alarm: { flapping } };
}

/** An hour without an outage, and all is forgotten. */
function prune(
  groups: Readonly<Record<string, GroupPast>>,
  nowMs: number,
): Readonly<Record<string, GroupPast>> {
  const isRecent = (atMs: number): boolean => nowMs - atMs < HOUR_MS;
  const kept = Object.entries(groups).flatMap(([group, past]) => {
    const outages = past.outages.filter(({ atMs }) => isRecent(atMs));
    const noticesAtMs = past.noticesAtMs.filter(isRecent);
    if (outages.length === 0 && noticesAtMs.length === 0) return [];
    const isFlapping = past.isFlapping && outages.length > 0;
    return [[group, { outages, noticesAtMs, isFlapping }] as const];
  });
  return Object.fromEntries(kept);
}

function lastingMutes(
  mutes: Readonly<Record<string, MutedUntil>>,
  outages: ReadonlyMap<string, Outage>,
  nowMs: number,
): Readonly<Record<string, MutedUntil>> {
  const out = new Set([...outages.values()].map(({ group }) => group));
  const kept = Object.entries(mutes).filter(([group, until]) =>
    until === 'recovery' ? out.has(group) : nowMs < until,
  );
  return Object.fromEntries(kept);
}

import { formatCounted, formatDuration } from '../format';
import { say } from '../say';
import type { Finding, FindingCode, FindingFix } from './finding';
import { errorFinding, listNames, warningFinding } from './findingParts';
import type { NodeCatalog } from './nodeCatalog';

interface Limit {
  readonly code: FindingCode;
  readonly catalog: NodeCatalog;
  /** `replication slot` */
  readonly what: string;
  readonly used: number | null;
  readonly max: number | null;
  /** Setting that raises it. */
  readonly setting: string;
  /** Finished sentence: what happens without one. */
  readonly otherwise: string;
}

/**
 * Slots, senders, workers and origins that run out silently or late. One of each is needed for good, one more for each
 * table that is being copied.
 */
export function limitFindings(
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
  needsSlot: boolean,
  copies: boolean,
): readonly Finding[] {
  const limits = [...publisherLimits(publisher, needsSlot), ...subscriberLimits(subscriber)];
  return limits.flatMap((limit) => judge(limit, copies));
}

/** The same for a subscription that runs: each table that is copied needs one more of each while it is copied. */
export function copyLimitFindings(
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
): readonly Finding[] {
  return [...publisherLimits(publisher, true), ...subscriberLimits(subscriber)].flatMap(
    ({ code, catalog, what, used, max, setting }) => {
      if (used === null || max === null || used < max) return [];
      const { nodeId } = catalog;
      const text = say`${nodeId} has no ${what} left: ${used} of ${max} are in use. Copying tables needs one more: the copy waits until one is free.`;
      return [warningFinding(code, nodeId, text, raise(catalog, setting, max))];
    },
  );
}

function publisherLimits(publisher: NodeCatalog, needsSlot: boolean): readonly Limit[] {
  const { settings } = publisher;
  const slots: Limit = {
    code: 'noFreeSlot',
    catalog: publisher,
    what: say`replication slot`,
    used: publisher.slots.length,
    max: settings.maxReplicationSlots,
    setting: 'max_replication_slots',
    otherwise: say`The subscription cannot be created (53400).`,
  };
  const senders: Limit = {
    code: 'noFreeSender',
    catalog: publisher,
    what: say`WAL sender`,
    used: settings.walSendersUsed,
    max: settings.maxWalSenders,
    setting: 'max_wal_senders',
    otherwise: say`The subscription cannot connect (53300).`,
  };
  return needsSlot ? [slots, senders] : [senders];
}

function subscriberLimits(subscriber: NodeCatalog): readonly Limit[] {
  const { settings } = subscriber;
  // Before 18 origins are counted by the setting that counts slots.
  const hasOwnLimit = settings.maxActiveReplicationOrigins !== null;
  return [
    {
      code: 'noFreeWorker',
      catalog: subscriber,
      what: say`logical replication worker`,
      used: settings.logicalWorkersUsed,
      max: settings.maxLogicalReplicationWorkers,
      setting: 'max_logical_replication_workers',
      otherwise: say`The subscription would look enabled and do nothing.`,
    },
    {
      code: 'noFreeSlot',
      catalog: subscriber,
      what: say`replication origin`,
      used: settings.replicationOriginsUsed,
      max: settings.maxActiveReplicationOrigins ?? settings.maxReplicationSlots,
      setting: hasOwnLimit ? 'max_active_replication_origins' : 'max_replication_slots',
      otherwise: say`The subscription would start again and again and take nothing.`,
    },
  ];
}

function judge(limit: Limit, copies: boolean): readonly Finding[] {
  const { code, catalog, what, used, max, setting } = limit;
  if (used === null || max === null) return [];
  const { nodeId } = catalog;
  const fix = raise(catalog, setting, max);
  const free = max - used;
  if (free < 1) {
    const text = say`${nodeId} has no ${what} left: ${used} of ${max} are in use. ${limit.otherwise}`;
    return [errorFinding(code, nodeId, text, fix)];
  }
  if (free > 1 || !copies) return [];
  const text = say`${nodeId} has one ${what} left of ${max}, and copying tables needs one more: the copy waits until one is free.`;
  return [warningFinding(code, nodeId, text, fix)];
}

function raise({ nodeId }: NodeCatalog, setting: string, max: number): FindingFix {
  return {
    text: say`Raise ${setting} on ${nodeId} and restart it, or free one.`,
    copy: `ALTER SYSTEM SET ${setting} = '${Math.max(max + 6, 10)}';`,
  };
}

/** Shorter ones are over before the plan is confirmed. */
const NOTABLE_MS = 1_000;

/** Transactions that have written: making a slot waits for all of them. */
export function writerFindings(publisher: NodeCatalog, limitMs: number): readonly Finding[] {
  const writers = publisher.writers.filter(
    ({ runningMs }) => runningMs === null || runningMs >= NOTABLE_MS,
  );
  if (writers.length === 0) return [];
  const words = writers.map(({ pid, user, applicationName, runningMs, preparedAs }) => {
    const who = [
      user ?? say`an unknown role`,
      ...(applicationName === '' ? [] : [applicationName]),
    ];
    const since = runningMs === null ? '' : say` for ${formatDuration(runningMs)}`;
    const what = preparedAs === undefined ? say`pid ${pid ?? '?'}` : say`prepared ${preparedAs}`;
    return `${what} (${who.join(', ')})${since}`;
  });
  return [
    warningFinding(
      'longTransaction',
      publisher.nodeId,
      say`${formatCounted(writers.length, 'transaction')} on ${publisher.nodeId} wrote and did not end: ${listNames(words, 4)}. Making a slot waits for all of them, at most ${formatDuration(limitMs)}.`,
      say`Wait until they have ended, or end them.`,
    ),
  ];
}

import { formatPart } from '../format';
import { say } from '../say';
import type { VerdictCode } from '../snapshot';
import type { EdgeCase } from './edgeParts';
import { fact, type Finding } from './makeDiagnosis';
import { publicationMissing } from './publicationMissing';
import { sendersUsedUp, walLevelTooLow } from './serverTroubles';
import { command } from './actions';

/** What on the publisher keeps a subscription from beginning: its limits, its wal_level, a publication that is not there. */
export function beginCause(one: EdgeCase): Finding | null {
  return walLevel(one) ?? publication(one) ?? slots(one) ?? senders(one);
}

function walLevel({ edge, picture }: EdgeCase): Finding | null {
  const node = picture.node(edge.from);
  const level = picture.setting(edge.from, 'wal_level');
  if (node === null || level === null || level === 'logical') return null;
  return { ...walLevelTooLow(node, level), health: 'error', nodeId: node.id, followsFrom: node.id };
}

function publication(one: EdgeCase): Finding | null {
  const { edge, picture } = one;
  const sinceMs = edge.verdict.sinceMs;
  const readAtMs = picture.node(edge.from)?.sample.slowAtMs ?? null;
  // Publications are read once a minute: only what was read since counts.
  if (sinceMs === null || readAtMs === null || readAtMs <= sinceMs) return null;
  return missingAmong(one, () => true);
}

/**
 * A publication that a link which works asks for in vain: from 18 on it goes on without, and skips rows. Only one that the file declares,
 * too: what was just made on both servers may not have been read yet.
 */
export function skippedPublication(one: EdgeCase): Finding | null {
  const { edge, picture } = one;
  if (!WORKING.has(edge.verdict.code)) return null;
  const declared = picture.snapshot.topology.nodes
    .find(({ id }) => id === edge.to)
    ?.subscriptions.find(({ name }) => name === edge.name)?.publications;
  return missingAmong(one, (name) => declared?.includes(name) === true);
}

const WORKING: ReadonlySet<VerdictCode> = new Set<VerdictCode>([
  'streaming',
  'idle',
  'catchingUp',
  'lagging',
]);

function missingAmong(one: EdgeCase, isMeant: (name: string) => boolean): Finding | null {
  const { edge, picture } = one;
  const facts = picture.subscription(edge);
  const slow = picture.slow(edge.from);
  const readAtMs = picture.node(edge.from)?.sample.slowAtMs ?? null;
  if (facts === null || slow === null || readAtMs === null) return null;
  const known = new Set(slow.publications.map(({ name }) => name));
  const missing = facts.publications.find((name) => !known.has(name) && isMeant(name));
  if (missing === undefined || edge.from === null) return null;
  const row = fact(say`Publication ${missing}`, say`not there`, 'pg_publication_tables', {
    nodeId: edge.from,
    atMs: readAtMs,
    scope: { version: picture.version(edge.from), slot: null, subscription: null },
  });
  return publicationMissing(one, missing, [row]);
}

function slots({ edge, picture, target }: EdgeCase): Finding | null {
  const fast = picture.fast(edge.from);
  const max = Number(picture.setting(edge.from, 'max_replication_slots') ?? Number.NaN);
  if (fast === null || edge.from === null || !Number.isFinite(max) || max === 0) return null;
  const hasSlot = fast.slots.some(({ name }) => name === edge.slotName);
  if (hasSlot || fast.slots.length < max) return null;
  return {
    code: 'slotsUsedUp',
    health: 'error',
    title: say`${edge.name} on ${target} has no slot, and ${edge.from} has none left: ${formatPart(fast.slots.length, max)} are in use.`,
    nodeId: edge.from,
    followsFrom: edge.from,
    actions: [command('resolveSubscription', edge.id)],
  };
}

function senders({ edge, picture, target }: EdgeCase): Finding | null {
  const node = picture.node(edge.from);
  const used = picture.fast(edge.from)?.senders.length ?? 0;
  const max = Number(picture.setting(edge.from, 'max_wal_senders') ?? Number.NaN);
  if (node === null || !Number.isFinite(max) || max === 0 || used < max) return null;
  if (edge.verdict.code !== 'notStreaming' && edge.verdict.code !== 'applyErrorLoop') return null;
  return {
    ...sendersUsedUp(node, used, max),
    health: 'error',
    title: say`${edge.name} on ${target} cannot connect: ${node.id} has no WAL sender left (${formatPart(used, max)} are in use).`,
    nodeId: node.id,
    followsFrom: node.id,
  };
}

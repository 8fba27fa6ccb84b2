import type { NodeCatalog } from '../plan/nodeCatalog';
import { say } from '../say';
import { itemOf, type SetupItem } from './setupItem';
import type { SetupFacts } from './setupFacts';

/** Settings that a standby must have at least as high as its primary, or it stops replaying. */
const MATCHING = [
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_transactions',
  'max_locks_per_transaction',
];

export interface ReadNode {
  readonly catalog: NodeCatalog;
  readonly setup: SetupFacts;
}

/** What is recommended for a standby. @param primary `null` when it was not read */
export function standbyItems(node: ReadNode, primary: ReadNode | null): readonly SetupItem[] {
  return [
    hotStandby(node),
    ...delays(node),
    feedback(node),
    ownSlot(node),
    limits(node, primary),
    ...failoverSlots(node, primary),
  ];
}

function textOf({ setup }: ReadNode, name: string): string | null {
  return setup.settings[name]?.text ?? null;
}

function settingsOf({ catalog }: ReadNode): string {
  return say`pg_settings on ${catalog.nodeId}`;
}

function hotStandby(node: ReadNode): SetupItem {
  const value = textOf(node, 'hot_standby');
  return itemOf(node.catalog.nodeId, 'hotStandby', say`Can be read while it replays`, {
    state: value === 'on' ? 'ok' : 'problem',
    evidence: say`hot_standby is ${value ?? say`not known`}.`,
    source: settingsOf(node),
    fix: value === 'on' ? null : `ALTER SYSTEM SET hot_standby = 'on';`,
  });
}

/** Without a limit one query keeps the whole standby behind; with 0 every query may be cancelled. */
function delays(node: ReadNode): readonly SetupItem[] {
  return ['max_standby_streaming_delay', 'max_standby_archive_delay'].map((name) => {
    const found = node.setup.settings[name] ?? null;
    const isUnlimited = found?.number === -1;
    return itemOf(node.catalog.nodeId, name, say`Waits a limited time for its queries (${name})`, {
      state: found === null ? 'unknown' : isUnlimited ? 'warning' : 'ok',
      evidence: isUnlimited
        ? say`${name} is -1: one long query keeps the standby behind without end.`
        : say`${name} is ${found?.text ?? say`not known`}.`,
      source: settingsOf(node),
      fix: isUnlimited ? `ALTER SYSTEM SET ${name} = '30s';` : null,
    });
  });
}

function feedback(node: ReadNode): SetupItem {
  const isOn = textOf(node, 'hot_standby_feedback') === 'on';
  return itemOf(node.catalog.nodeId, 'feedback', say`Keeps rows that its queries need`, {
    state: isOn ? 'ok' : 'warning',
    evidence: isOn
      ? say`hot_standby_feedback is on.`
      : say`hot_standby_feedback is off: vacuum on the primary may cancel queries here (40001).`,
    source: settingsOf(node),
    fix: isOn ? null : `ALTER SYSTEM SET hot_standby_feedback = 'on';`,
  });
}

function ownSlot(node: ReadNode): SetupItem {
  const name = textOf(node, 'primary_slot_name');
  return itemOf(node.catalog.nodeId, 'slot', say`Has a slot of its own`, {
    state: name === null ? 'unknown' : name === '' ? 'warning' : 'ok',
    evidence:
      name === null
        ? say`primary_slot_name may not be read.`
        : name === ''
          ? say`It streams without a slot: after a longer outage the primary may have removed what it needs.`
          : say`It streams by the slot ${name}.`,
    source: settingsOf(node),
    fix:
      name === ''
        ? `SELECT pg_catalog.pg_create_physical_replication_slot('${node.catalog.nodeId.replaceAll(/[^a-z0-9_]/gu, '_')}');\n-- then set primary_slot_name here`
        : null,
  });
}

function limits(node: ReadNode, primary: ReadNode | null): SetupItem {
  const { nodeId } = node.catalog;
  const title = say`Has limits as high as its primary`;
  if (primary === null) {
    return itemOf(nodeId, 'limits', title, {
      state: 'unknown',
      evidence: say`Its primary could not be asked.`,
    });
  }
  const low = MATCHING.flatMap((name) => {
    const own = node.setup.settings[name]?.number ?? null;
    const wanted = primary.setup.settings[name]?.number ?? null;
    return own === null || wanted === null || own >= wanted ? [] : [{ name, own, wanted }];
  });
  return itemOf(nodeId, 'limits', title, {
    state: low.length === 0 ? 'ok' : 'problem',
    evidence:
      low.length === 0
        ? say`${MATCHING.join(', ')} are at least those of ${primary.catalog.nodeId}.`
        : say`${low.map(({ name, own, wanted }) => say`${name} is ${own}, on ${primary.catalog.nodeId} ${wanted}`).join('; ')}: the standby pauses or does not start.`,
    source: say`pg_settings on ${nodeId} and ${primary.catalog.nodeId}`,
    fix:
      low.length === 0
        ? null
        : low.map(({ name, wanted }) => `ALTER SYSTEM SET ${name} = ${wanted};`).join('\n'),
  });
}

/** Failover slots are copied only when four things are so at once (17 and newer). */
function failoverSlots(node: ReadNode, primary: ReadNode | null): readonly SetupItem[] {
  const wanted = primary?.catalog.slots.filter(({ isFailover }) => isFailover === true) ?? [];
  if (wanted.length === 0) return [];
  const { nodeId, slots } = node.catalog;
  const lacks = [
    ...(textOf(node, 'hot_standby_feedback') === 'on' ? [] : ['hot_standby_feedback = on']),
    ...(textOf(node, 'primary_slot_name') === '' ? ['primary_slot_name'] : []),
    ...(node.setup.primaryConninfo?.dbname === null ? [say`dbname in primary_conninfo`] : []),
    ...(textOf(node, 'sync_replication_slots') === 'on' ? [] : ['sync_replication_slots = on']),
  ];
  const ready = new Set(
    slots
      .filter(
        ({ isSynced, isTemporary, invalidationReason }) =>
          isSynced === true && !isTemporary && invalidationReason === null,
      )
      .map(({ name }) => name),
  );
  const missing = wanted.filter(({ name }) => !ready.has(name)).map(({ name }) => name);
  return [
    itemOf(nodeId, 'failoverSlots', say`Has copies of the failover slots`, {
      state: missing.length > 0 ? 'problem' : lacks.length > 0 ? 'warning' : 'ok',
      evidence:
        missing.length === 0 && lacks.length === 0
          ? say`All ${wanted.length} are ready.`
          : `${missing.length === 0 ? say`Its copies are ready now` : say`Not ready: ${missing.join(', ')}`}${lacks.length === 0 ? '.' : say`; it lacks ${lacks.join(', ')}.`}`,
      source: say`pg_replication_slots and pg_settings on ${nodeId}`,
      fix: lacks.length === 0 ? null : say`On ${nodeId}: ${lacks.join(', ')}.`,
    }),
  ];
}

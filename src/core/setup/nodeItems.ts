import { parseConnectionString } from '../connectionString';
import { monitorGrant } from '../grants';
import { escapeIdentifier } from '../sql';
import { formatTableName } from '../tableName';
import { listNames } from '../plan/findingParts';
import { knownSubscribersOf } from '../plan/knownSubscribers';
import type { PlanContext } from '../plan/requests';
import { say } from '../say';
import { hbaLine, rulePlace, ruleText } from './hbaText';
import { matchHba } from './matchHba';
import { itemOf, type SetupItem } from './setupItem';
import type { ReadNode } from './standbyItems';

/** What every node needs: who watches it, TLS, passwords, settings that wait for a restart, slots. */
export function nodeItems({ topology }: PlanContext, node: ReadNode): readonly SetupItem[] {
  const { catalog, setup } = node;
  const { nodeId } = catalog;
  const declared = topology.nodes.find(({ id }) => id === nodeId);
  const settings = say`pg_settings on ${nodeId}`;
  const isTls = setup.settings['ssl']?.text !== 'off';
  const waiting = setup.pendingRestart;
  const encryption = setup.settings['password_encryption']?.text ?? null;
  return [
    ...watcher(node, declared?.connection['user'] ?? null),
    itemOf(nodeId, 'tls', say`Offers TLS`, {
      state: isTls ? 'ok' : topology.environment === 'production' ? 'problem' : 'warning',
      evidence: say`ssl is ${isTls ? say`on` : say`off: what travels between machines can be read`}.`,
      source: settings,
      fix: isTls ? null : `ALTER SYSTEM SET ssl = 'on';`,
    }),
    itemOf(nodeId, 'scram', say`Stores passwords as SCRAM`, {
      state: encryption === null ? 'unknown' : encryption === 'scram-sha-256' ? 'ok' : 'warning',
      evidence: say`password_encryption is ${encryption ?? say`not known`}.`,
      source: settings,
      fix: encryption === 'md5' ? `ALTER SYSTEM SET password_encryption = 'scram-sha-256';` : null,
    }),
    itemOf(nodeId, 'restart', say`No setting waits for a restart`, {
      state: waiting.length === 0 ? 'ok' : 'warning',
      evidence:
        waiting.length === 0 ? say`None does.` : say`${listNames(waiting)}: restart ${nodeId}.`,
      source: settings,
    }),
    ...slotItems(node),
  ];
}

function watcher({ catalog }: ReadNode, user: string | null): readonly SetupItem[] {
  const { nodeId } = catalog;
  const title = say`Is watched by a role with no more than it needs`;
  const role = catalog.checkedRoles.find(({ name }) => name === user);
  if (user === null || role === undefined) return [];
  const sees = role.memberOf.includes('pg_monitor');
  return [
    itemOf(nodeId, 'watcher', title, {
      state: role.isSuperuser || !sees ? 'warning' : 'ok',
      evidence: role.isSuperuser
        ? say`${user} is a superuser.`
        : sees
          ? say`${user} is a member of pg_monitor.`
          : say`${user} is no member of pg_monitor: lag is not known.`,
      source: say`pg_roles on ${nodeId}`,
      fix: role.isSuperuser
        ? say`Create Replication Role… makes a lesser one.`
        : sees
          ? null
          : monitorGrant(user),
    }),
  ];
}

function slotItems({ catalog, setup }: ReadNode): readonly SetupItem[] {
  const { nodeId, slots } = catalog;
  if (slots.length === 0) return [];
  const lost = slots.filter(({ walStatus }) => walStatus === 'lost').map(({ name }) => name);
  const limit = setup.settings['max_slot_wal_keep_size'] ?? null;
  const isUnlimited = limit?.number === -1;
  return [
    itemOf(nodeId, 'lostSlots', say`No slot is lost`, {
      state: lost.length === 0 ? 'ok' : 'problem',
      evidence:
        lost.length === 0
          ? say`None of ${slots.length} is.`
          : say`${listNames(lost)}: WAL that its reader needs is gone.`,
      source: say`pg_replication_slots on ${nodeId}`,
      fix:
        lost.length === 0
          ? null
          : say`Drop Slot…, then clone the standby or create the subscription anew.`,
    }),
    itemOf(nodeId, 'slotLimit', say`Slots cannot fill the disk`, {
      state: limit === null ? 'unknown' : isUnlimited ? 'warning' : 'ok',
      evidence: isUnlimited
        ? say`max_slot_wal_keep_size is -1: a reader that is gone keeps WAL until the disk is full.`
        : say`max_slot_wal_keep_size is ${limit?.text ?? say`not known`}: beyond that a slot is lost.`,
      source: say`pg_settings on ${nodeId}`,
      fix: isUnlimited ? `ALTER SYSTEM SET max_slot_wal_keep_size = '50GB';` : null,
    }),
  ];
}

/** What a node needs that others subscribe to. */
export function publisherItems(context: PlanContext, node: ReadNode): readonly SetupItem[] {
  const { catalog } = node;
  const { nodeId, settings, slots } = catalog;
  const subscribers = knownSubscribersOf(context, nodeId, null);
  if (subscribers.length === 0) return [];
  const isLogical = settings.walLevel === 'logical';
  const free = settings.maxReplicationSlots - slots.length;
  return [
    itemOf(nodeId, 'wal', say`Decodes its WAL`, {
      state: isLogical ? 'ok' : 'problem',
      evidence: say`wal_level is ${settings.walLevel}.`,
      source: say`pg_settings on ${nodeId}`,
      fix: isLogical ? null : `ALTER SYSTEM SET wal_level = 'logical';\n-- then restart ${nodeId}`,
    }),
    itemOf(nodeId, 'freeSlots', say`Has slots to spare`, {
      state: free > 0 ? 'ok' : 'warning',
      evidence: say`${slots.length} of ${settings.maxReplicationSlots} slots are in use; each table that is copied needs one more.`,
      source: say`pg_replication_slots on ${nodeId}`,
      fix:
        free > 0
          ? null
          : `ALTER SYSTEM SET max_replication_slots = ${settings.maxReplicationSlots + 10};`,
    }),
    ...loginsOf(context, nodeId).flatMap((login) => loginItems(node, login)),
  ];
}

interface Login {
  readonly subscription: string;
  readonly slotName: string;
  readonly user: string;
  readonly publications: readonly string[];
}

/** As whom subscriptions sign in here, as far as the file says. @returns each role once with its first subscription */
export function loginsOf(
  { topology }: Pick<PlanContext, 'topology'>,
  publisherId: string,
): readonly Login[] {
  return topology.nodes.flatMap(({ id, subscriptions }) =>
    subscriptions
      .filter(({ publisher }) => publisher === publisherId)
      .flatMap(({ name, slotName, connection, publications }) => {
        const user =
          connection === null ? undefined : parseConnectionString(connection).params?.['user'];
        return user === undefined
          ? []
          : [{ subscription: say`${name} on ${id}`, slotName, user, publications }];
      }),
  );
}

function loginItems({ catalog, setup }: ReadNode, login: Login): readonly SetupItem[] {
  const { nodeId, relations } = catalog;
  const { user, subscription } = login;
  const key = `${subscription}/${user}`;
  const role = catalog.checkedRoles.find(({ name }) => name === user);
  const tables = catalog.publications
    .filter(({ name }) => login.publications.includes(name))
    .flatMap((publication) => publication.tables);
  const closed = tables.filter((table) =>
    relations.some(
      (one) =>
        one.schema === table.schema && one.name === table.name && one.notReadableBy.includes(user),
    ),
  );
  const lacks = [
    ...(role === undefined ? [say`the role does not exist`] : []),
    ...(role?.isReplication === false && !role.isSuperuser ? [say`it lacks REPLICATION`] : []),
    ...(closed.length > 0 ? [say`it may not read ${listNames(closed.map(formatTableName))}`] : []),
  ];
  const rights = itemOf(nodeId, `login/${key}`, say`${user} may do what ${subscription} needs`, {
    state: lacks.length > 0 ? 'problem' : role?.isSuperuser === true ? 'warning' : 'ok',
    evidence:
      lacks.length > 0
        ? `${lacks.join('; ')}.`
        : role?.isSuperuser === true
          ? say`${user} is a superuser, more than it needs.`
          : say`${user} has REPLICATION and may read ${tables.length} published tables.`,
    source: say`pg_roles and has_table_privilege() on ${nodeId}`,
    fix:
      lacks.length > 0
        ? role?.isReplication === false && closed.length === 0
          ? `ALTER ROLE ${escapeIdentifier(user)} REPLICATION;`
          : say`Create Replication Role… gives it what it lacks.`
        : null,
  });
  const reader = catalog.slots.find(({ name }) => name === login.slotName)?.reader ?? null;
  return [rights, hbaItem({ catalog, setup }, login, key, reader?.clientAddress ?? null)];
}

function hbaItem(
  { catalog, setup }: ReadNode,
  { user, subscription }: Login,
  key: string,
  address: string | null,
): SetupItem {
  const { nodeId, server } = catalog;
  const title = say`pg_hba.conf lets ${subscription} in`;
  const isTls = setup.settings['ssl']?.text !== 'off';
  const fix = hbaLine({
    database: server.database,
    user,
    address: address ?? say`<address of ${subscription}>`,
    isTls,
  });
  if (setup.hba === null) {
    return itemOf(nodeId, `hba/${key}`, title, {
      state: 'unknown',
      evidence: say`pg_hba_file_rules may not be read.`,
      fix,
    });
  }
  const source = say`pg_hba_file_rules on ${nodeId}`;
  const match = matchHba(setup.hba, {
    type: 'host',
    database: server.database,
    user,
    memberOf: catalog.checkedRoles.find(({ name }) => name === user)?.memberOf ?? null,
    address,
    isTls,
    isPhysical: false,
  });
  if (match.kind === 'none') {
    return itemOf(nodeId, `hba/${key}`, title, {
      state: 'problem',
      evidence: say`No line fits ${user} and ${server.database}.`,
      source,
      fix,
    });
  }
  const place = `${rulePlace(match.rule)}, ${ruleText(match.rule)}`;
  const { method } = match.rule;
  const state =
    match.kind === 'unknown'
      ? 'unknown'
      : method === 'reject'
        ? 'problem'
        : method === 'trust' || method === 'password'
          ? 'warning'
          : 'ok';
  return itemOf(nodeId, `hba/${key}`, title, {
    state,
    evidence: `${match.kind === 'unknown' ? say`It may meet` : say`It meets`} ${place}.`,
    source,
    fix: state === 'ok' ? null : fix,
  });
}

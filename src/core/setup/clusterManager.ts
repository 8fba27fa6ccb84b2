import type { NodeCatalog } from '../plan/nodeCatalog';
import { say } from '../say';
import type { SetupFacts } from './setupFacts';

/** Software that decides by itself who is primary. */
export interface ClusterManager {
  readonly name: string;
  /** What shows it, for a sentence: `its settings come from the command line as Patroni gives them`. */
  readonly sign: string;
  /** How a standby is promoted by it; placeholders in angle brackets. */
  readonly command: string;
}

/** Settings that Patroni gives on the command line, since they have to agree on all members. */
export const PATRONI_SETTINGS: readonly string[] = [
  'max_connections',
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'max_replication_slots',
  'max_wal_senders',
  'max_worker_processes',
  'wal_level',
];

/**
 * The manager that runs a node, by what its catalogs show; `null` when nothing shows one, which is no proof that there is
 * none. A promotion behind its back would be undone, or end in two primaries.
 */
export function clusterManagerOf(
  setup: SetupFacts,
  catalog: Pick<NodeCatalog, 'slots' | 'schemas' | 'roles'>,
): ClusterManager | null {
  return (
    patroni(setup) ??
    cloudNativePg(setup, catalog) ??
    autoFailover(setup, catalog) ??
    repmgr(setup, catalog)
  );
}

function patroni({ settings, settingFiles }: SetupFacts): ClusterManager | null {
  const file = settingFiles.find((path) => /postgresql\.base\.conf$|patroni/iu.test(path));
  const given = PATRONI_SETTINGS.filter((name) => settings[name]?.source === 'command line');
  if (file === undefined && given.length < PATRONI_SETTINGS.length - 1) return null;
  return {
    name: 'Patroni',
    sign:
      file === undefined
        ? say`its settings come from the command line as Patroni gives them`
        : say`its settings come from ${file}`,
    command: 'patronictl switchover',
  };
}

function cloudNativePg(
  { customSettings }: SetupFacts,
  { slots }: Pick<NodeCatalog, 'slots'>,
): ClusterManager | null {
  const setting = customSettings.find((name) => name.startsWith('cnpg.'));
  const slot = slots.find(({ name }) => name.startsWith('_cnpg_'))?.name;
  if (setting === undefined && slot === undefined) return null;
  return {
    name: 'CloudNativePG',
    sign:
      setting === undefined
        ? say`it has the slot ${slot ?? ''}`
        : say`it has the setting ${setting}`,
    command: 'kubectl cnpg promote <cluster> <instance>',
  };
}

function autoFailover(
  { settingFiles, extensions, primaryConninfo }: SetupFacts,
  { slots, roles }: Pick<NodeCatalog, 'slots' | 'roles'>,
): ClusterManager | null {
  const isMarked = (name: string | null) => name?.startsWith('pgautofailover_') ?? false;
  const sign =
    (settingFiles.some((path) => path.includes('postgresql-auto-failover'))
      ? say`its settings come from postgresql-auto-failover.conf`
      : null) ??
    (extensions.includes('pgautofailover') ? say`it has the extension pgautofailover` : null) ??
    (slots.some(({ name }) => isMarked(name)) || isMarked(primaryConninfo?.applicationName ?? null)
      ? say`its standbys are named pgautofailover_…`
      : null) ??
    (roles.some(({ name }) => name === 'pgautofailover_replicator')
      ? say`it has the role pgautofailover_replicator`
      : null);
  if (sign === null) return null;
  return { name: 'pg_auto_failover', sign, command: 'pg_autoctl perform promotion' };
}

function repmgr(
  { extensions }: SetupFacts,
  { schemas }: Pick<NodeCatalog, 'schemas'>,
): ClusterManager | null {
  const sign = extensions.includes('repmgr')
    ? say`it has the extension repmgr`
    : schemas.some(({ name }) => name === 'repmgr')
      ? say`it has a schema repmgr`
      : null;
  return sign === null ? null : { name: 'repmgr', sign, command: 'repmgr standby switchover' };
}

import assert from 'node:assert/strict';
import type { NodeCatalog } from '../../../../src/core/plan/nodeCatalog';
import type { PlanContext } from '../../../../src/core/plan/requests';
import { checkSetup } from '../../../../src/core/setup/checkSetup';
import { setupSentence, type SetupItem } from '../../../../src/core/setup/setupItem';
import { setupReport } from '../../../../src/core/setup/setupReport';
import type { SequenceFacts, SetupFacts } from '../../../../src/core/setup/setupFacts';
import { declared, subscription } from '../describe/makeSnapshot';
import {
  catalog,
  context,
  publication,
  slotFacts,
  subscriptionFacts,
  table,
  type CatalogChange,
} from '../plan/catalogs';
import { settings, setup, standbySetup } from './makeSetup';

const NODES = [
  declared('central'),
  declared('reader', { standbyOf: 'central', slot: 'reader' }),
  declared('edge', {
    subscriptions: [
      {
        ...subscription('jobs_sub', 'central'),
        connection: 'user=streamer',
        publications: ['jobs_pub'],
      },
    ],
  }),
];

const role = (name: string, change: Partial<NodeCatalog['checkedRoles'][number]> = {}) => ({
  name,
  canLogin: true,
  isSuperuser: false,
  isReplication: false,
  memberOf: [name],
  canConnect: true,
  canCreateInDatabase: false,
  usableSchemas: ['public'],
  writableTables: [],
  ...change,
});

const GOOD = settings({
  ssl: 'on',
  password_encryption: 'scram-sha-256',
  max_slot_wal_keep_size: 51_200,
  hot_standby: 'on',
  hot_standby_feedback: 'on',
  max_standby_streaming_delay: 30_000,
  max_standby_archive_delay: 30_000,
  primary_slot_name: 'reader',
  sync_replication_slots: 'on',
  max_connections: 100,
  max_worker_processes: 8,
  max_wal_senders: 10,
  max_prepared_transactions: 0,
  max_locks_per_transaction: 64,
});

const HBA = [
  {
    line: 5,
    file: null,
    type: 'host',
    databases: ['all'],
    users: ['all'],
    address: 'all',
    netmask: null,
    method: 'scram-sha-256',
    error: null,
  },
];

const sequence = (lastValue: string | null): SequenceFacts => ({
  schema: 'public',
  name: 'jobs_id_seq',
  table: { schema: 'public', name: 'jobs' },
  column: 'id',
  lastValue,
  isReadable: true,
});

interface Parts {
  readonly central?: CatalogChange;
  readonly reader?: CatalogChange;
  readonly edge?: CatalogChange;
  readonly setups?: Readonly<Record<string, Partial<SetupFacts>>>;
  readonly without?: readonly string[];
}

function contextOf({ setups = {}, without = [], ...parts }: Parts = {}): PlanContext {
  const watcher = role('monitor', { memberOf: ['monitor', 'pg_monitor'] });
  const catalogs = [
    catalog('central', {
      checkedRoles: [watcher, role('streamer', { isReplication: true })],
      relations: [table('jobs')],
      publications: [publication('jobs_pub', ['jobs'])],
      slots: [slotFacts('jobs_sub'), slotFacts('reader', { type: 'physical' })],
      ...parts.central,
    }),
    catalog('reader', {
      checkedRoles: [watcher],
      ...parts.reader,
      server: { isInRecovery: true, ...parts.reader?.server },
    }),
    catalog('edge', {
      checkedRoles: [watcher],
      relations: [table('jobs')],
      subscriptions: [
        subscriptionFacts('jobs_sub', { tables: [{ schema: 'public', name: 'jobs', state: 'r' }] }),
      ],
      ...parts.edge,
    }),
  ].filter(({ nodeId }) => !without.includes(nodeId));
  const setupOf = (id: string): SetupFacts => {
    const change = { settings: GOOD, hba: HBA, sequences: [sequence('5')], ...setups[id] };
    return id === 'reader' ? standbySetup('0/3000000', change) : setup(change);
  };
  return {
    ...context(catalogs, { nodes: NODES }),
    setup: new Map(catalogs.map(({ nodeId }) => [nodeId, setupOf(nodeId)])),
  };
}

const all = (parts?: Parts) => checkSetup(contextOf(parts), null);
const wrong = (parts?: Parts) =>
  all(parts)
    .filter(({ state, nodeId }) => state !== 'ok' && nodeId !== null)
    .map(({ id, state, evidence }) => `${state} ${id}: ${evidence}`);
const found = (items: readonly SetupItem[], id: string) => items.find((item) => item.id === id);

describe('checkSetup', () => {
  it('a set-up without fault; what no server tells is not called fine', () => {
    assert.deepEqual(wrong(), []);
    const items = all();
    assert.deepEqual(
      items.filter(({ nodeId }) => nodeId === null).map(({ id, state }) => `${state} ${id}`),
      ['unknown backups', 'unknown recovery'],
    );
    assert.equal(setupSentence(items), `${items.length - 2} of ${items.length - 2} fine`);
    assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
    assert.ok(items.every(({ state, source }) => state === 'unknown' || source !== null));
  });

  it('one node alone', () => {
    const items = checkSetup(contextOf(), 'reader');
    assert.deepEqual([...new Set(items.map(({ nodeId }) => nodeId))], ['reader']);
  });

  it('a node that does not answer is out of reach and takes nothing else with it', () => {
    assert.deepEqual(wrong({ without: ['central'] }), [
      'unknown reached/central: It was not asked.',
      'unknown limits/reader: Its primary could not be asked.',
      'unknown targets/jobs_sub/edge: Its publisher could not be asked.',
    ]);
  });

  it('a standby’s settings', () => {
    const bad = settings({
      hot_standby: 'off',
      hot_standby_feedback: 'off',
      max_standby_streaming_delay: -1,
      max_standby_archive_delay: 30_000,
      primary_slot_name: '',
      max_connections: 50,
    });
    const lines = wrong({ setups: { reader: { settings: { ...GOOD, ...bad } } } });
    assert.deepEqual(
      lines.map((line) => line.split(':')[0]),
      [
        'problem hotStandby/reader',
        'warning max_standby_streaming_delay/reader',
        'warning feedback/reader',
        'warning slot/reader',
        'problem limits/reader',
      ],
    );
    assert.match(lines.at(-1) ?? '', /max_connections is 50, on central 100/);
  });

  it('failover slots need four things, and are said ready only when they are', () => {
    const slots = [slotFacts('jobs_sub', { isFailover: true })];
    const primaryConninfo = { host: 'x', applicationName: null, dbname: null, sslmode: null };
    const lines = wrong({ central: { slots }, setups: { reader: { primaryConninfo } } });
    assert.deepEqual(lines, [
      'problem failoverSlots/reader: Not ready: jobs_sub; it lacks dbname in primary_conninfo.',
    ]);
    const copy = slotFacts('jobs_sub', { isSynced: true });
    assert.deepEqual(wrong({ central: { slots }, reader: { slots: [copy] } }), []);
    const half = wrong({ central: { slots }, reader: { slots: [{ ...copy, isTemporary: true }] } });
    assert.equal(half.length, 1);
  });

  it('sequences that are behind, with the statement', () => {
    const items = all({ setups: { edge: { sequences: [sequence(null)] } } });
    const item = found(items, 'sequences/edge');
    assert.equal(item?.state, 'warning');
    assert.equal(item.fix, `SELECT pg_catalog.setval('"public"."jobs_id_seq"', 5);`);
    assert.equal(found(all(), 'sequences/edge')?.state, 'ok');
    const hidden = { ...sequence(null), isReadable: false };
    assert.equal(
      found(all({ setups: { edge: { sequences: [hidden] } } }), 'sequences/edge')?.state,
      'unknown',
    );
  });

  it('workers, subscriptions and target tables of a subscriber', () => {
    const few = wrong({ edge: { settings: { maxLogicalReplicationWorkers: 1 } } });
    assert.match(
      few.join(),
      /warning workers\/edge: .* is 1; .* need 2\. With fewer, tables wait queued/,
    );
    assert.match(wrong({ edge: { subscriptions: [] } }).join(), /problem active\/jobs_sub\/edge/);
    const off = [subscriptionFacts('jobs_sub', { isEnabled: false })];
    assert.match(
      wrong({ edge: { subscriptions: off } }).join(),
      /It is disabled; its slot keeps WAL/,
    );
    const bare = wrong({ edge: { relations: [] } });
    assert.match(bare.join(), /problem targets\/jobs_sub\/edge: public\.jobs is missing/);
  });

  it('roles, rules and WAL of a publisher', () => {
    const watcher = role('monitor');
    const lines = wrong({
      central: {
        checkedRoles: [watcher, role('streamer')],
        settings: { walLevel: 'replica', maxReplicationSlots: 2 },
        relations: [table('jobs', { notReadableBy: ['streamer'] })],
      },
      setups: {
        central: {
          settings: { ...GOOD, ...settings({ ssl: 'off', max_slot_wal_keep_size: -1 }) },
          hba: [],
        },
      },
    });
    assert.deepEqual(
      lines.map((line) => line.split(':')[0]),
      [
        'warning watcher/central',
        'warning tls/central',
        'warning slotLimit/central',
        'problem wal/central',
        'warning freeSlots/central',
        'problem login/jobs_sub on edge/streamer/central',
        'problem hba/jobs_sub on edge/streamer/central',
      ],
    );
    const hidden = all({ setups: { central: { hba: null } } });
    const item = found(hidden, 'hba/jobs_sub on edge/streamer/central');
    assert.equal(item?.state, 'unknown');
    assert.equal(item.fix, 'hostssl app streamer <address of jobs_sub on edge> scram-sha-256');
  });

  it('the report: every item, harmless in Markdown', () => {
    const items = all({ setups: { central: { hba: [] } } });
    const text = setupReport('Central [x](y)', items, '2026-11-21');
    assert.match(text, /^# Set-up of Central \\\[x\\\]\(y\)\n\n\d+ of \d+ fine/);
    assert.match(text, /## central\n/);
    assert.match(text, /: PROBLEM\. /);
    assert.match(text, /\(pg_settings on central\)$/mu);
    // Whether it is shown as Markdown or as it is written: nothing of it is in the way.
    assert.doesNotMatch(text, /\*\*|(?<!\w)_\w/u);
    assert.doesNotMatch(text, /\n{3}/u);
    assert.match(text, /\n {6}hostssl app streamer/);
    assert.equal(text.match(/^- /gmu)?.length, items.length);
  });
});

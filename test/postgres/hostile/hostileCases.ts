import { planAlterSubscription } from '../../../src/core/plan/planAlterSubscription';
import { planCreatePublication } from '../../../src/core/plan/planCreatePublication';
import { planCreateSubscription } from '../../../src/core/plan/planCreateSubscription';
import { planDropPublication } from '../../../src/core/plan/planDropPublication';
import { planDropSubscription } from '../../../src/core/plan/planDropSubscription';
import { planInstallPendingSync } from '../../../src/core/plan/planInstallPendingSync';
import { planInstallSentinel } from '../../../src/core/plan/planInstallSentinel';
import { planRenamePublication } from '../../../src/core/plan/planRenamePublication';
import { planRefreshSubscription } from '../../../src/core/plan/planRefreshSubscription';
import {
  planDisableSubscription,
  planEnableSubscription,
} from '../../../src/core/plan/planSwitchSubscription';
import { planUninstallSentinel } from '../../../src/core/plan/planUninstallSentinel';
import type { CreateSubscriptionRequest, PlanContext } from '../../../src/core/plan/requests';
import { PENDING_SYNC_COMMENT } from '../../../src/core/plan/pendingSyncTable';
import { ALL_OPERATIONS } from '../../../src/core/plan/publicationSql';
import { sentinelComment, sentinelTable } from '../../../src/core/plan/sentinelNames';
import { planCreateReplicationRole } from '../../../src/core/plan/roles/planCreateReplicationRole';
import { planDropSlot } from '../../../src/core/plan/slots/planDropSlot';
import type { Topology } from '../../../src/core/topology';
import type { HostileCase } from './hostileCase';
import { canExist } from './hostileNames';
import { line, literal, quoted, type HostileWorld } from './hostileWorld';

const ITEM = { schema: 'public', name: 'item', columns: null, rowFilter: null };

const publicationCases: readonly HostileCase[] = [
  {
    change: 'createPublication',
    what: 'publication',
    plan: (name, _, context) => planCreatePublication({ ...PUBLICATION, name }, context),
    expected: (name) => ({
      added: [
        line('central', 'publication', name, true, true),
        line('central', 'published', name, 'public', 'item', null),
      ],
    }),
    tidy: (name) => ({ central: `DROP PUBLICATION ${quoted(name)}` }),
  },
  {
    change: 'createPublication',
    what: 'table and column',
    prepare: (name) => ({
      central: `CREATE TABLE hostile.${quoted(name)} (${quoted(name)} int PRIMARY KEY)`,
    }),
    plan: (name, index, context, { major }) =>
      planCreatePublication(
        {
          ...PUBLICATION,
          name: `hostile_${index}`,
          tables: [
            { schema: 'hostile', name, columns: major >= 15 ? [name] : null, rowFilter: null },
          ],
        },
        context,
      ),
    expected: (name, index, { major }) => ({
      added: [
        line('central', 'publication', `hostile_${index}`, true, true),
        line(
          'central',
          'published',
          `hostile_${index}`,
          'hostile',
          name,
          major >= 15 ? [name] : null,
        ),
      ],
    }),
    tidy: (name, index) => ({
      central: `DROP PUBLICATION hostile_${index}; DROP TABLE hostile.${quoted(name)}`,
    }),
  },
  {
    change: 'createPublication',
    what: 'schema',
    since: 15,
    exists: isFreeSchema,
    prepare: (name) => ({ central: `CREATE SCHEMA ${quoted(name)}` }),
    plan: (name, index, context) =>
      planCreatePublication(
        { ...PUBLICATION, name: `hostile_${index}`, tables: [], schemas: [name] },
        context,
      ),
    expected: (name, index) => ({
      added: [
        line('central', 'publication', `hostile_${index}`, true, true),
        line('central', 'published schema', `hostile_${index}`, name),
      ],
    }),
    tidy: (name, index) => ({
      central: `DROP PUBLICATION hostile_${index}${isFreeSchema(name) ? `; DROP SCHEMA ${quoted(name)}` : ''}`,
    }),
  },
];

const subscriptionCases: readonly HostileCase[] = [
  {
    change: 'createSubscription',
    what: 'subscription',
    plan: (name, index, context, world) =>
      planCreateSubscription({ ...subscribe(index, context, world), name }, context),
    expected: (name, index, world) => ({
      added: made(world, name, index, { publications: ['item_pub'] }),
    }),
    tidy: (name, index) => dropBoth(name, index),
  },
  {
    change: 'createSubscription',
    what: 'publication',
    prepare: (name) => ({ central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` }),
    plan: (name, index, context, world) =>
      planCreateSubscription(
        { ...subscribe(index, context, world), publications: [name] },
        context,
      ),
    expected: (name, index, world) => ({
      added: made(world, `hostile_${index}`, index, { publications: [name] }),
    }),
    tidy: (name, index) => ({
      edge: dropSubscription(`hostile_${index}`),
      central: `DROP PUBLICATION ${quoted(name)}; SELECT pg_drop_replication_slot('hostile_${index}')`,
    }),
  },
  {
    change: 'createSubscription',
    what: 'value of the connection',
    exists: (name) => !name.includes('\0') && !/\p{Cs}/u.test(name),
    plan: (name, index, context, world) => {
      const request = subscribe(index, context, world);
      const connection = [...request.connection, { keyword: 'application_name', value: name }];
      return planCreateSubscription({ ...request, connection }, context);
    },
    expected: (name, index, world) => ({
      added: made(world, `hostile_${index}`, index, {
        publications: ['item_pub'],
        applicationName: name,
      }),
    }),
    tidy: (_, index) => dropBoth(`hostile_${index}`, index),
  },
  {
    change: 'enableSubscription',
    what: 'subscription',
    prepare: (name, index) => ({ edge: unconnected(name, index) }),
    plan: (name, _, context) => planEnableSubscription({ nodeId: 'edge', name }, context),
    expected: (name, index) => switched(name, index, true),
    tidy: (name) => ({ edge: dropSubscription(name) }),
  },
  {
    change: 'disableSubscription',
    what: 'subscription',
    prepare: (name, index) => ({
      edge: `${unconnected(name, index)}; ALTER SUBSCRIPTION ${quoted(name)} ENABLE`,
    }),
    plan: (name, _, context) => planDisableSubscription({ nodeId: 'edge', name }, context),
    expected: (name, index) => switched(name, index, false),
    tidy: (name) => ({ edge: dropSubscription(name) }),
  },
  {
    change: 'refreshSubscription',
    what: 'subscription',
    prepare: (name, index, { conninfo }) => ({
      edge: `${unconnected(name, index, conninfo)}; ALTER SUBSCRIPTION ${quoted(name)} ENABLE`,
    }),
    plan: (name, _, context) => planRefreshSubscription({ nodeId: 'edge', name }, context),
    expected: (name) => ({ added: [line('edge', 'subscribed', name, 'public', 'item')] }),
    tidy: (name) => ({ edge: dropSubscription(name) }),
  },
  {
    change: 'dropSubscription',
    what: 'subscription',
    prepare: (name, index) => ({ edge: unconnected(name, index, NOWHERE, 'NONE') }),
    plan: (name, _, context) =>
      planDropSubscription({ nodeId: 'edge', name, keepsSlot: false }, context),
    expected: (name) => ({
      removed: [
        line('edge', 'subscription', name, false, null, ['item_pub'], 'off'),
        line('edge', 'conninfo', name, NOWHERE),
      ],
    }),
    tidy: () => ({}),
  },
];

const tableCases: readonly HostileCase[] = [
  {
    change: 'installPendingSync',
    what: 'table',
    plan: (name, _, context) =>
      planInstallPendingSync(
        { nodeId: 'edge', primaryId: 'central', table: { schema: 'hostile', name } },
        context,
      ),
    expected: (name) => ({ added: queue('hostile', name) }),
    tidy: (name) => ({ edge: `DROP TABLE hostile.${quoted(name)}` }),
  },
  {
    change: 'installPendingSync',
    what: 'schema',
    plan: (name, _, context) =>
      planInstallPendingSync(
        { nodeId: 'edge', primaryId: 'central', table: { schema: name, name: 'queue' } },
        context,
      ),
    expected: (name) => ({
      added: [
        ...(isFreeSchema(name) ? [line('edge', 'schema', name)] : []),
        ...queue(name, 'queue'),
      ],
    }),
    tidy: (name) => ({
      edge: isFreeSchema(name)
        ? `DROP SCHEMA ${quoted(name)} CASCADE`
        : `DROP TABLE ${quoted(name)}.queue`,
    }),
  },
  {
    change: 'installSentinel',
    what: 'publication',
    prepare: (name) => ({ central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` }),
    plan: (name, _, context) =>
      planInstallSentinel({ nodeId: 'central', publication: name }, context),
    expected: (name, _, world) => ({ added: sentinel(name, world) }),
    tidy: (name, _, world) => ({
      central: `DROP PUBLICATION ${quoted(name)}; DROP TABLE IF EXISTS ${tableOf(name, world)}`,
    }),
  },
];

const sentinelCase: HostileCase = {
  change: 'uninstallSentinel',
  what: 'publication',
  prepare: (name, _, world) => ({
    central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item; ${installed(name, world)}`,
  }),
  plan: (name, _, context) =>
    planUninstallSentinel({ nodeId: 'central', publication: name }, context),
  expected: (name, _, world) => ({ removed: sentinel(name, world) }),
  tidy: (name) => ({ central: `DROP PUBLICATION ${quoted(name)}` }),
};

const laterCases: readonly HostileCase[] = [
  {
    change: 'dropPublication',
    what: 'publication',
    prepare: (name) => ({ central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` }),
    plan: (name, _, context) => planDropPublication({ nodeId: 'central', name }, context),
    expected: (name) => ({ removed: itemPublication(name) }),
    tidy: (name) => ({ central: `DROP PUBLICATION IF EXISTS ${quoted(name)}` }),
  },
  {
    change: 'renamePublication',
    what: 'publication that is renamed',
    prepare: (name) => ({ central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` }),
    plan: (name, index, context) =>
      planRenamePublication({ nodeId: 'central', name, newName: `hostile_${index}` }, context),
    expected: (name, index) => ({
      removed: itemPublication(name),
      added: itemPublication(`hostile_${index}`),
    }),
    tidy: (_, index) => ({ central: `DROP PUBLICATION hostile_${index}` }),
  },
  {
    change: 'renamePublication',
    what: 'publication in its place',
    // One for every name, whether that can be or not.
    exists: () => true,
    prepare: (_, index) => ({ central: `CREATE PUBLICATION hostile_${index} FOR TABLE item` }),
    plan: (name, index, context) =>
      planRenamePublication(
        { nodeId: 'central', name: `hostile_${index}`, newName: name },
        context,
      ),
    expected: (name, index) => ({
      removed: itemPublication(`hostile_${index}`),
      added: itemPublication(name),
    }),
    tidy: (name, index) => ({
      central: `DROP PUBLICATION IF EXISTS hostile_${index}${canExist(name) ? `; DROP PUBLICATION IF EXISTS ${quoted(name)}` : ''}`,
    }),
  },
  {
    change: 'alterSubscription',
    what: 'subscription',
    prepare: (name, index) => ({ edge: unconnected(name, index) }),
    plan: (name, _, context) =>
      planAlterSubscription(
        { ...UNALTERED, name, options: { synchronousCommit: 'local' } },
        context,
      ),
    expected: (name, index) => {
      const state = (value: string): string =>
        line('edge', 'subscription', name, false, `hostile_${index}`, ['item_pub'], value);
      return { removed: [state('off')], added: [state('local')] };
    },
    tidy: (name) => ({ edge: dropSubscription(name) }),
  },
  {
    change: 'alterSubscription',
    what: 'publication',
    exists: () => true,
    prepare: (name, index, { conninfo }) => ({
      edge: unconnected(`hostile_${index}`, index, conninfo),
      ...(canExist(name) ? { central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` } : {}),
    }),
    plan: (name, index, context) =>
      planAlterSubscription(
        { ...UNALTERED, name: `hostile_${index}`, publications: [name] },
        {
          ...context,
          topology: withSubscription(context.topology, `hostile_${index}`),
        },
      ),
    expected: (name, index) => {
      const state = (publication: string): string =>
        line(
          'edge',
          'subscription',
          `hostile_${index}`,
          false,
          `hostile_${index}`,
          [publication],
          'off',
        );
      return { removed: [state('item_pub')], added: [state(name)] };
    },
    tidy: (name, index) => ({
      edge: dropSubscription(`hostile_${index}`),
      ...(canExist(name) ? { central: `DROP PUBLICATION ${quoted(name)}` } : {}),
    }),
  },
  {
    change: 'createReplicationRole',
    what: 'role',
    asksRoles: true,
    plan: (name, _, context) =>
      planCreateReplicationRole(
        {
          nodeId: 'central',
          name,
          duties: ['replication'],
          tables: [{ schema: 'public', name: 'item' }],
          verifier: null,
        },
        context,
      ),
    expected: (name) => ({
      added: [
        line('central', 'role', name, true, true),
        ...['SELECT public item', 'USAGE public'].map((right) =>
          line('central', 'right', name, right),
        ),
      ],
    }),
    tidy: (name) => ({ central: `DROP OWNED BY ${quoted(name)}; DROP ROLE ${quoted(name)}` }),
  },
  {
    change: 'dropSlot',
    what: 'slot',
    exists: (name) => /^[a-z0-9_]{1,63}$/u.test(name),
    prepare: (name) => ({
      central: `SELECT pg_create_physical_replication_slot(${literal(name)})`,
    }),
    plan: (name, _, context) => planDropSlot({ nodeId: 'central', slotName: name }, context),
    expected: (name) => ({ removed: [line('central', 'slot', name)] }),
    tidy: () => ({}),
  },
];

/** At least one for every command that changes servers, one for each place into which a name goes. */
export const HOSTILE_CASES: readonly HostileCase[] = [
  ...publicationCases,
  ...subscriptionCases,
  ...tableCases,
  sentinelCase,
  ...laterCases,
];

const UNALTERED = {
  nodeId: 'edge',
  name: '',
  publications: null,
  options: {},
  connection: null,
  enabled: null,
  connectionTest: { kind: 'notTried', why: 'Nothing is dialled.' },
} as const;

/** What the file would say, so that the publisher is known. */
function withSubscription(topology: Topology, name: string): Topology {
  const declared = {
    name,
    publisher: 'central',
    publications: ['item_pub'],
    connection: null,
    slotName: name,
    options: {},
  };
  const nodes = topology.nodes.map((node) =>
    node.id === 'edge' ? { ...node, subscriptions: [declared] } : node,
  );
  return { ...topology, nodes };
}

const itemPublication = (name: string): readonly string[] => [
  line('central', 'publication', name, true, true),
  line('central', 'published', name, 'public', 'item', null),
];

const PUBLICATION = {
  nodeId: 'central',
  name: '',
  allTables: false,
  schemas: [],
  tables: [ITEM],
  operations: ALL_OPERATIONS,
  viaPartitionRoot: false,
} as const;

const NOWHERE = 'host=127.0.0.1 port=1 dbname=postgres user=postgres';

/** Names of schemas that are there on every server, or are the system's. */
function isFreeSchema(name: string): boolean {
  return canExist(name) && !name.startsWith('pg_') && !['public', 'pgtopology'].includes(name);
}

function subscribe(
  index: number,
  context: PlanContext,
  { central }: HostileWorld,
): CreateSubscriptionRequest {
  const systemIdentifier = context.catalogs.get('central')?.server.systemIdentifier ?? '';
  return {
    nodeId: 'edge',
    name: `hostile_${index}`,
    publisherId: 'central',
    publications: ['item_pub'],
    connection: [
      { keyword: 'host', value: '127.0.0.1' },
      { keyword: 'port', value: String(central.port) },
      { keyword: 'dbname', value: 'postgres' },
      { keyword: 'user', value: 'postgres' },
    ],
    connectionTest: { kind: 'passed', systemIdentifier },
    slotName: `hostile_${index}`,
    usesExistingSlot: false,
    copyData: false,
    options: { enabled: false },
  };
}

/** What a subscription of `subscribe` adds. */
function made(
  { central }: HostileWorld,
  name: string,
  index: number,
  { publications, applicationName }: Readonly<Made>,
): readonly string[] {
  const values = ['127.0.0.1', String(central.port), 'postgres', 'postgres'];
  const words = ['host', 'port', 'dbname', 'user'].map((word, i) => `${word}='${values[i] ?? ''}'`);
  const escaped = applicationName?.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return [
    line('edge', 'subscription', name, false, `hostile_${index}`, publications, 'off'),
    line(
      'edge',
      'conninfo',
      name,
      [...words, ...(escaped === undefined ? [] : [`application_name='${escaped}'`])].join(' '),
    ),
    line('edge', 'subscribed', name, 'public', 'item'),
    line('central', 'slot', `hostile_${index}`),
  ];
}

interface Made {
  readonly publications: readonly string[];
  readonly applicationName?: string;
}

function unconnected(
  name: string,
  index: number,
  conninfo = NOWHERE,
  slot = `hostile_${index}`,
): string {
  return `CREATE SUBSCRIPTION ${quoted(name)} CONNECTION ${literal(conninfo)} PUBLICATION item_pub
    WITH (connect = false, slot_name = ${slot})`;
}

function dropSubscription(name: string): string {
  const subscription = quoted(name);
  return `ALTER SUBSCRIPTION ${subscription} DISABLE; ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE);
    DROP SUBSCRIPTION ${subscription}`;
}

const dropBoth = (name: string, index: number) => ({
  edge: dropSubscription(name),
  central: `SELECT pg_drop_replication_slot('hostile_${index}')`,
});

function switched(name: string, index: number, isOn: boolean) {
  const state = (isEnabled: boolean): string =>
    line('edge', 'subscription', name, isEnabled, `hostile_${index}`, ['item_pub'], 'off');
  return { added: [state(isOn)], removed: [state(!isOn)] };
}

function queue(schema: string, name: string): readonly string[] {
  return [
    line('edge', 'relation', schema, name, 'r'),
    line('edge', 'comment', schema, name, PENDING_SYNC_COMMENT),
  ];
}

const subjectOf = (publication: string, { systemIdentifier }: HostileWorld) => ({
  systemIdentifier,
  database: 'postgres',
  publication,
});

function sentinel(publication: string, world: HostileWorld): readonly string[] {
  const subject = subjectOf(publication, world);
  const { schema, name } = sentinelTable(subject);
  return [
    line('central', 'relation', schema, name, 'r'),
    line('central', 'comment', schema, name, sentinelComment(subject)),
    line('central', 'published', publication, schema, name, null),
  ];
}

function installed(publication: string, world: HostileWorld): string {
  const subject = subjectOf(publication, world);
  const table = tableOf(publication, world);
  return `CREATE TABLE ${table} ("token" uuid PRIMARY KEY, "written_at" timestamp with time zone NOT NULL DEFAULT now());
    COMMENT ON TABLE ${table} IS ${literal(sentinelComment(subject))};
    ALTER PUBLICATION ${quoted(publication)} ADD TABLE ${table}`;
}

function tableOf(publication: string, world: HostileWorld): string {
  const { schema, name } = sentinelTable(subjectOf(publication, world));
  return `${schema}.${name}`;
}

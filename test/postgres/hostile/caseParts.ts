import type { CreateSubscriptionRequest, PlanContext } from '../../../src/core/plan/requests';
import type { CatalogSlot } from '../../../src/core/plan/nodeCatalog';
import { PENDING_SYNC_COMMENT } from '../../../src/core/plan/pendingSyncTable';
import { ALL_OPERATIONS } from '../../../src/core/plan/publicationSql';
import { sentinelComment, sentinelTable } from '../../../src/core/plan/sentinelNames';
import type { TableName, Topology } from '../../../src/core/topology';
import { addressOf } from '../plans/planRig';
import { canExist } from './hostileNames';
import { line, literal, quoted } from './hostileWorld';
import type { HostileWorld } from './hostileWorld';

export const ITEM = { schema: 'public', name: 'item', columns: null, rowFilter: null };

export const UNALTERED = {
  nodeId: 'edge',
  name: '',
  publications: null,
  options: {},
  connection: null,
  enabled: null,
  connectionTest: { kind: 'notTried', why: 'Nothing is dialled.' },
} as const;

/** What the file would say, so that the publisher is known. */
export function withSubscription(topology: Topology, name: string): Topology {
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

/** As it would be with a worker: the subscription is enabled, takes the table if there is one, and has its slot. */
export function asIfTaken(context: PlanContext, name: string, table: TableName): PlanContext {
  const catalogs = new Map(context.catalogs);
  const central = catalogs.get('central');
  const edge = catalogs.get('edge');
  if (central === undefined || edge === undefined) throw new Error('Both servers are read.');
  catalogs.set('central', {
    ...central,
    slots: [...central.slots, { ...LOGICAL_SLOT, name, database: central.server.database }],
  });
  catalogs.set('edge', {
    ...edge,
    subscriptions: edge.subscriptions.map((one) =>
      one.name === name ? { ...one, isEnabled: true, tables: [{ ...table, state: 'r' }] } : one,
    ),
  });
  return { ...context, catalogs, topology: withSubscription(context.topology, name) };
}

const LOGICAL_SLOT: CatalogSlot = {
  name: '',
  type: 'logical',
  plugin: 'pgoutput',
  database: null,
  isTemporary: false,
  isActive: true,
  reader: null,
  walStatus: 'reserved',
  restartLsn: '0/1',
  confirmedFlushLsn: '0/1',
  retainedWalBytes: 0,
  safeWalBytes: null,
  isTwoPhase: false,
  inactiveSinceMs: null,
  invalidationReason: null,
  isFailover: null,
  isSynced: null,
};

export const itemPublication = (name: string): readonly string[] => [
  line('central', 'publication', name, true, true),
  line('central', 'published', name, 'public', 'item', null),
];

export const PUBLICATION = {
  nodeId: 'central',
  name: '',
  allTables: false,
  schemas: [],
  tables: [ITEM],
  operations: ALL_OPERATIONS,
  viaPartitionRoot: false,
} as const;

export const NOWHERE = 'host=127.0.0.1 port=1 dbname=postgres user=postgres';

/** Names of schemas that are there on every server, or are the system's. */
export function isFreeSchema(name: string): boolean {
  return canExist(name) && !name.startsWith('pg_') && !['public', 'pgtopology'].includes(name);
}

export function subscribe(
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
    connection: addressOf(central),
    connectionTest: { kind: 'passed', systemIdentifier },
    slotName: `hostile_${index}`,
    usesExistingSlot: false,
    copyData: false,
    options: { enabled: false },
  };
}

/** What a subscription of `subscribe` adds. */
export function made(
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

export function unconnected(
  name: string,
  index: number,
  conninfo = NOWHERE,
  slot = `hostile_${index}`,
  publication = 'item_pub',
): string {
  return `CREATE SUBSCRIPTION ${quoted(name)} CONNECTION ${literal(conninfo)} PUBLICATION ${publication}
    WITH (connect = false, slot_name = ${slot})`;
}

export function dropSubscription(name: string): string {
  const subscription = quoted(name);
  return `ALTER SUBSCRIPTION ${subscription} DISABLE; ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE);
    DROP SUBSCRIPTION ${subscription}`;
}

export const dropBoth = (name: string, index: number) => ({
  edge: dropSubscription(name),
  central: `SELECT pg_drop_replication_slot('hostile_${index}')`,
});

export function switched(name: string, index: number, isOn: boolean) {
  const state = (isEnabled: boolean): string =>
    line('edge', 'subscription', name, isEnabled, `hostile_${index}`, ['item_pub'], 'off');
  return { added: [state(isOn)], removed: [state(!isOn)] };
}

export function queue(schema: string, name: string): readonly string[] {
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

export function sentinel(publication: string, world: HostileWorld): readonly string[] {
  const subject = subjectOf(publication, world);
  const { schema, name } = sentinelTable(subject);
  return [
    line('central', 'relation', schema, name, 'r'),
    line('central', 'comment', schema, name, sentinelComment(subject)),
    line('central', 'published', publication, schema, name, null),
  ];
}

export function installed(publication: string, world: HostileWorld): string {
  const subject = subjectOf(publication, world);
  const table = tableOf(publication, world);
  return `CREATE TABLE ${table} ("token" uuid PRIMARY KEY, "written_at" timestamp with time zone NOT NULL DEFAULT now());
    COMMENT ON TABLE ${table} IS ${literal(sentinelComment(subject))};
    ALTER PUBLICATION ${quoted(publication)} ADD TABLE ${table}`;
}

export function tableOf(publication: string, world: HostileWorld): string {
  const { schema, name } = sentinelTable(subjectOf(publication, world));
  return `${schema}.${name}`;
}

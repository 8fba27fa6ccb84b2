import type {
  CatalogPublication,
  CatalogSlot,
  CatalogSubscription,
  ColumnFacts,
  NodeCatalog,
  RelationFacts,
} from '../../../../src/core/plan/nodeCatalog';
import type { Plan } from '../../../../src/core/plan/plan';
import type { PlanContext } from '../../../../src/core/plan/requests';
import { shownSql } from '../../../../src/core/plan/sqlText';
import type { TopologySnapshot } from '../../../../src/core/snapshot';
import {
  DEFAULT_THRESHOLDS,
  type Topology,
  type TopologyNode,
} from '../../../../src/core/topology';
import { declared, NOW, plain } from '../describe/makeSnapshot';

/** What a healthy, empty server of Postgres 17 says to a superuser. Each node is a server of its own. */
export function catalog(nodeId: string, change: CatalogChange = {}): NodeCatalog {
  const base = {
    nodeId,
    readAtMs: NOW,
    relations: [],
    publications: [],
    subscriptions: [],
    slots: [],
    writers: [],
    schemas: [{ name: 'public', owner: 'postgres', canCreate: true, canUse: true }],
    checkedRoles: [],
    roles: [
      { name: 'postgres', isSuperuser: true, isReplication: true },
      { name: 'replication_user', isSuperuser: false, isReplication: true },
      { name: 'monitor', isSuperuser: false, isReplication: false },
    ],
    ...change,
  };
  return {
    ...base,
    server: {
      systemIdentifier: `system of ${nodeId}`,
      startedAtMs: NOW,
      versionNum: 170_002,
      database: 'app',
      isInRecovery: false,
      ...change.server,
    },
    role: {
      name: 'postgres',
      isSuperuser: true,
      isReplication: true,
      canCreateRole: true,
      adminOf: [],
      isDatabaseOwner: true,
      canCreateInDatabase: true,
      canCreateSubscription: true,
      memberOf: ['postgres'],
      ...change.role,
    },
    settings: {
      walLevel: 'logical',
      maxReplicationSlots: 10,
      maxWalSenders: 10,
      walSendersUsed: 1,
      maxLogicalReplicationWorkers: 4,
      maxActiveReplicationOrigins: null,
      replicationOriginsUsed: 0,
      logicalWorkersUsed: 0,
      port: 5432,
      ...change.settings,
    },
  };
}

type Nested = 'server' | 'role' | 'settings';
export type CatalogChange = Partial<Omit<NodeCatalog, Nested>> & {
  readonly [key in Nested]?: Partial<NodeCatalog[key]>;
};

/** A role without any privilege but what `change` says. */
export function plainRole(change: Partial<NodeCatalog['role']> = {}): NodeCatalog['role'] {
  return {
    name: 'deployer',
    isSuperuser: false,
    isReplication: false,
    canCreateRole: false,
    adminOf: [],
    isDatabaseOwner: false,
    canCreateInDatabase: false,
    canCreateSubscription: false,
    memberOf: ['deployer'],
    ...change,
  };
}

/** `column('id', 'uuid')`, not null. */
export function column(name: string, type = 'text', change: Partial<ColumnFacts> = {}) {
  return { name, type, isNotNull: false, hasDefault: false, isGenerated: false, ...change };
}

/** A table of `public` with the primary key `id`. */
export function table(name: string, change: Partial<RelationFacts> = {}): RelationFacts {
  return {
    schema: 'public',
    name,
    kind: 'table',
    persistence: 'permanent',
    isPartition: false,
    owner: 'postgres',
    isOwned: true,
    canSelect: true,
    sizeBytes: 8192,
    columns: [column('id', 'uuid', { isNotNull: true }), column('name')],
    replicaIdentity: 'default',
    identityColumns: ['id'],
    notReadableBy: [],
    comment: null,
    ...change,
  };
}

/** A publication of these tables of `public`, all operations. */
export function publication(
  name: string,
  tables: readonly string[],
  change: Partial<CatalogPublication> = {},
): CatalogPublication {
  const names = tables.map((each) => ({ schema: 'public', name: each }));
  return {
    name,
    owner: 'postgres',
    isOwned: true,
    allTables: false,
    schemas: [],
    operations: ['insert', 'update', 'delete', 'truncate'],
    viaPartitionRoot: false,
    generatedColumns: null,
    tables: names.map((each) => ({ ...each, columns: null })),
    namedTables: names.map((each) => ({ ...each, columns: null, rowFilter: null })),
    ...change,
  };
}

export function subscriptionFacts(
  name: string,
  change: Partial<CatalogSubscription> = {},
): CatalogSubscription {
  return {
    name,
    owner: 'postgres',
    isOwned: true,
    isOwnerSuperuser: true,
    isEnabled: true,
    slotName: name,
    publications: ['jobs_pub'],
    tables: [],
    oid: 16_500,
    options: {},
    skipLsn: null,
    ...change,
  };
}

export function slotFacts(name: string, change: Partial<CatalogSlot> = {}): CatalogSlot {
  return {
    name,
    type: 'logical',
    plugin: 'pgoutput',
    database: 'app',
    isTemporary: false,
    isActive: false,
    reader: null,
    walStatus: 'reserved',
    restartLsn: '0/3000000',
    confirmedFlushLsn: '0/3000060',
    retainedWalBytes: 16_777_216,
    safeWalBytes: null,
    isTwoPhase: false,
    inactiveSinceMs: null,
    invalidationReason: null,
    isFailover: false,
    isSynced: false,
    ...change,
  };
}

export interface ContextChange {
  readonly nodes?: readonly TopologyNode[];
  readonly topology?: Partial<Topology>;
  readonly snapshot?: TopologySnapshot;
}

/** The topology of these catalogs' nodes, as a plan sees it. */
export function context(
  catalogs: readonly NodeCatalog[],
  { nodes, topology, snapshot }: ContextChange = {},
): PlanContext {
  return {
    topologyId: 'file:///pg-topology.json',
    topology: {
      name: 'Central cloud',
      environment: 'development',
      nodes: nodes ?? catalogs.map(({ nodeId }) => declared(nodeId)),
      consumers: [],
      thresholds: DEFAULT_THRESHOLDS,
      ...topology,
    },
    catalogs: new Map(catalogs.map((each) => [each.nodeId, each])),
    definitions: new Map(),
    snapshot: snapshot ?? null,
  };
}

/** Findings for golden text: `error missingTable central: text / fix`, then what can be copied, indented. */
export function findingLines(plan: Plan): readonly string[] {
  return plan.findings.flatMap(({ severity, code, nodeId, text, fix }) => [
    plain(
      `${severity} ${code} ${nodeId ?? '(topology)'}: ${text}${fix === null ? '' : ` / ${fix.text}`}`,
    ),
    ...(fix?.copy?.split('\n').map((line) => `  ${line}`) ?? []),
  ]);
}

/** The statements of all steps, each with the node before it. */
export function planSql(plan: Plan): readonly string[] {
  return plan.steps.flatMap(({ nodeId, statements }) =>
    statements.map((statement) => `${nodeId}: ${shownSql(statement)}`),
  );
}

/** The undo statements of all steps, last step first. */
export function undoSql(plan: Plan): readonly string[] {
  return [...plan.steps]
    .reverse()
    .flatMap(({ nodeId, undo }) => undo.map((statement) => `${nodeId}: ${shownSql(statement)}`));
}

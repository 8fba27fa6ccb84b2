import type { DeclaredTable, TableName } from '../topology';

/**
 * What a planner knows of one node: read once, in a session of its own, right before a plan is made.
 * Sources are catalog views by name; `null` is "could not be told", never a default.
 */
export interface NodeCatalog {
  readonly nodeId: string;
  readonly readAtMs: number;
  readonly server: ServerIdentity;
  readonly role: RoleFacts;
  readonly settings: ServerSettings;
  /** Ordinary and partitioned tables, views, materialized views and foreign tables outside the system schemas, by schema and name. */
  readonly relations: readonly RelationFacts[];
  /** Schemas outside the system's, with what the session's role may do there. */
  readonly schemas: readonly SchemaFacts[];
  readonly publications: readonly CatalogPublication[];
  /** Of this database. */
  readonly subscriptions: readonly CatalogSubscription[];
  /** Of the whole server. */
  readonly slots: readonly CatalogSlot[];
  /** Roles that may log in, and what they are. */
  readonly roles: readonly LoginRole[];
  /** Of the roles that were asked about those that exist, whether they may log in or not, and those that read logical slots now. */
  readonly checkedRoles: readonly CheckedRole[];
  /** Running transactions that have written, oldest first: CREATE SUBSCRIPTION waits for these at the publisher. */
  readonly writers: readonly RunningWriter[];
  /** Types that no server has by itself, as SQL names them: `public.mood`. Not there: nobody asked. */
  readonly userTypes?: readonly string[];
}

/** @see pg_control_system(), pg_postmaster_start_time(), version() */
export interface ServerIdentity {
  /** 64-bit number as text; equal on two nodes that share a data directory's origin (standbys too). */
  readonly systemIdentifier: string;
  readonly startedAtMs: number;
  readonly versionNum: number;
  readonly database: string;
  readonly isInRecovery: boolean;
  /** Something between us and the server answers in its place: the key of the session names another backend. Absent: no. */
  readonly isPooled?: true;
}

/** The role that the session runs as. @see pg_roles, has_database_privilege() */
export interface RoleFacts {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly isReplication: boolean;
  /** The attribute CREATEROLE, or superuser. */
  readonly canCreateRole: boolean;
  /** Roles that it may grant to others, by ADMIN OPTION. A superuser may grant all. */
  readonly adminOf: readonly string[];
  /** Whether it owns the database, by itself or by membership, and so may grant rights on it. */
  readonly isDatabaseOwner: boolean;
  readonly canCreateInDatabase: boolean;
  /** Member of pg_create_subscription (16 and newer); false before. */
  readonly canCreateSubscription: boolean;
  /** Roles that it may SET ROLE to, itself included. */
  readonly memberOf: readonly string[];
}

export interface ServerSettings {
  readonly walLevel: string;
  readonly maxReplicationSlots: number;
  readonly maxWalSenders: number;
  readonly walSendersUsed: number | null;
  readonly maxLogicalReplicationWorkers: number;
  readonly maxActiveReplicationOrigins: number | null;
  readonly replicationOriginsUsed: number | null;
  /** Logical replication workers that run now. */
  readonly logicalWorkersUsed: number | null;
  readonly port: number;
}

/** @see pg_class, pg_attribute, pg_index */
export interface RelationFacts extends TableName {
  readonly kind: 'table' | 'partitioned' | 'view' | 'materializedView' | 'foreign';
  readonly persistence: 'permanent' | 'unlogged' | 'temporary';
  readonly isPartition: boolean;
  readonly owner: string;
  /** Whether the session's role owns it, by itself or by membership. */
  readonly isOwned: boolean;
  /** Whether the session's role may SELECT from it. */
  readonly canSelect: boolean;
  /** As of its last VACUUM or ANALYZE, without TOAST and indexes; `null` before the first, and for a partitioned one. */
  readonly sizeBytes: number | null;
  readonly columns: readonly ColumnFacts[];
  readonly replicaIdentity: 'default' | 'full' | 'index' | 'nothing';
  /** Columns by which UPDATE and DELETE find a row downstream; empty: none, so they fail where they are published. */
  readonly identityColumns: readonly string[];
  /** Roles that may not read it, for lack of SELECT or of USAGE on its schema; only those of `checkedRoles`. */
  readonly notReadableBy: readonly string[];
  /** Comment on the table; `null` when there is none. */
  readonly comment: string | null;
  /** The most that statistics say of how many rows it holds; 0: none that anybody knows of. Not there: not asked, as below. */
  readonly rowEstimate?: number;
  /** Triggers that fire for replicated rows as well: ENABLE REPLICA or ALWAYS. */
  readonly firingTriggers?: readonly string[];
  /** Columns of its primary key; empty without one. */
  readonly primaryKey?: readonly string[];
  /** Columns of each key of which it takes every value once, for all rows; the primary key among them. */
  readonly uniqueKeys?: readonly (readonly string[])[];
}

export interface ColumnFacts {
  readonly name: string;
  /** format_type(): `character varying(20)`. */
  readonly type: string;
  readonly isNotNull: boolean;
  readonly hasDefault: boolean;
  readonly isGenerated: boolean;
  /** Reckoned when it is read, so that no publication sends it (18 and newer); not there: it is not. */
  readonly isVirtual?: boolean;
}

export interface SchemaFacts {
  readonly name: string;
  readonly owner: string;
  readonly canCreate: boolean;
  readonly canUse: boolean;
}

/** @see pg_publication, pg_publication_rel, pg_publication_namespace, pg_publication_tables */
export interface CatalogPublication {
  readonly name: string;
  readonly owner: string;
  readonly isOwned: boolean;
  readonly allTables: boolean;
  readonly schemas: readonly string[];
  readonly operations: readonly ('insert' | 'update' | 'delete' | 'truncate')[];
  readonly viaPartitionRoot: boolean;
  /** `null` before 18, which has no such option. */
  readonly generatedColumns: 'none' | 'stored' | null;
  /** What it publishes now, expanded. `columns` is `null` for all. */
  readonly tables: readonly (TableName & { readonly columns: readonly string[] | null })[];
  /** Tables named one by one in it, not by schema or all, with their lists and filters as the server writes them. */
  readonly namedTables: readonly DeclaredTable[];
}

/** @see pg_subscription, pg_subscription_rel; never subconninfo */
export interface CatalogSubscription {
  readonly name: string;
  readonly owner: string;
  readonly isOwned: boolean;
  readonly isOwnerSuperuser: boolean;
  readonly isEnabled: boolean;
  readonly slotName: string | null;
  readonly publications: readonly string[];
  readonly tables: readonly (TableName & { readonly state: string })[];
  /** `pg_subscription.oid`: a part of the names of its table-sync slots. */
  readonly oid: number;
  /** As in the file: `disableOnError: true`, `streaming: 'parallel'`. An option that this version lacks is not there. */
  readonly options: Readonly<Record<string, boolean | string>>;
  /** `X/Y` of the transaction that ALTER SUBSCRIPTION … SKIP named, until it was skipped; `null`: none, and before 15. */
  readonly skipLsn: string | null;
}

/** @see pg_replication_slots */
export interface CatalogSlot {
  readonly name: string;
  readonly type: 'physical' | 'logical';
  readonly plugin: string | null;
  readonly database: string | null;
  readonly isTemporary: boolean;
  readonly isActive: boolean;
  /** Who reads it now; `null` when nobody does, or the session's role may not see who. */
  readonly reader: SlotReader | null;
  readonly walStatus: string | null;
  /** LSNs as the server writes them. */
  readonly restartLsn: string | null;
  readonly confirmedFlushLsn: string | null;
  /** WAL between `restartLsn` and the server's end of WAL; not lag. */
  readonly retainedWalBytes: number | null;
  /** How much may still be written before it can be lost; `null` when unlimited, or lost. */
  readonly safeWalBytes: number | null;
  readonly isTwoPhase: boolean;
  /** Server's clock; `null` while active, and before 17. */
  readonly inactiveSinceMs: number | null;
  /** Why it was invalidated; `null` when it was not, and before 17. */
  readonly invalidationReason: string | null;
  /** Whether standbys keep a copy of it; `null` before 17. */
  readonly isFailover: boolean | null;
  /** Whether it is such a copy, on a standby; `null` before 17. */
  readonly isSynced: boolean | null;
}

/** The walsender of a slot, or another session that decodes it. @see pg_stat_activity */
export interface SlotReader {
  readonly pid: number;
  readonly user: string | null;
  readonly applicationName: string;
  /** As the server sees it; `null` over a Unix socket, or when hidden. */
  readonly clientAddress: string | null;
}

export interface LoginRole {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly isReplication: boolean;
}

/** What a role is and may do here. @see pg_roles, pg_has_role(), has_schema_privilege(), has_table_privilege() */
export interface CheckedRole {
  readonly name: string;
  readonly canLogin: boolean;
  readonly isSuperuser: boolean;
  readonly isReplication: boolean;
  /** Roles whose rights it has, itself included. */
  readonly memberOf: readonly string[];
  readonly canConnect: boolean;
  readonly canCreateInDatabase: boolean;
  /** Schemas in which it has USAGE. */
  readonly usableSchemas: readonly string[];
  /** Tables that it may SELECT, INSERT, UPDATE and DELETE. Empty for a superuser, who may everything. */
  readonly writableTables: readonly TableName[];
}

/** @see pg_stat_activity, backend_xid; pg_prepared_xacts */
export interface RunningWriter {
  /** `null` for a prepared transaction, which no session holds. */
  readonly pid: number | null;
  /** Global identifier of a prepared transaction. @see pg_prepared_xacts */
  readonly preparedAs?: string;
  readonly user: string | null;
  readonly applicationName: string;
  /** Since its transaction began; `null` where the session's role may not see it. */
  readonly runningMs: number | null;
}

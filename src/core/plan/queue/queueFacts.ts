import type { TableName } from '../../topology';

/**
 * What a node has of the offline queue, and what its tables do by themselves. Read on demand, in one statement and a count.
 * Source: pg_proc, pg_trigger, pg_constraint, pg_inherits, has_table_privilege().
 */
export interface QueueFacts {
  /** Functions of the schema `pgtopology`. */
  readonly functions: readonly QueueFunction[];
  /** Triggers of tables outside the system schemas; those that a partition has from its parent are left out. */
  readonly triggers: readonly TriggerFacts[];
  readonly foreignKeys: readonly ForeignKeyFacts[];
  /** Partitions at every depth, each with the table at the top. */
  readonly partitions: readonly (TableName & { readonly root: TableName })[];
  /** Tables that others inherit from, partitioned ones left out. */
  readonly parents: readonly TableName[];
  /** Rights of the roles that were asked about on tables of ours. */
  readonly rights: readonly TableRights[];
  /** Relations, functions and types in the schema `pgtopology`, rows' and arrays' types left out: what keeps it from being dropped. */
  readonly schemaObjects: readonly string[];
  /** Columns whose default draws from a sequence, or that are identities. */
  readonly counters: readonly (TableName & { readonly column: string })[];
  /** Open operations in the queue, counted to 10,001 at most; `null`: there is none, or it cannot be read. */
  readonly openOperations: number | null;
  /** Who the edge is to its primary; `null`: it has no identity, or it cannot be read. Not there: nobody asked, as below. */
  readonly edgeId?: string | null;
  /** Edges that have drained to here, a hundred at most. */
  readonly edges?: readonly { readonly id: string; readonly name: string }[];
  /** getdatabaseencoding(): `UTF8`. */
  readonly encoding?: string;
  /** Tables with columns of types in schemas of users, those below domains as well: who writes there needs USAGE on these. */
  readonly typeSchemas?: readonly (TableName & { readonly types: readonly string[] })[];
  /** Tables with row-level security, and whom of the session's role and those asked about it does not apply to. */
  readonly rowSecurity?: readonly (TableName & { readonly exempt: readonly string[] })[];
}

export interface QueueFunction {
  readonly name: string;
  readonly source: string;
  /** `name=value`, in the order in which they were given. */
  readonly settings: readonly string[];
}

export interface TriggerFacts {
  readonly table: TableName;
  readonly name: string;
  readonly function: TableName;
  /** When it fires: for ordinary writes, for replicated rows, for both, or never. */
  readonly fires: 'ordinary' | 'replica' | 'always' | 'never';
  /** pg_get_triggerdef(). */
  readonly definition: string;
  /** Names of tables in this database that the source of its function mentions, without schema. */
  readonly mentions: readonly string[];
}

export interface ForeignKeyFacts {
  readonly name: string;
  readonly table: TableName;
  readonly references: TableName;
  readonly onUpdate: 'cascade' | 'setNull' | 'setDefault' | null;
}

export interface TableRights {
  readonly role: string;
  readonly table: TableName;
  readonly rights: readonly string[];
}

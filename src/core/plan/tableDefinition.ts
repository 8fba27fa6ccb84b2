import type { TableName } from '../topology';

/**
 * A table as its server would describe it, complete enough to make it anew elsewhere. Read on demand, for named tables.
 * Source: pg_class, pg_attribute, pg_attrdef, pg_constraint, pg_index, by format_type(), pg_get_expr() and their like.
 */
export interface TableDefinition extends TableName {
  readonly columns: readonly ColumnDefinition[];
  /** Of the table itself, in an order in which they can be added; foreign keys last. */
  readonly constraints: readonly ConstraintDefinition[];
  /** Indexes that no constraint stands for. */
  readonly indexes: readonly IndexDefinition[];
  readonly replicaIdentity: 'default' | 'full' | 'index' | 'nothing';
  /** Index that is the replica identity; `null` for the other kinds. */
  readonly identityIndex: string | null;
  /** pg_get_partkeydef(); `null` for a table that is not partitioned. */
  readonly partitionKey: string | null;
  /** `FOR VALUES …` of a partition, with its parent; `null` for what is none. */
  readonly partitionOf: { readonly parent: TableName; readonly bound: string } | null;
  /** reltuples; `null` before the first VACUUM or ANALYZE. */
  readonly rowEstimate: number | null;
  /** Finished words for what it has and a copy of it will not: `2 triggers`, `row security policies`. */
  readonly notCarried: readonly string[];
  /** What it uses and no server has by itself, each once; in an order in which it can be made. */
  readonly needs?: readonly TableNeed[];
}

/** An object that must be there before the table: pg_identify_object() of what pg_depend says it depends on. */
export interface TableNeed {
  readonly kind: 'type' | 'function' | 'collation' | 'other';
  /** As SQL names it, with its schema: `public.mood`, `public.next_id(integer)`. */
  readonly identity: string;
  /** The extension that brings it; `null` when none does. */
  readonly extension: string | null;
  /** What makes an enum or a domain; `null` for everything else. */
  readonly createSql: string | null;
}

export interface ColumnDefinition {
  readonly name: string;
  /** format_type(): `character varying(20)`, with its schema where it is not pg_catalog. */
  readonly type: string;
  /** Collation with its schema; `null` for the type's own. */
  readonly collation: string | null;
  readonly isNotNull: boolean;
  /** Expression of the default; `null` without one. A `nextval()` names a sequence that the copy lacks. */
  readonly defaultSql: string | null;
  readonly identity: 'always' | 'byDefault' | null;
  /** Expression of a generated column; `null` for the others. */
  readonly generatedSql: string | null;
  /** Whether a generated column is computed when it is read (18 and newer), instead of stored. */
  readonly isVirtual?: boolean;
}

export interface ConstraintDefinition {
  readonly name: string;
  readonly kind: 'primaryKey' | 'unique' | 'check' | 'foreignKey' | 'exclusion';
  /** pg_get_constraintdef(). */
  readonly sql: string;
  /** The table that a foreign key points at; `null` for the other kinds. */
  readonly references?: TableName | null;
}

export interface IndexDefinition {
  readonly name: string;
  readonly isUnique: boolean;
  /** pg_get_indexdef(): a complete CREATE INDEX. */
  readonly sql: string;
}

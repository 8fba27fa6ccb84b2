import type { ConflictPolicy, TableName } from '../topology';

/** A table of the primary that operations are applied to. Read once a drain, and again after 42P01 or 42703. */
export interface TargetTable extends TableName {
  readonly columns: readonly TargetColumn[];
  /** Primary key, in its order; empty without one. */
  readonly key: readonly string[];
  readonly policy: ConflictPolicy;
  /** Name of its `updated_at` column of a timestamp type; `null` without one. */
  readonly updatedAt: string | null;
  /** Tables that it references by foreign keys: operations on both keep their order. */
  readonly references: readonly TableName[];
  /** Unique or exclusion constraints beside the key: operations on it keep their order whatever their keys. */
  readonly hasOtherUniques: boolean;
  /** Triggers of the user's own: what they write elsewhere is not known, so order is kept across tables. */
  readonly hasTriggers: boolean;
}

export interface TargetColumn {
  readonly name: string;
  /** format_type() with its schema where it is not pg_catalog: goes into casts. */
  readonly type: string;
  /** Reckoned by the server; never written, never compared. */
  readonly isGenerated: boolean;
  readonly identity: 'always' | 'byDefault' | null;
  /** `json` and `jsonb`, also below domains; their values travel as text. */
  readonly json: 'json' | 'jsonb' | null;
  /** Composite types and arrays of them: record images differ for equal values, so they are compared as text. */
  readonly comparesAsText: boolean;
}

import type { ConflictPolicy, TableName } from '../topology';

/** A table of the primary that operations are applied to. Read once a drain, and again after 42P01 or 42703. */
export interface TargetTable extends TableName {
  readonly columns: readonly TargetColumn[];
  /** Primary key, in its order; empty without one. */
  readonly key: readonly string[];
  /** The operator that finds a row by each column of the key: `OPERATOR(pg_catalog.=)`. */
  readonly keyOperators: readonly string[];
  /** ON CONFLICT can name the key: it is neither deferrable nor one WITHOUT OVERLAPS. */
  readonly isKeyArbiter: boolean;
  readonly policy: ConflictPolicy;
  /** Name of its `updated_at` column of type timestamptz; `null` without one. One without a zone tells no time that two servers share. */
  readonly updatedAt: string | null;
  /** What it references by foreign keys, and what that references in turn: operations on both keep their order where it matters. */
  readonly references: readonly TargetReference[];
  /** Unique or exclusion constraints beside the key: operations on it keep their order whatever their keys. */
  readonly hasOtherUniques: boolean;
  /** Triggers of the user's own, or on a table that it cascades to: what they write elsewhere is not known, so order is kept across tables. */
  readonly hasTriggers: boolean;
}

export interface TargetReference extends TableName {
  /**
   * Columns whose values are the key of the referenced row, in the order of that key. `null`: it points at another unique constraint or
   * compares other types, so that any row may be meant.
   */
  readonly columns: readonly string[] | null;
  /** Reached through other tables only: changes may cascade, but no row is looked up. */
  readonly isIndirect: boolean;
}

export interface TargetColumn {
  readonly name: string;
  /**
   * What goes into casts: format_type() of the type below domains, without a modifier, with its schema where it is not pg_catalog.
   * Domain and modifier are the assignment's to hold, which refuses what a cast would cut.
   */
  readonly type: string;
  /** format_type() as declared, with modifier and domain: what the input of an application's value is held to. */
  readonly declaredType: string;
  /** Reckoned by the server; never written, never compared. */
  readonly isGenerated: boolean;
  readonly identity: 'always' | 'byDefault' | null;
  /** `json` and `jsonb`, also below domains; their values travel as text. */
  readonly json: 'json' | 'jsonb' | null;
  /** Record images may differ for equal values (composites, arrays, json …), so they are compared as text. */
  readonly comparesAsText: boolean;
  /** How equal values of it are known from their texts. `null`: they are not, as under a collation that takes two spellings for one. */
  readonly spelling: 'asWritten' | 'padded' | 'integer' | 'numeric' | 'uuid' | null;
  /** Name of such a collation, quoted; `null`: it tells texts apart. */
  readonly collation: string | null;
}

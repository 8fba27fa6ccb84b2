import type * as z from 'zod/mini';

/** What this server has, looked up once a connection; nothing is concluded from the version alone. */
export interface ServerFeatures {
  readonly versionNum: number;
  /** `view.column` of the catalogs that changed between versions. */
  readonly columns: ReadonlySet<string>;
  /**
   * Names of the functions in pg_catalog that exist and may be executed by our role; those that read files with the number of their
   * parameters, since each form is granted by itself: `pg_stat_file/1`.
   */
  readonly functions: ReadonlySet<string>;
}

/**
 * One piece of a statement that runs now and then: an expression that yields one column, how its value is checked, and
 * what it becomes. Pieces are put together into one statement, since a round trip is what costs.
 */
export interface CatalogPart<Raw, Facts> {
  /** Oldest major that can run it. */
  readonly lowestVersion: number;
  sql(features: ServerFeatures): string;
  readonly schema: z.ZodMiniType<Raw>;
  normalise(raw: Raw): Facts;
}

/**
 * One piece of the statement of every poll: an expression that yields one JSON value, and how that is checked and read.
 * Its rows are JSON arrays, see `RowReader`: expression and reader name the same values in the same order.
 */
export interface PollPart<Facts> {
  /** Oldest major that can run it. */
  readonly lowestVersion: number;
  sql(features: ServerFeatures): string;
  /** @throws when the value is not what the expression yields. */
  read(value: unknown): Facts;
}

/** Epoch milliseconds of a timestamptz expression, or milliseconds of an interval. */
export function epochMs(expression: string): string {
  // Not extract(), which reckons in numeric.
  return `pg_catalog.date_part('epoch', ${expression}) * 1000`;
}

/** `column` where this server has it, else NULL of the same type. */
export function columnOrNull(
  features: ServerFeatures,
  view: string,
  column: string,
  alias: string,
  type: string,
): string {
  return features.columns.has(`${view}.${column}`)
    ? `${alias}.${column}`
    : `NULL::pg_catalog.${type}`;
}

/** A JSON array of these expressions; what it yields is read by a `RowReader` in the same order. */
export function jsonRow(expressions: readonly string[]): string {
  return `pg_catalog.json_build_array(${expressions.join(', ')})`;
}

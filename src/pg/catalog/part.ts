import * as z from 'zod/mini';
import { parseLsn, type Lsn } from '../../core/lsn';

/** What this server has, looked up once a connection; nothing is concluded from the version alone. */
export interface ServerFeatures {
  readonly versionNum: number;
  /** `view.column` of the catalogs that changed between versions. */
  readonly columns: ReadonlySet<string>;
  /** Names of the functions in pg_catalog that exist and may be executed by our role. */
  readonly functions: ReadonlySet<string>;
}

/**
 * One piece of a statement: an expression that yields one column, how its value is checked, and what it becomes.
 * Pieces are put together into one statement, since a round trip is what costs.
 */
export interface CatalogPart<Raw, Facts> {
  /** Oldest major that can run it. */
  readonly lowestVersion: number;
  sql(features: ServerFeatures): string;
  readonly schema: z.ZodMiniType<Raw>;
  normalise(raw: Raw): Facts;
}

/** Epoch milliseconds of a timestamptz expression. */
export function epochMs(expression: string): string {
  return `(extract(epoch FROM ${expression}) * 1000)::pg_catalog.float8`;
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

/** An LSN as the server writes it, or NULL. */
export const lsnText: z.ZodMiniType<Lsn | null> = z.nullable(
  z.pipe(
    z.string(),
    z.transform((text: string, context): Lsn => {
      const lsn = parseLsn(text);
      if (lsn !== null) return lsn;
      context.issues.push({ code: 'custom', message: 'not an LSN', input: text });
      return z.NEVER;
    }),
  ),
);

export const nullableText = z.nullable(z.string());
export const nullableNumber = z.nullable(z.number());
export const nullableBoolean = z.nullable(z.boolean());

/** An int8 that went through JSON as text, since JSON numbers lose digits; held as a number from here on. */
export const nullableInt8Text: z.ZodMiniType<number | null> = z.nullable(
  z.pipe(z.string(), z.transform(Number)),
);

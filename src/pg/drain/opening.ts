import * as z from 'zod/mini';
import type { QueueEnd } from '../../core/ports/drainGateway';
import type { SqlStatement } from '../../core/ports/sqlSession';
import { VALUE_SETTINGS } from '../../core/queue/edgeObjects';

/** Who a session of a drain is, and whether the server wants to be written to. */
export interface Opening {
  readonly user: string;
  readonly backendPid: number;
  /** `default_transaction_read_only` as the server had it: a fenced primary says so. */
  readonly wasReadOnly: boolean;
}

/**
 * Sets everything that a drain's values and promises hang on, whatever role and database have set for themselves.
 * Lowest version: 14. Source: set_config(), current_user, pg_backend_pid().
 */
export function openingStatement(end: QueueEnd): SqlStatement {
  const settings: readonly (readonly [name: string, value: string])[] = [
    ...VALUE_SETTINGS,
    ['search_path', 'pg_catalog, pg_temp'],
    // Else types are named in quotes, and known by name no more.
    ['quote_all_identifiers', 'off'],
    // Without it an array's NULL is read as the word.
    ['array_nulls', 'on'],
    // Else a row that a policy hides is taken for one that is gone; so the server refuses such a statement (42501).
    ['row_security', 'off'],
    // Else no foreign key is checked. Only superusers may set it: whoever has it otherwise and may not is refused.
    ['session_replication_role', 'origin'],
    ['synchronous_commit', 'on'],
    ['default_transaction_isolation', 'read committed'],
    ['default_transaction_deferrable', 'off'],
    // What a drain asks of a queue is a few rows by their keys: by other joins it would read the whole of it for each batch.
    ...(end === 'edge'
      ? ([
          ['enable_hashjoin', 'off'],
          ['enable_mergejoin', 'off'],
          // What these leave to choose hangs on no value, so nothing is planned twice.
          ['plan_cache_mode', 'force_generic_plan'],
        ] as const)
      : []),
    // Compiling a statement takes longer than a batch.
    ['jit', 'off'],
    // Of a queue that has grown since it was last analysed a page would otherwise sort all of it; its index has the order.
    ...(end === 'edge'
      ? ([
          ['enable_sort', 'off'],
          ['enable_bitmapscan', 'off'],
          ['enable_seqscan', 'off'],
        ] as const)
      : []),
    // Only BEGIN READ WRITE writes: a statement whose BEGIN failed would otherwise be a transaction of its own.
    ['default_transaction_read_only', end === 'primary' ? 'on' : 'off'],
  ];
  return {
    text: `
WITH before AS MATERIALIZED (
  SELECT pg_catalog.current_setting('default_transaction_read_only') AS read_only
), settings AS MATERIALIZED (
  SELECT pg_catalog.set_config(s.name, s.value, false) AS value, b.read_only
    FROM before AS b, ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) AS s (name, value)
   WHERE s.name <> 'session_replication_role' OR pg_catalog.current_setting(s.name) <> s.value
)
SELECT current_user::pg_catalog.text AS "user", pg_catalog.pg_backend_pid() AS "backendPid",
  pg_catalog.bool_or(s.read_only = 'on') AS "wasReadOnly"
  FROM settings AS s`,
    values: [settings.map(([name]) => name), settings.map(([, value]) => value)],
  };
}

const schema = z.object({ user: z.string(), backendPid: z.number(), wasReadOnly: z.boolean() });

export function readOpening(row: unknown): Opening {
  return schema.parse(row);
}

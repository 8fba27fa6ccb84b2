import { formatLsn, type Lsn } from '../lsn';
import type { SqlStatement } from '../ports/sqlSession';
import { escapeLiteral, qualifiedName } from '../sql';
import type { TableName } from '../topology';

/** First argument of `pg_logical_emit_message`: whose message it is. */
const MARKER_PREFIX = 'pg-topology';

/** `pg_sleep` sleeps whole milliseconds at least; this is as short as it gets. */
const NAP = 'pg_catalog.pg_sleep(0.0005)';

/** More naps than fit into one wait. */
const NAPS = 1_200;

/** A statement's snapshot may be one that the replay of a standby has to wait for: so no wait is long, and several follow each other. */
export const LONGEST_WAIT_MS = 1_000;

/** A token and where it goes, in one message to the primary. */
export interface TokenMessage {
  /** A uuid. */
  readonly token: string;
  readonly tables: readonly TableName[];
  /** Tokens of ours that nobody waits for any more. */
  readonly spent: readonly string[];
  readonly withMarker: boolean;
}

/** How an arrival is waited for, and what then proves it. */
export interface ArrivalQuestion {
  /** Returns when it seems to have arrived, or after the time that it was given: at most `LONGEST_WAIT_MS`. */
  readonly wait: (forMs: number) => SqlStatement;
  /** One row, `arrived`. */
  readonly proof: SqlStatement;
}

/**
 * The statements that write one token: one message, one round trip. The position comes after the commit: one that is taken
 * inside the transaction is passed before the row can be seen.
 */
export function tokenStatements(message: TokenMessage): readonly string[] {
  const { token, tables, spent, withMarker } = message;
  const tokens = spent.map(uuidLiteral).join(', ');
  const isSpent = tokens === '' ? '' : `"token" IN (${tokens}) OR `;
  return [
    'BEGIN',
    // Not `on`: a synchronous standby that is away would hold the commit. Not `off`: the commit would not be flushed yet.
    `SET LOCAL synchronous_commit = 'local'`,
    ...tables.flatMap((table) => [
      // Left over by whoever could not prune: older than any wait.
      `DELETE FROM ${qualifiedName(table)} WHERE ${isSpent}"written_at" < pg_catalog.now() - interval '1 minute'`,
      `INSERT INTO ${qualifiedName(table)} ("token") VALUES (${uuidLiteral(token)})`,
    ]),
    // Transactional: flushed with the commit. Any other is flushed when something else happens to be.
    ...(withMarker
      ? [`SELECT pg_catalog.pg_logical_emit_message(true, '${MARKER_PREFIX}', ${uuidText(token)})`]
      : []),
    'COMMIT',
    'SELECT pg_catalog.pg_current_wal_flush_lsn()::text AS "lsn"',
  ];
}

/** Deletes a token downstream that was seen, where the publication does not carry deletes, and what is older by the primary's own clock. */
export function pruneStatement(table: TableName, token: string): SqlStatement {
  const name = qualifiedName(table);
  return {
    text: `DELETE FROM ${name} WHERE "token" = $1::uuid OR "written_at" < (SELECT t."written_at" FROM ${name} t WHERE t."token" = $1::uuid) - interval '1 minute'`,
    values: [token],
  };
}

/** A standby that replayed this far; a primary stands for ever where its own recovery ended, and never counts. */
export function replayQuestion(lsn: Lsn): ArrivalQuestion {
  const passed =
    'pg_catalog.pg_is_in_recovery() AND pg_catalog.pg_last_wal_replay_lsn() >= $1::pg_catalog.pg_lsn';
  const values = [formatLsn(lsn)];
  return {
    wait: (forMs) => ({
      name: 'check_wait_replay',
      text: `
SELECT ${passed} AS "arrived" FROM pg_catalog.generate_series(1, ${NAPS})
WHERE CASE WHEN ${passed} THEN true
  WHEN pg_catalog.clock_timestamp() > pg_catalog.statement_timestamp() + $2::float8 * interval '1 millisecond' THEN true
  ELSE ${NAP} IS NULL END
LIMIT 1`,
      values: [...values, forMs],
    }),
    proof: { name: 'check_replayed', text: `SELECT ${passed} AS "arrived"`, values },
  };
}

/** A standby that shows the token: waited for by position, which costs less than looking for the row, and proven by the row. */
export function replayedRowQuestion(lsn: Lsn, table: TableName, token: string): ArrivalQuestion {
  return { wait: replayQuestion(lsn).wait, proof: rowProof([table], token) };
}

/** A subscriber that shows the token in each of its tables. */
export function rowQuestion(tables: readonly TableName[], token: string): ArrivalQuestion {
  const seen = tables
    .map(
      (table) => `EXISTS (SELECT FROM ${qualifiedName(table)} WHERE "token" = ${uuidText(token)})`,
    )
    .join(' AND ');
  return { wait: (forMs) => waitUntil(seen, forMs), proof: rowProof(tables, token) };
}

/** A slot whose reader has confirmed this far; asked on the node that has the slot. */
export function slotQuestion(slotName: string, lsn: Lsn): ArrivalQuestion {
  const confirmed = (slot: string, position: string): string =>
    `COALESCE((SELECT CASE s.slot_type WHEN 'logical' THEN s.confirmed_flush_lsn ELSE s.restart_lsn END >= ${position} FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = ${slot}), false)`;
  const position = formatLsn(lsn);
  const seen = confirmed(escapeLiteral(slotName), `'${position}'::pg_catalog.pg_lsn`);
  return {
    wait: (forMs) => waitUntil(seen, forMs),
    proof: {
      name: 'check_slot',
      text: `SELECT ${confirmed('$1::name', '$2::pg_catalog.pg_lsn')} AS "arrived"`,
      values: [slotName, position],
    },
  };
}

/** An anonymous block looks anew each time; one SELECT would look at one snapshot for as long as it runs. */
function waitUntil(condition: string, forMs: number): SqlStatement {
  const body = `
DECLARE
  until timestamptz := pg_catalog.clock_timestamp() + interval '${Math.ceil(forMs)} milliseconds';
BEGIN
  LOOP
    EXIT WHEN ${condition} OR pg_catalog.clock_timestamp() > until;
    PERFORM ${NAP};
  END LOOP;
END`;
  return { text: `DO LANGUAGE plpgsql ${escapeLiteral(body)}` };
}

function rowProof(tables: readonly TableName[], token: string): SqlStatement {
  const seen = tables
    .map((table) => `EXISTS (SELECT FROM ${qualifiedName(table)} WHERE "token" = $1::uuid)`)
    .join(' AND ');
  return { text: `SELECT ${seen} AS "arrived"`, values: [token] };
}

function uuidLiteral(token: string): string {
  return `${uuidText(token)}::uuid`;
}

/** @throws when it is none: nothing else may get into a statement that takes no parameters. */
function uuidText(token: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u.test(token)) {
    throw new Error('A token is a uuid.');
  }
  return `'${token}'`;
}

import type { SqlStatement } from '../ports/sqlSession';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import { jsonMembers, jsonScalarText } from './applyJson';
import { keyTextOf } from './applyKey';
import type { ConflictChoice, ConflictDetails } from './conflict';
import {
  fingerprintSql,
  keyCondition,
  membersOf,
  queuedRecord,
  queuedValue,
  type QueuedConflict,
  type RowKey,
} from './conflictStatements';
import { CONFLICTS, EDGE_REGISTER, LEDGER } from './queueNames';
import { keyHash, typedValue } from './applySql';
import type { ChoiceColumn } from './targetColumns';
import type { TargetTable } from './targetTable';
import { say } from '../say';

/** Nothing else of this edge is applied meanwhile. */
export function lockEdgeStatement(edgeId: string): SqlStatement {
  return {
    text: `SELECT e.edge_id FROM ${qualifiedName(EDGE_REGISTER)} AS e WHERE e.edge_id = $1::uuid FOR UPDATE`,
    values: [edgeId],
  };
}

/** What a choice is written from. */
export interface ChoiceContext {
  readonly conflict: QueuedConflict;
  readonly columns: readonly ChoiceColumn[];
  readonly key: RowKey;
  /** As it was shown, and still is. */
  readonly shown: Pick<ConflictDetails, 'primaryRow' | 'edgeRow'>;
}

/** Columns that a merged row names and the table lacks. */
export function unknownColumns(row: string, columns: readonly ChoiceColumn[]): readonly string[] {
  return [...membersOf(row)].filter((name) => !columns.some((column) => column.name === name));
}

/**
 * Writes what was chosen. Gives one row with `hash` where a row is there afterwards; no row: another one took its key.
 * @returns `null` where the choice leaves the primary's row alone
 */
export function writeStatement(
  choice: ConflictChoice,
  context: ChoiceContext,
): SqlStatement | null {
  switch (choice.kind) {
    case 'keepPrimary':
    case 'drop':
      return null;
    case 'keepEdge':
      return isDelete(context.conflict)
        ? deleteStatement(context)
        : rowStatement(context, null, context.conflict.data ?? '{}');
    case 'merged':
      return rowStatement(context, choice.row, choice.row);
  }
}

export function isDelete({ operation, data }: QueuedConflict): boolean {
  return operation === 'DELETE' || data === null;
}

function deleteStatement({ conflict, key, shown }: ChoiceContext): SqlStatement | null {
  if (shown.primaryRow === null) return null;
  return {
    text: `DELETE FROM ${qualifiedName(conflict.table)} AS t WHERE ${keyCondition(key, 't', '$1::jsonb')} RETURNING NULL::text AS "hash"`,
    values: [key.source],
  };
}

/** @param merged text of the row that a person wrote; `null`: the edge's @param given text whose members are written */
function rowStatement(context: ChoiceContext, merged: string | null, given: string): SqlStatement {
  const { conflict, columns, key, shown } = context;
  const names = membersOf(given);
  const isUpdate = shown.primaryRow !== null;
  const written = columns.filter(
    ({ name, isGenerated, isAlwaysIdentity }) =>
      names.has(name) && !isGenerated && !(isUpdate && isAlwaysIdentity),
  );
  const table = qualifiedName(conflict.table);
  const source = [
    `(SELECT $1::jsonb AS k, $2::jsonb AS d, $3::jsonb AS m, $4::jsonb AS p, $5::jsonb AS e) AS v`,
    conflict.data === null ? '' : queuedRecord(conflict),
    merged === null ? '' : `, LATERAL pg_catalog.jsonb_populate_record(NULL::${table}, v.m) AS r`,
  ].join('');
  const edgeNames = conflict.data === null ? new Set<string>() : membersOf(conflict.data);
  const valueOf = (column: ChoiceColumn): string =>
    merged === null
      ? queuedValue(conflict, column)
      : mergedValue(column, {
          present: isUpdate ? `t.${escapeIdentifier(column.name)}` : null,
          queued: edgeNames.has(column.name) ? queuedValue(conflict, column) : null,
        });
  const values = [key.source, conflict.data, merged, shown.primaryRow, shown.edgeRow];
  const returning = `RETURNING ${fingerprintSql('t')} AS "hash"`;
  if (isUpdate) {
    const set = written.map((column) => `${escapeIdentifier(column.name)} = ${valueOf(column)}`);
    return {
      text: `
UPDATE ${table} AS t SET ${set.join(', ')}
  FROM ${source} WHERE ${keyCondition(key, 't', 'v.k')} ${returning}`,
      values,
    };
  }
  const keyNames = columns.filter(({ isKey }) => isKey).map(({ name }) => escapeIdentifier(name));
  return {
    text: `
INSERT INTO ${table} AS t (${written.map(({ name }) => escapeIdentifier(name)).join(', ')}) OVERRIDING SYSTEM VALUE
SELECT ${written.map(valueOf).join(', ')} FROM ${source}
${keyNames.length === 0 ? '' : `ON CONFLICT (${keyNames.join(', ')}) DO NOTHING`} ${returning}`,
    values,
  };
}

/**
 * JSON does not hold every value exactly. What a person left as one side showed it is taken from that side; only what he changed is
 * read from his text.
 */
function mergedValue(
  { name }: ChoiceColumn,
  { present, queued }: { readonly present: string | null; readonly queued: string | null },
): string {
  const member = (json: string) => `(${json} -> ${escapeLiteral(name)})`;
  const cases = [
    ...(present === null
      ? []
      : [`WHEN ${member('v.m')} IS NOT DISTINCT FROM ${member('v.p')} THEN ${present}`]),
    ...(queued === null ? [] : [`WHEN ${member('v.m')} = ${member('v.e')} THEN ${queued}`]),
  ];
  const typed = `r.${escapeIdentifier(name)}`;
  return cases.length === 0 ? typed : `CASE ${cases.join(' ')} ELSE ${typed} END`;
}

/**
 * Why a row could not be inserted under the key that was chosen for it, where no row had the key that was shown: that other row was not
 * shown to anybody.
 * @param row text of the JSON object that was to be inserted
 */
export function keyTakenSentence(
  { conflict, columns }: ChoiceContext,
  row: string,
  place: string,
): string {
  const members = jsonMembers(row);
  const values = columns
    .filter(({ isKey }) => isKey)
    .map(({ name }) => jsonScalarText(members?.get(name) ?? 'null') ?? '');
  const key = values.length === 1 ? `(${keyTextOf(values)})` : keyTextOf(values);
  return say`The row that was changed is gone on ${place}, and ${formatTableName(conflict.table)} has another row with the key ${key} that it was given. Change or delete that row first, choose another key with Edit and Apply Merged, or give the edge's version up with Keep Primary or Drop Operation.`;
}

/** What becomes of an operation that a person decided on. */
export interface Decision {
  readonly conflict: QueuedConflict;
  readonly details: Pick<ConflictDetails, 'kind' | 'policy' | 'key' | 'error' | 'sqlstate'>;
  /** The primary's row as it was before, in the form in which conflicts keep rows; `null`: no row. */
  readonly primaryRow: string | null;
  readonly choice: ConflictChoice['kind'];
  /** Of the row as it was written; `null` where the primary's was left alone, so that a later edit of the edge is looked at anew. */
  readonly hash: string | null;
  /** Which row it is now, by which later edits of the edge find the decision; `null`: nobody can tell. */
  readonly row: { readonly target: TargetTable; readonly key: string } | null;
}

/** The ledger's hash of a key in a JSON object, `$6`. */
function keyHashSql(target: TargetTable): string {
  const values = target.key.map((name) => {
    const column = target.columns.find((one) => one.name === name);
    return typedValue(`($6::jsonb ->> ${escapeLiteral(name)})`, column?.type ?? 'text');
  });
  return keyHash(target, values);
}

/** Source: ledger of the primary. */
export function noteDecisionStatement({ conflict, choice, hash, row }: Decision): SqlStatement {
  return {
    text: `
INSERT INTO ${qualifiedName(LEDGER)} AS l (operation_id, edge_id, seq, outcome, row_hash, key_hash)
VALUES ($1::uuid, $2::uuid, $3::bigint, $4::text, pg_catalog.decode($5::text, 'hex'), ${row === null ? 'NULL' : keyHashSql(row.target)})
ON CONFLICT (operation_id) DO UPDATE
   SET outcome = EXCLUDED.outcome, row_hash = EXCLUDED.row_hash, key_hash = COALESCE(EXCLUDED.key_hash, l.key_hash),
       applied_at = pg_catalog.clock_timestamp()`,
    values: [
      conflict.operationId,
      conflict.edgeId,
      conflict.seq,
      choice === 'drop' ? 'dropped' : 'decided',
      hash,
      ...(row === null ? [] : [row.key]),
    ],
  };
}

/**
 * The version that lost stays with the conflict, whole, and who decided. Where the primary has no note of the conflict any more, such as
 * after a failover, the edge's rows are kept as they were queued. Source: conflicts of the primary.
 */
export function settleStatement({ conflict, details, primaryRow, choice }: Decision): SqlStatement {
  const { table } = conflict;
  return {
    text: `
INSERT INTO ${qualifiedName(CONFLICTS)} AS c (operation_id, edge_id, seq, table_schema, table_name, operation, kind, policy,
    state, resolution, key, base, edge_row, primary_row, error, error_sqlstate, settled_at, settled_by)
VALUES ($1::uuid, $2::uuid, $3::bigint, $4::text, $5::text, $6::text, $7::text, $8::text,
    'settled', $9::text, $10::jsonb, $11::jsonb, $12::jsonb, $13::jsonb, $14::text, $15::text,
    pg_catalog.clock_timestamp(), CURRENT_USER)
ON CONFLICT (operation_id) DO UPDATE
   SET state = 'settled', resolution = EXCLUDED.resolution,
       edge_row = COALESCE(c.edge_row, EXCLUDED.edge_row), base = COALESCE(c.base, EXCLUDED.base),
       primary_row = EXCLUDED.primary_row, settled_at = EXCLUDED.settled_at, settled_by = EXCLUDED.settled_by`,
    values: [
      conflict.operationId,
      conflict.edgeId,
      conflict.seq,
      table.schema,
      table.name,
      conflict.operation,
      details.kind,
      details.policy,
      choice,
      conflict.key ?? details.key,
      conflict.oldData,
      conflict.operation === 'DELETE' ? null : conflict.data,
      primaryRow,
      details.error,
      details.sqlstate,
    ],
  };
}

/** On the edge, once the primary has committed. */
export function markDecidedStatement(queue: TableName, operationId: string): SqlStatement {
  return {
    text: `
UPDATE ${qualifiedName(queue)} AS q
   SET state = 'done', synced_at = pg_catalog.clock_timestamp(), error = NULL, error_sqlstate = NULL
 WHERE q.id = $1::uuid AND q.state = 'conflict'`,
    values: [operationId],
  };
}

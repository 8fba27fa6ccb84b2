import type { SqlStatement, SqlValue } from '../ports/sqlSession';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import type { TableName } from '../topology';
import { rowJson } from './applySql';
import { CONFLICTS, EDGE_IDENTITY, LEDGER } from './queueNames';
import { textOf, textOrNull, type AnswerRow } from './rowValues';
import type { ChoiceColumn } from './targetColumns';
import type { TargetTable } from './targetTable';

/** An operation in conflict as the edge keeps it. */
export interface QueuedConflict {
  readonly operationId: string;
  readonly edgeId: string;
  readonly seq: string;
  readonly table: TableName;
  readonly operation: string;
  readonly writtenBy: 'trigger' | 'application';
  /** Texts of JSON objects, as queued. */
  readonly key: string | null;
  readonly data: string | null;
  readonly oldData: string | null;
  readonly error: string | null;
  readonly sqlstate: string | null;
}

/** Which operations of one state are meant; ids before tables, and neither: all. */
export interface OperationFilter {
  readonly operationIds?: readonly string[];
  readonly table?: TableName;
}

/** `$1` and more of a filter on `q`. */
export function filterSql(first: number): string {
  return `($${first}::uuid[] IS NULL OR q.id = ANY ($${first}::uuid[]))
   AND ($${first + 1}::text IS NULL OR (q.table_schema = $${first + 1}::text AND q.table_name = $${first + 2}::text))`;
}

export function filterValues({ operationIds, table }: OperationFilter): readonly SqlValue[] {
  return [operationIds ?? null, table?.schema ?? null, table?.name ?? null];
}

/** Operations of a page. */
export const LIST_PAGE = 200;

/** A page of what identifies operations of one state, in the order of the queue. Source: the queue of an edge. */
export function listStatement(
  queue: TableName,
  state: 'conflict' | 'dead',
  filter: OperationFilter,
  afterSeq: string,
): SqlStatement {
  return {
    text: `
SELECT q.id::text AS "id", (SELECT i.edge_id::text FROM ${qualifiedName(EDGE_IDENTITY)} AS i) AS "edgeId",
  q.seq::text AS "seq", q.table_schema AS "schema", q.table_name AS "name", q.operation AS "operation",
  q.key::text AS "key", CASE WHEN q.key IS NULL THEN q.data::text END AS "data", NULL::text AS "oldData",
  NULL::text AS "error", NULL::text AS "sqlstate"
  FROM ${qualifiedName(queue)} AS q
 WHERE q.state = '${state}' AND q.seq > $1::bigint AND ${filterSql(2)}
 ORDER BY q.seq LIMIT ${LIST_PAGE}`,
    values: [afterSeq, ...filterValues(filter)],
  };
}

/** Lowest version: 14. Source: the queue of an edge and its identity. */
export function queuedConflictStatement(queue: TableName, operationId: string): SqlStatement {
  return {
    text: `
SELECT q.id::text AS "id", (SELECT i.edge_id::text FROM ${qualifiedName(EDGE_IDENTITY)} AS i) AS "edgeId",
  q.seq::text AS "seq", q.table_schema AS "schema", q.table_name AS "name", q.operation AS "operation",
  q.key::text AS "key", q.data::text AS "data", q.old_data::text AS "oldData",
  q.error AS "error", q.error_sqlstate AS "sqlstate"
  FROM ${qualifiedName(queue)} AS q
 WHERE q.id = $1::uuid AND q.state = 'conflict'`,
    values: [operationId],
  };
}

export function readQueuedConflict(row: AnswerRow): QueuedConflict {
  const key = textOrNull(row, 'key');
  return {
    operationId: textOf(row, 'id'),
    edgeId: textOf(row, 'edgeId'),
    seq: textOf(row, 'seq'),
    table: { schema: textOf(row, 'schema'), name: textOf(row, 'name') },
    operation: textOf(row, 'operation'),
    writtenBy: key === null ? 'application' : 'trigger',
    key,
    data: textOrNull(row, 'data'),
    oldData: textOrNull(row, 'oldData'),
    error: textOrNull(row, 'error'),
    sqlstate: textOrNull(row, 'sqlstate'),
  };
}

/** What the primary noted of a conflict and its operation; no row where it noted neither. */
export interface NotedConflict {
  readonly outcome: string | null;
  /** Text of a JSON object: also of an operation that an application queued without one. */
  readonly key: string | null;
  readonly kind: string | null;
  readonly policy: string | null;
  readonly error: string | null;
  readonly sqlstate: string | null;
}

/** Lowest version: 14. Source: ledger and conflicts of the primary. */
export function notedConflictStatement(operationId: string): SqlStatement {
  return {
    text: `
SELECT l.outcome AS "outcome", c.key::text AS "key", c.kind AS "kind", c.policy AS "policy", c.error AS "error", c.error_sqlstate AS "sqlstate"
  FROM (SELECT $1::uuid AS id) AS o
  LEFT JOIN ${qualifiedName(LEDGER)} AS l ON l.operation_id = o.id
  LEFT JOIN ${qualifiedName(CONFLICTS)} AS c ON c.operation_id = o.id`,
    values: [operationId],
  };
}

export function readNotedConflict(row: AnswerRow): NotedConflict {
  return {
    outcome: textOrNull(row, 'outcome'),
    key: textOrNull(row, 'key'),
    kind: textOrNull(row, 'kind'),
    policy: textOrNull(row, 'policy'),
    error: textOrNull(row, 'error'),
    sqlstate: textOrNull(row, 'sqlstate'),
  };
}

/** How the row that an operation is about is found on the primary. */
export interface RowKey {
  /** Key columns that the operation gives. */
  readonly columns: readonly ChoiceColumn[];
  /** Text of a JSON object that holds them. */
  readonly source: string;
}

/** @returns `null` where the operation does not say which row it is about */
export function rowKeyOf(
  conflict: QueuedConflict,
  columns: readonly ChoiceColumn[],
): RowKey | null {
  const source = conflict.key ?? conflict.data ?? conflict.oldData;
  if (source === null) return null;
  const given = membersOf(source);
  const found =
    conflict.key === null
      ? columns.filter(({ isKey }) => isKey)
      : columns.filter(({ name }) => given.has(name));
  const wanted = conflict.key === null ? found.length : given.size;
  const isWhole = found.length === wanted && found.every(({ name }) => given.has(name));
  return found.length > 0 && isWhole ? { columns: found, source } : null;
}

/** Names of a JSON object's members. Its values are not looked at: parsing would change numbers. */
export function membersOf(json: string): ReadonlySet<string> {
  const value: unknown = JSON.parse(json);
  return new Set(typeof value === 'object' && value !== null ? Object.keys(value) : []);
}

/** `alias."id" = (json ->> 'id')::integer AND …` */
export function keyCondition(key: RowKey, alias: string, json: string): string {
  return key.columns
    .map(
      ({ name, type }) =>
        `${alias}.${escapeIdentifier(name)} = (${json} ->> ${escapeLiteral(name)})::${type}`,
    )
    .join(' AND ');
}

/**
 * The row as it is now, as to_jsonb() writes it, and its fingerprint.
 * @param isLocked for the transaction that writes it: nobody changes it in between
 */
export function presentRowStatement(
  table: TableName,
  key: RowKey,
  columns: readonly ChoiceColumn[],
  isLocked: boolean,
): SqlStatement {
  const row = freeName('r', columns);
  const shown = columns.map(({ name, type }) => {
    const column = escapeIdentifier(name);
    return `${shownValue(`t.${column}`, type)} AS ${column}`;
  });
  return {
    text: `
SELECT (SELECT pg_catalog.to_jsonb(${row}) FROM (SELECT ${shown.join(', ')}) AS ${row})::text AS "row", ${fingerprintSql('t')} AS "fingerprint"
  FROM ${qualifiedName(table)} AS t WHERE ${keyCondition(key, 't', '$1::jsonb')}${isLocked ? ' FOR UPDATE' : ''}`,
    values: [key.source],
  };
}

/** Its fingerprint alone. */
export function fingerprintStatement(table: TableName, key: RowKey): SqlStatement {
  return {
    text: `
SELECT ${fingerprintSql('t')} AS "fingerprint"
  FROM ${qualifiedName(table)} AS t WHERE ${keyCondition(key, 't', '$1::jsonb')}`,
    values: [key.source],
  };
}

/**
 * The row in the form in which queues and conflicts keep rows: every value can be made of it again, byte for byte.
 * @param target the same table as drains know it
 */
export function keptRowStatement(target: TargetTable, key: RowKey): SqlStatement {
  const row = freeName('t', target.columns);
  return {
    text: `
SELECT (${rowJson(target, row)})::text AS "row"
  FROM ${qualifiedName(target)} AS ${row} WHERE ${keyCondition(key, row, '$1::jsonb')}`,
    values: [key.source],
  };
}

/** An alias that no column is called: the whole row is meant by it. */
function freeName(wanted: string, columns: readonly { readonly name: string }[]): string {
  let name = wanted;
  while (columns.some((column) => column.name === name)) name += '_';
  return name;
}

/** Hash of a row, the same for the same values under `VALUE_SETTINGS`; hex. A column named like the alias must not stand for it. */
export function fingerprintSql(alias: string): string {
  return `pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(ROW(${alias}.*)::text, 'UTF8')), 'hex')`;
}

/**
 * A queued row as to_jsonb() of the primary's table would write it; columns that it lacks stay as they were queued.
 * Fails (22…) where a value does not fit the column's type.
 */
export function asPrimaryRowStatement(
  conflict: Pick<QueuedConflict, 'table' | 'writtenBy'>,
  columns: readonly ChoiceColumn[],
  json: string,
): SqlStatement {
  const given = membersOf(json);
  const known = columns.filter(({ name }) => given.has(name));
  const values = known.map(
    (column) =>
      `${shownValue(queuedValue(conflict, column), column.type)} AS ${escapeIdentifier(column.name)}`,
  );
  const row = freeName('r', known);
  const rest = `(v.d - ARRAY[${known.map(({ name }) => escapeLiteral(name)).join(', ')}]::text[])`;
  return {
    text: `
SELECT ((SELECT pg_catalog.to_jsonb(${row}) FROM (SELECT ${values.join(', ')}) AS ${row}) || ${rest})::text AS "row"
  FROM (SELECT $1::jsonb AS d) AS v${queuedRecord(conflict)}`,
    values: [json],
  };
}

/**
 * A value for a row that is shown. Of json that jsonb does not hold (half a surrogate pair, the character zero, numbers without end) the
 * text is shown.
 */
function shownValue(value: string, type: string): string {
  if (type !== 'json') return value;
  return `CASE WHEN ${value}::text ~ '\\\\u(0000|[dD][89a-fA-F])|[0-9][eE][+-]?[0-9]{4}' THEN pg_catalog.to_jsonb(${value}::text) ELSE pg_catalog.to_jsonb(${value}) END`;
}

/** A column of a queued row, `v.d`, with its type: what a trigger queued holds texts, what an application queued is plain JSON. */
export function queuedValue(
  { writtenBy }: Pick<QueuedConflict, 'writtenBy'>,
  { name, type }: ChoiceColumn,
): string {
  return writtenBy === 'trigger'
    ? `(v.d ->> ${escapeLiteral(name)})::${type}`
    : `a.${escapeIdentifier(name)}`;
}

/** What `queuedValue` takes from, behind `v`. */
export function queuedRecord({
  writtenBy,
  table,
}: Pick<QueuedConflict, 'writtenBy' | 'table'>): string {
  if (writtenBy === 'trigger') return '';
  return `, LATERAL pg_catalog.jsonb_populate_record(NULL::${qualifiedName(table)}, v.d) AS a`;
}

import type { SqlStatement } from '../ports/sqlSession';
import { say } from '../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import { showEscaped } from '../visibleText';
import { membersOf } from './conflictStatements';
import { textOf, textOrNull, type AnswerRow } from './rowValues';
import type { ChoiceColumn } from './targetColumns';

/** Operations of one page, so that memory stays bounded. */
export const EXPORT_PAGE = 200;
/** An export ends here, and says so. In characters. */
export const EXPORT_LIMIT = 16_000_000;

/** An operation that no drain applied, as it was queued. */
export interface ExportedOperation {
  readonly id: string;
  readonly seq: string;
  readonly state: string;
  readonly table: TableName;
  readonly operation: string;
  readonly key: string | null;
  readonly data: string | null;
  readonly error: string | null;
  readonly sqlstate: string | null;
}

/** A page in the order of the queue. Source: the queue of an edge. @param operationIds `null`: all */
export function exportStatement(
  queue: TableName,
  operationIds: readonly string[] | null,
  afterSeq: string,
): SqlStatement {
  return {
    text: `
SELECT q.id::text AS "id", q.seq::text AS "seq", q.state AS "state", q.table_schema AS "schema", q.table_name AS "name",
  q.operation AS "operation", q.key::text AS "key", q.data::text AS "data", q.error AS "error", q.error_sqlstate AS "sqlstate"
  FROM ${qualifiedName(queue)} AS q
 WHERE q.state IN ('conflict', 'dead') AND q.seq > $2::bigint
   AND ($1::uuid[] IS NULL OR q.id = ANY ($1::uuid[]))
 ORDER BY q.seq LIMIT ${EXPORT_PAGE}`,
    values: [operationIds, afterSeq],
  };
}

export function readExported(row: AnswerRow): ExportedOperation {
  return {
    id: textOf(row, 'id'),
    seq: textOf(row, 'seq'),
    state: textOf(row, 'state'),
    table: { schema: textOf(row, 'schema'), name: textOf(row, 'name') },
    operation: textOf(row, 'operation'),
    key: textOrNull(row, 'key'),
    data: textOrNull(row, 'data'),
    error: textOrNull(row, 'error'),
    sqlstate: textOrNull(row, 'sqlstate'),
  };
}

/** Stands before the statements of an export. */
export function exportHeader(edgeId: string, primaryId: string): string {
  return comments(
    say`Operations of ${edgeId} that no drain has applied to ${primaryId}, in their order.`,
    say`Read them before you run any of them: they take no account of what the rows are now.`,
  );
}

/**
 * One operation as a statement that does the same, with what the server said of it. What cannot be written as one is a comment.
 * @param columns of its table as the edge has it; none where it is not known
 */
export function operationSql(
  operation: ExportedOperation,
  columns: readonly ChoiceColumn[],
): string {
  const { id, seq, state, error, sqlstate, table } = operation;
  const why = error === null ? '' : `: ${error}`;
  const code = sqlstate === null ? '' : ` (${sqlstate})`;
  const head = comments(
    say`${seq}, ${id}: ${operation.operation} of ${formatTableName(table)}, ${state}${code}${why}`,
  );
  return `${head}\n${statementOf(operation, columns) ?? comments(say`It cannot be written as a statement: its key is not known.`)}`;
}

function statementOf(
  operation: ExportedOperation,
  columns: readonly ChoiceColumn[],
): string | null {
  const { data, key, table } = operation;
  const name = qualifiedName(table);
  const written = data === null ? [] : writtenNames(data, columns);
  const record = `pg_catalog.jsonb_populate_record(NULL::${name}, ${escapeLiteral(data ?? '{}')}::jsonb)`;
  const list = written.map(escapeIdentifier).join(', ');
  if (operation.operation === 'INSERT') {
    if (data === null || written.length === 0) return null;
    return key === null
      ? `INSERT INTO ${name} (${list}) OVERRIDING SYSTEM VALUE\nSELECT ${list} FROM ${record};`
      : `INSERT INTO ${name} (${list}) OVERRIDING SYSTEM VALUE\nVALUES (${written.map((each) => literalOf(data, each)).join(', ')});`;
  }
  const where = conditionOf(operation, columns);
  if (where === null) return null;
  if (operation.operation === 'DELETE') return `DELETE FROM ${name} WHERE ${where};`;
  const settable = written.filter(
    (each) => !columns.some((column) => column.name === each && column.isAlwaysIdentity),
  );
  if (data === null || settable.length === 0) return null;
  const names = settable.map(escapeIdentifier).join(', ');
  return key === null
    ? `UPDATE ${name} SET (${names}) = (SELECT ${names} FROM ${record}) WHERE ${where};`
    : `UPDATE ${name} SET ${settable.map((each) => `${escapeIdentifier(each)} = ${literalOf(data, each)}`).join(', ')}\n WHERE ${where};`;
}

/** Members of a row but for those that the server reckons. */
function writtenNames(json: string, columns: readonly ChoiceColumn[]): readonly string[] {
  const generated = new Set(
    columns.filter(({ isGenerated }) => isGenerated).map(({ name }) => name),
  );
  return [...membersOf(json)].filter((name) => !generated.has(name));
}

function conditionOf(
  { key, data }: ExportedOperation,
  columns: readonly ChoiceColumn[],
): string | null {
  const source = key ?? data;
  if (source === null) return null;
  const given = membersOf(source);
  const names =
    key === null ? columns.filter(({ isKey }) => isKey).map(({ name }) => name) : [...given];
  if (names.length === 0 || names.some((name) => !given.has(name))) return null;
  return names
    .map((name) => `${escapeIdentifier(name)} = ${literalOf(source, name)}`)
    .join(' AND ');
}

/**
 * A member as an untyped literal, which the server reads as the column's type. The text of a number is cut out of the row as it is
 * written there: parsing would round it.
 */
function literalOf(json: string, member: string): string {
  const raw = rawMember(json, member);
  if (raw === null || raw === 'null') return 'NULL';
  if (!raw.startsWith('"')) return escapeLiteral(raw);
  const text: unknown = JSON.parse(raw);
  return escapeLiteral(String(text));
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gu;

/** Text of a member's value at the first level of an object. */
export function rawMember(json: string, member: string): string | null {
  let depth = 0;
  let name: string | null = null;
  let start = -1;
  for (const match of json.matchAll(TOKEN)) {
    const [token] = match;
    if (depth === 1 && name === null && token.startsWith('"')) {
      name = String(JSON.parse(token));
      continue;
    }
    if (depth === 1 && token === ':' && start < 0) {
      start = match.index + 1;
      continue;
    }
    const closes = token === '}' || token === ']';
    if (depth === 1 && (token === ',' || closes)) {
      if (name === member) return json.slice(start, match.index).trim();
      name = null;
      start = -1;
    }
    if (token === '{' || token === '[') depth += 1;
    else if (closes) depth -= 1;
  }
  return null;
}

/** Every line a comment, whatever a server or a row put into it. */
function comments(...lines: readonly string[]): string {
  return lines
    .flatMap((line) => line.split(/\r\n|[\r\n\u2028\u2029]/u))
    .map((line) => `-- ${showEscaped(line)}`)
    .join('\n');
}

import { say } from '../say';
import { formatTableName } from '../tableName';
import type { ResolvedOperation } from './applyTypes';
import { jsonScalarText, type JsonMembers } from './applyJson';
import { keySpelling, keyTextOf } from './applyKey';
import { keyValues, spelledKeys } from './keysActedOn';
import type { OperationKind, OperationRefusal, QueueOperation } from './operation';
import { OperationShapes } from './operationShapes';
import type { TargetTable } from './targetTable';

/** A larger one cannot be sent safely: a message of the protocol ends at 1 GB, and the server needs several times a row's size. */
export const MAX_OPERATION_BYTES = 100 * 1024 * 1024;

export function isRefusal(
  result: ResolvedOperation | OperationRefusal,
): result is OperationRefusal {
  return 'state' in result;
}

/**
 * What an operation means on the primary, or why it means nothing there.
 * @param table `null`: the primary has no such table
 * @param shapes of operations of the same tables before it
 */
export function resolveOperation(
  source: QueueOperation,
  table: TargetTable | null,
  shapes = new OperationShapes(),
): ResolvedOperation | OperationRefusal {
  const kind = kindOf(source.operation);
  if (kind === null)
    return dead(
      source,
      say`It is queued as "${source.operation}", which is no INSERT, UPDATE or DELETE.`,
    );
  if (source.bytes > MAX_OPERATION_BYTES)
    return dead(source, say`It is larger than 100 MB.`, '54000');
  if (table === null) {
    return drift(source, say`The primary has no table ${formatTableName(source.table)}.`, '42P01');
  }
  if (table.key.length === 0) {
    return dead(
      source,
      say`${formatTableName(source.table)} has no primary key on the primary, so its row cannot be told from others.`,
    );
  }
  const isOwn = source.writtenBy === 'trigger';
  const { readers } = shapes;
  const data = source.data === null ? null : readers.data.read(source.data);
  if (data === null && (source.data !== null || !isOwn || kind !== 'DELETE')) {
    return dead(source, say`Its data is no JSON object.`, '22023');
  }
  const old =
    isOwn && kind !== 'INSERT' && source.oldData !== null ? readers.old.read(source.oldData) : null;
  const shape = shapes.of(table, kind, source.writtenBy, data, old);
  if (shape.unknown.length > 0) {
    const columns = shape.unknown.map((column) => `"${column}"`).join(', ');
    const name = formatTableName(source.table);
    return drift(source, say`${name} on the primary has no column ${columns}.`, '42703');
  }
  const keySource = isOwn && source.key !== null ? readers.key.read(source.key) : data;
  const values = keyValues(table, keySource);
  if (typeof values === 'string')
    return dead(source, say`Its data lacks the key column "${values}".`, '23502');
  if (kind === 'UPDATE' && !shape.setsColumns) return dead(source, say`It sets no column.`);
  const stuck = kind === 'UPDATE' ? changedAlways(table, data, old) : undefined;
  if (stuck !== undefined) {
    return dead(
      source,
      say`"${stuck}" is generated always as identity on the primary, so it cannot be changed.`,
      '428C9',
    );
  }
  const newValues = kind === 'UPDATE' && isOwn ? keyValues(table, data) : values;
  if (typeof newValues === 'string')
    return dead(source, say`Its data lacks the key column "${newValues}".`, '23502');
  const changesKey = newValues.some((value, index) => value !== values[index]);
  return {
    source,
    kind,
    table: shape.table,
    keyText: keyTextOf(values),
    key: isKeyItself(source, table, keySource)
      ? source.key
      : keyJson(shape.keyNames, table, keySource),
    columns: shape.columns,
    oldColumns: shape.oldColumns,
    changesKey,
    touches: spelledKeys(table, changesKey ? [values, newValues] : [values], isOwn),
    reads: kind === 'DELETE' || data === null ? [] : readsOf(table, kind, data, isOwn),
    shape: changesKey ? `${shape.text}\0\0moves` : shape.text,
  };
}

function kindOf(operation: string): OperationKind | null {
  return operation === 'INSERT' || operation === 'UPDATE' || operation === 'DELETE'
    ? operation
    : null;
}

/** What the queue has as the key names the columns of the primary's key and no others. */
function isKeyItself(
  source: QueueOperation,
  { key }: TargetTable,
  members: JsonMembers | null,
): source is QueueOperation & { readonly key: string } {
  if (source.writtenBy !== 'trigger' || source.key === null) return false;
  return members?.names.length === key.length && key.every((name) => members.has(name));
}

function keyJson(
  names: readonly string[],
  table: TargetTable,
  members: JsonMembers | null,
): string {
  const parts = table.key.map((name, index) => `${names[index]}: ${members?.get(name) ?? 'null'}`);
  return `{${parts.join(', ')}}`;
}

/** What a foreign key of the new row looks up. A column that is not brought keeps its value, or gets a default that nobody knows here. */
function readsOf(
  table: TargetTable,
  kind: OperationKind,
  data: JsonMembers,
  isOwn: boolean,
): ResolvedOperation['reads'] {
  return table.references.flatMap(({ schema, name, columns, isIndirect }) => {
    if (isIndirect) return [];
    if (columns === null) return [{ schema, name, key: null }];
    const raws = columns.map((column) => data.get(column));
    if (raws.some((raw) => raw === undefined)) {
      return kind === 'UPDATE' ? [] : [{ schema, name, key: null }];
    }
    const values = raws.map((raw) => jsonScalarText(raw ?? 'null'));
    if (!values.every((value) => value !== null)) return [];
    return [{ schema, name, key: keySpelling(table, columns, values, isOwn) }];
  });
}

function changedAlways(
  table: TargetTable,
  data: JsonMembers | null,
  old: JsonMembers | null,
): string | undefined {
  if (data === null || old === null) return undefined;
  return table.columns.find(
    ({ name, identity }) =>
      identity === 'always' && data.has(name) && old.has(name) && data.get(name) !== old.get(name),
  )?.name;
}

function dead(
  source: QueueOperation,
  message: string,
  sqlstate: string | null = null,
): OperationRefusal {
  return { operationId: source.id, state: 'dead', conflict: null, sqlstate, message };
}

function drift(source: QueueOperation, message: string, sqlstate: string): OperationRefusal {
  return { operationId: source.id, state: 'conflict', conflict: 'drift', sqlstate, message };
}

import type { TableName } from '../topology';
import { JsonReader, type JsonMembers } from './applyJson';
import type { OperationKind, QueueOperation } from './operation';
import type { TargetTable } from './targetTable';

/** What operations that name the same columns of one table have in common. */
export interface OperationShape {
  readonly table: TableName;
  /** Columns of `data` that the table has not; none are looked for in a DELETE. */
  readonly unknown: readonly string[];
  readonly columns: readonly string[];
  readonly oldColumns: readonly string[] | null;
  /** Some of `columns` can be set by an UPDATE. */
  readonly setsColumns: boolean;
  /** Names of the key's columns as JSON. */
  readonly keyNames: readonly string[];
  /** Equal for equal shapes. */
  readonly text: string;
}

/** What was asked for last. Lists of names are the same where a reader found them the same. */
interface LastShape {
  readonly table: TargetTable;
  readonly kind: OperationKind;
  readonly writtenBy: QueueOperation['writtenBy'];
  readonly names: readonly string[] | undefined;
  readonly oldNames: readonly string[] | undefined;
  readonly shape: OperationShape;
}

/** More than a queue has, unless an application names other columns each time. */
const MAX_SHAPES = 200;

/** Shapes that were met, since the next operation is like the last one. To be cleared when tables are read anew. */
export class OperationShapes {
  /** Of the objects that operations are made of: each is mostly like the one of the operation before. */
  readonly readers = { data: new JsonReader(), old: new JsonReader(), key: new JsonReader() };
  readonly #shapes = new Map<string, OperationShape>();
  #last: LastShape | null = null;

  of(
    table: TargetTable,
    kind: OperationKind,
    writtenBy: QueueOperation['writtenBy'],
    data: JsonMembers | null,
    old: JsonMembers | null,
  ): OperationShape {
    const last = this.#last;
    const isAsLast =
      last !== null &&
      last.table === table &&
      last.kind === kind &&
      last.writtenBy === writtenBy &&
      last.names === data?.names &&
      last.oldNames === old?.names;
    if (isAsLast) return last.shape;
    const shape = this.#find(table, kind, writtenBy, data, old);
    this.#last = { table, kind, writtenBy, names: data?.names, oldNames: old?.names, shape };
    return shape;
  }

  #find(
    table: TargetTable,
    kind: OperationKind,
    writtenBy: QueueOperation['writtenBy'],
    data: JsonMembers | null,
    old: JsonMembers | null,
  ): OperationShape {
    const names = data === null ? '' : data.names.join('\0');
    const oldNames = old === null ? '' : `\0${old.names.join('\0')}`;
    const key = [table.schema, table.name, kind, writtenBy, names, oldNames].join('\0\0');
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    const made = shapeOf(table, kind, data, old, key);
    if (this.#shapes.size >= MAX_SHAPES) this.#shapes.clear();
    this.#shapes.set(key, made);
    return made;
  }

  clear(): void {
    this.#shapes.clear();
    this.#last = null;
  }
}

function shapeOf(
  table: TargetTable,
  kind: OperationKind,
  data: JsonMembers | null,
  old: JsonMembers | null,
  text: string,
): OperationShape {
  const known = new Map(table.columns.map((column) => [column.name, column]));
  const columns = namesIn(table, data);
  const brought = kind === 'DELETE' || data === null ? [] : data.names;
  return {
    table: { schema: table.schema, name: table.name },
    unknown: brought.filter((name) => !known.has(name)),
    columns,
    oldColumns: old === null ? null : namesIn(table, old),
    setsColumns: columns.some((name) => known.get(name)?.identity !== 'always'),
    keyNames: table.key.map((name) => JSON.stringify(name)),
    text,
  };
}

function namesIn(table: TargetTable, members: JsonMembers | null): readonly string[] {
  if (members === null) return [];
  return table.columns
    .filter(({ name, isGenerated }) => !isGenerated && members.has(name))
    .map(({ name }) => name);
}

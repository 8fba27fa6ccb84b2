import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import type { TableName } from '../topology';
import type { ResolvedOperation } from './applyTypes';
import type { QueueOperation } from './operation';
import type { TargetColumn, TargetTable } from './targetTable';

/** What the operations of a wave have in common. */
export type WaveShape = Pick<ResolvedOperation, 'kind' | 'columns' | 'oldColumns' | 'changesKey'> &
  Pick<QueueOperation, 'writtenBy'> & {
    /** Some of them stand behind others. */
    readonly isBehind: boolean;
  };

/**
 * Names inside the statements of a wave. Functions and operators go without a schema: a drain's sessions have nothing but pg_catalog
 * in their path. `n1`, `o1`, `k1` … are the typed values of the new row, the old row and the key; `r` is the primary's row.
 */
export class WaveSql {
  readonly name: string;
  /** What the table is called inside a statement: nothing that a column is called, since the whole row is meant by it. */
  readonly t: string;
  readonly columns: readonly TargetColumn[];
  readonly oldColumns: readonly TargetColumn[] | null;
  readonly keyColumns: readonly TargetColumn[];
  readonly isByTrigger: boolean;

  constructor(
    readonly table: TargetTable,
    readonly op: WaveShape,
    readonly isSkewed: boolean,
  ) {
    this.name = qualifiedName(table);
    this.t = freeName(table);
    this.isByTrigger = op.writtenBy === 'trigger';
    this.columns = columnsNamed(table, op.columns);
    this.oldColumns = op.oldColumns === null ? null : columnsNamed(table, op.oldColumns);
    this.keyColumns = columnsNamed(table, table.key);
  }

  /** A column of the primary's row, below its domain. */
  current(column: TargetColumn, row = this.t): string {
    return `${row}.${escapeIdentifier(column.name)}::${column.type}`;
  }

  newValue(column: TargetColumn): string {
    return `n${this.columns.indexOf(column) + 1}`;
  }

  /** `null`: the old row is not known, or lacks it. */
  oldValue(column: TargetColumn): string | null {
    const index = this.oldColumns?.indexOf(column) ?? -1;
    return index < 0 ? null : `o${index + 1}`;
  }

  /** Finds the row by its key as the operation names it, or by the values `n` that it gets. */
  keyMatch(row: string, source: string, by: 'key' | 'new'): string {
    return this.keyColumns
      .map((column, index) => {
        const value = by === 'key' ? `k${index + 1}` : this.newValue(column);
        const operator = this.table.keyOperators[index] ?? '=';
        return `${row}.${escapeIdentifier(column.name)} ${operator} ${source}.${value}`;
      })
      .join(' AND ');
  }

  /** By which the ledger finds an edge's last operation on a row: the key as the primary spells it. */
  keyHash(values: readonly string[]): string {
    return keyHash(this.table, values);
  }

  keyHashOf(row: string): string {
    return this.keyHash(this.keyColumns.map(({ name }) => `${row}.${escapeIdentifier(name)}`));
  }

  /** Whether a row holds exactly these values. @param row `t` or `(v.r)` */
  holds(row: string, values: readonly (readonly [column: TargetColumn, value: string])[]): string {
    const images = values.filter(([column]) => !column.comparesAsText);
    const texts = values.filter(([column]) => column.comparesAsText);
    const tests = texts.map(
      ([column, value]) =>
        `${row}.${escapeIdentifier(column.name)}::text IS NOT DISTINCT FROM (${value})::${column.type}::text`,
    );
    if (images.length > 0) {
      const ours = images.map(([column]) => this.current(column, row)).join(', ');
      const theirs = images.map(([column, value]) => `(${value})::${column.type}`).join(', ');
      // As records: two bare rows would be compared column by column.
      tests.push(`ROW(${ours})::record *= ROW(${theirs})::record`);
    }
    return tests.length === 0 ? 'true' : tests.join(' AND ');
  }

  rowJson(row: string): string {
    return rowJson(this.table, row);
  }

  /** The same of the values that an application brought. */
  newJson(source: string): string {
    const members = this.columns.map((column) => {
      const value = `${source}.${this.newValue(column)}`;
      return [
        column.name,
        column.comparesAsText ? `${value}::text` : `to_jsonb(${value})`,
      ] as const;
    });
    return jsonObjects(members).join(' || ');
  }
}

/** @see WaveSql.keyHash @param values of the table's key, in its order, typed */
export function keyHash(table: TableName, values: readonly string[]): string {
  const texts = values.map((value) => `(${value})::text`);
  return `hashtextextended(concat_ws(chr(31), ${[escapeLiteral(qualifiedName(table)), ...texts].join(', ')}), 0)`;
}

/** A row in the form in which triggers queue rows: values that jsonb does not carry are their own texts. */
export function rowJson({ columns }: Pick<TargetTable, 'columns'>, row: string): string {
  if (!columns.some(({ comparesAsText }) => comparesAsText)) return `to_jsonb(${row})`;
  // Not the whole row: there is json that jsonb refuses.
  const members = columns.map(({ name, comparesAsText }) => {
    const value = `${row}.${escapeIdentifier(name)}`;
    return [name, comparesAsText ? `${value}::text` : value] as const;
  });
  return jsonObjects(members).join(' || ');
}

/** A text as its type's own input reads it. regclass has a cast from text, which looks for a relation where the input knows `-`. */
export function typedValue(text: string, type: string): string {
  return type === 'regclass' ? `regclassin(textout(${text}))` : `${text}::${type}`;
}

/** By which a later edit of the same edge knows that nobody else changed the row. */
export function rowHash(row: string): string {
  return `sha256(convert_to(${row}::text, 'UTF8'))`;
}

/** What goes into ROWS FROM: parameters from this number on, each an array of a type of pg_catalog; JSON comes as one document. */
export function unnested(first: number, types: readonly string[]): string {
  return types
    .map((type, index) => {
      const parameter = `$${first + index}`;
      return type === 'jsonb'
        ? `jsonb_array_elements(${parameter}::jsonb)`
        : `unnest(${parameter}::${type}[])`;
    })
    .join(', ');
}

/** No function takes more than 100 arguments. */
const MEMBERS_AT_ONCE = 50;

function jsonObjects(members: readonly (readonly [string, string])[]): readonly string[] {
  const objects: string[] = [];
  for (let at = 0; at < members.length; at += MEMBERS_AT_ONCE) {
    const some = members.slice(at, at + MEMBERS_AT_ONCE);
    const list = some.map(([name, value]) => `${escapeLiteral(name)}, ${value}`).join(', ');
    objects.push(`jsonb_build_object(${list})`);
  }
  return objects;
}

function columnsNamed(table: TargetTable, names: readonly string[]): readonly TargetColumn[] {
  return names.flatMap((name) => table.columns.filter((column) => column.name === name));
}

function freeName({ columns }: TargetTable): string {
  let name = 't';
  while (columns.some((column) => column.name === name)) name += '_';
  return name;
}

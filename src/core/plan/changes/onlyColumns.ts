import { say } from '../../say';
import type { TableDefinition } from '../tableDefinition';

/**
 * A table with those of its columns alone that a column list sends. Keys whose columns all come are kept; what else
 * constraints and indexes look at is not known, so they stay behind.
 */
export function onlyColumns(
  definition: TableDefinition,
  columns: readonly string[],
): TableDefinition {
  const kept = definition.columns.filter(({ name }) => columns.includes(name));
  if (kept.length === definition.columns.length) return definition;
  const constraints = definition.constraints.filter(
    ({ kind, sql }) =>
      (kind === 'primaryKey' || kind === 'unique') && isWithin(keyColumns(sql), columns),
  );
  const left =
    definition.constraints.length - constraints.length + definition.indexes.length > 0
      ? [say`constraints and indexes, since only some of its columns come`]
      : [];
  return {
    ...definition,
    columns: kept,
    constraints,
    indexes: [],
    notCarried: [...definition.notCarried, ...left],
  };
}

/** The columns of `PRIMARY KEY (id, "odd name")`; `null` for what reads otherwise. */
function keyColumns(sql: string): readonly string[] | null {
  const list = /^(?:PRIMARY KEY|UNIQUE) \((.*)\)$/u.exec(sql)?.[1];
  if (list === undefined) return null;
  const parts = list.match(/"(?:[^"]|"")*"|[^",\s]+/gu) ?? [];
  return parts.map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
}

function isWithin(found: readonly string[] | null, columns: readonly string[]): boolean {
  return found?.every((name) => columns.includes(name)) ?? false;
}

import type { NamedTableFacts } from '../facts';
import { fileTable } from '../plan/fileTable';
import type { FileChange } from '../plan/plan';
import { say } from '../say';
import { formatTableName } from '../tableName';
import type { DeclaredTable } from '../topology';
import { compareRowFilters } from './compareRowFilters';
import type { Difference } from './difference';
import { isSameSet, listShort, makeDifference } from './makeDifference';

/** Where a published table stands. */
interface Place {
  readonly nodeId: string;
  readonly publication: string;
  readonly path: readonly (string | number)[];
}

/** Column list and row filter of a table that the publication names, as the file does. */
export function listAndFilterDifferences(
  { nodeId, publication, path }: Place,
  declared: DeclaredTable,
  found: NamedTableFacts,
): readonly Difference[] {
  const { schema, name } = declared;
  const table = formatTableName(declared);
  const shared = {
    nodeId,
    subject: { kind: 'table' as const, name: publication, table: { schema, name } },
    byPlan: true,
  };
  const differences: Difference[] = [];
  if (!isSameList(declared.columns, found.columns)) {
    const said = columnWords(declared.columns);
    const live = columnWords(found.columns);
    differences.push(
      makeDifference({
        ...shared,
        code: 'columns',
        path: [...path, 'columns'],
        message: say`Publication ${publication} on ${nodeId} publishes ${live} of ${table}; the file says ${said}.`,
        declared: said,
        live,
        fileChanges: [change(declared, path, 'columns', found.columns)],
      }),
    );
  }
  if (isOtherFilter(declared.rowFilter, found.rowFilter)) {
    const said = declared.rowFilter ?? say`all rows`;
    const live = found.rowFilter ?? say`all rows`;
    differences.push(
      makeDifference({
        ...shared,
        code: 'rowFilter',
        path: [...path, 'rowFilter'],
        message: say`Publication ${publication} on ${nodeId} publishes other rows of ${table}: ${live}; the file says ${said}.`,
        declared: said,
        live,
        fileChanges: [change(declared, path, 'rowFilter', bare(found.rowFilter))],
      }),
    );
  }
  return differences;
}

/** A table with a list or a filter is an object in the file, of which the rest stays as it is written. */
function change(
  declared: DeclaredTable,
  path: Place['path'],
  key: 'columns' | 'rowFilter',
  value: readonly string[] | string | null,
): FileChange {
  const isObject = declared.columns !== null || declared.rowFilter !== null;
  if (!isObject) return { path, value: fileTable({ ...declared, [key]: value }) };
  return { path: [...path, key], value: value ?? undefined };
}

/** The order in which columns are named says nothing. */
function isSameList(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return a === null || b === null ? a === b : isSameSet(a, b);
}

function isOtherFilter(file: string | null, live: string | null): boolean {
  if (file === null || live === null) return file !== live;
  return compareRowFilters(file, live) === 'different';
}

function columnWords(columns: readonly string[] | null): string {
  return columns === null ? say`all columns` : say`the columns ${listShort(columns)}`;
}

/** Without the parentheses that the server puts around the whole. */
function bare(filter: string | null): string | null {
  if (filter === null || !filter.startsWith('(') || !filter.endsWith(')')) return filter;
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < filter.length; index += 1) {
    const character = filter[index];
    if (character === "'") isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0 && index < filter.length - 1) return filter;
  }
  return filter.slice(1, -1);
}

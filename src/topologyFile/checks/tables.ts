import { say } from '../../core/say';
import { formatTableName, parseTableName } from '../../core/tableName';
import type { TableName } from '../../core/topology';
import { removeValue } from '../edits';
import { editFix, problemAt, rangeAt, replaceFix } from '../fileContext';
import type { FileContext } from '../fileContext';
import type { FilePublication, FileTableName } from '../fileSchema';
import { nameOfPublishedTable, toTableName } from '../normalise';
import type { JsonPath, Problem } from '../problem';
import { checkIdentifier } from './names';

/** Tables of publications and queues: names that cannot be read, and tables that stand twice in one list. */
export function checkTables(context: FileContext): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [id, node] of Object.entries(context.file.nodes)) {
    for (const [name, publication] of Object.entries(node.publications ?? {})) {
      const path: JsonPath = ['nodes', id, 'publications', name];
      problems.push(...checkPublication(context, path, name, publication));
    }
    if (node.pendingSync === undefined) continue;
    const queue: JsonPath = ['nodes', id, 'pendingSync'];
    if (node.pendingSync.table !== undefined) {
      problems.push(...checkTable(context, [...queue, 'table'], node.pendingSync.table).problems);
    }
    const places = Object.entries(node.pendingSync.tables ?? {}).map(([name, said]) => {
      const path: JsonPath = [...queue, 'tables', name];
      return { path, entry: path, said, ...checkTable(context, path, name, 'key') };
    });
    problems.push(...places.flatMap((place) => place.problems));
    problems.push(...findTwice(context, places, 'key'));
  }
  return problems;
}

function checkPublication(
  context: FileContext,
  path: JsonPath,
  name: string,
  publication: FilePublication,
): readonly Problem[] {
  const tables = publication.tables ?? [];
  const schemas = publication.schemas ?? [];
  const places = tables.map((table, index) => {
    const tablePath: JsonPath =
      typeof table === 'string' || !('table' in table)
        ? [...path, 'tables', index]
        : [...path, 'tables', index, 'table'];
    const { columns, rowFilter } = typeof table === 'string' || !('table' in table) ? {} : table;
    return {
      path: tablePath,
      entry: [...path, 'tables', index],
      said: JSON.stringify([columns, rowFilter]),
      ...checkTable(context, tablePath, nameOfPublishedTable(table)),
    };
  });
  return [
    ...places.flatMap((place) => place.problems),
    ...findTwice(context, places, 'value'),
    ...schemas.flatMap((schema, index) =>
      checkIdentifier(context, [...path, 'schemas', index], schema, 'value'),
    ),
    ...checkExtent(context, path, name, publication),
  ];
}

function checkExtent(
  context: FileContext,
  path: JsonPath,
  name: string,
  publication: FilePublication,
): readonly Problem[] {
  const listed = (publication.tables?.length ?? 0) + (publication.schemas?.length ?? 0);
  if (publication.allTables === true && listed > 0) {
    const message = say`"${name}" publishes all tables, so it cannot list tables or schemas as well.`;
    const details = { severity: 'error', code: 'publication-all-tables', message } as const;
    return [problemAt(context, [...path, 'allTables'], details)];
  }
  if (publication.allTables === true || listed > 0) return [];
  const message = say`"${name}" publishes nothing: give it "tables", "schemas" or "allTables".`;
  const details = { severity: 'information', code: 'publication-empty', message } as const;
  return [problemAt(context, path, details, 'key')];
}

interface CheckedTable {
  readonly table: TableName | null;
  readonly problems: readonly Problem[];
}

function checkTable(
  context: FileContext,
  path: JsonPath,
  name: FileTableName,
  where: 'value' | 'key' = 'value',
): CheckedTable {
  const table = toTableName(name);
  if (table !== null) {
    const problems = [
      ...checkIdentifier(context, path, table.schema, where, (schema) =>
        formatTableName({ ...table, schema }),
      ),
      ...checkIdentifier(context, path, table.name, where, (name) =>
        formatTableName({ ...table, name }),
      ),
    ];
    return { table, problems };
  }
  const written = typeof name === 'string' ? name : name.join('.');
  const guess = parseTableName(`public.${written}`);
  const meant = guess === null ? null : formatTableName(guess);
  const hint =
    written.split('.').length > 2 ? say` Names with dots go in the form ["schema", "table"].` : '';
  const problem = problemAt(
    context,
    path,
    {
      severity: 'error',
      code: 'table-name',
      message: say`"${written}" does not name a table: write "schema.table".${hint}`,
      fixes: meant === null ? [] : [replaceFix(rangeAt(context.positions, path, where), meant)],
      blocks: true,
    },
    where,
  );
  return { table: null, problems: [problem] };
}

interface TablePlace extends CheckedTable {
  readonly path: JsonPath;
  /** The whole entry, as it would be taken out. */
  readonly entry: JsonPath;
  /** What is said of the table beside its name. */
  readonly said: string;
}

/** Marks the second and later mentions of a table. */
function findTwice(
  context: FileContext,
  places: readonly TablePlace[],
  where: 'value' | 'key',
): readonly Problem[] {
  const first = new Map<string, TablePlace>();
  return places.flatMap((place) => {
    if (place.table === null) return [];
    const id = JSON.stringify([place.table.schema, place.table.name]);
    const earlier = first.get(id);
    if (earlier === undefined) {
      first.set(id, place);
      return [];
    }
    const details = {
      severity: 'warning',
      code: 'duplicate-table',
      message: say`"${formatTableName(place.table)}" stands in this list already.`,
      related: [
        {
          message: say`It stands here first.`,
          range: rangeAt(context.positions, earlier.path, where),
        },
      ],
      // Which of two that differ is meant only a person knows.
      fixes:
        earlier.said === place.said
          ? [editFix(say`Remove it here`, removeValue(context.text, place.entry))]
          : [],
    } as const;
    return problemAt(context, place.path, details, where);
  });
}

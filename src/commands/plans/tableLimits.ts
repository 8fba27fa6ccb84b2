import type { RelationFacts } from '../../core/plan/nodeCatalog';
import { readRowFilter } from '../../core/plan/rowFilter';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import type { DeclaredTable } from '../../core/topology';
import type { Answer, StepPlace } from '../../host/multiStep';
import { askMany, askText } from '../../host/prompts';

/**
 * Asks which columns and which rows of a table are published.
 * @param table as it is published now; with neither list nor filter it is published whole
 */
export async function askLimits(
  place: StepPlace,
  table: DeclaredTable,
  relation: RelationFacts,
): Promise<Answer<DeclaredTable>> {
  const columns = await askColumns(place, table, relation);
  if (columns === null || columns === 'back') return columns;
  const isWhole = relation.columns.every(
    ({ name, isGenerated }) => isGenerated || columns.includes(name),
  );
  const hasGenerated = relation.columns.some(
    ({ name, isGenerated }) => isGenerated && columns.includes(name),
  );
  const rowFilter = await askFilter({ ...place, canGoBack: true }, table, relation);
  if (rowFilter === null || rowFilter === 'back') return rowFilter;
  return {
    schema: table.schema,
    name: table.name,
    columns: isWhole && !hasGenerated ? null : columns,
    rowFilter: rowFilter.trim() === '' ? null : rowFilter.trim(),
  };
}

async function askColumns(
  place: StepPlace,
  { columns, ...table }: DeclaredTable,
  { columns: all, identityColumns }: RelationFacts,
): Promise<Answer<readonly string[]>> {
  return askMany<string>({
    place,
    placeholder: say`Which columns of ${formatTableName(table)}?`,
    items: all.map(({ name, type, isGenerated }) => ({
      label: name,
      description: [
        type,
        ...(identityColumns.includes(name)
          ? [say`replica identity: UPDATE and DELETE need it`]
          : []),
        ...(isGenerated ? [say`generated: 18 and newer`] : []),
      ].join(' · '),
      value: name,
    })),
    isTicked: (name) =>
      columns === null
        ? all.some((column) => column.name === name && !column.isGenerated)
        : columns.includes(name),
  });
}

async function askFilter(
  place: StepPlace,
  { rowFilter, ...table }: DeclaredTable,
  { identityColumns }: RelationFacts,
): Promise<Answer<string>> {
  const name = formatTableName(table);
  return askText({
    place,
    prompt: say`Which rows of ${name}? A condition as after WHERE; empty: all of them. UPDATE and DELETE ask that it looks at ${identityColumns.join(', ') || say`nothing`} alone.`,
    placeholder: "region = 'eu'",
    value: rowFilter ?? '',
    validate: (text) => {
      if (text.trim() === '') return null;
      const { problem } = readRowFilter(text);
      return problem === null ? null : say`This cannot be used: ${problem}.`;
    },
  });
}

/** `columns id, name · rows id > 10`, for a list of tables. */
export function limitWords({ columns, rowFilter }: DeclaredTable): string {
  const words = [
    ...(columns === null ? [] : [say`columns ${columns.join(', ')}`]),
    ...(rowFilter === null ? [] : [say`rows ${rowFilter}`]),
  ];
  return words.length === 0 ? say`all columns, all rows` : words.join(' · ');
}

import { QuickPickItemKind } from 'vscode';
import type { NodeCatalog, RelationFacts } from '../../core/plan/nodeCatalog';
import type { PublishedOperation } from '../../core/plan/requests';
import { isSameTable } from '../../core/plan/tableLookup';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import type { DeclaredTable } from '../../core/topology';
import type { Answer, StepPlace } from '../../host/multiStep';
import { askOne, type PickItem } from '../../host/prompts';
import type { PublicationAnswers, PublicationOption, PublicationPart } from './publicationAnswers';
import { askLimits, limitWords } from './tableLimits';

/** Column lists and row filters came with Postgres 15. */
const LISTS_FROM = 150_000;

const GENERATED_FROM = 180_000;

/** Options that mean something for what was picked, on this version. */
export function optionItems(
  parts: readonly PublicationPart[],
  { server, relations }: NodeCatalog,
): readonly PickItem<PublishedOperation | PublicationOption>[] {
  const isWithin = (relation: RelationFacts) =>
    parts.some(
      (part) =>
        part.kind === 'all' ||
        (part.kind === 'schema'
          ? part.name === relation.schema
          : isSameTable(part.table, relation)),
    );
  const tables = relations.filter(isWithin);
  const isByName = parts.length > 0 && parts.every(({ kind }) => kind === 'table');
  const items: readonly PickItem<PublicationOption>[] = [
    ...(tables.some(({ kind }) => kind === 'partitioned')
      ? [
          {
            label: say`Publish partitions as their root`,
            description: say`the subscriber may be partitioned otherwise`,
            value: 'viaPartitionRoot',
          } as const,
        ]
      : []),
    ...(server.versionNum >= GENERATED_FROM &&
    tables.some(({ columns }) => columns.some(({ isGenerated }) => isGenerated))
      ? [{ label: say`Publish stored generated columns`, value: 'generatedColumns' } as const]
      : []),
    ...(isByName && server.versionNum >= LISTS_FROM
      ? [
          {
            label: say`Only some columns or rows…`,
            description: say`column lists and row filters`,
            value: 'limits',
          } as const,
        ]
      : []),
  ];
  if (items.length === 0) return [];
  return [{ label: say`Options`, kind: QuickPickItemKind.Separator, value: null }, ...items];
}

/** One table after the other, until nothing more is to be limited. */
export async function askAllLimits(
  state: PublicationAnswers,
  place: StepPlace,
): Promise<Answer<PublicationAnswers>> {
  const tables = state.parts.flatMap((part) => (part.kind === 'table' ? [part.table] : []));
  let limits = state.limits;
  for (;;) {
    const known = (table: RelationFacts) =>
      limits.find((one) => isSameTable(one, table)) ?? wholeTable(table);
    const picked = await askOne<RelationFacts | 'done'>({
      place,
      placeholder: say`Of which table only some columns or rows?`,
      items: [
        ...tables.map((table) => ({
          label: formatTableName(table),
          description: limitWords(known(table)),
          value: table,
        })),
        { label: say`$(check) Done`, value: 'done' },
      ],
    });
    if (picked === null || picked === 'back') return picked;
    if (picked === 'done') return { ...state, limits };
    const limited = await askLimits({ ...place, canGoBack: true }, known(picked), picked);
    if (limited === null) return null;
    if (limited === 'back') continue;
    limits = [...limits.filter((one) => !isSameTable(one, limited)), limited];
  }
}

/** A table without list and filter. */
export function wholeTable({ schema, name }: RelationFacts): DeclaredTable {
  return { schema, name, columns: null, rowFilter: null };
}

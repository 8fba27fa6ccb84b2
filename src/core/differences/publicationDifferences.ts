import type { NamedTableFacts, PublicationFacts } from '../facts';
import { formatCounted } from '../format';
import { fileTable } from '../plan/fileTable';
import type { FileChange } from '../plan/plan';
import { holderName, isHolderName } from '../plan/resyncHolder';
import { isSentinelTable } from '../plan/sentinelNames';
import { say } from '../say';
import { formatTableName } from '../tableName';
import type { DeclaredPublication, TableName } from '../topology';
import { databasePeersOf, type ComparedNode, type Comparison } from './comparedNodes';
import type { Difference } from './difference';
import { listShort, makeDifference } from './makeDifference';
import { optionDifferences } from './publicationOptionDifferences';
import { listAndFilterDifferences } from './publishedTableDifferences';

/** Publications that are missing, that the file does not mention, or that are others than it says. */
export function publicationDifferences(
  comparison: Comparison,
  node: ComparedNode,
): readonly Difference[] {
  const { slow } = node.snapshot.sample;
  // A standby shows its primary's catalog: said there.
  if (slow === null || node.fast.isInRecovery || node.declared.standbyOf !== null) return [];
  const found = new Map(slow.publications.map((facts) => [facts.name, facts]));
  const declared = node.declared.publications.flatMap((publication) => {
    const facts = found.get(publication.name);
    return facts === undefined
      ? [missing(node.declared.id, publication)]
      : comparePublication(node.declared.id, publication, facts);
  });
  const known = new Set(
    databasePeersOf(comparison, node).flatMap((peer) =>
      peer.declared.publications.map(({ name }) => name),
    ),
  );
  const extra = slow.publications.filter(({ name }) => !known.has(name));
  const names = [...found.keys()];
  return [
    ...declared,
    ...extra.map((facts) =>
      isHolderName(facts.name)
        ? keptByResync(node.declared.id, facts, names)
        : extraPublication(node.declared.id, facts),
    ),
  ];
}

/** Where a publication stands in the file. */
export function publicationPath(nodeId: string, name: string): readonly string[] {
  return ['nodes', nodeId, 'publications', name];
}

function missing(nodeId: string, { name, ...said }: DeclaredPublication): Difference {
  const path = publicationPath(nodeId, name);
  return makeDifference({
    code: 'missingPublication',
    nodeId,
    subject: { kind: 'publication', name },
    path,
    message: say`Publication ${name} is in the file, but not on ${nodeId}.`,
    declared: describe(said.allTables, said.schemas, said.tables),
    byPlan: true,
    fileChanges: [{ path, value: undefined }],
  });
}

function extraPublication(nodeId: string, facts: PublicationFacts): Difference {
  const path = publicationPath(nodeId, facts.name);
  const tables = ownTables(facts);
  const value = {
    ...(facts.allTables ? { allTables: true } : {}),
    ...(facts.schemas.length > 0 ? { schemas: facts.schemas } : {}),
    ...(tables.length > 0 ? { tables: tables.map(fileTable) } : {}),
    ...(facts.operations.length < 4 ? { operations: facts.operations } : {}),
    ...(facts.viaPartitionRoot ? { viaPartitionRoot: true } : {}),
    ...(facts.generatedColumns === 'stored' ? { generatedColumns: 'stored' } : {}),
  };
  return makeDifference({
    code: 'extraPublication',
    nodeId,
    subject: { kind: 'publication', name: facts.name },
    path,
    severity: 'information',
    message: say`Publication ${facts.name} is on ${nodeId}, but not in the file.`,
    live: describe(facts.allTables, facts.schemas, tables),
    fileChanges: facts.namedTables === undefined ? [] : [{ path, value }],
  });
}

/** Ours, for as long as a table is copied anew; it belongs into no file. */
function keptByResync(
  nodeId: string,
  facts: PublicationFacts,
  names: readonly string[],
): Difference {
  const of = names.find((name) => holderName(name) === facts.name) ?? say`another publication`;
  const tables = facts.tables.map(formatTableName);
  const what = tables.length === 0 ? say`a table` : listShort(tables);
  return makeDifference({
    code: 'extraPublication',
    nodeId,
    subject: { kind: 'publication', name: facts.name },
    path: publicationPath(nodeId, facts.name),
    message: say`${facts.name} on ${nodeId} keeps how ${of} publishes ${what} while a subscription copies it anew. If no resync runs, one was stopped half way: Resync Table… goes on from there.`,
    live: say`kept by Resync Table: ${what}`,
  });
}

function comparePublication(
  nodeId: string,
  declared: DeclaredPublication,
  facts: PublicationFacts,
): readonly Difference[] {
  const options = optionDifferences(nodeId, declared, facts);
  if (declared.allTables !== facts.allTables) {
    return [allTablesDifference(nodeId, declared, facts), ...options];
  }
  return [
    ...schemaDifferences(nodeId, declared, facts),
    ...tableDifferences(nodeId, declared, facts),
    ...options,
  ];
}

/** ALTER PUBLICATION cannot turn the one into the other. */
function allTablesDifference(
  nodeId: string,
  declared: DeclaredPublication,
  facts: PublicationFacts,
): Difference {
  const { name } = declared;
  const path = publicationPath(nodeId, name);
  const tables = ownTables(facts);
  const put = (key: string, isSaid: boolean, value: unknown): FileChange[] =>
    isSaid || value !== undefined ? [{ path: [...path, key], value }] : [];
  const fileChanges = facts.allTables
    ? [
        ...put('allTables', true, true),
        ...put('tables', declared.tables.length > 0, undefined),
        ...put('schemas', declared.schemas.length > 0, undefined),
      ]
    : [
        ...put('allTables', true, undefined),
        ...put('tables', false, tables.length > 0 ? tables.map(fileTable) : undefined),
        ...put('schemas', false, facts.schemas.length > 0 ? facts.schemas : undefined),
      ];
  const live = describe(facts.allTables, facts.schemas, tables);
  const said = describe(declared.allTables, declared.schemas, declared.tables);
  return makeDifference({
    code: 'allTables',
    nodeId,
    subject: { kind: 'publication', name },
    path: [...path, declared.allTables ? 'allTables' : 'tables'],
    message: say`Publication ${name} on ${nodeId} publishes ${live}; the file says ${said}. Postgres changes this only by dropping the publication and making it anew.`,
    declared: said,
    live,
    fileChanges: facts.namedTables === undefined ? [] : fileChanges,
  });
}

function schemaDifferences(
  nodeId: string,
  { name, schemas }: DeclaredPublication,
  facts: PublicationFacts,
): readonly Difference[] {
  const path = [...publicationPath(nodeId, name), 'schemas'];
  const subject = { kind: 'publication' as const, name };
  const lacking = schemas.flatMap((schema, index) =>
    facts.schemas.includes(schema)
      ? []
      : [
          makeDifference({
            code: 'missingSchema',
            nodeId,
            subject,
            detail: schema,
            path: [...path, index],
            message: say`Publication ${name} on ${nodeId} does not publish the tables of schema ${schema}.`,
            declared: say`tables of schema ${schema}`,
            byPlan: true,
            fileChanges: [{ path: [...path, index], value: undefined }],
          }),
        ],
  );
  const others = facts.schemas.filter((schema) => !schemas.includes(schema));
  const extra = others.map((schema, index) =>
    makeDifference({
      code: 'extraSchema',
      nodeId,
      subject,
      detail: schema,
      path,
      message: say`Publication ${name} on ${nodeId} also publishes the tables of schema ${schema}, which the file does not say.`,
      live: say`tables of schema ${schema}`,
      fileChanges: [{ path: [...path, schemas.length + index], value: schema }],
    }),
  );
  return [...lacking, ...extra];
}

function tableDifferences(
  nodeId: string,
  declared: DeclaredPublication,
  facts: PublicationFacts,
): readonly Difference[] {
  const { name, tables } = declared;
  if (facts.namedTables === undefined) return [];
  const path = [...publicationPath(nodeId, name), 'tables'];
  const named = new Map(facts.namedTables.map((table) => [formatTableName(table), table]));
  const expanded = new Set(facts.tables.map(formatTableName));
  const said = new Set(tables.map(formatTableName));
  const own = tables.flatMap((table, index) => {
    const key = formatTableName(table);
    const found = named.get(key);
    const at = { nodeId, publication: name, path: [...path, index] };
    if (found !== undefined) return listAndFilterDifferences(at, table, found);
    // By its schema, or by a partitioned table that holds it.
    if (expanded.has(key)) return [];
    return [
      makeDifference({
        code: 'missingTable',
        nodeId,
        subject: { kind: 'table', name, table: onlyName(table) },
        path: at.path,
        message: say`Publication ${name} on ${nodeId} does not publish ${key}.`,
        declared: key,
        byPlan: true,
        fileChanges: [{ path: at.path, value: undefined }],
      }),
    ];
  });
  const others = ownTables(facts).filter((table) => !said.has(formatTableName(table)));
  const extra = others.map((table, index) =>
    makeDifference({
      code: 'extraTable',
      nodeId,
      subject: { kind: 'table', name, table: onlyName(table) },
      path,
      message: say`Publication ${name} on ${nodeId} also publishes ${formatTableName(table)}, which the file does not name.`,
      live: formatTableName(table),
      fileChanges: [{ path: [...path, tables.length + index], value: fileTable(table) }],
    }),
  );
  return [...own, ...extra];
}

/** What a person named: sentinel tables are ours, and children come with their parents. */
function ownTables(facts: PublicationFacts): readonly NamedTableFacts[] {
  return (facts.namedTables ?? []).filter((table) => !table.isInherited && !isSentinelTable(table));
}

function onlyName({ schema, name }: TableName): TableName {
  return { schema, name };
}

function describe(
  allTables: boolean,
  schemas: readonly string[],
  tables: readonly TableName[],
): string {
  if (allTables) return say`all tables`;
  const parts = [
    ...(schemas.length > 0 ? [say`the tables of schema ${listShort(schemas)}`] : []),
    ...(tables.length > 0 ? [listShort(tables.map(formatTableName))] : []),
  ];
  return parts.length > 0 ? parts.join(say` and `) : formatCounted(0, 'table');
}

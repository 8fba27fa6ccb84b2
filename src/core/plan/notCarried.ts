import { say } from '../say';
import { formatTableName } from '../tableName';
import { takesFromSequence } from './copyTableSql';
import type { Finding } from './finding';
import { listNames, noteFinding } from './findingParts';
import type { NodeCatalog } from './nodeCatalog';
import type { PublicationShape } from './publicationChange';
import type { PlanContext } from './requests';
import { isSameTable } from './tableLookup';

/**
 * What a publication does not carry, with the names of what is beside it on this node: a note for whoever makes it. The
 * sequences of its tables are named where the definitions of those were read.
 */
export function notCarriedFindings(
  { name, allTables, schemas, namedTables }: Omit<PublicationShape, 'operations'>,
  catalog: NodeCatalog,
  context: PlanContext,
): readonly Finding[] {
  const { nodeId } = catalog;
  const isWithin = (schema: string) => allTables || schemas.includes(schema);
  const beside = catalog.relations.filter(
    ({ schema, persistence, kind }) =>
      isWithin(schema) && (persistence === 'unlogged' || kind === 'materializedView'),
  );
  const counting = (context.definitions.get(nodeId) ?? []).filter(
    (definition) =>
      (isWithin(definition.schema) || namedTables.some((one) => isSameTable(one, definition))) &&
      definition.columns.some((column) => column.identity !== null || takesFromSequence(column)),
  );
  const names = [
    ...(counting.length === 0
      ? []
      : [say`the sequences of ${listNames(counting.map(formatTableName))} count on by themselves`]),
    ...(beside.length === 0
      ? []
      : [say`${listNames(beside.map(formatTableName))} stays behind, being unlogged or a view`]),
  ];
  const here = names.length === 0 ? '' : say` On ${nodeId}, ${names.join('; ')}.`;
  return [
    noteFinding(
      'notCarried',
      nodeId,
      say`${name} carries rows of its tables alone: no sequences, large objects, unlogged tables, views, and no changes of structure (DDL).${here}`,
    ),
  ];
}

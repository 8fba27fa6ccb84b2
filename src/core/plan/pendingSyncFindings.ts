import { say } from '../say';
import { escapeIdentifier, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { Finding } from './finding';
import { errorFinding, listNames, noteFinding, warningFinding } from './findingParts';
import { knownSubscribersOf, unknownReaders } from './knownSubscribers';
import type { CatalogPublication, NodeCatalog, RelationFacts } from './nodeCatalog';
import { missingQueueColumns, queueShapeOf } from './pendingSyncTable';
import type { InstallPendingSyncRequest, PlanContext } from './requests';
import { kindWords, relationOf } from './tableLookup';

/** What stands in the way of the queue's table, what is there already, and whom it would reach. */
export function pendingSyncFindings(
  request: InstallPendingSyncRequest,
  context: PlanContext,
  catalog: NodeCatalog,
): readonly Finding[] {
  const existing = relationOf(catalog, request.table);
  return [
    ...primaryFindings(request, context),
    ...(existing === null
      ? [
          ...schemaFindings(request, catalog),
          ...publicationFindings(request, context, catalog),
          ...applicationFindings(request, context),
        ]
      : [existingFinding(existing, catalog)]),
  ];
}

function primaryFindings(
  { nodeId, primaryId }: InstallPendingSyncRequest,
  context: PlanContext,
): readonly Finding[] {
  if (primaryId === nodeId) {
    const text = say`${nodeId} cannot drain its queue to itself.`;
    return [
      errorFinding('sameServer', nodeId, text, say`Choose the node that the writes are for.`),
    ];
  }
  if (context.topology.nodes.some(({ id }) => id === primaryId)) return [];
  return [
    errorFinding('notFound', nodeId, say`The file has no node ${primaryId} to drain the queue to.`),
  ];
}

/** Leaves alone whatever is there; `current` is what this plan would make. */
function existingFinding(existing: RelationFacts, { nodeId }: NodeCatalog): Finding {
  const name = formatTableName(existing);
  if (existing.kind !== 'table' && existing.kind !== 'partitioned') {
    const text = say`${name} on ${nodeId} is ${kindWords(existing)}.`;
    return errorFinding('nameTaken', nodeId, text, OTHER_NAME);
  }
  const columns = new Set(existing.columns.map((column) => column.name));
  switch (queueShapeOf(columns)) {
    case 'current':
      return noteFinding('nothingToDo', nodeId, say`${name} on ${nodeId} is the queue already.`);
    case 'old':
      return noteFinding(
        'oldShape',
        nodeId,
        say`${name} on ${nodeId} is a queue that an application made: it is watched, and left as it is.`,
      );
    case 'partial':
      return errorFinding(
        'nameTaken',
        nodeId,
        say`${name} on ${nodeId} is a queue of another shape: it lacks ${listNames(missingQueueColumns(columns))}.`,
        OTHER_NAME,
      );
    case 'other':
      return errorFinding(
        'nameTaken',
        nodeId,
        say`${name} on ${nodeId} exists already and is no queue.`,
        OTHER_NAME,
      );
  }
}

const OTHER_NAME = say`Rename it, or name another table as "pendingSync.table" in the file.`;

function schemaFindings(
  { nodeId, table }: InstallPendingSyncRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  const { role, server } = catalog;
  if (table.schema.startsWith('pg_')) {
    const text = say`${table.schema} cannot be a schema of yours: names that begin with pg_ are Postgres' own (42939).`;
    return [errorFinding('illegalName', nodeId, text, say`Use pgtopology.`)];
  }
  if (role.isSuperuser) return [];
  const schema = catalog.schemas.find(({ name }) => name === table.schema);
  if (schema === undefined ? role.canCreateInDatabase : schema.canCreate && schema.canUse) {
    return [];
  }
  const to = escapeIdentifier(role.name);
  return [
    errorFinding(
      'privilege',
      nodeId,
      schema === undefined
        ? say`${role.name} may not create a schema in the database ${server.database} on ${nodeId} (42501).`
        : say`${role.name} may not create tables in the schema ${table.schema} on ${nodeId} (42501).`,
      {
        text: say`Grant it, or let another role do it ("adminUser" in the file).`,
        copy:
          schema === undefined
            ? `GRANT CREATE ON DATABASE ${escapeIdentifier(server.database)} TO ${to};`
            : `GRANT USAGE, CREATE ON SCHEMA ${escapeIdentifier(table.schema)} TO ${to};`,
      },
    ),
  ];
}

/** Publications that take the table in by themselves, and who stops for want of it. */
function publicationFindings(
  { nodeId, table }: InstallPendingSyncRequest,
  context: PlanContext,
  catalog: NodeCatalog,
): readonly Finding[] {
  const readers = unknownReaders(context, nodeId);
  return catalog.publications
    .filter((publication) => takesIn(publication, table.schema))
    .map(({ name }) => {
      const lacking = knownSubscribersOf(context, nodeId, name)
        .filter(({ nodeId: subscriber }) => !hasTable(context, subscriber, table))
        .map(({ nodeId: subscriber, subscription }) => say`${subscription} on ${subscriber}`);
      const unknown = readers.map((slot) => say`whoever reads the slot ${slot}`);
      const stopped = [...lacking, ...unknown];
      const consequence =
        stopped.length === 0
          ? say`nobody is known to take it now`
          : say`${listNames(stopped)} may stop at the first queued write`;
      return warningFinding(
        'allTables',
        nodeId,
        say`${name} on ${nodeId} would publish ${formatTableName(table)} by itself, and the queue belongs to ${nodeId} alone: ${consequence}.`,
        say`Let the publication name its tables, or create the table on its subscribers first.`,
      );
    });
}

function takesIn({ allTables, schemas }: CatalogPublication, schema: string): boolean {
  return allTables || schemas.includes(schema);
}

/** A node that was not read is taken to lack it: the warning errs on the safe side. */
function hasTable(
  context: PlanContext,
  nodeId: string,
  table: InstallPendingSyncRequest['table'],
): boolean {
  const catalog = context.catalogs.get(nodeId);
  return catalog !== undefined && relationOf(catalog, table) !== null;
}

/** Who fills the queue is not ours to guess, but what that takes is worth copying. */
function applicationFindings(
  { nodeId, table }: InstallPendingSyncRequest,
  context: PlanContext,
): readonly Finding[] {
  const queue = context.topology.nodes.find(({ id }) => id === nodeId)?.pendingSync ?? null;
  if (queue?.capture !== 'application') return [];
  return [
    noteFinding(
      'privilege',
      nodeId,
      say`The application on ${nodeId} queues by itself, so its role must be allowed to.`,
      {
        text: say`Put its role in the place of "application".`,
        copy: [
          `GRANT USAGE ON SCHEMA ${escapeIdentifier(table.schema)} TO "application";`,
          `GRANT INSERT, SELECT ON ${qualifiedName(table)} TO "application";`,
        ].join('\n'),
      },
    ),
  ];
}

import { LISTS_AND_FILTERS_VERSION } from '../optionVersions';
import { say } from '../say';
import { escapeIdentifier, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { DeclaredTable } from '../topology';
import type { Finding } from './finding';
import { errorFinding, listNames, warningFinding } from './findingParts';
import { majorOf, roleWords } from './nodeFindings';
import type { NodeCatalog, RelationFacts } from './nodeCatalog';
import { needsIdentity } from './publicationSql';
import { GENERATED_COLUMNS, publishedTableFindings } from './publishedTableFindings';
import type { CreatePublicationRequest } from './requests';
import { hasReplicaIdentity, isPublishable } from './tableLookup';

/** What is wrong with what a publication shall hold, and with the right to make it. */
export function publicationFindings(
  request: CreatePublicationRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  return [
    ...emptyFindings(request, catalog),
    ...versionFindings(request, catalog),
    ...databaseFindings(catalog),
    ...superuserFindings(request, catalog),
    ...schemaFindings(request, catalog),
    ...request.tables.flatMap((table) => publishedTableFindings(request, table, catalog)),
    ...wholesaleIdentityFindings(request, catalog),
    ...allTablesFindings(request, catalog),
  ];
}

/** A publication of nothing. */
export function emptyFindings(
  request: CreatePublicationRequest,
  { nodeId }: NodeCatalog,
): readonly Finding[] {
  const isEmpty = !request.allTables && request.tables.length + request.schemas.length === 0;
  return [
    ...(isEmpty
      ? [
          errorFinding(
            'nothingToDo',
            nodeId,
            say`${request.name} would publish no table.`,
            say`Pick at least one table.`,
          ),
        ]
      : []),
    ...(request.operations.length === 0
      ? [
          errorFinding(
            'nothingToDo',
            nodeId,
            say`${request.name} would publish no operation.`,
            say`Pick at least one of insert, update, delete and truncate.`,
          ),
        ]
      : []),
  ];
}

/** What the version of the node has not, by name. */
export function versionFindings(
  request: CreatePublicationRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  const hasLists = request.tables.some(({ columns }) => columns !== null);
  const hasFilters = request.tables.some(({ rowFilter }) => rowFilter !== null);
  const findings: Finding[] = [];
  if (catalog.server.versionNum < LISTS_AND_FILTERS_VERSION) {
    const asked = [
      ...(request.schemas.length > 0 ? [say`publishing schemas`] : []),
      ...(hasLists ? [say`a column list`] : []),
      ...(hasFilters ? [say`a row filter`] : []),
    ];
    for (const what of asked) {
      findings.push(
        errorFinding(
          'unsupportedOption',
          catalog.nodeId,
          say`${catalog.nodeId} runs Postgres ${majorOf(catalog)}: ${what} needs 15 or newer.`,
          say`Pick whole tables one by one.`,
        ),
      );
    }
  }
  if (request.generatedColumns === 'stored' && majorOf(catalog) < GENERATED_COLUMNS) {
    findings.push(
      errorFinding(
        'unsupportedOption',
        catalog.nodeId,
        say`${catalog.nodeId} runs Postgres ${majorOf(catalog)}: publish_generated_columns needs ${GENERATED_COLUMNS} or newer.`,
        say`Leave out the option generatedColumns.`,
      ),
    );
  }
  if (hasLists && request.schemas.length > 0) {
    findings.push(
      errorFinding(
        'unsupportedOption',
        catalog.nodeId,
        say`A publication of schemas takes no column lists.`,
        say`Leave out the column lists, or make two publications.`,
      ),
    );
  }
  return findings;
}

function databaseFindings(catalog: NodeCatalog): readonly Finding[] {
  const { nodeId, role, server } = catalog;
  if (role.isSuperuser || role.canCreateInDatabase) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role.name} may not create anything in the database ${server.database} on ${nodeId} (42501).`,
      {
        text: say`Grant it, or let another role do it ("adminUser" in the file).`,
        copy: `GRANT CREATE ON DATABASE ${escapeIdentifier(server.database)} TO ${escapeIdentifier(role.name)};`,
      },
    ),
  ];
}

function superuserFindings(
  request: CreatePublicationRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  const isWholesale = request.allTables || request.schemas.length > 0;
  if (!isWholesale || catalog.role.isSuperuser) return [];
  const what = request.allTables ? say`all tables` : say`the tables of a schema`;
  return [
    errorFinding(
      'privilege',
      catalog.nodeId,
      say`Only a superuser may publish ${what}, and ${catalog.role.name} on ${catalog.nodeId} is none (42501).`,
      say`Pick the tables one by one, or name a superuser as "adminUser" in the file.`,
    ),
  ];
}

/** Schemas that are not there, or hold nothing yet. */
export function schemaFindings(
  request: CreatePublicationRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  return request.schemas.flatMap((schema) => {
    if (!catalog.schemas.some(({ name }) => name === schema)) {
      return [
        errorFinding('notFound', catalog.nodeId, say`${catalog.nodeId} has no schema ${schema}.`),
      ];
    }
    const hasTables = catalog.relations.some(
      (relation) => relation.schema === schema && isPublishable(relation),
    );
    if (hasTables) return [];
    return [
      warningFinding(
        'nothingToDo',
        catalog.nodeId,
        say`The schema ${schema} on ${catalog.nodeId} holds no table yet; those made later are published.`,
      ),
    ];
  });
}

/** Tables that come by schema or by FOR ALL TABLES and would break the application's UPDATE and DELETE. */
export function wholesaleIdentityFindings(
  request: CreatePublicationRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  if (!needsIdentity(request.operations)) return [];
  const bare = wholesaleTables(request, catalog).filter((table) => !hasReplicaIdentity(table));
  if (bare.length === 0) return [];
  return [
    errorFinding(
      'noReplicaIdentity',
      catalog.nodeId,
      say`${bare.length === 1 ? say`A table has` : say`${bare.length} tables have`} no replica identity: UPDATE and DELETE on ${listNames(bare.map(formatTableName))} would fail on ${catalog.nodeId} (55000).`,
      {
        text: say`Publish inserts only, add a primary key, or set REPLICA IDENTITY FULL (whole old rows go into the WAL).`,
        copy: bare
          .map((table) => `ALTER TABLE ${qualifiedName(table)} REPLICA IDENTITY FULL;`)
          .join('\n'),
      },
    ),
  ];
}

function wholesaleTables(
  request: CreatePublicationRequest,
  catalog: NodeCatalog,
): readonly RelationFacts[] {
  const named = (table: DeclaredTable, relation: RelationFacts): boolean =>
    table.schema === relation.schema && table.name === relation.name;
  return catalog.relations.filter(
    (relation) =>
      isPublishable(relation) &&
      (request.allTables || request.schemas.includes(relation.schema)) &&
      !request.tables.some((table) => named(table, relation)),
  );
}

/** FOR ALL TABLES takes in what nobody thinks of: tables made later, and the ones of this extension. */
function allTablesFindings(
  request: CreatePublicationRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  if (!request.allTables) return [];
  const ours = catalog.relations.filter(
    (relation) => relation.schema === 'pgtopology' && isPublishable(relation),
  );
  const present =
    ours.length === 0
      ? ''
      : say` Also taken in are ${listNames(ours.map(formatTableName))}, which belong to this node alone.`;
  return [
    warningFinding(
      'allTables',
      catalog.nodeId,
      say`${request.name} takes in every table that is made on ${catalog.nodeId} later: a subscriber that lacks a new table stops.${present}`,
      say`Create new tables on every subscriber first, or pick the tables one by one.`,
    ),
  ];
}

/** Whom the step runs as, and what it must be allowed to do. */
export function publicationPrivilege(
  request: CreatePublicationRequest,
  catalog: NodeCatalog,
): string {
  const needs =
    request.allTables || request.schemas.length > 0
      ? say`must be a superuser to publish all tables or schemas`
      : say`must own the tables and may create in the database ${catalog.server.database}`;
  return say`${catalog.nodeId}: the role ${needs}. It runs as ${roleWords(catalog)}.`;
}

import { say } from '../say';
import type { DeclaredTable } from '../topology';
import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import type { CatalogPublication, NodeCatalog } from './nodeCatalog';
import { changesObjects, type PublicationChange, type PublicationShape } from './publicationChange';
import {
  emptyFindings,
  schemaFindings,
  versionFindings,
  wholesaleIdentityFindings,
} from './publicationFindings';
import { needsIdentity } from './publicationSql';
import { publishedTableFindings } from './publishedTableFindings';
import type { AlterPublicationRequest, CreatePublicationRequest } from './requests';
import { isSameTable } from './tableLookup';

/** What is wrong with what a publication shall become, as far as the change brings it about. */
export function alterPublicationFindings(
  asked: AlterPublicationRequest,
  present: CatalogPublication,
  target: PublicationShape,
  change: PublicationChange,
  catalog: NodeCatalog,
): readonly Finding[] {
  const request = asCreate(catalog.nodeId, target);
  return [
    ...allTablesFindings(asked, present, catalog),
    ...(present.allTables ? [] : emptyFindings(request, catalog)),
    ...versionFindings(
      {
        ...request,
        ...(changesObjects(change) ? {} : { tables: [], schemas: [] }),
        generatedColumns: change.generatedColumns,
      },
      catalog,
    ),
    ...superuserFindings(target, change, catalog),
    ...schemaFindings({ ...request, schemas: change.addedSchemas }, catalog),
    ...tableFindings(request, change, catalog),
    ...(bringsIdentity(change) || change.addedSchemas.length > 0
      ? wholesaleIdentityFindings(request, catalog)
      : []),
  ];
}

/** The same as a request to make it, for what is to be said of its parts. */
function asCreate(nodeId: string, target: PublicationShape): CreatePublicationRequest {
  const { namedTables, ...rest } = target;
  return { nodeId, ...rest, tables: namedTables };
}

function touched({ added, changed }: PublicationChange): readonly DeclaredTable[] {
  return [...added, ...changed.map(({ to }) => to)];
}

/** Whether UPDATE or DELETE are published that were not before, or by other tables. */
function bringsIdentity({ operations, viaPartitionRoot }: PublicationChange): boolean {
  return (operations !== null && needsIdentity(operations)) || viaPartitionRoot !== null;
}

function tableFindings(
  request: CreatePublicationRequest,
  change: PublicationChange,
  catalog: NodeCatalog,
): readonly Finding[] {
  const isSetAnew = change.changed.length > 0;
  return request.tables.flatMap((table) => {
    const isTouched = touched(change).some((one) => isSameTable(one, table));
    if (!isTouched && !isSetAnew && !bringsIdentity(change)) return [];
    const found = publishedTableFindings(request, table, catalog);
    if (isTouched) return found;
    // What was in it before needs no owner again, unless all is set anew; its lists are as they were.
    return found.filter(
      ({ code }) =>
        (code === 'privilege' && isSetAnew) || (code !== 'privilege' && bringsIdentity(change)),
    );
  });
}

function allTablesFindings(
  { tables, schemas, name }: AlterPublicationRequest,
  present: CatalogPublication,
  { nodeId }: NodeCatalog,
): readonly Finding[] {
  if (!present.allTables || (tables ?? []).length + (schemas ?? []).length === 0) return [];
  return [
    errorFinding(
      'unsupportedOption',
      nodeId,
      say`${name} on ${nodeId} publishes all tables: Postgres lets nobody change that into a choice of them, or the other way round (55000).`,
      say`Make another publication and let the subscriptions take that instead.`,
    ),
  ];
}

function superuserFindings(
  target: PublicationShape,
  change: PublicationChange,
  { role, nodeId }: NodeCatalog,
): readonly Finding[] {
  const setsSchemas =
    change.addedSchemas.length > 0 || (change.changed.length > 0 && target.schemas.length > 0);
  if (role.isSuperuser || !setsSchemas) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`Only a superuser may publish the tables of a schema, and ${role.name} on ${nodeId} is none (42501).`,
      say`Pick the tables one by one, or name a superuser as "adminUser" in the file.`,
    ),
  ];
}

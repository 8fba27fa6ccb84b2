import { say } from '../say';
import { escapeIdentifier } from '../sql';
import { formatTableName } from '../tableName';
import { appliedRowFindings } from './appliedRowFindings';
import type { Finding } from './finding';
import {
  createFix,
  errorFinding,
  listNames,
  noteFinding,
  ownerFix,
  warningFinding,
} from './findingParts';
import { unknownReaders } from './knownSubscribers';
import { standbyFindings } from './nodeFindings';
import type { CatalogPublication, NodeCatalog } from './nodeCatalog';
import type { PlanContext } from './requests';
import { EXTENSION_SCHEMA, sentinelTable, type SentinelSubject } from './sentinelNames';
import {
  sweepingPublications,
  type SentinelDownstream,
  type SentinelRequest,
  type SentinelScope,
} from './sentinelScope';
import { waitingTables } from './sentinelSteps';
import { subscriptionOwnerFix } from './subscriptionFindings';
import { loginOf } from './subscriptionLogin';
import { relationOf } from './tableLookup';
import { targetTableFindings } from './targetTableFindings';

/** What stands in the way on the node that publishes. */
export function sentinelPublisherFindings(
  request: SentinelRequest,
  context: PlanContext,
  catalog: NodeCatalog,
  publication: CatalogPublication | null,
): readonly Finding[] {
  const { nodeId } = catalog;
  const readers = unknownReaders(context, nodeId);
  const reaches = request.publication !== null || sweepingPublications(catalog).length > 0;
  return [
    ...standbyFindings(context, catalog),
    ...(publication === null ? [] : publicationFindings(catalog, publication)),
    ...schemaFindings(catalog),
    ...(reaches && readers.length > 0
      ? [
          warningFinding(
            'subscriberLacks',
            nodeId,
            say`Who reads ${listNames(readers)} on ${nodeId} is not in the file. If it is a subscription that receives the table, it stops at the first token until the table is there.`,
            say`Add its node to the file first.`,
          ),
        ]
      : []),
  ];
}

/** What stands in the way on the nodes that receive the table. */
export function sentinelScopeFindings(
  context: PlanContext,
  subject: SentinelSubject,
  { downstreams, unread }: SentinelScope,
): readonly Finding[] {
  return [
    ...unread.map((nodeId) =>
      errorFinding(
        'subscriberLacks',
        nodeId,
        say`${nodeId} receives the table and could not be read: without the table there its subscription would stop at the first token.`,
        say`Connect to ${nodeId} first, or drop its subscription.`,
      ),
    ),
    ...twiceFindings(downstreams),
    ...[...new Set(downstreams.map(({ catalog }) => catalog))].flatMap((catalog) => [
      ...standbyFindings(context, catalog),
      ...schemaFindings(catalog),
    ]),
    ...downstreams.flatMap((downstream) => [
      ...refreshableFindings(downstream),
      ...ownerFindings(downstream.catalog, downstream.subscription.owner, say`subscription`),
      ...copyFindings(context, subject, downstream),
    ]),
  ];
}

/** A subscription that is off cannot be refreshed (55000). */
export function refreshableFindings({
  catalog,
  subscription,
}: SentinelDownstream): readonly Finding[] {
  const { nodeId } = catalog;
  const { name, isEnabled, isOwned, owner } = subscription;
  return [
    ...(isEnabled
      ? []
      : [
          errorFinding(
            'notFound',
            nodeId,
            say`${name} on ${nodeId} is disabled, and only an enabled subscription can be refreshed (55000).`,
            {
              text: say`Enable it first.`,
              copy: `ALTER SUBSCRIPTION ${escapeIdentifier(name)} ENABLE;`,
            },
          ),
        ]),
    ...(isOwned
      ? []
      : [
          errorFinding(
            'privilege',
            nodeId,
            say`${name} on ${nodeId} belongs to ${owner}, so ${catalog.role.name} may not refresh it (42501).`,
            subscriptionOwnerFix(catalog, owner),
          ),
        ]),
  ];
}

function publicationFindings(
  catalog: NodeCatalog,
  publication: CatalogPublication,
): readonly Finding[] {
  const { nodeId } = catalog;
  const { name, operations, owner, isOwned } = publication;
  return [
    ...(operations.includes('insert')
      ? []
      : [
          errorFinding(
            'unsupportedOption',
            nodeId,
            say`${name} on ${nodeId} publishes no inserts, so a row would never arrive.`,
            say`Its subscriptions are checked by WAL marker, which needs no table.`,
          ),
        ]),
    ...(isOwned
      ? []
      : [
          errorFinding(
            'privilege',
            nodeId,
            say`${name} on ${nodeId} belongs to ${owner}, so ${catalog.role.name} may not add a table to it (42501).`,
            ownerFix(owner, catalog.role.name),
          ),
        ]),
    ...ownerFindings(catalog, owner, say`publication`),
  ];
}

function ownerFindings(
  { nodeId, role }: NodeCatalog,
  owner: string,
  what: string,
): readonly Finding[] {
  if (role.isSuperuser || role.name === owner) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`The table must belong to ${owner}, who owns the ${what} on ${nodeId}; ${role.name} may not give it away (42501).`,
      ownerFix(owner, role.name),
    ),
  ];
}

function schemaFindings(catalog: NodeCatalog): readonly Finding[] {
  const { nodeId, role, schemas, server } = catalog;
  if (role.isSuperuser) return [];
  const schema = schemas.find(({ name }) => name === EXTENSION_SCHEMA);
  const may = schema?.canCreate ?? role.canCreateInDatabase;
  if (may) return [];
  const where =
    schema === undefined ? say`database ${server.database}` : say`schema ${schema.name}`;
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role.name} may not create in the ${where} on ${nodeId} (42501).`,
      createFix(
        schema === undefined ? { database: server.database } : { schema: schema.name },
        role.name,
      ),
    ),
  ];
}

/** The same row by two ways into one database: the second insert fails and stops its subscription. */
function twiceFindings(downstreams: readonly SentinelDownstream[]): readonly Finding[] {
  const byNode = new Map<string, string[]>();
  for (const { catalog, subscription } of downstreams) {
    const names = byNode.get(catalog.nodeId) ?? [];
    byNode.set(catalog.nodeId, [...names, subscription.name]);
  }
  return [...byNode].flatMap(([nodeId, names]) =>
    names.length < 2
      ? []
      : [
          errorFinding(
            'tableTwice',
            nodeId,
            say`${listNames(names)} on ${nodeId} would both receive the table: the second insert of a token would stop its subscription.`,
            say`Let one subscription take the publication.`,
          ),
        ],
  );
}

/** What else a refresh takes in, and whether its copy can work. */
function copyFindings(
  context: PlanContext,
  subject: SentinelSubject,
  downstream: SentinelDownstream,
): readonly Finding[] {
  const others = waitingTables(downstream, subject);
  if (others.length === 0) return [];
  const { catalog, publisher, subscription } = downstream;
  const login = loginOf(context, { nodeId: catalog.nodeId, name: subscription.name });
  return [
    noteFinding(
      'nothingToDo',
      catalog.nodeId,
      say`${subscription.name} on ${catalog.nodeId} has not taken ${listNames(others.map(formatTableName))} yet; this refresh takes that in as well.`,
    ),
    ...targetTableFindings(others, publisher, catalog, false),
    ...appliedRowFindings(others, publisher, catalog, true),
    ...(login === null
      ? [
          warningFinding(
            'privilege',
            publisher.nodeId,
            say`Which role ${subscription.name} logs in as on ${publisher.nodeId} is not known; without SELECT on ${formatTableName(sentinelTable(subject))} its copy never ends.`,
            say`Write its connection into the file.`,
          ),
        ]
      : []),
  ];
}

/** A relation of that name that is no sentinel. */
export function strangerFindings(
  subject: SentinelSubject,
  catalogs: readonly NodeCatalog[],
): readonly Finding[] {
  const table = sentinelTable(subject);
  return catalogs.flatMap((catalog) => {
    const relation = relationOf(catalog, table);
    const isOurs =
      relation === null ||
      ['token', 'written_at'].every((name) =>
        relation.columns.some((column) => column.name === name),
      );
    if (isOurs) return [];
    return [
      errorFinding(
        'nameTaken',
        catalog.nodeId,
        say`${formatTableName(table)} on ${catalog.nodeId} is no sentinel table.`,
        say`Rename it.`,
      ),
    ];
  });
}

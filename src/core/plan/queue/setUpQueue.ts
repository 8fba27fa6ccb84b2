import type { TableName, Topology } from '../../topology';
import { formatTableName } from '../../tableName';
import { CAPTURE_TRIGGER, EDGE_IDENTITY } from '../../queue/queueNames';
import { say } from '../../say';
import { addPart, type ChangesDraft } from '../changes/changesDraft';
import type { Finding } from '../finding';
import { createFix, errorFinding, listNames, noteFinding, ownersFix } from '../findingParts';
import { isQuotable, nameFindings, roleWords, standbyFindings } from '../nodeFindings';
import type { NodeCatalog } from '../nodeCatalog';
import type { PlanContext } from '../requests';
import type { ReplicationRoleRequest } from '../roles/replicationRole';
import { replicationRoleSteps } from '../roles/replicationRoleSteps';
import { roleRightFindings } from '../roles/roleRightFindings';
import { isSameTable, relationOf } from '../tableLookup';

import { edgeTableFindings, type EdgePair } from './edgeTableFindings';
import { capturedTables, echoedTables, unguardedTables } from './edgeTables';
import { guardFindings } from './guardFindings';
import type { QueueFacts } from './queueFacts';
import { edgeDrainerSteps, watchedTables, watcherOf, watcherSteps } from './queueGrants';
import {
  captureSteps,
  edgeObjectSteps,
  guardSteps,
  lacksSchema,
  PRIMARY_TABLES,
  primarySteps,
  queueTableSteps,
  releaseSteps,
} from './queueSteps';
import type { SetUpEdgeRequest } from './setUpEdgeRequest';
import { sweepFindings } from './sweepFindings';
import { isOfApplication, needsUpgrade, upgradeFindings, upgradeWarning } from './upgradeQueue';

/**
 * Adds what makes an edge, on both nodes: the primary's tables first, so that nothing is queued that could not be drained; the
 * guard before anything could come back; capture last. What is there already is passed over.
 */
export function setUpQueue(draft: ChangesDraft, request: SetUpEdgeRequest): ChangesDraft {
  const { context } = draft;
  const pair = pairOf(request, context);
  if (pair === null) return draft;
  const findings = findingsOf(request, context, pair);
  if (!isSayable(request)) return addPart(draft, { findings });
  const { edge, primary, edgeFacts } = pair;
  const { nodeId, queue, drainer } = request;
  const captured = capturedTables(request, edge, edgeFacts);
  const echoed = echoedTables(request, context, edge, edgeFacts);
  const released = capturedNow(edgeFacts).filter((table) =>
    isListed(request, table)
      ? request.capture === 'application'
      : request.capture === 'application' || request.releasesUnlisted === true,
  );
  const watchers = {
    edge: watcherOf(context.topology, edge),
    primary: watcherOf(context.topology, primary),
  };
  return addPart(draft, {
    findings,
    steps: [
      ...primarySteps(primary),
      ...(watchers.primary === null
        ? []
        : watcherSteps(watchers.primary, watchedTables(null), primary)),
      ...(drainer === null
        ? []
        : replicationRoleSteps(primaryRole(request, pair), withOurSchema(primary))),
      ...queueTableSteps(nodeId, queue, edge),
      ...edgeObjectSteps(
        nodeId,
        queue,
        { captures: captured.length > 0, guards: echoed.length > 0 },
        edge,
        edgeFacts,
      ),
      ...(watchers.edge === null ? [] : watcherSteps(watchers.edge, watchedTables(queue), edge)),
      ...(drainer === null
        ? []
        : [
            ...replicationRoleSteps(edgeRole(request), edge),
            ...edgeDrainerSteps(drainer.name, queue, edge, edgeFacts),
          ]),
      ...guardSteps(nodeId, unguardedTables(echoed, edge, edgeFacts)),
      ...releaseSteps(nodeId, released, edgeFacts),
      ...captureSteps(nodeId, captured),
    ],
    privileges: [
      say`${primary.nodeId}: the role may create in the database ${primary.server.database}. It runs as ${roleWords(primary)}.`,
      say`${nodeId}: the role may create in the database ${edge.server.database} and own the tables that are captured. It runs as ${roleWords(edge)}.`,
    ],
  });
}

/** The roles whose rights a set-up asks about: who drains, and who watches. */
export function rolesOfQueue(
  topology: Topology,
  nodeId: string,
  drainer: string | null,
): readonly string[] {
  const user = topology.nodes.find(({ id }) => id === nodeId)?.connection['user'];
  return [
    ...new Set([...(drainer === null ? [] : [drainer]), ...(user === undefined ? [] : [user])]),
  ];
}

function pairOf(
  { nodeId, primaryId }: SetUpEdgeRequest,
  { catalogs, queues }: PlanContext,
): EdgePair | null {
  const [edge, primary] = [catalogs.get(nodeId), catalogs.get(primaryId)];
  const [edgeFacts, primaryFacts] = [queues?.get(nodeId), queues?.get(primaryId)];
  return edge === undefined ||
    primary === undefined ||
    edgeFacts === undefined ||
    primaryFacts === undefined
    ? null
    : { edge, primary, edgeFacts, primaryFacts };
}

function isSayable({ queue, tables, drainer }: SetUpEdgeRequest): boolean {
  return [queue, ...tables]
    .flatMap(({ schema, name }) => [schema, name])
    .concat(drainer === null ? [] : [drainer.name])
    .every(isQuotable);
}

function findingsOf(
  request: SetUpEdgeRequest,
  context: PlanContext,
  pair: EdgePair,
): readonly Finding[] {
  const { edge, primary } = pair;
  const { nodeId, primaryId, queue, drainer } = request;
  const standby = [edge, primary].flatMap((catalog) => standbyFindings(context, catalog));
  if (nodeId === primaryId) {
    return [
      errorFinding(
        'sameServer',
        nodeId,
        say`${nodeId} cannot drain its queue to itself.`,
        say`Choose the node that the writes are for.`,
      ),
    ];
  }
  if (standby.length > 0) return standby;
  return [
    ...sameDatabaseFindings(edge, primary),
    ...nameFindings(nodeId, say`schema`, queue.schema),
    ...nameFindings(nodeId, say`table`, queue.name),
    ...queueFindings(request, pair),
    ...edgeTableFindings(request, pair),
    ...guardFindings(echoedTables(request, context, edge, pair.edgeFacts), pair),
    ...unlistedFindings(request, pair),
    ...createFindings(edge, [queue, EDGE_IDENTITY]),
    ...createFindings(primary, PRIMARY_TABLES),
    ...sweepFindings(context, edge, [queue, EDGE_IDENTITY]),
    ...sweepFindings(context, primary, PRIMARY_TABLES),
    ...ownerFindings(request, pair),
    ...(drainer === null
      ? []
      : [
          ...nameFindings(nodeId, say`role`, drainer.name),
          ...roleRightFindings(edgeRole(request), edge),
          ...roleRightFindings(primaryRole(request, pair), withOurSchema(primary)),
        ]),
  ];
}

function isListed({ tables }: SetUpEdgeRequest, table: TableName): boolean {
  return tables.some((one) => isSameTable(one, table));
}

/** Tables that our trigger captures. */
function capturedNow({ triggers }: QueueFacts): readonly TableName[] {
  return triggers.filter(({ name }) => name === CAPTURE_TRIGGER).map(({ table }) => table);
}

/** Captured, and nobody says what becomes of their conflicts. */
function unlistedFindings(request: SetUpEdgeRequest, { edgeFacts }: EdgePair): readonly Finding[] {
  if (request.releasesUnlisted === true || request.capture === 'application') return [];
  const unlisted = capturedNow(edgeFacts).filter((table) => !isListed(request, table));
  if (unlisted.length === 0) return [];
  return [
    noteFinding(
      'notCarried',
      request.nodeId,
      say`${listNames(unlisted.map(formatTableName))} on ${request.nodeId} is captured and not listed: that stays, and in a conflict the primary wins.`,
      say`List it, or let Plan Changes… drop what the file does not mention.`,
    ),
  ];
}

function sameDatabaseFindings(edge: NodeCatalog, primary: NodeCatalog): readonly Finding[] {
  const isSame =
    edge.server.systemIdentifier === primary.server.systemIdentifier &&
    edge.server.database === primary.server.database;
  if (!isSame) return [];
  return [
    errorFinding(
      'sameServer',
      edge.nodeId,
      say`${edge.nodeId} and ${primary.nodeId} are the same database of one system: a queue would be drained to itself.`,
      say`Choose another node.`,
    ),
  ];
}

/** The queue that is there, and how its application gets into a new one. */
function queueFindings(request: SetUpEdgeRequest, { edge }: EdgePair): readonly Finding[] {
  const { nodeId, queue, capture, tables } = request;
  const existing = relationOf(edge, queue);
  const isFilledByTrigger = capture === 'trigger' && tables.length > 0;
  if (existing === null) {
    if (capture !== 'application') return [];
    return [
      noteFinding(
        'privilege',
        nodeId,
        say`The application on ${nodeId} queues by itself, so its role must be allowed to write to ${formatTableName(queue)}: INSERT, SELECT, and USAGE on its schema.`,
      ),
    ];
  }
  const found = upgradeFindings(existing, nodeId, isFilledByTrigger);
  if (found.length > 0) return found;
  return [
    ...(needsUpgrade(existing) ? [upgradeWarning(existing, nodeId)] : []),
    ...(isOfApplication(existing) && isFilledByTrigger
      ? [
          noteFinding(
            'oldShape',
            nodeId,
            say`${formatTableName(queue)} on ${nodeId} was filled by the application. From now on a trigger fills it: an application that goes on queues each write twice.`,
            say`Take its own INSERTs out, or let it fill the queue ("capture": "application").`,
          ),
        ]
      : []),
  ];
}

/** May make what is missing. A schema that is there wants its own right. */
function createFindings(
  catalog: NodeCatalog,
  tables: readonly { readonly schema: string; readonly name: string }[],
): readonly Finding[] {
  const { nodeId, role, server } = catalog;
  if (role.isSuperuser) return [];
  const schemas = new Set(
    tables.filter((table) => relationOf(catalog, table) === null).map(({ schema }) => schema),
  );
  return [...schemas].flatMap((name) => {
    const schema = catalog.schemas.find((one) => one.name === name);
    const may = schema === undefined ? role.canCreateInDatabase : schema.canCreate && schema.canUse;
    if (may) return [];
    const where =
      schema === undefined ? say`the database ${server.database}` : say`the schema ${name}`;
    return [
      errorFinding(
        'privilege',
        nodeId,
        say`${role.name} may not create in ${where} on ${nodeId} (42501).`,
        createFix(
          schema === undefined ? { database: server.database } : { schema: name },
          role.name,
        ),
      ),
    ];
  });
}

/** Triggers are made by owners alone; so are the columns of a queue. */
function ownerFindings(request: SetUpEdgeRequest, { edge }: EdgePair): readonly Finding[] {
  if (edge.role.isSuperuser) return [];
  const existing = relationOf(edge, request.queue);
  const touched = [
    ...request.tables,
    ...(existing !== null && needsUpgrade(existing) ? [request.queue] : []),
  ].flatMap((table) => relationOf(edge, table) ?? []);
  const foreign = touched.filter(({ isOwned }) => !isOwned);
  if (foreign.length === 0) return [];
  return [
    errorFinding(
      'privilege',
      edge.nodeId,
      say`${edge.role.name} does not own ${listNames(foreign.map(formatTableName))} on ${edge.nodeId}, so it may not change them (42501).`,
      ownersFix(
        foreign.map(({ owner }) => owner),
        edge.role.name,
      ),
    ),
  ];
}

function primaryRole(
  { primaryId, tables, drainer }: SetUpEdgeRequest,
  { primaryFacts }: EdgePair,
): ReplicationRoleRequest {
  const typed = (primaryFacts.typeSchemas ?? []).filter((one) =>
    tables.some((table) => isSameTable(table, one)),
  );
  return {
    nodeId: primaryId,
    name: drainer?.name ?? '',
    duties: ['drainer'],
    tables: [...tables.map(({ schema, name }) => ({ schema, name })), ...PRIMARY_TABLES],
    typeSchemas: [...new Set(typed.flatMap(({ types }) => types))],
    verifier: drainer?.verifier ?? null,
  };
}

function edgeRole({ nodeId, drainer }: SetUpEdgeRequest): ReplicationRoleRequest {
  return {
    nodeId,
    name: drainer?.name ?? '',
    duties: ['drainer'],
    tables: [],
    verifier: drainer?.verifier ?? null,
  };
}

/** The primary once our schema is made there by the role itself, which may then grant on it. */
function withOurSchema(catalog: NodeCatalog): NodeCatalog {
  const { schema } = EDGE_IDENTITY;
  if (!lacksSchema(catalog, schema)) return catalog;
  const made = { name: schema, owner: catalog.role.name, canCreate: true, canUse: true };
  return { ...catalog, schemas: [...catalog.schemas, made] };
}

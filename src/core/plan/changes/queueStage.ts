import { primaryComment } from '../../queue/primaryObjects';
import { say } from '../../say';
import { isReadOnly, type TopologyNode } from '../../topology';
import { warningFinding } from '../findingParts';
import type { NodeCatalog, RelationFacts } from '../nodeCatalog';
import { lacksSchema, PRIMARY_TABLES } from '../queue/queueSteps';
import type { SetUpEdgeRequest } from '../queue/setUpEdgeRequest';
import { setUpQueue } from '../queue/setUpQueue';
import { roleExists } from '../roles/replicationRole';
import { relationOf, uniqueTables } from '../tableLookup';
import { addPart, project, type ChangesDraft } from './changesDraft';
import { hasOtherQueue } from './sharedDatabase';

/**
 * Makes an edge's queue as the file says, on both nodes. Needs what both have of the queue; where that was not read, nothing is
 * planned for it, and a primary that takes no changes is named.
 */
export function queueStage(draft: ChangesDraft, node: TopologyNode, drops: boolean): ChangesDraft {
  const { pendingSync: queue } = node;
  const { context } = draft;
  if (queue === null || context.queues?.has(node.id) !== true) return draft;
  const why = whyNot(draft, queue.primary);
  if (why !== null) {
    const text = say`The queue of ${node.id} is left as it is: its primary, ${queue.primary}, ${why}.`;
    return addPart(draft, { findings: [warningFinding('unknownServer', queue.primary, text)] });
  }
  const request: SetUpEdgeRequest = {
    nodeId: node.id,
    primaryId: queue.primary,
    queue: queue.table,
    capture: queue.capture,
    tables: queue.tables,
    drainer: queue.drainUser === undefined ? null : { name: queue.drainUser, verifier: null },
    subscription: null,
    releasesUnlisted: drops && !hasOtherQueue(context, node.id),
  };
  const planned = addPart(setUpQueue(draft, request), { findings: roleFindings(draft, request) });
  return project(planned, queue.primary, (catalog) => withPrimaryObjects(catalog, request));
}

/** @returns the end of a sentence; `null`: its part can be planned */
function whyNot({ context }: ChangesDraft, primaryId: string): string | null {
  const catalog = context.catalogs.get(primaryId);
  if (catalog === undefined || context.queues?.has(primaryId) !== true)
    return say`could not be read`;
  if (isReadOnly(context.topology, primaryId))
    return say`is marked "access": "readOnly" in the file`;
  return catalog.server.isInRecovery ? say`is a standby and takes no changes` : null;
}

function roleFindings({ context }: ChangesDraft, { nodeId, primaryId, drainer }: SetUpEdgeRequest) {
  if (drainer === null) return [];
  return [nodeId, primaryId]
    .filter((id) => {
      const catalog = context.catalogs.get(id);
      return catalog !== undefined && !roleExists(catalog, drainer.name);
    })
    .map((id) =>
      warningFinding(
        'privilege',
        id,
        say`${drainer.name} is made on ${id} without a password.`,
        say`Give it one afterwards, or use Set Up Edge…, which asks for it.`,
      ),
    );
}

/** The primary once it has our tables, so that a second edge finds them there, and the role with its rights. */
function withPrimaryObjects(
  catalog: NodeCatalog,
  { tables, drainer }: SetUpEdgeRequest,
): NodeCatalog {
  const { role } = catalog;
  const made = PRIMARY_TABLES.filter((table) => relationOf(catalog, table) === null).map(
    (table): RelationFacts => ({
      ...table,
      kind: 'table',
      persistence: 'permanent',
      isPartition: false,
      owner: role.name,
      isOwned: true,
      canSelect: true,
      sizeBytes: null,
      columns: [],
      replicaIdentity: 'default',
      identityColumns: [],
      notReadableBy: [],
      comment: primaryComment(table.name),
    }),
  );
  const [ours] = PRIMARY_TABLES;
  const schema = ours?.schema ?? '';
  const schemas = lacksSchema(catalog, schema)
    ? [...catalog.schemas, { name: schema, owner: role.name, canCreate: true, canUse: true }]
    : catalog.schemas;
  const next = { ...catalog, schemas, relations: [...catalog.relations, ...made] };
  if (drainer === null) return next;
  const { name } = drainer;
  const before = catalog.checkedRoles.find((one) => one.name === name);
  const written = uniqueTables([...(before?.writableTables ?? []), ...tables, ...PRIMARY_TABLES]);
  const known = {
    ...(before ?? {
      name,
      isSuperuser: false,
      isReplication: false,
      memberOf: [name],
      canConnect: true,
      canCreateInDatabase: false,
    }),
    canLogin: true,
    usableSchemas: [
      ...new Set([...(before?.usableSchemas ?? []), ...written.map((table) => table.schema)]),
    ],
    writableTables: written,
  };
  return {
    ...next,
    roles: catalog.roles.some((one) => one.name === name)
      ? catalog.roles
      : [...catalog.roles, { name, isSuperuser: false, isReplication: false }],
    checkedRoles: [...catalog.checkedRoles.filter((one) => one.name !== name), known],
  };
}

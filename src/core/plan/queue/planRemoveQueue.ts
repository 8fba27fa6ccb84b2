import { formatCounted } from '../../format';
import {
  CAPTURE_FUNCTION,
  EDGE_IDENTITY,
  GUARD_FUNCTION,
  GUARD_TRIGGER,
  LEDGER,
  REFUSE_TRUNCATE_FUNCTION,
} from '../../queue/queueNames';
import { say } from '../../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../../sql';
import { formatTableName } from '../../tableName';
import type { TableName } from '../../topology';
import type { Finding } from '../finding';
import { errorFinding, listNames, noteFinding, ownersFix, warningFinding } from '../findingParts';
import { makePlan, planWithoutCatalog } from '../makePlan';
import { roleWords, standbyFindings } from '../nodeFindings';
import type { NodeCatalog, RelationFacts } from '../nodeCatalog';
import type { Plan, PlanStep } from '../plan';
import type { PlanContext } from '../requests';
import { PLAIN } from '../sentinelSteps';
import { sqlStatement } from '../sqlText';
import { isSameTable, relationOf, uniqueTables } from '../tableLookup';
import { isOurs } from './edgeTables';
import type { QueueFacts } from './queueFacts';
import { exists, PRIMARY_TABLES } from './queueSteps';
import { addedColumns, isOfApplication, isQueue } from './upgradeQueue';

export interface RemoveQueueRequest {
  readonly nodeId: string;
  /** `null`: nothing of the primary is touched, as where it cannot be reached. */
  readonly primaryId: string | null;
  readonly queue: TableName;
  /** Where an application made the queue's table: whether it loses the columns that were added. The table stays in any case. */
  readonly dropsAddedColumns: boolean;
}

/**
 * Takes away everything that a set-up made on both nodes: triggers first, so that no write fails for want of the queue. What an
 * application made stays, and so do publication, subscription and roles. Needs what a set-up needs.
 */
export function planRemoveQueue(request: RemoveQueueRequest, context: PlanContext): Plan {
  const { nodeId, primaryId } = request;
  const head = { kind: 'removeQueue', title: say`Remove the queue of ${nodeId}` };
  const nodeIds = primaryId === null ? [nodeId] : [nodeId, primaryId];
  const edge = context.catalogs.get(nodeId);
  const facts = context.queues?.get(nodeId);
  if (edge === undefined || facts === undefined) {
    return planWithoutCatalog(context, head, nodeIds);
  }
  const primary = primaryId === null ? null : (context.catalogs.get(primaryId) ?? null);
  const primaryFacts = primaryId === null ? null : (context.queues?.get(primaryId) ?? null);
  const others = otherEdges(request, context);
  const strangers = (primaryFacts?.edges ?? []).filter(({ id }) => id !== facts.edgeId);
  const steps = [
    ...triggerSteps(nodeId, facts),
    ...queueSteps(request, edge, facts),
    ...edgeObjectSteps(request, edge, facts),
    ...(primary === null || primaryFacts === null || others.length > 0 || strangers.length > 0
      ? []
      : primarySteps(nodeId, primary, primaryFacts, facts.edgeId ?? null)),
  ];
  const isDeclared = context.topology.nodes.some(
    ({ id, pendingSync }) => id === nodeId && pendingSync !== null,
  );
  return makePlan(context, {
    ...head,
    steps,
    findings: [
      ...[edge, ...(primary === null ? [] : [primary])].flatMap((catalog) => [
        ...standbyFindings(context, catalog),
        ...ownerFindings(request, catalog),
      ]),
      ...queueFindings(request, edge, facts, steps),
      ...echoFindings(edge, facts),
      ...(others.length === 0
        ? []
        : [
            noteFinding(
              'stillTaken',
              primaryId,
              say`${listNames(others)} ${others.length === 1 ? say`drains` : say`drain`} to ${primaryId ?? ''} as well, so its ledger stays.`,
            ),
          ]),
      ...(primary === null || others.length > 0
        ? []
        : strangerFindings(request, primary, strangers)),
      ...roleFindings(request, context, nodeIds),
      ...(steps.length > 0
        ? []
        : [
            noteFinding(
              'nothingToDo',
              nodeId,
              say`${nodeId} has nothing of ours for ${formatTableName(request.queue)}.`,
            ),
          ]),
    ],
    privileges: [edge, ...(primary === null ? [] : [primary])].map(
      (catalog) =>
        say`${catalog.nodeId}: the role must own what is dropped, and the tables that are captured. It runs as ${roleWords(catalog)}.`,
    ),
    fileChanges: isDeclared ? [{ path: ['nodes', nodeId, 'pendingSync'], value: undefined }] : [],
  });
}

/** Other edges of the file with the same primary. */
function otherEdges(
  { nodeId, primaryId }: RemoveQueueRequest,
  { topology }: PlanContext,
): readonly string[] {
  return topology.nodes
    .filter(({ id, pendingSync }) => id !== nodeId && pendingSync?.primary === primaryId)
    .map(({ id }) => id);
}

/** Edges that the primary knows and that are not this one as it is now: nobody can tell an earlier identity of it from another edge. */
function strangerFindings(
  { nodeId }: RemoveQueueRequest,
  primary: NodeCatalog,
  strangers: NonNullable<QueueFacts['edges']>,
): readonly Finding[] {
  const present = PRIMARY_TABLES.filter((table) => relationOf(primary, table) !== null);
  if (strangers.length === 0 || present.length === 0) return [];
  const names = listNames(strangers.map(({ id, name }) => `${name} (${id})`));
  return [
    warningFinding(
      'stillTaken',
      primary.nodeId,
      say`${primary.nodeId} keeps its ledger: it is also that of ${names}, which ${strangers.length === 1 ? say`is` : say`are`} not ${nodeId} as it is now, but another edge or an identity that ${nodeId} had before. An edge whose ledger is gone sends again what it has sent.`,
      {
        text: say`Drop it by hand once none of them drains there any more.`,
        copy: `DROP TABLE ${present.map(qualifiedName).join(', ')};`,
      },
    ),
  ];
}

function triggerSteps(nodeId: string, facts: QueueFacts): readonly PlanStep[] {
  const ours = facts.triggers.filter(isOurs);
  return uniqueTables(ours.map(({ table }) => table)).map((table) => {
    const triggers = ours.filter((one) => isSameTable(one.table, table));
    const name = formatTableName(table);
    const on = qualifiedName(table);
    return {
      ...PLAIN,
      nodeId,
      title: say`Take our triggers from ${name}`,
      effect: say`Writes to ${name} on ${nodeId} are no longer queued. Writers of ${name} wait for a moment.`,
      risk: 'interrupts' as const,
      statements: triggers.map((one) =>
        sqlStatement(`DROP TRIGGER ${escapeIdentifier(one.name)} ON ${on}`),
      ),
      effectCheck: {
        sql: `SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = pg_catalog.to_regclass(${escapeLiteral(on)}) AND tgname IN (${triggers.map((one) => escapeLiteral(one.name)).join(', ')}))`,
        otherwise: say`${name} on ${nodeId} still has triggers of ours.`,
      },
      undo: triggers.flatMap((one) => [
        sqlStatement(one.definition),
        ...(one.fires === 'replica'
          ? [sqlStatement(`ALTER TABLE ${on} ENABLE REPLICA TRIGGER ${escapeIdentifier(one.name)}`)]
          : []),
      ]),
      undoNote: say`Writes in between were not captured.`,
    };
  });
}

function queueSteps(
  { nodeId, queue, dropsAddedColumns }: RemoveQueueRequest,
  edge: NodeCatalog,
  { openOperations }: QueueFacts,
): readonly PlanStep[] {
  const relation = relationOf(edge, queue);
  if (relation === null || !isQueue(relation)) return [];
  const name = formatTableName(queue);
  if (isOfApplication(relation)) {
    const added = dropsAddedColumns ? addedColumns(relation) : [];
    return added.length === 0 ? [] : [stripStep(nodeId, relation, added)];
  }
  return [
    {
      ...PLAIN,
      nodeId,
      title: say`Drop the table ${name}`,
      effect: say`What is queued on ${nodeId} is gone${openOperations === 0 ? say`; nothing of it is open` : say`, open operations too`}.`,
      risk: openOperations === 0 ? 'interrupts' : 'losesData',
      statements: [sqlStatement(`DROP TABLE ${qualifiedName(queue)}`)],
      effectCheck: {
        sql: `SELECT NOT (${exists(queue)})`,
        otherwise: say`${nodeId} still has ${name}.`,
      },
      undoNote: say`Nothing brings its rows back.`,
    },
  ];
}

function stripStep(nodeId: string, relation: RelationFacts, added: readonly string[]): PlanStep {
  const name = formatTableName(relation);
  const on = qualifiedName(relation);
  return {
    ...PLAIN,
    nodeId,
    title: say`Take our columns from ${name}`,
    effect: say`${name} on ${nodeId} is the application's alone again: its rows stay, their order and state are gone.`,
    risk: 'losesData',
    statements: [
      `ALTER TABLE ${on} ${added.map((column) => `DROP COLUMN ${escapeIdentifier(column)}`).join(', ')}`,
      `COMMENT ON TABLE ${on} IS NULL`,
    ].map(sqlStatement),
    effectCheck: {
      sql: `SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass(${escapeLiteral(on)}) AND attname = 'seq' AND NOT attisdropped)`,
      otherwise: say`${name} on ${nodeId} still has them.`,
    },
    undoNote: say`Nothing brings them back.`,
  };
}

const EDGE_FUNCTIONS: readonly TableName[] = [
  CAPTURE_FUNCTION,
  REFUSE_TRUNCATE_FUNCTION,
  GUARD_FUNCTION,
];

function edgeObjectSteps(
  { nodeId, queue }: RemoveQueueRequest,
  edge: NodeCatalog,
  facts: QueueFacts,
): readonly PlanStep[] {
  const hasIdentity = relationOf(edge, EDGE_IDENTITY) !== null;
  const functions = EDGE_FUNCTIONS.filter(({ name }) =>
    facts.functions.some((one) => one.name === name),
  );
  const relation = relationOf(edge, queue);
  const goes = [
    ...(hasIdentity ? [EDGE_IDENTITY.name] : []),
    ...functions.map(({ name }) => name),
    ...(relation !== null && queue.schema === EDGE_IDENTITY.schema && !isOfApplication(relation)
      ? [queue.name]
      : []),
  ];
  const schema = dropSchema(edge, facts, goes);
  if (!hasIdentity && functions.length === 0 && schema.length === 0) return [];
  return [
    {
      ...PLAIN,
      nodeId,
      title: say`Drop what knew the edge and queued its writes`,
      effect: say`${nodeId} is no edge any more; set up anew, it would be another one to the primary.`,
      risk: hasIdentity ? 'losesData' : 'safe',
      statements: [
        ...functions.map((one) => `DROP FUNCTION ${qualifiedName(one)}()`),
        ...(hasIdentity ? [`DROP TABLE ${qualifiedName(EDGE_IDENTITY)}`] : []),
        ...schema,
      ].map(sqlStatement),
      effectCheck: {
        sql: `SELECT NOT (${exists(EDGE_IDENTITY)})`,
        otherwise: say`${nodeId} still has the identity of an edge.`,
      },
    },
  ];
}

/** @param edgeId who the edge is to the primary; `null`: that is not known, so any edge there may be another one */
function primarySteps(
  edge: string,
  primary: NodeCatalog,
  facts: QueueFacts,
  edgeId: string | null,
): readonly PlanStep[] {
  const present = PRIMARY_TABLES.filter((table) => relationOf(primary, table) !== null);
  if (present.length === 0) return [];
  const { nodeId } = primary;
  const [register] = PRIMARY_TABLES;
  const hasRegister =
    register !== undefined && present.some((table) => isSameTable(table, register));
  const names = present.map(({ name }) => name);
  return [
    {
      ...PLAIN,
      nodeId,
      title: say`Drop the ledger of drained operations`,
      effect: say`${nodeId} forgets which operations took effect, every conflict with the version that lost, and the metrics.`,
      risk: 'losesData',
      statements: [
        ...present.map((table) => `DROP TABLE ${qualifiedName(table)}`),
        ...dropSchema(primary, facts, names),
      ].map(sqlStatement),
      precondition: hasRegister
        ? {
            sql: `SELECT NOT EXISTS (SELECT FROM ${qualifiedName(register)}${edgeId === null ? '' : ` WHERE edge_id <> ${escapeLiteral(edgeId)}`})`,
            otherwise: say`${nodeId} has taken operations of an edge that is not ${edge} as it is now: of another edge, or of ${edge} before it got a new identity. The ledger is the same, so it stays; once no other edge drains there, drop its tables by hand.`,
          }
        : null,
      effectCheck: {
        sql: `SELECT ${present.map((table) => `NOT (${exists(table)})`).join(' AND ')}`,
        otherwise: say`${nodeId} still has some of these tables.`,
      },
      undoNote: say`Nothing brings their rows back.`,
    },
  ];
}

/** Only when nothing else stands in it, such as the table of a check. */
function dropSchema(
  catalog: NodeCatalog,
  { schemaObjects }: QueueFacts,
  goes: readonly string[],
): readonly string[] {
  const { schema } = LEDGER;
  const isThere = catalog.schemas.some(({ name }) => name === schema);
  if (!isThere || goes.length === 0) return [];
  return schemaObjects.every((name) => goes.includes(name))
    ? [`DROP SCHEMA ${escapeIdentifier(schema)}`]
    : [];
}

function ownerFindings({ queue }: RemoveQueueRequest, catalog: NodeCatalog): readonly Finding[] {
  const { nodeId, role, relations } = catalog;
  if (role.isSuperuser) return [];
  const foreign = relations.filter(
    (relation) =>
      !relation.isOwned &&
      [queue, EDGE_IDENTITY, ...PRIMARY_TABLES].some((table) => isSameTable(table, relation)),
  );
  if (foreign.length === 0) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role.name} does not own ${listNames(foreign.map(formatTableName))} on ${nodeId}, so it may not drop them (42501).`,
      ownersFix(
        foreign.map(({ owner }) => owner),
        role.name,
      ),
    ),
  ];
}

function queueFindings(
  { nodeId, queue, dropsAddedColumns }: RemoveQueueRequest,
  edge: NodeCatalog,
  { openOperations }: QueueFacts,
  steps: readonly PlanStep[],
): readonly Finding[] {
  const relation = relationOf(edge, queue);
  if (relation === null || !isQueue(relation)) return [];
  const name = formatTableName(queue);
  const isKept = isOfApplication(relation);
  const kept = isKept
    ? [
        noteFinding(
          'oldShape',
          nodeId,
          say`${name} on ${nodeId} was made by the application and stays, with its rows${dropsAddedColumns ? '' : say` and the columns that were added`}.`,
        ),
      ]
    : [];
  if (steps.length === 0) return kept;
  if (openOperations === 0) return kept;
  const text = openText(openOperations, name, nodeId);
  return [...kept, warningFinding('losesChanges', nodeId, text, say`Drain the queue first.`)];
}

/** @param openOperations `null` where they could not be counted */
function openText(openOperations: number | null, name: string, nodeId: string): string {
  if (openOperations === null) {
    return say`How many operations wait in ${name} on ${nodeId} could not be counted; they never reach the primary.`;
  }
  if (openOperations === 1) {
    return say`1 operation waits in ${name} on ${nodeId}: the primary never gets it.`;
  }
  return openOperations > 10_000
    ? say`More than 10,000 operations wait in ${name} on ${nodeId}: the primary never gets them.`
    : say`${formatCounted(openOperations, 'operation')} wait in ${name} on ${nodeId}: the primary never gets them.`;
}

/** What was drained a moment ago may still be on its way back. */
function echoFindings(edge: NodeCatalog, facts: QueueFacts): readonly Finding[] {
  const guarded = facts.triggers.filter((one) => isOurs(one) && one.name === GUARD_TRIGGER);
  const taking = edge.subscriptions.filter(({ tables }) =>
    tables.some((table) => guarded.some((one) => isSameTable(one.table, table))),
  );
  if (taking.length === 0) return [];
  return [
    warningFinding(
      'losesChanges',
      edge.nodeId,
      say`${listNames(taking.map(({ name }) => name))} on ${edge.nodeId} may still bring back what was drained a moment ago: without the guard its first row would stop the subscription.`,
      say`Wait until the subscription has caught up since the last drain.`,
    ),
  ];
}

/** Roles may serve others as well, so they stay. */
function roleFindings(
  { nodeId }: RemoveQueueRequest,
  { topology, catalogs }: PlanContext,
  nodeIds: readonly string[],
): readonly Finding[] {
  const role = topology.nodes.find(({ id }) => id === nodeId)?.pendingSync?.drainUser;
  if (role === undefined) return [];
  return nodeIds
    .filter((id) => catalogs.get(id)?.roles.some(({ name }) => name === role) === true)
    .map((id) =>
      noteFinding(
        'privilege',
        id,
        say`The role ${role} stays on ${id}, with what else it may do.`,
        {
          text: say`Drop it where nothing else uses it.`,
          copy: `DROP OWNED BY ${escapeIdentifier(role)};\nDROP ROLE ${escapeIdentifier(role)};`,
        },
      ),
    );
}

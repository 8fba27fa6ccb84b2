import { formatCounted } from '../../format';
import { guardFunctionSql, guardTriggerSql } from '../../queue/echoGuard';
import {
  captureFunctionSql,
  captureTriggerSql,
  edgeComment,
  edgeIdentitySql,
  refuseTruncateSql,
  truncateTriggerSql,
} from '../../queue/edgeObjects';
import { primaryObjectsSql } from '../../queue/primaryObjects';
import {
  CAPTURE_FUNCTION,
  CAPTURE_TRIGGER,
  CONFLICTS,
  EDGE_IDENTITY,
  EDGE_REGISTER,
  GUARD_FUNCTION,
  GUARD_TRIGGER,
  LEDGER,
  METRICS,
  PRIMARY_OBJECTS_VERSION,
  REFUSE_TRUNCATE_FUNCTION,
  TRUNCATE_TRIGGER,
} from '../../queue/queueNames';
import { say } from '../../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../../sql';
import { formatTableName } from '../../tableName';
import type { TableName } from '../../topology';
import { listNames } from '../findingParts';
import type { NodeCatalog, RelationFacts } from '../nodeCatalog';
import { pendingSyncSql } from '../pendingSyncTable';
import type { PlanStep } from '../plan';
import { PLAIN } from '../sentinelSteps';
import { sqlStatement } from '../sqlText';
import { relationOf } from '../tableLookup';
import type { CapturedTable, UnguardedTable } from './edgeTables';
import type { QueueFacts } from './queueFacts';
import {
  downgradeSql,
  isOfApplication,
  needsUpgrade,
  UPGRADE_LIMIT_MS,
  upgradedComment,
  upgradeSql,
  upgradeWords,
} from './upgradeQueue';

/** Tables on the primary, in the order in which they are made. */
export const PRIMARY_TABLES: readonly TableName[] = [EDGE_REGISTER, LEDGER, CONFLICTS, METRICS];

/** Makes the queue, or brings the one that is there up to date. No step when it is. */
export function queueTableSteps(
  nodeId: string,
  queue: TableName,
  catalog: NodeCatalog,
): readonly PlanStep[] {
  const existing = relationOf(catalog, queue);
  if (existing === null) return [createQueueStep(nodeId, queue, catalog)];
  return needsUpgrade(existing) ? [upgradeStep(nodeId, existing)] : [];
}

function createQueueStep(nodeId: string, queue: TableName, catalog: NodeCatalog): PlanStep {
  const makesSchema = lacksSchema(catalog, queue.schema);
  const schema = escapeIdentifier(queue.schema);
  return {
    ...PLAIN,
    nodeId,
    title: say`Create the table ${formatTableName(queue)}`,
    effect: say`${nodeId} can queue writes in ${formatTableName(queue)}; nothing is drained unasked.`,
    statements: [...(makesSchema ? [`CREATE SCHEMA ${schema}`] : []), ...pendingSyncSql(queue)].map(
      sqlStatement,
    ),
    effectCheck: {
      sql: `SELECT ${exists(queue)}`,
      otherwise: say`${nodeId} has no table ${formatTableName(queue)}.`,
    },
    undo: [
      `DROP TABLE ${qualifiedName(queue)}`,
      // Without CASCADE: it is refused once something else stands in it.
      ...(makesSchema ? [`DROP SCHEMA ${schema}`] : []),
    ].map(sqlStatement),
    undoNote: say`Operations that were queued meanwhile are lost with the table.`,
  };
}

function upgradeStep(nodeId: string, relation: RelationFacts): PlanStep {
  const name = formatTableName(relation);
  const text = escapeLiteral(qualifiedName(relation));
  const isOld = isOfApplication(relation);
  return {
    ...PLAIN,
    nodeId,
    title: say`Upgrade the table ${name}`,
    effect: say`${name} on ${nodeId} becomes a queue that can be drained; its rows stay${isOld ? say`, numbered by created_at` : ''}, and the application queues as before. ${upgradeWords(relation, nodeId)}`,
    risk: 'interrupts',
    statements: [sqlStatement(upgradeSql(relation))],
    statementLimitMs: UPGRADE_LIMIT_MS,
    effectCheck: {
      sql: `SELECT COALESCE(pg_catalog.obj_description(pg_catalog.to_regclass(${text}), 'pg_class') = ${escapeLiteral(upgradedComment(relation))}, false)`,
      otherwise: say`${name} on ${nodeId} is not upgraded.`,
    },
    undo: isOld ? downgradeSql(relation).map(sqlStatement) : [],
    undoNote: isOld
      ? say`Order and state of operations are lost with the columns; what was drained keeps its synced_at.`
      : null,
  };
}

/** Functions that a set-up needs, by what it does. */
export interface EdgeFunctions {
  readonly captures: boolean;
  readonly guards: boolean;
}

/** The edge's identity and the functions of its triggers, as far as they are missing or of another version. */
export function edgeObjectSteps(
  nodeId: string,
  queue: TableName,
  needed: EdgeFunctions,
  catalog: NodeCatalog,
  facts: QueueFacts,
): readonly PlanStep[] {
  const identity = relationOf(catalog, EDGE_IDENTITY);
  const wanted = [
    ...(needed.captures
      ? [
          { name: CAPTURE_FUNCTION, sql: captureFunctionSql(queue) },
          { name: REFUSE_TRUNCATE_FUNCTION, sql: refuseTruncateSql() },
        ]
      : []),
    // One that waits for its subscription to come back is upgraded as well.
    ...(needed.guards || facts.functions.some(({ name }) => name === GUARD_FUNCTION.name)
      ? [{ name: GUARD_FUNCTION, sql: guardFunctionSql() }]
      : []),
  ].filter(({ name, sql }) => !isFunctionCurrent(facts, name.name, sql[0] ?? ''));
  const makesIdentity = identity?.comment !== edgeComment('who this edge is');
  if (!makesIdentity && wanted.length === 0) return [];
  const makesSchema =
    lacksSchema(catalog, EDGE_IDENTITY.schema) && queue.schema !== EDGE_IDENTITY.schema;
  const schema = escapeIdentifier(EDGE_IDENTITY.schema);
  const made = wanted.filter(({ name }) => !facts.functions.some((one) => one.name === name.name));
  const isUpgrade = !makesIdentity && made.length === 0;
  const checks = [
    ...(makesIdentity ? [exists(EDGE_IDENTITY)] : []),
    ...wanted.map(
      ({ name }) =>
        `pg_catalog.to_regprocedure(${escapeLiteral(`${qualifiedName(name)}()`)}) IS NOT NULL`,
    ),
  ];
  return [
    {
      ...PLAIN,
      nodeId,
      title: isUpgrade
        ? say`Upgrade the functions of its triggers`
        : say`Create what knows the edge and queues its writes`,
      effect: isUpgrade
        ? say`From the next row on ${nodeId} runs ${listNames(wanted.map(({ name }) => formatTableName(name)))} as this version of the extension has it. Nobody waits, and nothing else changes.`
        : say`${nodeId} has an identity, by which the primary knows what it applied of it${wanted.length === 0 ? '' : say`, and the functions of its triggers`}.`,
      statements: [
        ...(makesSchema ? [`CREATE SCHEMA ${schema}`] : []),
        ...(makesIdentity ? edgeIdentitySql() : []),
        ...wanted.flatMap(({ sql }) => sql),
      ].map(sqlStatement),
      effectCheck: {
        sql: `SELECT ${checks.join('\n   AND ')}`,
        otherwise: say`${nodeId} lacks some of the objects of its queue.`,
      },
      undo: [
        ...made.map(({ name }) => `DROP FUNCTION ${qualifiedName(name)}()`),
        ...(identity === null ? [`DROP TABLE ${qualifiedName(EDGE_IDENTITY)}`] : []),
        ...(makesSchema ? [`DROP SCHEMA ${schema}`] : []),
      ].map(sqlStatement),
      undoNote:
        made.length === wanted.length
          ? null
          : say`A function that was there already stays upgraded.`,
    },
  ];
}

/** One step a table, so that no two are locked at once. */
export function captureSteps(
  nodeId: string,
  captured: readonly CapturedTable[],
): readonly PlanStep[] {
  return captured
    .filter(({ isMissing, bare }) => isMissing || bare.length > 0)
    .map(({ table, outdated, isMissing, bare }) => {
      const name = formatTableName(table);
      const made = isMissing ? [table, ...bare] : bare;
      return {
        ...PLAIN,
        nodeId,
        title: isMissing
          ? say`Capture the writes of ${name}`
          : say`Refuse TRUNCATE of partitions of ${name}`,
        effect: say`${isMissing ? say`Every later write to ${name} on ${nodeId} is queued by its own transaction, and TRUNCATE is refused; rows that are there now are not queued.` : say`TRUNCATE is refused on ${formatCounted(bare.length, 'partition')} as well.`} Writers of ${name} wait while its triggers are made.`,
        risk: 'interrupts' as const,
        statements: [
          ...outdated.map((trigger) => `DROP TRIGGER ${trigger} ON ${qualifiedName(table)}`),
          ...(isMissing ? captureTriggerSql(table) : []),
          ...bare.flatMap(truncateTriggerSql),
        ].map(sqlStatement),
        effectCheck: {
          sql: `SELECT ${[
            ...(isMissing ? [triggerExists(table, CAPTURE_TRIGGER)] : []),
            ...made.map((one) => triggerExists(one, TRUNCATE_TRIGGER)),
          ].join('\n   AND ')}`,
          otherwise: say`The writes of ${name} on ${nodeId} are not captured.`,
        },
        undo: [
          ...(isMissing ? [`DROP TRIGGER ${CAPTURE_TRIGGER} ON ${qualifiedName(table)}`] : []),
          ...made.map((one) => `DROP TRIGGER ${TRUNCATE_TRIGGER} ON ${qualifiedName(one)}`),
        ].map(sqlStatement),
        undoNote: say`What was queued meanwhile stays in the queue; later writes to ${name} are not.`,
      };
    });
}

/** Takes our capture triggers from tables whose writes the application queues: both would queue each write twice. */
export function releaseSteps(
  nodeId: string,
  tables: readonly TableName[],
  facts: QueueFacts,
): readonly PlanStep[] {
  return tables.map((table) => {
    const name = formatTableName(table);
    const ours = facts.triggers.filter(
      (one) =>
        one.table.schema === table.schema &&
        one.table.name === table.name &&
        (one.name === CAPTURE_TRIGGER || one.name === TRUNCATE_TRIGGER),
    );
    const on = qualifiedName(table);
    return {
      ...PLAIN,
      nodeId,
      title: say`Stop capturing the writes of ${name}`,
      effect: say`Our trigger no longer queues writes to ${name} on ${nodeId}. Writers of ${name} wait for a moment.`,
      risk: 'interrupts' as const,
      statements: ours.map((one) => sqlStatement(`DROP TRIGGER ${one.name} ON ${on}`)),
      effectCheck: {
        sql: `SELECT NOT ${triggerExists(table, CAPTURE_TRIGGER)}`,
        otherwise: say`${name} on ${nodeId} is still captured.`,
      },
      undo: ours.map((one) => sqlStatement(one.definition)),
      undoNote: say`Writes in between were not captured.`,
    };
  });
}

export function guardSteps(
  nodeId: string,
  unguarded: readonly UnguardedTable[],
): readonly PlanStep[] {
  return unguarded.map((table) => {
    const name = formatTableName(table);
    const on = qualifiedName(table);
    return {
      ...PLAIN,
      nodeId,
      title: say`Guard ${name} against its own echo`,
      effect: say`A row that ${nodeId} sent up and that comes back by its subscription replaces the one that is here, instead of stopping the subscription. Writers of ${name} wait while its trigger is made.`,
      risk: 'interrupts' as const,
      statements: [
        ...(table.isOutdated ? [`DROP TRIGGER ${GUARD_TRIGGER} ON ${on}`] : []),
        ...guardTriggerSql(table, table.key),
      ].map(sqlStatement),
      effectCheck: {
        sql: `SELECT ${triggerExists(table, GUARD_TRIGGER, 'R')}`,
        otherwise: say`${name} on ${nodeId} has no echo guard.`,
      },
      undo: [sqlStatement(`DROP TRIGGER ${GUARD_TRIGGER} ON ${on}`)],
      undoNote: say`Without it the queue of ${name} is not drained.`,
    };
  });
}

/** Whether the primary has its tables in this version. */
export function hasPrimaryObjects(catalog: NodeCatalog): boolean {
  const version = `, version ${PRIMARY_OBJECTS_VERSION}`;
  return PRIMARY_TABLES.every(
    (table) => relationOf(catalog, table)?.comment?.endsWith(version) === true,
  );
}

export function primarySteps(catalog: NodeCatalog): readonly PlanStep[] {
  if (hasPrimaryObjects(catalog)) return [];
  const { nodeId } = catalog;
  const missing = PRIMARY_TABLES.filter((table) => relationOf(catalog, table) === null);
  const makesSchema = lacksSchema(catalog, LEDGER.schema);
  const schema = escapeIdentifier(LEDGER.schema);
  return [
    {
      ...PLAIN,
      nodeId,
      title: say`Create the ledger of drained operations`,
      effect: say`${nodeId} keeps which operations of edges took effect, their conflicts and metrics, in ${missing.map(formatTableName).join(', ')}.`,
      statements: [...(makesSchema ? [`CREATE SCHEMA ${schema}`] : []), ...primaryObjectsSql()].map(
        sqlStatement,
      ),
      effectCheck: {
        sql: `SELECT ${PRIMARY_TABLES.map(exists).join(' AND ')}`,
        otherwise: say`${nodeId} lacks some of these tables.`,
      },
      undo: [
        ...missing.map((table) => `DROP TABLE ${qualifiedName(table)}`),
        ...(makesSchema ? [`DROP SCHEMA ${schema}`] : []),
      ].map(sqlStatement),
      undoNote: say`What was applied meanwhile is forgotten with them.`,
    },
  ];
}

export function lacksSchema(catalog: NodeCatalog, schema: string): boolean {
  return !catalog.schemas.some(({ name }) => name === schema);
}

export function exists(table: TableName): string {
  return `pg_catalog.to_regclass(${escapeLiteral(qualifiedName(table))}) IS NOT NULL`;
}

export function triggerExists(table: TableName, name: string, fires = 'O'): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = pg_catalog.to_regclass(${escapeLiteral(qualifiedName(table))}) AND tgname = ${escapeLiteral(name)} AND tgenabled = '${fires}')`;
}

/** Whether the function that is there is the very one that the statement makes: its source stands in it as a literal. */
function isFunctionCurrent({ functions }: QueueFacts, name: string, createSql: string): boolean {
  const present = functions.find((one) => one.name === name);
  return present !== undefined && createSql.endsWith(`AS ${escapeLiteral(present.source)}`);
}

import { formatCounted } from '../format';
import { say } from '../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { DeclaredTable, TableName } from '../topology';
import { shapeCheck } from './alterPublicationSql';
import type {
  CatalogPublication,
  CatalogSubscription,
  NodeCatalog,
  RelationFacts,
} from './nodeCatalog';
import type { PlanCondition, PlanStep } from './plan';
import { passedSql, waitStep } from './publicationReaders';
import { tableClause } from './publicationSql';
import { holdStatements, releaseStatement } from './resyncHolder';
import { sqlStatement } from './sqlText';
import { relationOf } from './tableLookup';

/** REFRESH asks the publisher and takes short locks; copying comes after it. */
const REFRESH_LIMIT_MS = 60_000;

/** How long the copy is watched; it goes on by itself. */
const COPY_LIMIT_MS = 600_000;

/** One table of one subscription, as both ends have it. */
export interface Resync {
  readonly publisher: NodeCatalog;
  readonly subscriber: NodeCatalog;
  readonly subscription: CatalogSubscription;
  /** The only one that holds it. */
  readonly publication: CatalogPublication;
  /** With its column list and row filter. */
  readonly table: DeclaredTable;
  /** On the subscriber. */
  readonly target: RelationFacts;
  /** How far a plan before this one came. */
  readonly stage: ResyncStage;
}

export interface ResyncStage {
  readonly isPublished: boolean;
  /** By the subscription. */
  readonly isTaken: boolean;
  /** Whether the publisher keeps how the table was published. */
  readonly isHeld: boolean;
}

/**
 * Takes the table out of its publication and lets the subscription go of it, empties it, and puts it back as it was, so that
 * it is copied like a new one. Each step asks whether what the one before it did still holds; what an earlier plan did is
 * not done again.
 */
export function resyncTableSteps(resync: Resync): readonly PlanStep[] {
  const { isPublished, isTaken } = resync.stage;
  // What is published and not taken would be copied by any refresh: it only has to be empty then.
  const isOut = !isPublished || isTaken;
  return [
    ...(isPublished && isTaken ? [unpublishStep(resync)] : []),
    ...(isTaken ? [passStep(resync), letGoStep(resync)] : []),
    emptyStep(resync),
    ...(isOut ? [publishStep(resync)] : []),
    copyStep(resync),
  ];
}

function unpublishStep({ publisher, publication, table, stage }: Resync): PlanStep {
  const { nodeId } = publisher;
  const shown = formatTableName(table);
  return {
    nodeId,
    title: say`Take ${shown} out of ${publication.name}`,
    effect: say`${publication.name} on ${nodeId} publishes ${shown} no more, until it is put back below; a publication that nobody takes keeps how it was published. Waits for transactions that have written to ${shown}; others wait with it meanwhile.`,
    risk: 'interrupts',
    statements: [
      // Who wrote to it before must have ended: their rows would come after it was emptied, and be copied as well.
      sqlStatement(`LOCK TABLE ONLY ${qualifiedName(table)} IN SHARE MODE`),
      sqlStatement(
        `ALTER PUBLICATION ${escapeIdentifier(publication.name)} DROP TABLE ONLY ${qualifiedName(table)}`,
      ),
      ...[
        ...(stage.isHeld ? [releaseStatement(publication.name)] : []),
        ...holdStatements(publication.name, table),
      ].map(sqlStatement),
    ],
    isTransactional: true,
    statementLimitMs: null,
    precondition: shapeCheck(nodeId, publication),
    effectCheck: publishes(publication, table, false, say`${publication.name} publishes it still.`),
    settle: null,
    undo: [addStatement(publication, table), sqlStatement(releaseStatement(publication.name))],
    undoNote: say`What was written to ${shown} meanwhile does not arrive: make it anew with this plan afterwards.`,
  };
}

function passStep({ publisher, subscription, subscriber, table }: Resync): PlanStep {
  const shown = formatTableName(table);
  return waitStep(publisher.nodeId, {
    title: say`Wait until ${subscription.name} has taken what was sent of ${shown}`,
    effect: say`What is on its way to ${subscriber.nodeId} is applied there before ${shown} is emptied; later, it would be there twice.`,
    sql: passedSql([subscription.slotName]),
    otherwise: say`${subscription.name} on ${subscriber.nodeId} lags behind ${publisher.nodeId}, or is stopped. Go on from here when it has caught up.`,
  });
}

function letGoStep({ publisher, subscriber, subscription, table }: Resync): PlanStep {
  const shown = formatTableName(table);
  return {
    nodeId: subscriber.nodeId,
    title: say`Let ${subscription.name} go of ${shown}`,
    effect: say`${subscriber.nodeId} takes no changes of ${shown} until it is copied. Other tables go on.`,
    risk: 'safe',
    statements: [refreshStatement(subscription)],
    // Refused in a transaction (25001).
    isTransactional: false,
    statementLimitMs: REFRESH_LIMIT_MS,
    precondition: null,
    effectCheck: taken(
      subscription,
      table,
      'IS NULL',
      say`${subscription.name} takes ${shown} still.`,
    ),
    settle: {
      ...taken(
        subscription,
        table,
        'IS NULL',
        say`${subscription.name} on ${subscriber.nodeId} takes ${shown} still: ${publisher.nodeId} publishes it to it. Make the plan anew.`,
      ),
      limitMs: REFRESH_LIMIT_MS,
    },
    undo: [],
    undoNote: say`Once ${publisher.nodeId} publishes ${shown} again, REFRESH PUBLICATION takes it in anew.`,
  };
}

function emptyStep({ subscriber, target, table }: Resync): PlanStep {
  const { nodeId } = subscriber;
  const shown = formatTableName(table);
  return {
    nodeId,
    title: say`Empty ${shown}`,
    effect: say`Every row of ${shown} on ${nodeId} is gone (${rowWords(target)}). Rows that only ${nodeId} has do not come back.`,
    risk: 'losesData',
    statements: [sqlStatement(`TRUNCATE ONLY ${qualifiedName(table)}`)],
    isTransactional: true,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_subscription_rel AS r WHERE r.srrelid = ${oidOf(table)})`,
      otherwise: say`A subscription on ${nodeId} takes ${shown} by now. Make the plan anew.`,
    },
    effectCheck: {
      sql: `SELECT ${isEmpty(table)}`,
      otherwise: say`${shown} on ${nodeId} has rows.`,
    },
    settle: null,
    undo: [],
    undoNote: say`Its rows do not come back by an undo; they are copied again once ${shown} is published and the subscription is refreshed.`,
  };
}

function publishStep({ publisher, publication, table }: Resync): PlanStep {
  const { nodeId } = publisher;
  const shown = formatTableName(table);
  return {
    nodeId,
    title: say`Put ${shown} back into ${publication.name}`,
    effect: say`${publication.name} on ${nodeId} publishes ${shown} as before${limitWords(table)}.`,
    risk: 'safe',
    statements: [
      addStatement(publication, table),
      sqlStatement(releaseStatement(publication.name)),
    ],
    isTransactional: true,
    statementLimitMs: null,
    precondition: publishes(
      publication,
      table,
      false,
      say`${publication.name} on ${nodeId} publishes ${shown} by now, or is gone. Refresh the subscription, or make the plan anew.`,
    ),
    effectCheck: publishes(publication, table, true, say`${publication.name} does not publish it.`),
    settle: null,
    undo: [
      sqlStatement(
        `ALTER PUBLICATION ${escapeIdentifier(publication.name)} DROP TABLE ONLY ${qualifiedName(table)}`,
      ),
      ...holdStatements(publication.name, table).map(sqlStatement),
    ],
    undoNote: null,
  };
}

function copyStep({ publisher, subscriber, subscription, table }: Resync): PlanStep {
  const { nodeId } = subscriber;
  const shown = formatTableName(table);
  const copied = taken(
    subscription,
    table,
    "= 'r'",
    say`${shown} on ${nodeId} is not ready yet: copying goes on by itself, and the tree shows how far it is.`,
  );
  return {
    nodeId,
    title: say`Copy ${shown} again`,
    effect: say`Every row that ${publisher.nodeId} sends of ${shown} is copied to ${nodeId}; then changes follow.`,
    risk: 'safe',
    statements: [refreshStatement(subscription)],
    isTransactional: false,
    statementLimitMs: REFRESH_LIMIT_MS,
    // Once it is taken, another refresh does nothing: so a plan that stopped while it waited can go on.
    precondition: {
      sql: `SELECT ${isTaken(subscription, table, 'IS NOT NULL')} OR ${isEmpty(table)}`,
      otherwise: say`Somebody has written to ${shown} on ${nodeId} since it was emptied: copied rows would meet those (23505). Empty it, and go on from here.`,
    },
    effectCheck: taken(
      subscription,
      table,
      'IS NOT NULL',
      say`${subscription.name} does not take it.`,
    ),
    settle: {
      ...copied,
      limitMs: COPY_LIMIT_MS,
      copies: { subscription: subscription.name, tables: [sizeOf(publisher, table)] },
    },
    undo: [],
    undoNote: null,
  };
}

function sizeOf(publisher: NodeCatalog, { schema, name, rowFilter }: DeclaredTable) {
  const { rowEstimate = 0 } = relationOf(publisher, { schema, name }) ?? {};
  return { schema, name, totalRows: rowFilter === null && rowEstimate > 0 ? rowEstimate : null };
}

function refreshStatement({ name }: CatalogSubscription) {
  return sqlStatement(`ALTER SUBSCRIPTION ${escapeIdentifier(name)} REFRESH PUBLICATION`);
}

function addStatement({ name }: CatalogPublication, table: DeclaredTable) {
  return sqlStatement(
    `ALTER PUBLICATION ${escapeIdentifier(name)} ADD TABLE ONLY ${tableClause(table)}`,
  );
}

/** `about 1,200 rows, as statistics say` */
export function rowWords({ rowEstimate = 0 }: RelationFacts): string {
  return rowEstimate > 0
    ? say`about ${formatCounted(Math.round(rowEstimate), 'row')}, as statistics say`
    : say`statistics do not say how many`;
}

function limitWords({ columns, rowFilter }: DeclaredTable): string {
  const parts = [
    ...(columns === null ? [] : [say`its column list`]),
    ...(rowFilter === null ? [] : [say`its row filter`]),
  ];
  return parts.length === 0 ? '' : say`, with ${parts.join(say` and `)}`;
}

/** Whether the publication, which must be there, names the table. */
function publishes(
  { name }: CatalogPublication,
  table: TableName,
  does: boolean,
  otherwise: string,
): PlanCondition {
  return {
    sql: `SELECT ${does ? '' : 'NOT '}EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r
    WHERE r.prpubid = p.oid AND r.prrelid = ${oidOf(table)})
  FROM pg_catalog.pg_publication AS p WHERE p.pubname = ${escapeLiteral(name)}`,
    otherwise,
  };
}

function taken(
  subscription: CatalogSubscription,
  table: TableName,
  how: string,
  otherwise: string,
): PlanCondition {
  return { sql: `SELECT ${isTaken(subscription, table, how)}`, otherwise };
}

/** @param how is asked of its state, which is NULL while the subscription does not take the table */
function isTaken({ name }: CatalogSubscription, table: TableName, how: string): string {
  return `COALESCE((SELECT r.srsubstate FROM pg_catalog.pg_subscription_rel AS r
    JOIN pg_catalog.pg_subscription AS s ON s.oid = r.srsubid
    JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid AND d.datname = pg_catalog.current_database()
   WHERE s.subname = ${escapeLiteral(name)} AND r.srrelid = ${oidOf(table)}) ${how}, false)`;
}

function isEmpty(table: TableName): string {
  return `NOT EXISTS (SELECT FROM ONLY ${qualifiedName(table)})`;
}

function oidOf(table: TableName): string {
  return `pg_catalog.to_regclass(${escapeLiteral(qualifiedName(table))})`;
}

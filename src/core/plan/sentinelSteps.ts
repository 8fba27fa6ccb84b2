import { say } from '../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { NodeCatalog } from './nodeCatalog';
import type { PlanStep } from './plan';
import type { PlanContext } from './requests';
import {
  EXTENSION_SCHEMA,
  SENTINEL_COLUMNS,
  SENTINEL_VERSION,
  sentinelComment,
  sentinelTable,
  type SentinelSubject,
} from './sentinelNames';
import {
  standbysBelow,
  sweepingPublications,
  watcherOf,
  type SentinelDownstream,
} from './sentinelScope';
import { sqlStatement } from './sqlText';
import { loginOf } from './subscriptionLogin';
import { subscribedTables, type SubscribedTable } from './subscribedTables';
import { isSameTable, relationOf } from './tableLookup';

/** A refresh asks the publisher and takes short locks. */
export const REFRESH_LIMIT_MS = 60_000;
/** Copying an empty table waits for a free worker. */
const READY_LIMIT_MS = 60_000;

const SCHEMA = escapeIdentifier(EXTENSION_SCHEMA);

interface Grant {
  readonly role: string;
  readonly privileges: string;
}

/** The table on a subscriber: owned like its subscription, read by who watches there. */
export function downstreamTableStep(
  context: PlanContext,
  subject: SentinelSubject,
  publishesDeletes: boolean,
  { catalog, subscription }: SentinelDownstream,
): PlanStep {
  const { nodeId } = catalog;
  const watcher = watcherOf(context, nodeId, catalog, subscription.owner);
  const privileges = publishesDeletes ? 'SELECT' : 'SELECT, DELETE';
  const grants = watcher === null ? [] : [{ role: watcher, privileges }];
  const created = createTable(subject, catalog, subscription.owner, grants);
  return {
    ...created,
    effect: say`${nodeId} is ready for the tokens of checks before the first one is sent to ${subscription.name}.`,
  };
}

/** The table where tokens are written, and in the same transaction its membership. */
export function upstreamTableStep(
  context: PlanContext,
  subject: SentinelSubject,
  catalog: NodeCatalog,
  readers: readonly string[],
): PlanStep {
  const { nodeId } = catalog;
  const { publication } = subject;
  const found = catalog.publications.find(({ name }) => name === publication);
  const owner = found?.owner ?? catalog.role.name;
  const watcher = watcherOf(context, nodeId, catalog, owner);
  const standbyWatchers = standbysBelow(context, nodeId).flatMap(
    (id) => watcherOf(context, id, catalog, owner) ?? [],
  );
  const grants: Grant[] = [
    ...(watcher === null ? [] : [{ role: watcher, privileges: 'SELECT, INSERT, DELETE' }]),
    ...[...new Set([...standbyWatchers, ...readers])]
      .filter((role) => role !== watcher && role !== owner)
      .map((role) => ({ role, privileges: 'SELECT' })),
  ];
  const created = createTable(subject, catalog, owner, grants);
  const isSwept = sweepingPublications(catalog).some(({ name }) => name === publication);
  if (publication === null || isSwept) {
    const effect = say`Checks can write a token there; standbys have the table from then on.`;
    return { ...created, effect };
  }
  const add = membershipSql(subject, 'ADD');
  return {
    ...created,
    title: say`${created.title} and publish it in ${publication}`,
    effect: say`Checks can write a token there, and ${publication} carries it. Nothing is sent before the subscriptions are refreshed.`,
    statements: [...created.statements, sqlStatement(add)],
    undo: [sqlStatement(membershipSql(subject, 'DROP')), ...created.undo],
  };
}

/** For a table that is there and was not published yet. */
export function publishStep(subject: SentinelSubject, { nodeId }: NodeCatalog): PlanStep {
  const name = formatTableName(sentinelTable(subject));
  return {
    ...PLAIN,
    nodeId,
    title: say`Publish ${name} in ${subject.publication ?? ''}`,
    effect: say`${subject.publication ?? ''} carries the tokens of checks.`,
    statements: [sqlStatement(membershipSql(subject, 'ADD'))],
    undo: [sqlStatement(membershipSql(subject, 'DROP'))],
  };
}

/** The subscription takes the table; it is done when the table is ready, which is what checks wait for. */
export function refreshStep(
  context: PlanContext,
  subject: SentinelSubject,
  downstream: SentinelDownstream,
): PlanStep {
  const { nodeId } = downstream.catalog;
  const { name } = downstream.subscription;
  const table = sentinelTable(subject);
  const others = waitingTables(downstream, subject);
  // Nothing is in the table yet; but what else waits for this refresh wants its first copy.
  const copies = others.length === 0 ? ' WITH (copy_data = false)' : '';
  const also =
    others.length === 0
      ? ''
      : say` Copying of ${others.map(formatTableName).join(', ')} starts as well.`;
  const ready = readySql(name, subject);
  return {
    ...PLAIN,
    nodeId,
    title: say`Refresh subscription ${name}`,
    effect: say`${name} takes ${formatTableName(table)}.${also}`,
    statements: [
      sqlStatement(`ALTER SUBSCRIPTION ${escapeIdentifier(name)} REFRESH PUBLICATION${copies}`),
    ],
    // Refused in a transaction (25001).
    isTransactional: false,
    statementLimitMs: REFRESH_LIMIT_MS,
    effectCheck: {
      sql: ready,
      otherwise: say`${name} does not take ${formatTableName(table)} yet.`,
    },
    settle: {
      sql: ready,
      otherwise: say`${formatTableName(table)} is not ready on ${nodeId}: ${loginOf(context, { nodeId, name }) ?? say`the role of the subscription`} may lack SELECT on ${downstream.publisher.nodeId}, or no worker is free.`,
      limitMs: READY_LIMIT_MS,
    },
    undoNote: say`Once the table is dropped on ${nodeId}, ${name} has let go of it.`,
  };
}

/** Lets a role of an existing table do what checks need. */
export function grantStep(
  subject: SentinelSubject,
  { nodeId }: NodeCatalog,
  role: string,
  privileges: string,
): PlanStep {
  const table = sentinelTable(subject);
  const to = escapeIdentifier(role);
  return {
    ...PLAIN,
    nodeId,
    title: say`Let ${role} use ${formatTableName(table)}`,
    effect: say`Checks, which run as ${role}, can use the table.`,
    statements: grantSql(subject, { role, privileges }).map(sqlStatement),
    undo: [sqlStatement(`REVOKE ${privileges} ON ${qualifiedName(table)} FROM ${to}`)],
  };
}

/** Tables besides ours that a refresh of the subscription would take in. */
export function waitingTables(
  { publisher, subscription }: SentinelDownstream,
  subject: SentinelSubject,
): readonly SubscribedTable[] {
  const own = sentinelTable(subject);
  return subscribedTables(publisher, subscription.publications).filter(
    (table) =>
      !isSameTable(table, own) && !subscription.tables.some((taken) => isSameTable(taken, table)),
  );
}

/** What most steps of these plans have in common. */
export const PLAIN = {
  risk: 'safe',
  isTransactional: true,
  statementLimitMs: null,
  precondition: null,
  effectCheck: null,
  settle: null,
  undo: [],
  undoNote: null,
} as const;

export function membershipSql(subject: SentinelSubject, verb: 'ADD' | 'DROP'): string {
  const publication = escapeIdentifier(subject.publication ?? '');
  return `ALTER PUBLICATION ${publication} ${verb} TABLE ${qualifiedName(sentinelTable(subject))}`;
}

/** A statement that tells whether the table is there. */
export function existsSql(subject: SentinelSubject): string {
  return `SELECT pg_catalog.to_regclass(${escapeLiteral(qualifiedName(sentinelTable(subject)))}) IS NOT NULL`;
}

function createTable(
  subject: SentinelSubject,
  catalog: NodeCatalog,
  owner: string,
  grants: readonly Grant[],
): Omit<PlanStep, 'effect'> {
  const { nodeId, role } = catalog;
  const table = sentinelTable(subject);
  const name = qualifiedName(table);
  const makesSchema = !catalog.schemas.some((schema) => schema.name === EXTENSION_SCHEMA);
  const statements = [
    ...(makesSchema
      ? [
          `CREATE SCHEMA ${SCHEMA}`,
          `COMMENT ON SCHEMA ${SCHEMA} IS ${escapeLiteral(`Postgres Topology ${SENTINEL_VERSION}`)}`,
        ]
      : []),
    `CREATE TABLE ${name} (${SENTINEL_COLUMNS})`,
    `COMMENT ON TABLE ${name} IS ${escapeLiteral(sentinelComment(subject))}`,
    ...(owner === role.name
      ? []
      : [`GRANT USAGE ON SCHEMA ${SCHEMA} TO ${escapeIdentifier(owner)}`]),
    ...grants.flatMap((grant) => grantSql(subject, grant)),
    // Last: from then on the table is somebody else's.
    ...(owner === role.name ? [] : [`ALTER TABLE ${name} OWNER TO ${escapeIdentifier(owner)}`]),
  ];
  return {
    ...PLAIN,
    nodeId,
    title: say`Create ${formatTableName(table)}`,
    statements: statements.map(sqlStatement),
    effectCheck: {
      sql: existsSql(subject),
      otherwise: say`${nodeId} has no table ${formatTableName(table)}.`,
    },
    undo: [
      sqlStatement(`DROP TABLE ${name}`),
      // Without CASCADE: refused once something else stands in it.
      ...(makesSchema ? [sqlStatement(`DROP SCHEMA ${SCHEMA}`)] : []),
    ],
  };
}

function grantSql(subject: SentinelSubject, { role, privileges }: Grant): readonly string[] {
  const to = escapeIdentifier(role);
  return [
    `GRANT USAGE ON SCHEMA ${SCHEMA} TO ${to}`,
    `GRANT ${privileges} ON ${qualifiedName(sentinelTable(subject))} TO ${to}`,
  ];
}

function readySql(subscription: string, subject: SentinelSubject): string {
  const table = escapeLiteral(qualifiedName(sentinelTable(subject)));
  return `SELECT EXISTS (SELECT FROM pg_catalog.pg_subscription_rel AS r
  JOIN pg_catalog.pg_subscription AS s ON s.oid = r.srsubid
 WHERE s.subname = ${escapeLiteral(subscription)} AND r.srrelid = pg_catalog.to_regclass(${table}) AND r.srsubstate = 'r')`;
}

/** Whether a node has the table, by its catalog. */
export function hasSentinel(catalog: NodeCatalog, subject: SentinelSubject): boolean {
  return relationOf(catalog, sentinelTable(subject)) !== null;
}

import { say } from '../say';
import { escapeIdentifier, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { Finding } from './finding';
import { errorFinding, noteFinding, ownerFix } from './findingParts';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { roleWords, standbyFindings } from './nodeFindings';
import type { NodeCatalog } from './nodeCatalog';
import type { Plan, PlanStep } from './plan';
import { forWhom, subjectOf } from './planInstallSentinel';
import type { PlanContext } from './requests';
import { refreshableFindings } from './sentinelFindings';
import { EXTENSION_SCHEMA, sentinelTable, type SentinelSubject } from './sentinelNames';
import {
  sentinelScope,
  type SentinelDownstream,
  type SentinelRequest,
  type SentinelScope,
} from './sentinelScope';
import {
  existsSql,
  hasSentinel,
  membershipSql,
  PLAIN,
  REFRESH_LIMIT_MS,
  waitingTables,
} from './sentinelSteps';
import { sqlStatement } from './sqlText';
import { isSameTable, relationOf } from './tableLookup';

/** The last token of a table: once it is seen downstream, nothing that was written before is still on its way. */
const LAST_TOKEN = '00000000-0000-0000-0000-000000000000';
/** How long what is on its way may take. */
const LAST_LIMIT_MS = 60_000;

/**
 * Takes a sentinel table away everywhere and leaves nothing. The table is dropped on a subscriber only after the last token
 * has arrived there: a change for a table that is gone would stop the subscription. Needs the catalogs of the publisher and of
 * every node with a subscription.
 */
export function planUninstallSentinel(request: SentinelRequest, context: PlanContext): Plan {
  const { nodeId, publication } = request;
  const head = {
    kind: 'uninstallSentinel',
    title: say`Remove the sentinel table ${forWhom(request)}`,
  };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const subject = subjectOf(request, catalog);
  const scope = sentinelScope(context, catalog, publication);
  const steps = stepsOf(context, subject, catalog, scope);
  return makePlan(context, {
    ...head,
    steps,
    findings: [
      ...standbyFindings(context, catalog),
      ...findingsOf(context, subject, catalog, scope),
      ...(steps.length > 0
        ? []
        : [
            noteFinding(
              'nothingToDo',
              nodeId,
              say`There is no ${formatTableName(sentinelTable(subject))} ${forWhom(request)} anywhere.`,
            ),
          ]),
    ],
    privileges: [catalog, ...leftBehind(context, subject, catalog)].map(
      (found) =>
        say`${found.nodeId}: the role must own the table and the subscription, or be a superuser. It runs as ${roleWords(found)}.`,
    ),
  });
}

function findingsOf(
  context: PlanContext,
  subject: SentinelSubject,
  catalog: NodeCatalog,
  { downstreams, unread }: SentinelScope,
): readonly Finding[] {
  const table = formatTableName(sentinelTable(subject));
  const owners = [catalog, ...leftBehind(context, subject, catalog)].flatMap((found) => {
    const relation = relationOf(found, sentinelTable(subject));
    if (relation === null || relation.isOwned) return [];
    return [
      errorFinding(
        'privilege',
        found.nodeId,
        say`${found.role.name} does not own ${table} on ${found.nodeId}, so it may not drop it (42501).`,
        ownerFix(relation.owner, found.role.name),
      ),
    ];
  });
  return [
    ...unread.map((nodeId) =>
      errorFinding(
        'unknownServer',
        nodeId,
        say`${nodeId} receives ${table} and could not be read: the table would stay there.`,
        say`Connect to ${nodeId} first.`,
      ),
    ),
    ...downstreams
      .filter(({ subscription }) => takes(subscription, subject))
      .flatMap(refreshableFindings),
    ...owners,
  ];
}

function stepsOf(
  context: PlanContext,
  subject: SentinelSubject,
  catalog: NodeCatalog,
  { downstreams }: SentinelScope,
): readonly PlanStep[] {
  const table = sentinelTable(subject);
  const isThere = hasSentinel(catalog, subject);
  const isNamed = catalog.publications.some(
    ({ name, namedTables }) =>
      name === subject.publication && namedTables.some((found) => isSameTable(found, table)),
  );
  const takers = downstreams.filter(({ subscription }) => takes(subscription, subject));
  // Without a name of its own in the publication it leaves only with the table itself.
  const goesFirst = isThere && !isNamed && takers.length > 0;
  return [
    ...(isNamed ? [unpublishStep(subject, catalog)] : []),
    ...(goesFirst ? [dropStep(subject, catalog, true)] : []),
    ...(isNamed || goesFirst ? takers.map((taker) => arrivalStep(subject, taker)) : []),
    ...takers.map((taker) => releaseStep(subject, taker)),
    ...leftBehind(context, subject, catalog).map((found) => dropStep(subject, found, false)),
    ...(isThere && !goesFirst ? [dropStep(subject, catalog, false)] : []),
  ];
}

function takes({ tables }: SentinelDownstream['subscription'], subject: SentinelSubject): boolean {
  const own = sentinelTable(subject);
  return tables.some((table) => isSameTable(table, own));
}

/** Every other node that has the table, whoever sent it there. */
function leftBehind(
  context: PlanContext,
  subject: SentinelSubject,
  publisher: NodeCatalog,
): readonly NodeCatalog[] {
  return [...context.catalogs.values()].filter(
    (catalog) =>
      catalog.nodeId !== publisher.nodeId &&
      !catalog.server.isInRecovery &&
      hasSentinel(catalog, subject),
  );
}

function unpublishStep(subject: SentinelSubject, { nodeId }: NodeCatalog): PlanStep {
  const table = formatTableName(sentinelTable(subject));
  return {
    ...PLAIN,
    nodeId,
    title: say`Take ${table} out of ${subject.publication ?? ''}`,
    effect: say`Checks of its subscriptions fall back to the WAL marker. A last token follows all others.`,
    statements: [...lastTokenSql(subject), membershipSql(subject, 'DROP')].map(sqlStatement),
    undo: [
      sqlStatement(membershipSql(subject, 'ADD')),
      sqlStatement(`DELETE FROM ${qualifiedName(sentinelTable(subject))}`),
    ],
  };
}

function arrivalStep(subject: SentinelSubject, { catalog, subscription }: SentinelDownstream) {
  const { nodeId } = catalog;
  const seen = `SELECT EXISTS (SELECT FROM ${qualifiedName(sentinelTable(subject))} WHERE "token" = '${LAST_TOKEN}')`;
  return {
    ...PLAIN,
    nodeId,
    title: say`Wait for the last token in ${subscription.name}`,
    effect: say`Nothing is changed; the table stays on ${nodeId} until nothing for it is on its way.`,
    statements: [sqlStatement(seen)],
    settle: {
      sql: seen,
      otherwise: say`The last token has not arrived on ${nodeId}: its subscription is behind or stopped. Run it again when it has caught up.`,
      limitMs: LAST_LIMIT_MS,
    },
  };
}

function releaseStep(subject: SentinelSubject, downstream: SentinelDownstream): PlanStep {
  const { catalog, subscription } = downstream;
  const name = escapeIdentifier(subscription.name);
  const copies = waitingTables(downstream, subject).length === 0 ? ' WITH (copy_data = false)' : '';
  return {
    ...PLAIN,
    nodeId: catalog.nodeId,
    title: say`Refresh subscription ${subscription.name}`,
    effect: say`${subscription.name} lets go of ${formatTableName(sentinelTable(subject))}.`,
    statements: [sqlStatement(`ALTER SUBSCRIPTION ${name} REFRESH PUBLICATION${copies}`)],
    // Refused in a transaction (25001).
    isTransactional: false,
    statementLimitMs: REFRESH_LIMIT_MS,
  };
}

function dropStep(subject: SentinelSubject, catalog: NodeCatalog, isFirst: boolean): PlanStep {
  const table = sentinelTable(subject);
  const isLast = !catalog.relations.some(
    (relation) => relation.schema === EXTENSION_SCHEMA && !isSameTable(relation, table),
  );
  const schema = catalog.schemas.find(({ name }) => name === EXTENSION_SCHEMA);
  const mayDropSchema =
    schema !== undefined &&
    (catalog.role.isSuperuser || catalog.role.memberOf.includes(schema.owner));
  const dropsSchema = isLast && mayDropSchema;
  return {
    ...PLAIN,
    nodeId: catalog.nodeId,
    title: say`Drop ${formatTableName(table)}`,
    effect: dropsSchema
      ? say`Nothing of the sentinel is left on ${catalog.nodeId}; the empty schema ${EXTENSION_SCHEMA} goes with it.`
      : say`Nothing of the sentinel is left on ${catalog.nodeId}.`,
    statements: [
      ...(isFirst ? lastTokenSql(subject) : []),
      `DROP TABLE ${qualifiedName(table)}`,
      // Without CASCADE: refused when something else stands in it.
      ...(dropsSchema ? [`DROP SCHEMA ${escapeIdentifier(EXTENSION_SCHEMA)}`] : []),
    ].map(sqlStatement),
    effectCheck: {
      sql: `SELECT NOT (${existsSql(subject)})`,
      otherwise: say`${formatTableName(table)} is still on ${catalog.nodeId}.`,
    },
    undoNote: say`It holds nothing but tokens of checks: install it again to have it back.`,
  };
}

/** Keeps later tokens out until the transaction has ended, so that this one is the last. */
function lastTokenSql(subject: SentinelSubject): readonly string[] {
  const name = qualifiedName(sentinelTable(subject));
  return [
    `LOCK TABLE ${name} IN SHARE ROW EXCLUSIVE MODE`,
    `INSERT INTO ${name} ("token") VALUES ('${LAST_TOKEN}') ON CONFLICT DO NOTHING`,
  ];
}

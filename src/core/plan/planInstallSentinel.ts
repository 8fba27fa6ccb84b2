import { say } from '../say';
import { formatTableName } from '../tableName';
import { errorFinding, noteFinding } from './findingParts';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { roleWords } from './nodeFindings';
import type { CatalogPublication, NodeCatalog } from './nodeCatalog';
import type { Plan, PlanStep } from './plan';
import type { PlanContext } from './requests';
import {
  sentinelPublisherFindings,
  sentinelScopeFindings,
  strangerFindings,
} from './sentinelFindings';
import { sentinelTable, type SentinelSubject } from './sentinelNames';
import {
  sentinelScope,
  standbysBelow,
  sweepingPublications,
  watcherOf,
  type SentinelRequest,
  type SentinelScope,
} from './sentinelScope';
import {
  downstreamTableStep,
  grantStep,
  hasSentinel,
  publishStep,
  refreshStep,
  upstreamTableStep,
} from './sentinelSteps';
import { loginOf } from './subscriptionLogin';
import { isSameTable, relationOf } from './tableLookup';

/**
 * Makes the table that checks write tokens to: first on everybody who receives it, then on the publisher, then into the
 * publication, then every subscription takes it in. Needs the catalogs of the publisher and of every node with a subscription,
 * read with the watching roles and the subscriptions' login roles among the roles to check.
 */
export function planInstallSentinel(request: SentinelRequest, context: PlanContext): Plan {
  const { nodeId, publication: name } = request;
  const head = {
    kind: 'installSentinel',
    title: say`Install the sentinel table ${forWhom(request)}`,
  };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const publication = catalog.publications.find((found) => found.name === name) ?? null;
  if (name !== null && publication === null) {
    const text = say`${nodeId} has no publication ${name}.`;
    const findings = [errorFinding('missingPublication', nodeId, text, say`Create it first.`)];
    return makePlan(context, { ...head, steps: [], findings });
  }
  const subject = subjectOf(request, catalog);
  const scope = sentinelScope(context, catalog, name);
  const steps = stepsOf(context, subject, catalog, publication, scope);
  const catalogs = [catalog, ...scope.downstreams.map((downstream) => downstream.catalog)];
  return makePlan(context, {
    ...head,
    steps,
    findings: [
      ...sentinelPublisherFindings(request, context, catalog, publication),
      ...sentinelScopeFindings(context, subject, scope),
      ...strangerFindings(subject, [...new Set(catalogs)]),
      ...(steps.length > 0
        ? []
        : [
            noteFinding(
              'nothingToDo',
              nodeId,
              say`${formatTableName(sentinelTable(subject))} is installed and in step everywhere.`,
            ),
          ]),
    ],
    privileges: privilegesOf(catalog, publication, scope),
  });
}

/** What the tables of a request stand for. */
export function subjectOf(request: SentinelRequest, { server }: NodeCatalog): SentinelSubject {
  const { systemIdentifier, database } = server;
  return { systemIdentifier, database, publication: request.publication };
}

/** `of jobs_pub on central`, for titles. */
export function forWhom({ nodeId, publication }: SentinelRequest): string {
  return publication === null
    ? say`for the standbys of ${nodeId}`
    : say`of ${publication} on ${nodeId}`;
}

function stepsOf(
  context: PlanContext,
  subject: SentinelSubject,
  catalog: NodeCatalog,
  publication: CatalogPublication | null,
  scope: SentinelScope,
): readonly PlanStep[] {
  const deletes = publication?.operations.includes('delete') ?? true;
  const created = new Set<string>();
  const tables: PlanStep[] = [];
  for (const downstream of scope.downstreams.toReversed()) {
    const { nodeId } = downstream.catalog;
    if (created.has(nodeId)) continue;
    created.add(nodeId);
    if (hasSentinel(downstream.catalog, subject)) {
      const privileges = deletes ? 'SELECT' : 'SELECT, DELETE';
      tables.push(...regrant(context, subject, downstream.catalog, nodeId, privileges));
    } else tables.push(downstreamTableStep(context, subject, deletes, downstream));
  }
  return [
    ...tables,
    ...upstreamSteps(context, subject, catalog, publication, scope),
    ...scope.downstreams
      .filter(({ subscription }) => !isReady(subscription.tables, subject))
      .map((downstream) => refreshStep(context, subject, downstream)),
  ];
}

function upstreamSteps(
  context: PlanContext,
  subject: SentinelSubject,
  catalog: NodeCatalog,
  publication: CatalogPublication | null,
  { downstreams }: SentinelScope,
): readonly PlanStep[] {
  if (!hasSentinel(catalog, subject)) {
    // The copy at a refresh runs as the role that the subscription logs in as.
    const readers = downstreams
      .filter(({ publisher }) => publisher === catalog)
      .flatMap((downstream) => {
        const { nodeId } = downstream.catalog;
        return loginOf(context, { nodeId, name: downstream.subscription.name }) ?? [];
      })
      .filter((name) => catalog.roles.some((role) => role.name === name && !role.isSuperuser));
    return [upstreamTableStep(context, subject, catalog, readers)];
  }
  const table = sentinelTable(subject);
  const isPublished =
    publication === null ||
    publication.tables.some((found) => isSameTable(found, table)) ||
    sweepingPublications(catalog).includes(publication);
  return [
    ...(isPublished ? [] : [publishStep(subject, catalog)]),
    ...regrant(context, subject, catalog, catalog.nodeId, 'SELECT, INSERT, DELETE'),
    ...standbysBelow(context, catalog.nodeId).flatMap((id) =>
      regrant(context, subject, catalog, id, 'SELECT'),
    ),
  ];
}

/** A watching role that came later than the table. */
function regrant(
  context: PlanContext,
  subject: SentinelSubject,
  catalog: NodeCatalog,
  watchedId: string,
  privileges: string,
): readonly PlanStep[] {
  const relation = relationOf(catalog, sentinelTable(subject));
  const watcher = watcherOf(context, watchedId, catalog, relation?.owner ?? '');
  if (watcher === null || relation?.notReadableBy.includes(watcher) !== true) return [];
  return [grantStep(subject, catalog, watcher, privileges)];
}

function isReady(
  tables: readonly { readonly schema: string; readonly name: string; readonly state: string }[],
  subject: SentinelSubject,
): boolean {
  const own = sentinelTable(subject);
  return tables.some((table) => isSameTable(table, own) && table.state === 'r');
}

function privilegesOf(
  catalog: NodeCatalog,
  publication: CatalogPublication | null,
  { downstreams }: SentinelScope,
): readonly string[] {
  const owner = publication === null ? '' : say` and own ${publication.name}`;
  return [
    say`${catalog.nodeId}: the role must be able to create a schema or a table${owner}, or be a superuser. It runs as ${roleWords(catalog)}.`,
    ...downstreams.map(
      (downstream) =>
        say`${downstream.catalog.nodeId}: the role must own ${downstream.subscription.name} or be a superuser. It runs as ${roleWords(downstream.catalog)}.`,
    ),
  ];
}

import { say } from '../say';
import { escapeIdentifier, escapeLiteral } from '../sql';
import type { Finding } from './finding';
import { errorFinding, warningFinding } from './findingParts';
import { impactsOfDroppingPublication } from './impacts/impactsOfDroppingPublication';
import { impactsOfDroppingTables } from './impacts/impactsOfDroppingTables';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import type { NodeCatalog } from './nodeCatalog';
import { isQuotable, roleWords, standbyFindings } from './nodeFindings';
import type { FileChange, Plan, PlanStep } from './plan';
import { recreateSql } from './publicationCopy';
import {
  mustSeeReaders,
  passedStep,
  publicationOwnerFindings,
  publicationReaders,
  readerFindings,
  readerWords,
  releasedCheck,
  releasedStep,
  withoutPublication,
  type PublicationReader,
  type PublicationReaders,
} from './publicationReaders';
import type { PlanContext } from './requests';
import { sqlStatement } from './sqlText';

export interface DropPublicationRequest {
  readonly nodeId: string;
  readonly name: string;
}

/** REFRESH, which goes with it, asks the publisher and takes short locks. */
const LET_GO_LIMIT_MS = 60_000;

/**
 * Drops a publication after everybody who is known to take it has let go of it. A subscription that takes nothing else
 * keeps the plan from running: whatever would become of it is not for this plan to decide.
 * Needs the catalogs of the publisher and of every node that subscribes to it.
 * @see DROP PUBLICATION, which asks no subscriber: those stop for ever (before 18), or lose rows silently
 */
export function planDropPublication(request: DropPublicationRequest, context: PlanContext): Plan {
  const { nodeId, name } = request;
  const head = { kind: 'dropPublication', title: say`Drop publication ${name} on ${nodeId}` };
  const [publisher] = catalogsOf(context, [nodeId]) ?? [];
  if (publisher === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const publication = publisher.publications.find((found) => found.name === name);
  const fileChanges = fileChangesOf(request, context);
  if (publication === undefined) {
    return makePlan(context, {
      ...head,
      steps: [],
      findings: [missing(request, publisher)],
      fileChanges,
    });
  }
  const all = publicationReaders(context, nodeId, name);
  const isReleased = (one: { readonly nodeId: string; readonly name: string }) =>
    all.readers.some(
      ({ catalog, subscription }) =>
        catalog.nodeId === one.nodeId &&
        subscription.name === one.name &&
        subscription.publications.length > 1,
    );
  return makePlan(context, {
    ...head,
    steps: isQuotable(name) ? stepsOf(request, publisher, all) : [],
    findings: [
      ...standbyFindings(context, publisher),
      ...publicationOwnerFindings(publication, publisher),
      ...readerFindings(name, publisher, all),
      ...mustSeeReaders(publisher, all),
      ...soleFindings(request, publisher, all),
      ...disabledFindings(all),
    ],
    impacts: [
      ...impactsOfDroppingPublication(context, {
        publisherId: nodeId,
        publication: name,
        isReleased,
      }),
      ...impactsOfDroppingTables(context, {
        publisherId: nodeId,
        publication: name,
        tables: publication.tables,
      }).filter((impact) => impact.nodeId !== null),
    ],
    privileges: [
      say`${nodeId}: the role must own the publication. It runs as ${roleWords(publisher)}.`,
      ...all.readers.map(
        ({ catalog, subscription }) =>
          say`${catalog.nodeId}: the role must own ${subscription.name} or be a superuser. It runs as ${roleWords(catalog)}.`,
      ),
    ],
    fileChanges,
  });
}

/** That a node has no publication of this name: an error for whoever wants to change it. */
export function missing({ nodeId, name }: DropPublicationRequest, { server }: NodeCatalog) {
  return errorFinding(
    'missingPublication',
    nodeId,
    say`${nodeId} has no publication ${name} in the database ${server.database} (42704).`,
  );
}

function stepsOf(
  request: DropPublicationRequest,
  publisher: NodeCatalog,
  all: PublicationReaders,
): readonly PlanStep[] {
  const { readers } = all;
  const movable = readers.filter(({ subscription }) => subscription.publications.length > 1);
  return [
    ...movable.map((reader) => letGoStep(request, reader)),
    ...(readers.length === 0
      ? []
      : [
          {
            ...releasedStep(publisher, readers, request.name),
            // Made again, it is not there for who has still to read what was written before.
            undoStep: passedStep(publisher, readers, request.name),
          },
        ]),
    dropStep(request, publisher, readers),
  ];
}

/** A subscription takes the publication no more, and goes on with its others. */
function letGoStep(
  { nodeId: publisherId, name }: DropPublicationRequest,
  { catalog, subscription }: PublicationReader,
): PlanStep {
  const { nodeId } = catalog;
  const altered = `ALTER SUBSCRIPTION ${escapeIdentifier(subscription.name)}`;
  const own = escapeIdentifier(name);
  // A disabled one cannot be refreshed.
  const how = subscription.isEnabled ? '' : ' WITH (refresh = false)';
  const takes = takesSql(subscription.name, name);
  return {
    nodeId,
    title: say`Let ${subscription.name} take ${name} no more`,
    effect: say`${subscription.name} goes on with its other publications; rows of ${name} that it has stay on ${nodeId}.`,
    risk: 'interrupts',
    statements: [sqlStatement(`${altered} DROP PUBLICATION ${own}${how}`)],
    // Refused in a transaction where it refreshes (25001).
    isTransactional: false,
    statementLimitMs: LET_GO_LIMIT_MS,
    precondition: {
      sql: `SELECT ${takes}`,
      otherwise: say`${subscription.name} on ${nodeId} does not take ${name} any more. Make the plan anew.`,
    },
    effectCheck: {
      sql: `SELECT NOT ${takes}`,
      otherwise: say`${subscription.name} on ${nodeId} still takes ${name}.`,
    },
    settle: null,
    undo: [sqlStatement(`${altered} ADD PUBLICATION ${own} WITH (copy_data = false)`)],
    undoNote: say`Rows that are written on ${publisherId} meanwhile are not fetched by that.`,
  };
}

function dropStep(
  { nodeId, name }: DropPublicationRequest,
  publisher: NodeCatalog,
  readers: readonly PublicationReader[],
): PlanStep {
  const exists = `EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = ${escapeLiteral(name)})`;
  const publication = publisher.publications.find((found) => found.name === name);
  return {
    nodeId,
    title: say`Drop publication ${name}`,
    effect: say`${nodeId} no longer offers ${name}; its tables and their rows stay.`,
    risk: 'losesData',
    statements: [sqlStatement(`DROP PUBLICATION ${escapeIdentifier(name)}`)],
    isTransactional: false,
    statementLimitMs: null,
    precondition:
      readers.length === 0
        ? {
            sql: `SELECT ${exists}`,
            otherwise: say`${nodeId} has no publication ${name} any more.`,
          }
        : releasedCheck(publisher, readers, name),
    effectCheck: { sql: `SELECT NOT ${exists}`, otherwise: say`${nodeId} still has ${name}.` },
    settle: null,
    undo: publication === undefined ? [] : [sqlStatement(recreateSql(publication, name))],
    undoNote: say`Making it again does not mend a subscription that stopped for lack of it, and what was written meanwhile is not sent.`,
  };
}

/** Whether a subscription of this database takes a publication. */
export function takesSql(subscription: string, publication: string): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_subscription AS s
    JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid AND d.datname = pg_catalog.current_database()
   WHERE s.subname = ${escapeLiteral(subscription)} AND ${escapeLiteral(publication)} = ANY (s.subpublications))`;
}

function soleFindings(
  { name }: DropPublicationRequest,
  publisher: NodeCatalog,
  { readers }: PublicationReaders,
): readonly Finding[] {
  return readers
    .filter(({ subscription }) => subscription.publications.length === 1)
    .map((reader) =>
      errorFinding(
        'stillTaken',
        reader.catalog.nodeId,
        say`${readerWords(reader)} takes nothing but ${name}, and a subscription must take something. Without ${name}: ${withoutPublication(publisher, name)}`,
        say`Drop ${reader.subscription.name} first, or let it take another publication.`,
      ),
    );
}

function disabledFindings({ readers }: PublicationReaders): readonly Finding[] {
  return readers
    .filter(({ subscription }) => !subscription.isEnabled && subscription.publications.length > 1)
    .map((reader) =>
      warningFinding(
        'notFound',
        reader.catalog.nodeId,
        say`${readerWords(reader)} is disabled, so it cannot be refreshed: until then it keeps the tables of the publication in its list.`,
        say`Refresh it once it is enabled again.`,
      ),
    );
}

/** The file forgets the publication, and subscriptions that named it name the others. */
function fileChangesOf(
  { nodeId, name }: DropPublicationRequest,
  { topology }: PlanContext,
): readonly FileChange[] {
  const node = topology.nodes.find(({ id }) => id === nodeId);
  const isDeclared = node?.publications.some((publication) => publication.name === name) ?? false;
  return [
    ...(isDeclared
      ? [{ path: ['nodes', nodeId, 'publications', name], value: undefined } as const]
      : []),
    ...topology.nodes.flatMap(({ id, subscriptions }) =>
      subscriptions
        .filter(({ publisher, publications }) => publisher === nodeId && publications.length > 1)
        .filter(({ publications }) => publications.includes(name))
        .map((subscription): FileChange => ({
          path: ['nodes', id, 'subscriptions', subscription.name, 'publications'],
          value: subscription.publications.filter((other) => other !== name),
        })),
    ),
  ];
}

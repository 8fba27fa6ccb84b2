import { say } from '../say';
import { escapeIdentifier, escapeLiteral } from '../sql';
import { formatTableName } from '../tableName';
import { fileTable } from './fileTable';
import type { Finding, FindingFix } from './finding';
import { createFix, errorFinding, listNames, noteFinding, ownersFix } from './findingParts';
import { impactsOfDroppingPublication } from './impacts/impactsOfDroppingPublication';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import type { CatalogPublication, NodeCatalog } from './nodeCatalog';
import { isQuotable, nameFindings, roleWords, standbyFindings } from './nodeFindings';
import type { FileChange, Impact, Plan, PlanStep } from './plan';
import { missing, takesSql } from './planDropPublication';
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
  type PublicationReader,
} from './publicationReaders';
import type { PlanContext } from './requests';
import { sqlStatement } from './sqlText';
import { isSameTable } from './tableLookup';

export interface RenamePublicationRequest {
  readonly nodeId: string;
  readonly name: string;
  readonly newName: string;
}

/** SET PUBLICATION refreshes, which asks the publisher and takes short locks. */
const MOVE_LIMIT_MS = 60_000;

/**
 * Gives a publication another name. Where somebody takes it, RENAME would do to them what dropping it does: so one like it
 * is made under the new name, everybody takes that instead, and the old one goes. No row is lost or copied again.
 * Needs the catalogs of the publisher and of every node that subscribes to it.
 * @see ALTER PUBLICATION … RENAME TO
 */
export function planRenamePublication(
  request: RenamePublicationRequest,
  context: PlanContext,
): Plan {
  const { nodeId, name, newName } = request;
  const head = {
    kind: 'renamePublication',
    title: say`Rename publication ${name} on ${nodeId} to ${newName}`,
  };
  const [publisher] = catalogsOf(context, [nodeId]) ?? [];
  if (publisher === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const publication = publisher.publications.find((found) => found.name === name);
  if (publication === undefined) {
    return makePlan(context, { ...head, steps: [], findings: [missing(request, publisher)] });
  }
  const all = publicationReaders(context, nodeId, name);
  const { readers } = all;
  const isMade = publisher.publications.some((other) => other.name === newName);
  const isSayable = [name, newName].every(isQuotable) && newName !== name;
  return makePlan(context, {
    ...head,
    steps: isSayable
      ? readers.length === 0 && !isMade
        ? [renameStep(request)]
        : moveSteps(request, context, publisher, publication, readers)
      : [],
    findings: [
      ...standbyFindings(context, publisher),
      ...nameFindings(nodeId, say`publication`, newName),
      ...takenFindings(request, publisher),
      ...publicationOwnerFindings(publication, publisher),
      ...(readers.length === 0 ? [] : remakeFindings(publication, publisher)),
      ...readerFindings(name, publisher, all),
      ...mustSeeReaders(publisher, all),
      ...disabledFindings(readers),
    ],
    impacts: [
      ...readers.map(({ catalog, subscription }): Impact => ({
        kind: 'pauses',
        nodeId: catalog.nodeId,
        subscription: subscription.name,
        text: say`It starts anew to take ${newName} instead of ${name}: nothing arrives for a moment, and then all of it.`,
      })),
      ...impactsOfDroppingPublication(context, {
        publisherId: nodeId,
        publication: name,
        isReleased: (one) => readers.some((reader) => isReader(reader, one)),
      }),
    ],
    privileges: [
      say`${nodeId}: the role must own the publication${readers.length === 0 ? '' : say` and everything in it`}, and may create in the database ${publisher.server.database}. It runs as ${roleWords(publisher)}.`,
      ...readers.map(
        ({ catalog, subscription }) =>
          say`${catalog.nodeId}: the role must own ${subscription.name} or be a superuser. It runs as ${roleWords(catalog)}.`,
      ),
    ],
    fileChanges: fileChangesOf(request, context),
  });
}

function isReader(
  { catalog, subscription }: PublicationReader,
  one: { readonly nodeId: string; readonly name: string },
): boolean {
  return catalog.nodeId === one.nodeId && subscription.name === one.name;
}

function takenFindings(
  { nodeId, name, newName }: RenamePublicationRequest,
  { publications }: NodeCatalog,
): readonly Finding[] {
  if (name === newName) {
    return [noteFinding('nothingToDo', nodeId, say`${name} on ${nodeId} has this name already.`)];
  }
  const taken = publications.find((other) => other.name === newName);
  const present = publications.find((other) => other.name === name);
  if (taken === undefined || present === undefined || isHalfWay(present, taken)) return [];
  return [
    errorFinding(
      'nameTaken',
      nodeId,
      say`${nodeId} has a publication ${newName} already (42710).`,
      say`Choose another name.`,
    ),
  ];
}

/** An earlier try made it and came no further: it holds the same. */
function isHalfWay(present: CatalogPublication, made: CatalogPublication): boolean {
  return recreateSql(present, '') === recreateSql(made, '') && present.owner === made.owner;
}

/** Making one like it asks for more than renaming it. */
function remakeFindings(
  { name, allTables, schemas, namedTables }: CatalogPublication,
  { role, nodeId, server, relations }: NodeCatalog,
): readonly Finding[] {
  if (role.isSuperuser) return [];
  const lack = (text: string, fix: FindingFix | string): Finding =>
    errorFinding(
      'privilege',
      nodeId,
      say`${name} on ${nodeId} has subscribers, so one like it is made first, and ${role.name} may not: ${text} (42501).`,
      fix,
    );
  const foreign = relations.filter(
    (relation) => !relation.isOwned && namedTables.some((table) => isSameTable(table, relation)),
  );
  return [
    ...(role.canCreateInDatabase
      ? []
      : [
          lack(
            say`it may not create anything in the database ${server.database}`,
            createFix({ database: server.database }, role.name),
          ),
        ]),
    ...(allTables || schemas.length > 0
      ? [
          lack(
            say`only a superuser may publish all tables or schemas`,
            say`Name a superuser as "adminUser" in the file: no GRANT gives this right.`,
          ),
        ]
      : []),
    ...(foreign.length > 0
      ? [
          lack(
            say`it does not own ${listNames(foreign.map(formatTableName))}`,
            ownersFix(
              foreign.map(({ owner }) => owner),
              role.name,
            ),
          ),
        ]
      : []),
  ];
}

/** What it has not taken yet lies before the new publication, and a disabled subscription takes nothing. */
function disabledFindings(readers: readonly PublicationReader[]): readonly Finding[] {
  return readers
    .filter(({ subscription }) => !subscription.isEnabled)
    .map((reader) =>
      errorFinding(
        'stillTaken',
        reader.catalog.nodeId,
        say`${readerWords(reader)} is disabled: it could not pass what was written before the new name, and would stop.`,
        say`Enable it first.`,
      ),
    );
}

function renameStep({ nodeId, name, newName }: RenamePublicationRequest): PlanStep {
  const exists = (which: string) =>
    `EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = ${escapeLiteral(which)})`;
  const rename = (from: string, to: string) =>
    sqlStatement(`ALTER PUBLICATION ${escapeIdentifier(from)} RENAME TO ${escapeIdentifier(to)}`);
  return {
    nodeId,
    title: say`Rename publication ${name} to ${newName}`,
    effect: say`${nodeId} offers it as ${newName}; nobody is known to take it.`,
    risk: 'safe',
    statements: [rename(name, newName)],
    isTransactional: false,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT ${exists(name)} AND NOT ${exists(newName)}`,
      otherwise: say`${nodeId} has no publication ${name} any more, or has ${newName} by now. Make the plan anew.`,
    },
    effectCheck: {
      sql: `SELECT ${exists(newName)} AND NOT ${exists(name)}`,
      otherwise: say`${nodeId} has no publication ${newName}.`,
    },
    settle: null,
    undo: [rename(newName, name)],
    undoNote: null,
  };
}

function moveSteps(
  request: RenamePublicationRequest,
  context: PlanContext,
  publisher: NodeCatalog,
  publication: CatalogPublication,
  readers: readonly PublicationReader[],
): readonly PlanStep[] {
  const { name, newName } = request;
  const isMade = publisher.publications.some((other) => other.name === newName);
  // Those that an earlier try moved may not have started anew yet.
  const moved = publicationReaders(context, publisher.nodeId, newName).readers;
  const taking = [...readers, ...moved];
  return [
    ...(isMade ? [] : [makeStep(request, publisher, publication)]),
    ...(readers.length === 0
      ? []
      : [
          {
            ...passedStep(publisher, readers, newName),
            undoStep: releasedStep(publisher, readers, newName),
          },
        ]),
    ...readers.map((reader) => moveStep(request, reader)),
    ...(taking.length === 0
      ? []
      : [
          {
            ...releasedStep(publisher, taking, name),
            // The old one, made again, is not there for who has still to read what was written before.
            undoStep: passedStep(publisher, taking, name),
          },
        ]),
    dropOldStep(request, publisher, publication, taking),
  ];
}

function makeStep(
  { nodeId, name, newName }: RenamePublicationRequest,
  { role }: NodeCatalog,
  publication: CatalogPublication,
): PlanStep {
  const exists = `EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = ${escapeLiteral(newName)})`;
  const { owner } = publication;
  return {
    nodeId,
    title: say`Create publication ${newName}, like ${name}`,
    effect: say`${nodeId} offers the same under both names. Until the old one is dropped, each of the two costs its subscribers nothing.`,
    risk: 'safe',
    statements: [
      sqlStatement(recreateSql(publication, newName)),
      ...(owner === role.name
        ? []
        : [
            sqlStatement(
              `ALTER PUBLICATION ${escapeIdentifier(newName)} OWNER TO ${escapeIdentifier(owner)}`,
            ),
          ]),
    ],
    isTransactional: true,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT NOT ${exists}`,
      otherwise: say`${nodeId} has a publication ${newName} by now. Choose another name.`,
    },
    effectCheck: { sql: `SELECT ${exists}`, otherwise: say`${nodeId} has no ${newName}.` },
    settle: null,
    undo: [sqlStatement(`DROP PUBLICATION ${escapeIdentifier(newName)}`)],
    undoNote: null,
  };
}

function moveStep(
  { nodeId: publisherId, name, newName }: RenamePublicationRequest,
  { catalog, subscription }: PublicationReader,
): PlanStep {
  const { nodeId } = catalog;
  const set = (publications: readonly string[]) =>
    sqlStatement(
      `ALTER SUBSCRIPTION ${escapeIdentifier(subscription.name)} SET PUBLICATION ${publications.map(escapeIdentifier).join(', ')}`,
    );
  const after = subscription.publications.map((other) => (other === name ? newName : other));
  return {
    nodeId,
    title: say`Let ${subscription.name} take ${newName} instead of ${name}`,
    effect: say`${subscription.name} starts anew and goes on where it was: the tables are the same, so none is copied again.`,
    risk: 'interrupts',
    statements: [set(after)],
    // Refused in a transaction, since it refreshes (25001).
    isTransactional: false,
    statementLimitMs: MOVE_LIMIT_MS,
    precondition: {
      sql: `SELECT ${takesSql(subscription.name, name)}`,
      otherwise: say`${subscription.name} on ${nodeId} does not take ${name} any more. Make the plan anew.`,
    },
    effectCheck: {
      sql: `SELECT ${takesSql(subscription.name, newName)}`,
      otherwise: say`${subscription.name} on ${nodeId} still takes ${name} from ${publisherId}.`,
    },
    settle: null,
    undo: [set(subscription.publications)],
    undoNote: null,
  };
}

function dropOldStep(
  { nodeId, name, newName }: RenamePublicationRequest,
  publisher: NodeCatalog,
  publication: CatalogPublication,
  readers: readonly PublicationReader[],
): PlanStep {
  const exists = `EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = ${escapeLiteral(name)})`;
  return {
    nodeId,
    title: say`Drop publication ${name}`,
    effect: say`${newName} is all that is left of it on ${nodeId}. Its comment, where it had one, goes with it.`,
    risk: 'interrupts',
    statements: [sqlStatement(`DROP PUBLICATION ${escapeIdentifier(name)}`)],
    isTransactional: false,
    statementLimitMs: null,
    precondition: releasedCheck(publisher, readers, name),
    effectCheck: { sql: `SELECT NOT ${exists}`, otherwise: say`${nodeId} still has ${name}.` },
    settle: null,
    undo: [sqlStatement(recreateSql(publication, name))],
    undoNote: say`Subscriptions take ${name} again only once all have passed its making.`,
  };
}

/** The publication's key, and every subscription that names it. */
function fileChangesOf(
  { nodeId, name, newName }: RenamePublicationRequest,
  { topology }: PlanContext,
): readonly FileChange[] {
  const node = topology.nodes.find(({ id }) => id === nodeId);
  const declared = node?.publications.find((publication) => publication.name === name);
  const at = ['nodes', nodeId, 'publications'];
  return [
    ...(declared === undefined
      ? []
      : [
          { path: [...at, name], value: undefined },
          {
            path: [...at, newName],
            value: {
              ...(declared.allTables ? { allTables: true } : {}),
              ...(declared.schemas.length > 0 ? { schemas: declared.schemas } : {}),
              ...(declared.tables.length > 0 ? { tables: declared.tables.map(fileTable) } : {}),
              ...declared.options,
            },
          },
        ]),
    ...topology.nodes.flatMap(({ id, subscriptions }) =>
      subscriptions
        .filter(
          ({ publisher, publications }) => publisher === nodeId && publications.includes(name),
        )
        .map((subscription) => ({
          path: ['nodes', id, 'subscriptions', subscription.name, 'publications'],
          value: subscription.publications.map((other) => (other === name ? newName : other)),
        })),
    ),
  ];
}

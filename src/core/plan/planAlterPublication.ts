import { say } from '../say';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import { alterPublicationFindings } from './alterPublicationFindings';
import { readerSteps, type ReaderSteps } from './alterPublicationReaders';
import { alterPublicationSql, reversed, shapeCheck } from './alterPublicationSql';
import { withPublication } from './changes/projectPublications';
import type { Finding } from './finding';
import { errorFinding, listNames, noteFinding, warningFinding } from './findingParts';
import { impactsOfAddingTables } from './impacts/impactsOfAddingTables';
import { impactsOfChangingLimits } from './impacts/impactsOfChangingLimits';
import { impactsOfDroppingTables } from './impacts/impactsOfDroppingTables';
import { subscriberWords } from './impacts/subscribersOfPublication';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import type { CatalogPublication, NodeCatalog } from './nodeCatalog';
import { isQuotable, roleWords, standbyFindings } from './nodeFindings';
import type { Impact, Plan, PlanStep } from './plan';
import { missing } from './planDropPublication';
import {
  changesObjects,
  changesOptions,
  publicationChange,
  targetShape,
  type PublicationChange,
  type PublicationShape,
} from './publicationChange';
import { publicationFileChanges } from './publicationFile';
import {
  publicationOwnerFindings,
  publicationReaders,
  readerWords,
  type PublicationReaders,
} from './publicationReaders';
import type { AlterPublicationRequest, PlanContext } from './requests';
import { sqlStatement } from './sqlText';
import { isSameTable } from './tableLookup';

/**
 * Makes a publication what it shall be, changing only what differs: first what subscribers lack, then the publication,
 * then every subscription is refreshed. Nothing differs: an empty plan.
 * Needs the catalogs of the publisher and of those who subscribe to it, read with the roles that they log in as among the
 * roles to check; to make tables downstream, also the definitions of all tables of the publisher. Of a subscriber whose
 * catalog is missing, the plan says what may become of it.
 * @see ALTER PUBLICATION, ALTER SUBSCRIPTION … REFRESH PUBLICATION
 */
export function planAlterPublication(request: AlterPublicationRequest, context: PlanContext): Plan {
  const { nodeId, name } = request;
  const head = { kind: 'alterPublication', title: say`Alter publication ${name} on ${nodeId}` };
  const [publisher] = catalogsOf(context, [nodeId]) ?? [];
  if (publisher === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const present = publisher.publications.find((found) => found.name === name);
  if (present === undefined) {
    return makePlan(context, { ...head, steps: [], findings: [missing(request, publisher)] });
  }
  const target = targetShape(request, present);
  const change = publicationChange(present, target);
  const after = withPublication(publisher, target, context.definitions.get(nodeId) ?? []);
  const tables = tableChange(present, after);
  const all = publicationReaders(context, nodeId, name);
  const reading = readerSteps(request, context, after, all.readers, widenedTables(change, after));
  const isDiffering = changesObjects(change) || changesOptions(change);
  const impacts = isDiffering ? impactsOf(request, context, present, change, tables, reading) : [];
  const losesRows = impacts.some(({ kind }) => kind === 'losesRows' || kind === 'stops');
  const steps = [
    ...reading.before,
    ...(isDiffering && isSayable(target)
      ? [alterStep(nodeId, present, target, change, losesRows)]
      : []),
    ...reading.after,
  ];
  return makePlan(context, {
    ...head,
    steps: isSayable(target) ? steps : [],
    findings: [
      ...standbyFindings(context, publisher),
      ...publicationOwnerFindings(present, publisher),
      ...(isDiffering ? alterPublicationFindings(request, present, target, change, publisher) : []),
      ...rootFindings(change, tables, all, nodeId),
      ...unreadFindings(request, tables.added, all),
      ...reading.findings,
      ...(steps.length > 0
        ? []
        : [noteFinding('nothingToDo', nodeId, say`${name} on ${nodeId} is so already.`)]),
    ],
    impacts,
    privileges: [
      say`${nodeId}: the role must own the publication and each table that is added. It runs as ${roleWords(publisher)}.`,
      ...all.readers.map(
        ({ catalog, subscription }) =>
          say`${catalog.nodeId}: the role must own ${subscription.name} or be a superuser. It runs as ${roleWords(catalog)}.`,
      ),
    ],
    fileChanges: publicationFileChanges(nodeId, target, context),
  });
}

interface TableChange {
  readonly added: CatalogPublication['tables'];
  readonly removed: CatalogPublication['tables'];
}

/** What is published that was not, and the other way round: leaves or roots, and tables of schemas. */
function tableChange(present: CatalogPublication, after: NodeCatalog): TableChange {
  const tables = after.publications.find(({ name }) => name === present.name)?.tables ?? [];
  return {
    added: tables.filter((table) => !present.tables.some((one) => isSameTable(one, table))),
    removed: present.tables.filter((table) => !tables.some((one) => isSameTable(one, table))),
  };
}

/** Tables whose subscribers get columns that they did not get before. */
function widenedTables(
  { changed, generatedColumns }: PublicationChange,
  after: NodeCatalog,
): readonly TableName[] {
  if (generatedColumns === 'stored') {
    return after.relations.filter(({ columns }) =>
      columns.some(({ isGenerated, isVirtual = false }) => isGenerated && !isVirtual),
    );
  }
  return changed
    .filter(
      ({ from, to }) =>
        from.columns !== null &&
        (to.columns === null || to.columns.some((column) => !from.columns?.includes(column))),
    )
    .map(({ to }) => to);
}

function isSayable({ name, schemas, namedTables }: PublicationShape): boolean {
  const names = [
    name,
    ...schemas,
    ...namedTables.flatMap((table) => [table.schema, table.name, ...(table.columns ?? [])]),
  ];
  return names.every(isQuotable);
}

function impactsOf(
  { nodeId: publisherId, name: publication }: AlterPublicationRequest,
  context: PlanContext,
  { operations }: CatalogPublication,
  change: PublicationChange,
  { added, removed }: TableChange,
  { made, refreshed }: ReaderSteps,
): readonly Impact[] {
  return [
    ...impactsOfAddingTables(context, {
      publisherId,
      publication,
      tables: added,
      isMade: (nodeId, table) =>
        made.some(([where, one]) => where === nodeId && isSameTable(one, table)),
      isRefreshed: (one) =>
        refreshed.some(
          ([where, subscription]) => where === one.nodeId && subscription === one.name,
        ),
    }),
    ...impactsOfDroppingTables(context, { publisherId, publication, tables: removed }),
    ...impactsOfChangingLimits(context, { publisherId, publication, change, operations }),
  ];
}

/** What was taken by its leaves would come again by its root: twice, or never. */
function rootFindings(
  { viaPartitionRoot }: PublicationChange,
  { added, removed }: TableChange,
  { readers, unread, throughStandbys, strangers }: PublicationReaders,
  nodeId: string,
): readonly Finding[] {
  if (viaPartitionRoot === null || added.length === 0 || removed.length === 0) return [];
  const who = [
    ...readers.map(readerWords),
    ...unread.map(({ subscription }) => subscription),
    ...throughStandbys.map(subscriberWords),
    ...strangers.map((slot) => say`slot ${slot}`),
  ];
  if (who.length === 0) return [];
  return [
    errorFinding(
      'stillTaken',
      nodeId,
      say`${listNames(removed.map(formatTableName))} would be published as ${listNames(added.map(formatTableName))}: ${listNames(who)} would get the rows a second time, or lose those that are written before a refresh.`,
      say`Make another publication with this option, and subscribe to that anew.`,
    ),
  ];
}

function unreadFindings(
  { name }: AlterPublicationRequest,
  added: readonly TableName[],
  { unread, throughStandbys, strangers }: PublicationReaders,
): readonly Finding[] {
  if (added.length === 0) return [];
  return [
    ...throughStandbys.map((one) =>
      warningFinding(
        'unknownServer',
        one.nodeId,
        say`${subscriberWords(one)} takes ${name} from ${one.through ?? ''}, a standby: this plan neither makes ${listNames(added.map(formatTableName))} there nor refreshes it.`,
        say`Create what it lacks first, and refresh it once ${one.through ?? ''} has replayed the change.`,
      ),
    ),
    ...unread.map((one) =>
      warningFinding(
        'unknownServer',
        one.nodeId,
        say`${one.subscription} on ${one.nodeId ?? ''} takes ${name}, and ${one.nodeId ?? ''} could not be read: if it lacks ${listNames(added.map(formatTableName))}, it stops.`,
        say`Connect to ${one.nodeId ?? ''} and plan again, or create the tables there and refresh it afterwards.`,
      ),
    ),
    ...strangers.map((slot) =>
      warningFinding(
        'unknownServer',
        null,
        say`Somebody reads the slot ${slot} whose tables are not known here: if it takes ${name} and lacks ${listNames(added.map(formatTableName))}, it stops.`,
        say`Create the tables there first, and refresh it afterwards.`,
      ),
    ),
  ];
}

function alterStep(
  nodeId: string,
  present: CatalogPublication,
  target: PublicationShape,
  change: PublicationChange,
  losesRows: boolean,
): PlanStep {
  const { name } = present;
  return {
    nodeId,
    title: say`Change publication ${name}`,
    effect: effectOf(nodeId, name, change),
    risk: losesRows ? 'losesData' : 'safe',
    statements: alterPublicationSql(target, change).map(sqlStatement),
    isTransactional: true,
    statementLimitMs: null,
    precondition: shapeCheck(nodeId, present),
    // Filters and lists cannot be told by a look at the catalog of every version.
    effectCheck:
      change.changed.length > 0 ||
      change.generatedColumns !== null ||
      change.addedSchemas.length + change.removedSchemas.length > 0
        ? null
        : shapeCheck(nodeId, target, say`${name} on ${nodeId} is not so yet.`),
    settle: null,
    undo: alterPublicationSql(present, reversed(change, present)).map(sqlStatement),
    undoNote: say`Rows that were written meanwhile are not sent afterwards, and subscriptions are refreshed again.`,
  };
}

function effectOf(nodeId: string, name: string, change: PublicationChange): string {
  const names = (tables: readonly TableName[]) => listNames(tables.map(formatTableName));
  const { added, removed, changed, addedSchemas, removedSchemas } = change;
  const parts = [
    ...(added.length > 0 ? [say`publishes ${names(added)}`] : []),
    ...(addedSchemas.length > 0 ? [say`publishes every table of ${listNames(addedSchemas)}`] : []),
    ...(removed.length > 0 ? [say`publishes ${names(removed)} no more`] : []),
    ...(removedSchemas.length > 0
      ? [say`publishes the tables of ${listNames(removedSchemas)} no more`]
      : []),
    ...(changed.length > 0
      ? [say`sends other rows or columns of ${names(changed.map(({ to }) => to))}`]
      : []),
    ...(change.operations === null
      ? []
      : [
          say`sends ${change.operations.map((one) => one.toUpperCase()).join(', ') || say`nothing`}`,
        ]),
    ...(change.viaPartitionRoot === null
      ? []
      : [
          change.viaPartitionRoot
            ? say`sends changes of partitions as those of their root`
            : say`sends changes of partitions as their own`,
        ]),
    ...(change.generatedColumns === null
      ? []
      : [
          change.generatedColumns === 'stored'
            ? say`sends stored generated columns`
            : say`sends no generated columns`,
        ]),
  ];
  return say`${name} on ${nodeId} ${parts.join('; ')}.`;
}

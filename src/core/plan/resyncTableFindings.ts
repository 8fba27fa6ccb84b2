import { say } from '../say';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import type { Finding } from './finding';
import { errorFinding, listNames, ownerFix, warningFinding } from './findingParts';
import { subscriberWords } from './impacts/subscribersOfPublication';
import type {
  CatalogPublication,
  CatalogSubscription,
  NodeCatalog,
  RelationFacts,
} from './nodeCatalog';
import {
  publicationOwnerFindings,
  publicationReaders,
  readerWords,
  type PublicationReaders,
} from './publicationReaders';
import type { PlanContext } from './requests';
import { rowWords } from './resyncTableSteps';
import { subscribedTables } from './subscribedTables';
import { isSameTable } from './tableLookup';

/** What else to do where one table cannot be made anew by itself. */
const BY_HAND = say`Compare the rows and repair those that differ; or drop the subscription, empty its tables and create it again.`;

/** Why the subscription cannot copy a table anew now, whatever the table is. */
export function resyncSubscriptionFindings(
  subscription: CatalogSubscription,
  publisher: NodeCatalog,
  { nodeId }: NodeCatalog,
  wanted: TableName,
): readonly Finding[] {
  const { name, slotName } = subscription;
  const hasSlot = publisher.slots.some((slot) => slot.name === slotName);
  const pending = subscribedTables(publisher, subscription.publications).filter(
    (table) =>
      !isSameTable(table, wanted) &&
      !subscription.tables.some((taken) => isSameTable(taken, table)),
  );
  return [
    ...(subscription.isEnabled
      ? []
      : [
          errorFinding(
            'notFound',
            nodeId,
            say`${name} on ${nodeId} is disabled, and only an enabled subscription can be refreshed (55000).`,
            say`Enable it first.`,
          ),
        ]),
    ...(hasSlot
      ? []
      : [
          errorFinding(
            'notFound',
            publisher.nodeId,
            slotName === null
              ? say`${publisher.nodeId} has no slot for ${name}, so nothing tells when ${name} has taken what was sent.`
              : say`${publisher.nodeId} has no slot ${slotName}, so nothing tells when ${name} has taken what was sent.`,
          ),
        ]),
    ...(pending.length === 0
      ? []
      : [
          errorFinding(
            'notFound',
            nodeId,
            say`${name} on ${nodeId} does not take ${listNames(pending.map(formatTableName))} yet, and would begin to.`,
            say`Refresh the subscription first (Refresh Subscription).`,
          ),
        ]),
  ];
}

/** Why the table cannot leave its publication for a while, on the publisher. */
export function resyncPublicationFindings(
  context: PlanContext,
  publisher: NodeCatalog,
  { nodeId: subscriberId }: NodeCatalog,
  subscription: CatalogSubscription,
  publication: CatalogPublication,
  table: TableName,
): readonly Finding[] {
  const { nodeId, role } = publisher;
  const relation = publisher.relations.find((found) => isSameTable(found, table));
  return [
    ...publicationOwnerFindings(publication, publisher),
    ...unfitFindings(relation, publisher),
    ...(relation === undefined || role.isSuperuser || relation.isOwned
      ? []
      : [notOwned(relation, publisher)]),
    ...otherReaders(
      publicationReaders(context, nodeId, publication.name),
      subscriberId,
      subscription,
    ).map((who) =>
      errorFinding(
        'stillTaken',
        nodeId,
        say`${who} takes ${publication.name} as well, or may: it would miss what is written to ${formatTableName(table)} while ${publication.name} lacks it.`,
        say`Publish ${formatTableName(table)} to this subscription alone, by a publication of its own. ${BY_HAND}`,
      ),
    ),
  ];
}

/** Why the table cannot be emptied on the subscriber. Needs the definitions of the subscriber's tables. */
export function resyncTargetFindings(
  context: PlanContext,
  subscriber: NodeCatalog,
  subscription: CatalogSubscription,
  target: RelationFacts,
): readonly Finding[] {
  const { nodeId, role } = subscriber;
  const shown = formatTableName(target);
  const others = subscriber.subscriptions.filter(
    ({ name, tables }) =>
      name !== subscription.name && tables.some((table) => isSameTable(table, target)),
  );
  const onward = subscriber.publications.filter(({ tables }) =>
    tables.some((table) => isSameTable(table, target)),
  );
  return [
    ...unfitFindings(target, subscriber),
    ...(role.isSuperuser || target.isOwned ? [] : [notOwned(target, subscriber)]),
    ...keyFindings(context, subscriber, target),
    ...others.map(({ name }) =>
      errorFinding(
        'stillTaken',
        nodeId,
        say`${name} on ${nodeId} writes to ${shown} as well: what it brought would be gone.`,
        BY_HAND,
      ),
    ),
    ...onward.map(({ name }) =>
      errorFinding(
        'stillTaken',
        nodeId,
        say`${name} on ${nodeId} publishes ${shown}: who takes it would be emptied as well, or get every row a second time.`,
        BY_HAND,
      ),
    ),
    warningFinding(
      'losesChanges',
      nodeId,
      say`${shown} on ${nodeId} is emptied (${rowWords(target)}) and stays so until it is copied: who reads it meanwhile finds no row, or some. Rows that only ${nodeId} has are lost.`,
    ),
  ];
}

/** @returns why the table is in no publication, or in none that it can be taken out of */
export function publicationOfFindings(
  publisher: NodeCatalog,
  subscription: CatalogSubscription,
  holding: readonly CatalogPublication[],
  table: TableName,
): readonly Finding[] {
  const { nodeId } = publisher;
  const shown = formatTableName(table);
  const [only, second] = holding;
  if (only === undefined) {
    return [
      errorFinding(
        'missingPublication',
        nodeId,
        say`No publication that ${subscription.name} takes publishes ${shown} on ${nodeId}.`,
        say`Add it to a publication again first (Alter Publication).`,
      ),
    ];
  }
  if (second !== undefined) {
    return [
      errorFinding(
        'tableTwice',
        nodeId,
        say`${subscription.name} takes ${shown} by ${listNames(holding.map(({ name }) => name))}: it would have to leave all of them.`,
        say`Take it out of all but one first (Alter Publication). ${BY_HAND}`,
      ),
    ];
  }
  if (only.namedTables.some((named) => isSameTable(named, table))) return [];
  return [
    errorFinding(
      only.allTables ? 'allTables' : 'unfitTable',
      nodeId,
      say`${only.name} on ${nodeId} publishes ${shown} as one of ${only.allTables ? say`all tables` : say`a schema or a partitioned table`}, so it cannot be taken out by itself.`,
      BY_HAND,
    ),
  ];
}

/** Everybody who takes the publication, or may, but this subscription; in words. */
function otherReaders(
  { readers, unread, throughStandbys, strangers }: PublicationReaders,
  subscriberId: string,
  { name }: CatalogSubscription,
): readonly string[] {
  return [
    ...readers
      .filter(
        ({ catalog, subscription }) =>
          catalog.nodeId !== subscriberId || subscription.name !== name,
      )
      .map(readerWords),
    ...[...unread, ...throughStandbys].map(subscriberWords),
    ...strangers.map((slot) => say`The reader of slot ${slot}, which is not in the file,`),
  ];
}

function unfitFindings(
  relation: RelationFacts | undefined,
  { nodeId }: NodeCatalog,
): readonly Finding[] {
  if (relation === undefined || (relation.kind === 'table' && !relation.isPartition)) return [];
  const what = relation.isPartition ? say`a partition` : say`not an ordinary table`;
  return [
    errorFinding(
      'unfitTable',
      nodeId,
      say`${formatTableName(relation)} on ${nodeId} is ${what}: this plan makes ordinary tables anew.`,
      BY_HAND,
    ),
  ];
}

function keyFindings(
  { definitions }: PlanContext,
  { nodeId }: NodeCatalog,
  target: RelationFacts,
): readonly Finding[] {
  const all = definitions.get(nodeId);
  const shown = formatTableName(target);
  if (all === undefined) {
    return [
      errorFinding(
        'unknownServer',
        nodeId,
        say`Which tables of ${nodeId} point at ${shown} by foreign keys was not read.`,
      ),
    ];
  }
  const pointing = all.filter(
    (definition) =>
      !isSameTable(definition, target) &&
      definition.constraints.some(
        ({ references = null }) => references !== null && isSameTable(references, target),
      ),
  );
  if (pointing.length === 0) return [];
  return [
    errorFinding(
      'unfitTable',
      nodeId,
      say`${listNames(pointing.map(formatTableName))} on ${nodeId} points at ${shown} by a foreign key, so it cannot be emptied by itself (0A000).`,
      say`Drop the foreign key on ${nodeId} first and add it again afterwards. ${BY_HAND}`,
    ),
  ];
}

function notOwned(relation: RelationFacts, { nodeId, role }: NodeCatalog): Finding {
  return errorFinding(
    'privilege',
    nodeId,
    say`${formatTableName(relation)} on ${nodeId} belongs to ${relation.owner}, and ${role.name} may not change it (42501).`,
    ownerFix(relation.owner, role.name),
  );
}

import { formatCounted } from '../format';
import { say } from '../say';
import { escapeIdentifier, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { Finding } from './finding';
import { listNames, warningFinding } from './findingParts';
import type { NodeCatalog, RelationFacts } from './nodeCatalog';
import type { SubscribedTable } from './subscribedTables';
import { isWritableTarget, relationOf } from './tableLookup';

/** What happens to rows that arrive in tables which fit: keys, triggers, rows that are there, slow look-ups. */
export function appliedRowFindings(
  tables: readonly SubscribedTable[],
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
  copies: boolean,
): readonly Finding[] {
  return tables.flatMap((table) => {
    const target = relationOf(subscriber, table);
    if (target === null || !isWritableTarget(target)) return [];
    return [
      ...(copies ? presentRowFindings(target, publisher, subscriber) : []),
      ...uniqueKeyFindings(table, target, publisher, subscriber),
      ...triggerFindings(target, subscriber),
      ...slowFindings(table, target, publisher, subscriber),
    ];
  });
}

function presentRowFindings(
  target: RelationFacts,
  publisher: NodeCatalog,
  { nodeId }: NodeCatalog,
): readonly Finding[] {
  const { rowEstimate = 0 } = target;
  if (rowEstimate <= 0) return [];
  return [
    warningFinding(
      'rowsPresent',
      nodeId,
      say`${formatTableName(target)} on ${nodeId} holds about ${formatCounted(Math.round(rowEstimate), 'row')} already, and the copy brings every row of ${publisher.nodeId}: one with a key that is there stops it (23505), again and again; without a key, rows are there twice.`,
      say`If they are the same rows, take the table in without copying it (copyData, or the choice of Refresh Subscription); else move them away first.`,
    ),
  ];
}

/** Keys of the subscriber that the publisher's rows need not obey. */
function uniqueKeyFindings(
  table: SubscribedTable,
  target: RelationFacts,
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
): readonly Finding[] {
  const held = table.relation?.uniqueKeys;
  if (held === undefined) return [];
  const free = (target.uniqueKeys ?? []).filter(
    (key) => !held.some((other) => other.every((column) => key.includes(column))),
  );
  if (free.length === 0) return [];
  const words = free.map((key) => `(${key.join(', ')})`);
  return [
    warningFinding(
      'uniqueKey',
      subscriber.nodeId,
      say`${formatTableName(target)} on ${subscriber.nodeId} takes each ${listNames(words)} once, and ${publisher.nodeId} does not: the second row stops the subscription (23505).`,
      say`Make the same key unique on ${publisher.nodeId}, or drop it on ${subscriber.nodeId}.`,
    ),
  ];
}

function triggerFindings(target: RelationFacts, { nodeId }: NodeCatalog): readonly Finding[] {
  const { firingTriggers = [] } = target;
  if (firingTriggers.length === 0) return [];
  const table = qualifiedName(target);
  const isOne = firingTriggers.length === 1;
  return [
    warningFinding(
      'firingTrigger',
      nodeId,
      say`The ${isOne ? say`trigger` : say`triggers`} ${listNames(firingTriggers)} of ${formatTableName(target)} on ${nodeId} ${isOne ? say`fires` : say`fire`} for replicated rows as well. The search_path is empty there: a name without its schema in the function stops the subscription.`,
      {
        text: say`Write every name with its schema, or let it fire for local changes only.`,
        copy: firingTriggers
          .map((name) => `ALTER TABLE ${table} ENABLE TRIGGER ${escapeIdentifier(name)};`)
          .join('\n'),
      },
    ),
  ];
}

/** Whole old rows and nothing to find them by: each change reads the table from its beginning. */
function slowFindings(
  table: SubscribedTable,
  target: RelationFacts,
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
): readonly Finding[] {
  const { relation, sendsOldRows } = table;
  if (!sendsOldRows || relation?.replicaIdentity !== 'full') return [];
  const key = target.replicaIdentity === 'full' ? target.primaryKey : target.identityColumns;
  if (key === undefined || key.length > 0) return [];
  return [
    warningFinding(
      'slowApply',
      subscriber.nodeId,
      say`${formatTableName(target)} has no key on ${subscriber.nodeId}, and ${publisher.nodeId} sends whole old rows: each UPDATE and DELETE reads the table from its beginning.`,
      say`Give it a primary key on ${subscriber.nodeId}.`,
    ),
  ];
}

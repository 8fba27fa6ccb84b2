import { escapeLiteral, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import { isSameTable, relationOf } from '../plan/tableLookup';
import { listNames } from '../plan/findingParts';
import type { PlanContext } from '../plan/requests';
import { say } from '../say';
import { itemOf, type SetupItem } from './setupItem';
import type { ReadNode } from './standbyItems';
import type { DeclaredSubscription } from '../topology';

/** From here on lag is worth a look. */
const LAG_MS = 1_000;

/** What a subscriber's subscriptions need. */
export function subscriberItems(
  context: PlanContext,
  node: ReadNode,
  publisherOf: (id: string) => ReadNode | null,
): readonly SetupItem[] {
  const { nodeId, settings, subscriptions } = node.catalog;
  const declared = context.topology.nodes.find(({ id }) => id === nodeId)?.subscriptions ?? [];
  if (declared.length + subscriptions.length === 0) return [];
  const max = settings.maxLogicalReplicationWorkers;
  // One works for each subscription, and one more for a table that is copied.
  const needed = Math.max(declared.length, subscriptions.length) + 1;
  return [
    itemOf(nodeId, 'workers', say`Has workers enough`, {
      state: max >= needed ? 'ok' : 'warning',
      evidence: say`max_logical_replication_workers is ${max}; its subscriptions and one table copy need ${needed}. With fewer, tables wait queued.`,
      source: say`pg_settings on ${nodeId}`,
      fix: max >= needed ? null : `ALTER SYSTEM SET max_logical_replication_workers = ${needed};`,
    }),
    ...declared.flatMap((subscription) => [
      active(context, node, subscription),
      targets(node, subscription, publisherOf(subscription.publisher)),
    ]),
    ...sequences(node, declared, publisherOf),
  ];
}

function active(
  { snapshot }: PlanContext,
  { catalog }: ReadNode,
  { name }: DeclaredSubscription,
): SetupItem {
  const { nodeId } = catalog;
  const title = say`Subscription ${name} is enabled and follows`;
  const found = catalog.subscriptions.find((one) => one.name === name);
  const source = say`pg_subscription on ${nodeId}`;
  if (found === undefined) {
    return itemOf(nodeId, `active/${name}`, title, {
      state: 'problem',
      evidence: say`There is no subscription ${name}.`,
      source,
      fix: say`Create Subscription… makes it.`,
    });
  }
  if (!found.isEnabled) {
    return itemOf(nodeId, `active/${name}`, title, {
      state: 'problem',
      evidence: say`It is disabled; its slot keeps WAL on the publisher.`,
      source,
      fix: say`Enable Subscription…`,
    });
  }
  const copying = found.tables.filter(({ state }) => state !== 'r');
  const edge = snapshot?.edges.find(
    (one) => one.kind === 'logical' && one.name === name && one.to === nodeId,
  );
  const lagMs = edge?.lagMs ?? null;
  const isWorse =
    edge !== undefined && (edge.verdict.health === 'error' || edge.verdict.health === 'warning');
  const isLate = lagMs !== null && lagMs >= LAG_MS;
  return itemOf(nodeId, `active/${name}`, title, {
    state: isWorse ? 'problem' : copying.length > 0 || isLate ? 'warning' : 'ok',
    evidence: isWorse
      ? say`It is enabled and does not follow: see its row in the tree.`
      : copying.length > 0
        ? say`${copying.length} of ${found.tables.length} tables are not copied yet.`
        : isLate
          ? say`It is ${Math.round(lagMs)} ms behind.`
          : say`It is enabled, and every table is ready.`,
    source,
  });
}

function targets(
  { catalog }: ReadNode,
  { name, publications }: DeclaredSubscription,
  publisher: ReadNode | null,
): SetupItem {
  const { nodeId } = catalog;
  const title = say`Target tables of ${name} exist`;
  if (publisher === null) {
    return itemOf(nodeId, `targets/${name}`, title, {
      state: 'unknown',
      evidence: say`Its publisher could not be asked.`,
    });
  }
  const wanted = publisher.catalog.publications
    .filter((publication) => publications.includes(publication.name))
    .flatMap(({ tables }) => tables);
  const missing = wanted.filter((table) => relationOf(catalog, table) === null);
  return itemOf(nodeId, `targets/${name}`, title, {
    state: missing.length === 0 ? 'ok' : 'problem',
    evidence:
      missing.length === 0
        ? say`All ${wanted.length} published tables are here.`
        : say`${listNames(missing.map(formatTableName))} ${missing.length === 1 ? say`is` : say`are`} missing: the subscription stops at the first row (42P01).`,
    source: say`pg_class on ${nodeId}, pg_publication on ${publisher.catalog.nodeId}`,
    fix: missing.length === 0 ? null : say`Plan Changes… or Create Subscription… makes them.`,
  });
}

/** Sequences never follow: whoever writes on the subscriber after a switch would use numbers that are taken. */
function sequences(
  { catalog, setup }: ReadNode,
  declared: readonly DeclaredSubscription[],
  publisherOf: (id: string) => ReadNode | null,
): readonly SetupItem[] {
  const { nodeId, subscriptions } = catalog;
  const taken = setup.sequences.flatMap((own) => {
    const subscription = subscriptions.find(({ tables }) =>
      tables.some((table) => isSameTable(table, own.table)),
    );
    const publisherId = declared.find(({ name }) => name === subscription?.name)?.publisher;
    const source = publisherId === undefined ? null : publisherOf(publisherId);
    const there = source?.setup.sequences.find(
      (one) => isSameTable(one.table, own.table) && one.column === own.column,
    );
    return there === undefined ? [] : [{ own, there }];
  });
  if (taken.length === 0) return [];
  const unread = taken.filter(({ own, there }) => !own.isReadable || !there.isReadable);
  const behind = taken.filter(
    ({ own, there }) =>
      own.isReadable &&
      there.lastValue !== null &&
      BigInt(own.lastValue ?? '0') < BigInt(there.lastValue),
  );
  return [
    itemOf(nodeId, 'sequences', say`Sequences of replicated tables are not behind`, {
      state: behind.length > 0 ? 'warning' : unread.length > 0 ? 'unknown' : 'ok',
      evidence:
        behind.length > 0
          ? say`Sequences are not replicated: ${listNames(behind.map(({ own }) => formatTableName(own)))} ${behind.length === 1 ? say`is` : say`are`} behind. A row that is inserted here takes a number that is taken (23505).`
          : unread.length > 0
            ? say`${listNames(unread.map(({ own }) => formatTableName(own)))} may not be read.`
            : say`${taken.length} of them are as far as the publisher’s.`,
      source: say`pg_sequence_last_value() on ${nodeId} and its publishers`,
      fix:
        behind.length === 0
          ? null
          : behind
              .map(
                ({ own, there }) =>
                  `SELECT pg_catalog.setval(${escapeLiteral(qualifiedName(own))}, ${there.lastValue ?? '1'});`,
              )
              .join('\n'),
    }),
  ];
}

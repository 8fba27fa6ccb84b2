import { say } from '../../say';
import { formatTableName } from '../../tableName';
import type { DeclaredTable, TableName } from '../../topology';
import { listNames } from '../findingParts';
import type { Impact } from '../plan';
import type { PlanContext } from '../requests';
import { isSameTable, isWritableTarget, relationOf } from '../tableLookup';
import { subscribersOfPublication, type Subscriber } from './subscribersOfPublication';

export interface AddedTables {
  readonly publisherId: string;
  readonly publication: string;
  /** What it publishes that it did not publish before; of a partitioned table, what travels: its root or its leaves. */
  readonly tables: readonly Pick<DeclaredTable, 'schema' | 'name' | 'columns'>[];
  /** Whether an earlier step of the plan makes this table on that node, or completes it; by default none does. */
  readonly isMade?: (nodeId: string, table: TableName) => boolean;
  /** Whether a later step of the plan refreshes the subscription; by default none does. */
  readonly isRefreshed?: (subscription: {
    readonly nodeId: string;
    readonly name: string;
  }) => boolean;
}

/**
 * What it does to whoever takes a publication when that publishes more tables. A subscriber without the table, or without
 * one of its columns, stops at the first row of it; one that has it passes over its rows until it is refreshed, and copies
 * the table then. Needs the publisher's catalog; of a subscriber whose catalog was not read it says what may be.
 */
export function impactsOfAddingTables(context: PlanContext, added: AddedTables): readonly Impact[] {
  if (added.tables.length === 0) return [];
  return subscribersOfPublication(context, added.publisherId, added.publication).flatMap(
    (subscriber) => [...stopOf(context, added, subscriber), ...refreshOf(added, subscriber)],
  );
}

function stopOf(
  context: PlanContext,
  added: AddedTables,
  subscriber: Subscriber,
): readonly Impact[] {
  const { nodeId, subscription, catalog } = subscriber;
  const isMade = added.isMade ?? (() => false);
  const open = added.tables
    .filter((table) => nodeId === null || !isMade(nodeId, table))
    // It takes the table already, by another of its publications.
    .filter((table) => !takes(subscriber, table));
  const impact = (text: string): Impact => ({ kind: 'stops', nodeId, subscription, text });
  if (open.length === 0) return [];
  if (catalog === null) {
    const names = listNames(open.map(formatTableName));
    const unread =
      nodeId === null
        ? say`If it takes ${added.publication}`
        : say`What ${nodeId} has was not read`;
    return [
      impact(
        open.length === 1
          ? say`${unread}: without ${names} it stops at the first row of it.`
          : say`${unread}: without ${names} it stops at the first row of them.`,
      ),
    ];
  }
  const missing = open.filter((table) => {
    const target = relationOf(catalog, table);
    return target === null || !isWritableTarget(target);
  });
  const narrow = open.flatMap((table) => {
    const columns = columnsLacking(context, added.publisherId, table, subscriber);
    return columns.length === 0 ? [] : [say`${listNames(columns)} of ${formatTableName(table)}`];
  });
  return [
    ...(missing.length === 0
      ? []
      : [
          impact(
            missing.length === 1
              ? say`${catalog.nodeId} has no table ${listNames(missing.map(formatTableName))}: it stops at the first row of it, and everything behind that waits until the table is there.`
              : say`${catalog.nodeId} has no table ${listNames(missing.map(formatTableName))}: it stops at the first row of them, and everything behind that waits until the table is there.`,
          ),
        ]),
    ...(narrow.length === 0
      ? []
      : [
          impact(
            say`${catalog.nodeId} lacks ${listNames(narrow)}: it stops at the first row, and everything behind that waits until the columns are there.`,
          ),
        ]),
  ];
}

function refreshOf(added: AddedTables, subscriber: Subscriber): readonly Impact[] {
  const { nodeId, subscription } = subscriber;
  const tables = added.tables.filter((table) => !takes(subscriber, table));
  if (tables.length === 0) return [];
  const isHeld = nodeId !== null && (added.isRefreshed?.({ nodeId, name: subscription }) ?? false);
  const names = listNames(tables.map(formatTableName));
  const why = say`Rows of ${names} are passed over until the subscription is refreshed; then ${tables.length === 1 ? say`the table is` : say`the tables are`} copied whole.`;
  const how = isHeld
    ? say`This plan refreshes it.`
    : nodeId === null
      ? say`Nobody here can refresh it.`
      : say`Refresh Subscription does that.`;
  return [{ kind: 'needsRefresh', nodeId, subscription, text: `${why} ${how}` }];
}

function takes({ found }: Subscriber, table: TableName): boolean {
  return found?.tables.some((one) => isSameTable(one, table)) ?? false;
}

/** Columns that the publisher would send of a table and that the subscriber's table, which is there, has not. */
export function columnsLacking(
  context: PlanContext,
  publisherId: string,
  table: Pick<DeclaredTable, 'schema' | 'name' | 'columns'>,
  { catalog }: Pick<Subscriber, 'catalog'>,
): readonly string[] {
  const publisher = context.catalogs.get(publisherId);
  const source = publisher === undefined ? null : relationOf(publisher, table);
  const target = catalog === null ? null : relationOf(catalog, table);
  if (source === null || target === null) return [];
  const there = new Set(target.columns.map(({ name }) => name));
  return source.columns
    .filter(({ name, isGenerated }) =>
      table.columns === null ? !isGenerated : table.columns.includes(name),
    )
    .map(({ name }) => name)
    .filter((name) => !there.has(name));
}

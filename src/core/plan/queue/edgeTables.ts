import { captureTableOf } from '../../queue/captureTable';
import { guardArguments } from '../../queue/echoGuard';
import { captureArguments, type CaptureTable } from '../../queue/edgeObjects';
import {
  CAPTURE_FUNCTION,
  CAPTURE_TRIGGER,
  GUARD_FUNCTION,
  GUARD_TRIGGER,
  TRUNCATE_TRIGGER,
} from '../../queue/queueNames';
import type { TableName } from '../../topology';
import type { NodeCatalog } from '../nodeCatalog';
import type { PlanContext } from '../requests';
import { subscribedTables } from '../subscribedTables';
import { isSameTable, relationOf } from '../tableLookup';
import type { QueueFacts, TriggerFacts } from './queueFacts';
import type { SetUpEdgeRequest } from './setUpEdgeRequest';

/** A table whose writes our trigger shall queue, and how far it does. */
export interface CapturedTable {
  readonly table: CaptureTable;
  /** Triggers of our names that are there and are not as they should be. */
  readonly outdated: readonly string[];
  /** Whether the triggers of the table itself are missing, or not as they should be. */
  readonly isMissing: boolean;
  /** Partitions that TRUNCATE could still empty unseen. */
  readonly bare: readonly TableName[];
}

/** What is to be captured, of those tables that can be. */
export function capturedTables(
  request: SetUpEdgeRequest,
  catalog: NodeCatalog,
  facts: QueueFacts,
): readonly CapturedTable[] {
  if (request.capture !== 'trigger') return [];
  return request.tables.flatMap((one) => {
    const relation = relationOf(catalog, one);
    if (relation === null) return [];
    const table = captureTableOf(relation);
    const capture = triggerOf(facts, table, CAPTURE_TRIGGER);
    const truncate = triggerOf(facts, table, TRUNCATE_TRIGGER);
    const isCurrent =
      capture !== null &&
      capture.fires === 'ordinary' &&
      hasArguments(capture, captureArguments(table));
    const isMissing = !isCurrent || truncate?.fires !== 'ordinary';
    const bare = facts.partitions
      .filter(({ root }) => isSameTable(root, table))
      .filter((partition) => triggerOf(facts, partition, TRUNCATE_TRIGGER) === null);
    const outdated = isMissing
      ? [
          ...(capture === null ? [] : [CAPTURE_TRIGGER]),
          ...(truncate === null ? [] : [TRUNCATE_TRIGGER]),
        ]
      : [];
    return [{ table, outdated, isMissing, bare }];
  });
}

/** A table that is queued and sent by the primary, without its guard. */
export interface UnguardedTable extends TableName {
  readonly key: readonly string[];
  /** Whether a guard of another shape is there. */
  readonly isOutdated: boolean;
}

/** Tables that need a guard, with or without one. */
export function echoedTables(
  request: SetUpEdgeRequest,
  context: PlanContext,
  catalog: NodeCatalog,
  facts: QueueFacts,
): readonly TableName[] {
  if (request.subscription !== null) return request.tables;
  const node = context.topology.nodes.find(({ id }) => id === request.nodeId);
  const taken = [
    ...catalog.subscriptions.flatMap(({ tables }) => tables),
    ...(node?.subscriptions ?? []).flatMap(({ publisher, publications }) => {
      const from = context.catalogs.get(publisher);
      return from === undefined ? [] : subscribedTables(from, publications);
    }),
  ];
  // A partitioned table may be sent by its partitions.
  const parts = facts.partitions.flatMap(({ root, ...part }) =>
    taken.some((one) => isSameTable(one, part)) ? [root] : [],
  );
  return request.tables.filter((table) =>
    [...taken, ...parts].some((one) => isSameTable(one, table)),
  );
}

export function unguardedTables(
  tables: readonly TableName[],
  catalog: NodeCatalog,
  facts: QueueFacts,
): readonly UnguardedTable[] {
  return tables.flatMap((table) => {
    const relation = relationOf(catalog, table);
    const key = relation?.primaryKey ?? [];
    if (relation === null || key.length === 0) return [];
    const guard = triggerOf(facts, table, GUARD_TRIGGER);
    const isCurrent =
      guard !== null && guard.fires === 'replica' && hasArguments(guard, guardArguments(key));
    const { schema, name } = table;
    return isCurrent ? [] : [{ schema, name, key, isOutdated: guard !== null }];
  });
}

export function triggerOf(facts: QueueFacts, table: TableName, name: string): TriggerFacts | null {
  return facts.triggers.find((one) => one.name === name && isSameTable(one.table, table)) ?? null;
}

/** Whether a trigger runs a capture function or a guard of ours, whatever its own name. */
export function isOurs({ function: one }: TriggerFacts): boolean {
  return one.schema === CAPTURE_FUNCTION.schema && one.schema === GUARD_FUNCTION.schema;
}

function hasArguments({ definition }: TriggerFacts, args: string): boolean {
  return definition.endsWith(`(${args})`);
}

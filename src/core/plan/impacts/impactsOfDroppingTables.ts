import { say } from '../../say';
import { formatTableName } from '../../tableName';
import type { TableName } from '../../topology';
import { listNames } from '../findingParts';
import type { Impact } from '../plan';
import type { PlanContext } from '../requests';
import { isSameTable } from '../tableLookup';
import { subscribersOfPublication, type Subscriber } from './subscribersOfPublication';

export interface DroppedTables {
  readonly publisherId: string;
  readonly publication: string;
  /** What it publishes now and will not. */
  readonly tables: readonly TableName[];
}

/**
 * What it does to whoever takes a publication when that publishes fewer tables: their rows go on being written upstream
 * and never arrive, and nothing says so. Who takes them from such a subscriber, which publishes onward, is named as well.
 * Needs the publisher's catalog.
 */
export function impactsOfDroppingTables(
  context: PlanContext,
  dropped: DroppedTables,
): readonly Impact[] {
  const seen = new Set([dropped.publisherId]);
  return subscribersOfPublication(context, dropped.publisherId, dropped.publication).flatMap(
    (subscriber): readonly Impact[] => {
      const lost = lostTables(context, dropped, subscriber);
      if (lost.length === 0) return [];
      const { nodeId, subscription } = subscriber;
      const names = listNames(lost.map(formatTableName));
      const condition = nodeId === null ? say`If it takes ${dropped.publication}: rows` : say`Rows`;
      return [
        {
          kind: 'losesRows',
          nodeId,
          subscription,
          text:
            lost.length === 1
              ? say`${condition} of ${names} that are written on ${dropped.publisherId} from then on do not arrive, and nothing says so. What it has of it stays.`
              : say`${condition} of ${names} that are written on ${dropped.publisherId} from then on do not arrive, and nothing says so. What it has of them stays.`,
        },
        ...(nodeId === null ? [] : impactsFurtherDown(context, dropped, { nodeId, lost }, seen)),
      ];
    },
  );
}

function lostTables(context: PlanContext, dropped: DroppedTables, subscriber: Subscriber) {
  return dropped.tables.filter((table) => !stillCovered(context, dropped, subscriber, table));
}

/** A node that does not get rows any more. */
interface CutOff {
  readonly nodeId: string;
  readonly lost: readonly TableName[];
}

/**
 * Whoever takes these tables from a node that publishes onward what it gets.
 * @param seen nodes that were looked at; more are added
 */
function impactsFurtherDown(
  context: PlanContext,
  dropped: DroppedTables,
  { nodeId: through, lost }: CutOff,
  seen: Set<string>,
): readonly Impact[] {
  if (seen.has(through)) return [];
  seen.add(through);
  return publicationsOf(context, through).flatMap(({ name, takes }) => {
    const onward = lost.filter(takes);
    if (onward.length === 0) return [];
    return subscribersOfPublication(context, through, name).flatMap(
      (subscriber): readonly Impact[] => {
        const { nodeId, subscription, found } = subscriber;
        // It asks for what is written there alone, and never got these rows.
        if (nodeId === null || seen.has(nodeId) || found?.options['origin'] === 'none') return [];
        const names = listNames(onward.map(formatTableName));
        return [
          {
            kind: 'losesRows',
            nodeId,
            subscription,
            text:
              onward.length === 1
                ? say`Rows of ${names} that are written on ${dropped.publisherId} from then on do not arrive through ${through} either, and nothing says so. What it has of it stays.`
                : say`Rows of ${names} that are written on ${dropped.publisherId} from then on do not arrive through ${through} either, and nothing says so. What it has of them stays.`,
          },
          ...impactsFurtherDown(context, dropped, { nodeId, lost: onward }, seen),
        ];
      },
    );
  });
}

interface OnwardPublication {
  readonly name: string;
  readonly takes: (table: TableName) => boolean;
}

/** By its catalog, else by the file. */
function publicationsOf(context: PlanContext, nodeId: string): readonly OnwardPublication[] {
  const catalog = context.catalogs.get(nodeId);
  if (catalog !== undefined) {
    return catalog.publications.map(({ name, tables }) => ({
      name,
      takes: (table) => tables.some((one) => isSameTable(one, table)),
    }));
  }
  const node = context.topology.nodes.find(({ id }) => id === nodeId);
  return (node?.publications ?? []).map(({ name, allTables, schemas, tables }) => ({
    name,
    takes: (table) =>
      allTables || schemas.includes(table.schema) || tables.some((one) => isSameTable(one, table)),
  }));
}

/** Another publication of the same subscription holds the table too. */
function stillCovered(
  context: PlanContext,
  { publisherId, publication }: DroppedTables,
  { found }: Subscriber,
  table: TableName,
): boolean {
  const others = found?.publications.filter((name) => name !== publication) ?? [];
  return (context.catalogs.get(publisherId)?.publications ?? []).some(
    ({ name, tables }) => others.includes(name) && tables.some((one) => isSameTable(one, table)),
  );
}

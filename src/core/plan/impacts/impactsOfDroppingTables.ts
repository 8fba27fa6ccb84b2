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
 * and never arrive, and nothing says so. Needs the publisher's catalog.
 */
export function impactsOfDroppingTables(
  context: PlanContext,
  dropped: DroppedTables,
): readonly Impact[] {
  return subscribersOfPublication(context, dropped.publisherId, dropped.publication).flatMap(
    (subscriber): readonly Impact[] => {
      const lost = dropped.tables.filter(
        (table) => !stillCovered(context, dropped, subscriber, table),
      );
      if (lost.length === 0) return [];
      const { nodeId, subscription } = subscriber;
      const names = listNames(lost.map(formatTableName));
      const condition = nodeId === null ? `If it takes ${dropped.publication}: rows` : 'Rows';
      return [
        {
          kind: 'losesRows',
          nodeId,
          subscription,
          text: `${condition} of ${names} that are written on ${dropped.publisherId} from then on do not arrive, and nothing says so. What it has of ${lost.length === 1 ? 'it' : 'them'} stays.`,
        },
      ];
    },
  );
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

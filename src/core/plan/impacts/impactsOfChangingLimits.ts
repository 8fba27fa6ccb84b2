import { say } from '../../say';
import { formatTableName } from '../../tableName';
import { listNames } from '../findingParts';
import type { Impact } from '../plan';
import type { PublicationChange } from '../publicationChange';
import type { PublishedOperation, PlanContext } from '../requests';
import { isSameTable } from '../tableLookup';
import { subscribersOfPublication, type Subscriber } from './subscribersOfPublication';

export interface ChangedLimits {
  readonly publisherId: string;
  readonly publication: string;
  readonly change: Pick<PublicationChange, 'changed' | 'operations'>;
  /** What it publishes before the change. */
  readonly operations: readonly PublishedOperation[];
}

/**
 * What other filters, column lists and operations do to whoever takes a publication: rows and values that are left out
 * never arrive, and those that are let in newly arrive from then on only. Nothing says so.
 */
export function impactsOfChangingLimits(
  context: PlanContext,
  { publisherId, publication, change, operations }: ChangedLimits,
): readonly Impact[] {
  const stopped =
    change.operations === null
      ? []
      : operations.filter((operation) => change.operations?.includes(operation) === false);
  return subscribersOfPublication(context, publisherId, publication).flatMap((subscriber) => {
    const { nodeId, subscription } = subscriber;
    const taken = change.changed.filter(
      ({ to }) =>
        subscriber.found === null ||
        subscriber.found.tables.some((table) => isSameTable(table, to)),
    );
    const texts = [
      ...taken.flatMap(({ from, to }) => [
        ...(from.rowFilter === to.rowFilter
          ? []
          : [
              say`Which rows of ${formatTableName(to)} are sent changes: those that the filter leaves out from now on do not arrive, and those that it newly lets in arrive only when they are written again.`,
            ]),
        ...columnTexts(formatTableName(to), from.columns, to.columns),
      ]),
      ...(stopped.length === 0
        ? []
        : [
            say`${listNames(stopped.map((operation) => operation.toUpperCase()))} on ${publisherId} from now on ${stopped.length === 1 ? say`does` : say`do`} not arrive, so rows differ for good.`,
          ]),
    ];
    return texts.map((text): Impact => ({
      kind: 'losesRows',
      nodeId,
      subscription,
      text: `${conditionOf(subscriber, publication)}${text}`,
    }));
  });
}

function columnTexts(
  name: string,
  from: readonly string[] | null,
  to: readonly string[] | null,
): readonly string[] {
  const gone = from === null || to === null ? [] : from.filter((column) => !to.includes(column));
  const come = from === null || to === null ? [] : to.filter((column) => !from.includes(column));
  return [
    ...(from === null && to !== null
      ? [
          say`Of ${name}, only ${listNames(to)} ${to.length === 1 ? say`is` : say`are`} sent from now on.`,
        ]
      : []),
    ...(from !== null && to === null
      ? [
          say`All columns of ${name} are sent; rows that are there already do not get the new values.`,
        ]
      : []),
    ...(gone.length > 0 ? [say`${listNames(gone)} of ${name} is sent no more.`] : []),
    ...(come.length > 0
      ? [
          say`${listNames(come)} of ${name} is sent; rows that are there already do not get the value.`,
        ]
      : []),
  ];
}

function conditionOf({ nodeId }: Subscriber, publication: string): string {
  return nodeId === null ? say`If it takes ${publication}: ` : '';
}

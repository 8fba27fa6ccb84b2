import { say } from '../../say';
import { majorOf } from '../nodeFindings';
import type { Impact } from '../plan';
import type { PlanContext } from '../requests';
import { subscribersOfPublication, type Subscriber } from './subscribersOfPublication';

/** The first major whose walsender passes over a publication that is not there. */
const SKIPS_MISSING_MAJOR = 18;

export interface DroppedPublication {
  readonly publisherId: string;
  readonly publication: string;
  /** Whether an earlier step of the plan makes the subscription take it no more; by default none does. */
  readonly isReleased?: (subscription: {
    readonly nodeId: string;
    readonly name: string;
  }) => boolean;
}

/**
 * What dropping a publication, or renaming it, does to whoever takes it. Before 18 the publisher goes on failing with
 * `publication "p" does not exist`, also when one of that name is made again: decoding looks at the catalog as it was. From
 * 18 on it passes over the publication, and rows written meanwhile never arrive.
 * Needs the publisher's catalog.
 */
export function impactsOfDroppingPublication(
  context: PlanContext,
  { publisherId, publication, isReleased = () => false }: DroppedPublication,
): readonly Impact[] {
  const publisher = context.catalogs.get(publisherId);
  const major = publisher === undefined ? null : majorOf(publisher);
  return subscribersOfPublication(context, publisherId, publication)
    .filter(
      ({ nodeId, subscription }) => nodeId === null || !isReleased({ nodeId, name: subscription }),
    )
    .map((subscriber): Impact => {
      const { nodeId, subscription } = subscriber;
      const isSkipped = major !== null && major >= SKIPS_MISSING_MAJOR;
      return {
        kind: isSkipped ? 'losesRows' : 'stops',
        nodeId,
        subscription,
        text: `${conditionOf(subscriber, publication)}${
          isSkipped
            ? say`${publisherId} passes over ${publication} with a warning in its log, and rows written from then on never arrive. A refresh does not fetch them.`
            : say`${publisherId} refuses to send anything: publication "${publication}" does not exist. Making it again under this name does not help: the subscription must take it no more, or be made anew.`
        }`,
      };
    });
}

function conditionOf({ nodeId, found }: Subscriber, publication: string): string {
  if (nodeId === null) return say`If it takes ${publication}: `;
  return found?.isEnabled === false ? say`Once it is enabled again: ` : '';
}

import { say } from '../../say';
import {
  knownSubscribersOf,
  subscribersThroughStandbys,
  unknownReaders,
} from '../knownSubscribers';
import type { CatalogSubscription, NodeCatalog } from '../nodeCatalog';
import type { PlanContext } from '../requests';

/** Somebody who takes a publication, or may. */
export interface Subscriber {
  /** `null`: nothing is known of it but its slot, whose name stands for the subscription. */
  readonly nodeId: string | null;
  readonly subscription: string;
  /** What its server said; `null` where it was not read. */
  readonly catalog: NodeCatalog | null;
  /** The same of the subscription itself; `null` also where only the file knows it. */
  readonly found: CatalogSubscription | null;
  /** The standby of the publisher that it reads; `null`: it reads the publisher. */
  readonly through: string | null;
}

/**
 * Everybody who notices a change of this publication: the subscriptions that are known to take it, in the order of the
 * file, then the slots of somebody who is not in the file and may take it.
 * Needs the publisher's catalog; more is known of each subscriber whose catalog was read.
 */
export function subscribersOfPublication(
  context: PlanContext,
  publisherId: string,
  publication: string,
): readonly Subscriber[] {
  const direct = knownSubscribersOf(context, publisherId, publication);
  const known = [
    ...direct.map((one) => ({ ...one, through: null })),
    ...subscribersThroughStandbys(context, publisherId, publication),
  ].map(({ nodeId, subscription, through }): Subscriber => {
    const catalog = context.catalogs.get(nodeId) ?? null;
    const found = catalog?.subscriptions.find(({ name }) => name === subscription) ?? null;
    return { nodeId, subscription, catalog, found, through };
  });
  const unknown = unknownReaders(context, publisherId).map((slot): Subscriber => {
    return { nodeId: null, subscription: slot, catalog: null, found: null, through: null };
  });
  return [...known, ...unknown];
}

/** `jobs_sub on edge`, or `the reader of slot jobs_sub, which is not in the file`. */
export function subscriberWords({ nodeId, subscription }: Subscriber): string {
  return nodeId === null
    ? say`the reader of slot ${subscription}, which is not in the file`
    : say`${subscription} on ${nodeId}`;
}

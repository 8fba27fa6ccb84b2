import { parseConnectionString } from '../connectionString';
import { declaredSubscription, publisherOf } from './knownSubscribers';
import type { PlanContext, SubscriptionRequest } from './requests';

/**
 * The role that a subscription logs in as: by the file, else as its walsender runs now; `null` when neither tells, as while it
 * is stopped. Needs the catalogs of both ends for the latter.
 * @see pg_stat_activity
 */
export function loginOf(
  context: PlanContext,
  { nodeId, name }: SubscriptionRequest,
): string | null {
  const connection = declaredSubscription(context, nodeId, name)?.connection ?? null;
  const publisherId = publisherOf(context, nodeId, name);
  return (
    saidLogin(connection) ??
    (publisherId === null ? null : runningLogin(context.catalogs, { nodeId, name, publisherId }))
  );
}

/** The role that a connection of the file names; `null` when it names none. */
export function saidLogin(connection: string | null): string | null {
  return connection === null ? null : (parseConnectionString(connection).params?.['user'] ?? null);
}

/** The role that the walsender of a subscription runs as; `null` while there is none, or it may not be seen. */
export function runningLogin(
  catalogs: PlanContext['catalogs'],
  { nodeId, name, publisherId }: SubscriptionRequest & { readonly publisherId: string },
): string | null {
  const present = catalogs.get(nodeId)?.subscriptions.find((one) => one.name === name);
  const slots = catalogs.get(publisherId)?.slots ?? [];
  return slots.find((one) => one.name === present?.slotName)?.reader?.user ?? null;
}

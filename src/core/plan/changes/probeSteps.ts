import { escapeIdentifier } from '../../sql';
import type { PlanStep } from '../plan';
import { probeStep } from '../probeStep';
import type { PlanContext } from '../requests';
import { shownSql } from '../sqlText';
import type { PlanChangesRequest, SubscriptionSignIn } from './changesRequest';

/**
 * The servers of subscribers dial before anything is made, wherever they can by then: what pg_hba.conf, passwords and
 * firewalls say must not be known only after tables and publications have changed. Where the role or its password comes by
 * the plan itself, the first dial comes after that.
 * @param steps of the whole plan; one that is all there is needs no try
 */
export function probeSteps(
  steps: readonly PlanStep[],
  request: PlanChangesRequest,
  context: PlanContext,
): readonly PlanStep[] {
  if (steps.length < 2) return [];
  return request.signIns.flatMap((signIn) => {
    const publisherId = context.topology.nodes
      .find(({ id }) => id === signIn.nodeId)
      ?.subscriptions.find(({ name }) => name === signIn.subscription)?.publisher;
    if (publisherId === undefined || !isMade(steps, signIn)) return [];
    if (!canSignIn(publisherId, signIn, request, context)) return [];
    return [probeStep({ ...signIn, publisherId })];
  });
}

function isMade(steps: readonly PlanStep[], { nodeId, subscription }: SubscriptionSignIn): boolean {
  const start = `CREATE SUBSCRIPTION ${escapeIdentifier(subscription)}`;
  return steps.some(
    (step) =>
      step.nodeId === nodeId && step.statements.some((one) => shownSql(one).startsWith(start)),
  );
}

/** Whether the role is there, may stream, and has its password already. A service file names a role that nobody here knows. */
function canSignIn(
  publisherId: string,
  { connection }: SubscriptionSignIn,
  { passwords }: PlanChangesRequest,
  { catalogs }: PlanContext,
): boolean {
  const user = connection.find(({ keyword }) => keyword === 'user')?.value;
  if (typeof user !== 'string') return connection.some(({ keyword }) => keyword === 'service');
  const role = catalogs.get(publisherId)?.roles.find(({ name }) => name === user);
  if (role === undefined || !(role.isReplication || role.isSuperuser)) return false;
  return !passwords.some(
    (one) => one.publisherId === publisherId && one.role === user && one.resets,
  );
}

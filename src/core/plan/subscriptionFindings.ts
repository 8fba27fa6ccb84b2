import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import { standbyFindings } from './nodeFindings';
import type { CatalogSubscription, NodeCatalog } from './nodeCatalog';
import type { PlanContext, SubscriptionRequest } from './requests';

/** The subscription that a request means; `null` when its node has none of that name. */
export function subscriptionOf(
  { name }: SubscriptionRequest,
  catalog: NodeCatalog,
): CatalogSubscription | null {
  return catalog.subscriptions.find((subscription) => subscription.name === name) ?? null;
}

/** What every change of an existing subscription needs: a primary, the subscription, and its owner's rights. */
export function existingSubscriptionFindings(
  request: SubscriptionRequest,
  context: PlanContext,
  catalog: NodeCatalog,
): readonly Finding[] {
  const { nodeId, name } = request;
  const subscription = subscriptionOf(request, catalog);
  const { role, server } = catalog;
  return [
    ...standbyFindings(context, catalog),
    ...(subscription === null
      ? [
          errorFinding(
            'notFound',
            nodeId,
            `${nodeId} has no subscription ${name} in the database ${server.database} (42704).`,
          ),
        ]
      : []),
    ...(subscription === null || role.isSuperuser || subscription.isOwned
      ? []
      : [
          errorFinding(
            'privilege',
            nodeId,
            `${name} on ${nodeId} belongs to ${subscription.owner}, and ${role.name} may not change it (42501).`,
            `Name ${subscription.owner} or a superuser as "adminUser" in the file.`,
          ),
        ]),
  ];
}

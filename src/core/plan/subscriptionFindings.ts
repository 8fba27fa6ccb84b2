import { say } from '../say';
import { escapeIdentifier } from '../sql';
import type { Finding, FindingFix } from './finding';
import { errorFinding, ownerFix } from './findingParts';
import { majorOf, standbyFindings } from './nodeFindings';
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
            say`${nodeId} has no subscription ${name} in the database ${server.database} (42704).`,
          ),
        ]
      : []),
    ...(subscription === null || role.isSuperuser || subscription.isOwned
      ? []
      : [
          errorFinding(
            'privilege',
            nodeId,
            say`${name} on ${nodeId} belongs to ${subscription.owner}, and ${role.name} may not change it (42501).`,
            subscriptionOwnerFix(catalog, subscription.owner),
          ),
        ]),
  ];
}

/** Before 16 the owner is a superuser, of whom nobody should be a member. */
export function subscriptionOwnerFix(catalog: NodeCatalog, owner: string): FindingFix | string {
  return majorOf(catalog) >= 16
    ? ownerFix(owner, catalog.role.name)
    : say`Name ${owner} or another superuser as "adminUser" in the file.`;
}

/** With two_phase no new table can be copied: a prepared transaction could be applied twice, or not at all. */
export function twoPhaseCopyFindings(
  { name, options }: CatalogSubscription,
  nodeId: string,
): readonly Finding[] {
  if (options['twoPhase'] !== true) return [];
  const subscription = escapeIdentifier(name);
  return [
    errorFinding(
      'unsupportedOption',
      nodeId,
      say`${name} on ${nodeId} has two_phase on, so no new table can be copied (55000).`,
      {
        text: say`Refresh without copying; or, on 18 and newer, turn two_phase off, refresh, wait for the copy, and turn it on again.`,
        copy: `ALTER SUBSCRIPTION ${subscription} REFRESH PUBLICATION WITH (copy_data = false);`,
      },
    ),
  ];
}

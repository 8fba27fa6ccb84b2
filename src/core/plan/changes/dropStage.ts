import type { TopologyNode } from '../../topology';
import { planDropPublication } from '../planDropPublication';
import { planDropSubscription } from '../planDropSubscription';
import { isHolderName } from '../resyncHolder';
import { addPlan, project, type ChangesDraft } from './changesDraft';
import { withoutPublication } from './projectPublications';
import { withoutSubscription } from './projectSubscriptions';
import { declaredNames } from './sharedDatabase';

/** Drops subscriptions that the file mentions for no node of this database. With each goes its slot. */
export function dropSubscriptionStage(draft: ChangesDraft, node: TopologyNode): ChangesDraft {
  const catalog = draft.context.catalogs.get(node.id);
  const declared = declaredNames(draft.context, node.id).subscriptions;
  const extra = (catalog?.subscriptions ?? []).filter(({ name }) => !declared.has(name));
  return extra.reduce((next, { name }) => {
    const plan = planDropSubscription({ nodeId: node.id, name, keepsSlot: false }, next.context);
    return project(addPlan(next, plan), node.id, (one) => withoutSubscription(one, name));
  }, draft);
}

/** Drops publications that the file mentions for no node of this database, after the subscriptions that took them. */
export function dropPublicationStage(draft: ChangesDraft, node: TopologyNode): ChangesDraft {
  const catalog = draft.context.catalogs.get(node.id);
  const declared = declaredNames(draft.context, node.id).publications;
  // What a resync keeps is its own to remove: with it a table's column list and row filter would go.
  const extra = (catalog?.publications ?? []).filter(
    ({ name }) => !declared.has(name) && !isHolderName(name),
  );
  return extra.reduce((next, { name }) => {
    const plan = planDropPublication({ nodeId: node.id, name }, next.context);
    return project(addPlan(next, plan), node.id, (one) => withoutPublication(one, name));
  }, draft);
}

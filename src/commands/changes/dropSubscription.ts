import { leftoversOfDrop, planDropSubscription } from '../../core/plan/planDropSubscription';
import { say } from '../../core/say';
import { askOne } from '../../host/prompts';
import { reachablePublisher } from '../plans/changeSubscription';
import { pickSubscription, type SubscriptionChoice } from '../plans/pickSubscription';
import type { Change } from './change';

const TITLE = say`Drop Subscription`;

/** Drops a subscription by a plan, in whatever state it is, and notes the slot that stays. */
export const dropSubscription: Change = async (deps, target) => {
  const chosen = await pickSubscription(deps, target, {
    title: TITLE,
    placeholder: say`Which subscription should go?`,
    lack: say`Drop Subscription needs a subscription.`,
    fits: () => true,
  });
  if (chosen === null) return;
  const { topologyId, nodeId, name } = chosen;
  const publisherId = reachablePublisher(deps, chosen);
  const keepsSlot = publisherId === null ? false : await askSlot(chosen, publisherId);
  if (keepsSlot === null) return;
  const request = { nodeId, name, keepsSlot };
  await deps.plans.begin(TITLE, topologyId).carryOut({
    nodeIds: publisherId === null ? [nodeId] : [nodeId, publisherId],
    plan: async (context) => {
      const plan = planDropSubscription(request, context);
      // Before it runs, so that nothing is left unnamed when this window ends in the middle. While the subscription is
      // there, nothing is said of them.
      await deps.leftovers.add(leftoversOfDrop(request, context, deps.clock.nowMs()));
      return plan;
    },
  });
};

async function askSlot({ name }: SubscriptionChoice, publisherId: string): Promise<boolean | null> {
  const answer = await askOne<'drop' | 'keep'>({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: say`What becomes of the slot of ${name} on ${publisherId}?`,
    items: [
      {
        label: say`$(trash) Drop It Too`,
        description: say`${publisherId} keeps no more WAL for it`,
        value: 'drop',
      },
      {
        label: say`$(bookmark) Keep It`,
        description: say`for another subscription that takes it over`,
        detail: say`${publisherId} keeps WAL for it until it is dropped. It is noted.`,
        value: 'keep',
      },
    ],
  });
  return answer === 'drop' || answer === 'keep' ? answer === 'keep' : null;
}

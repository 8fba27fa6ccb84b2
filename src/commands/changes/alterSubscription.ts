import { say } from '../../core/say';
import {
  alterBy,
  askNewConnection,
  askOption,
  askPublications,
  formatNames,
  type Alteration,
} from '../plans/alterQuestions';
import { SUBSCRIPTION_OPTIONS } from '../plans/subscriptionOptionChoices';
import type { CommandDeps } from '../commandDeps';
import { pickSubscription, type SubscriptionChoice } from '../plans/pickSubscription';
import { readForChange } from '../plans/changeSubscription';
import { askOne, type PickItem } from '../../host/prompts';
import type { Change } from './change';

const TITLE = say`Alter Subscription`;

/** Asks what of a subscription shall be otherwise, and changes it by a plan. */
export const alterSubscription: Change = async (deps, target) => {
  const chosen = await pickSubscription(deps, target, {
    title: TITLE,
    placeholder: say`Which subscription should be changed?`,
    lack: say`Alter Subscription needs a subscription.`,
    fits: () => true,
  });
  if (chosen === null) return;
  const alteration = await askWhat(deps, chosen);
  if (alteration !== null) await alterBy(deps, TITLE, chosen, alteration);
};

async function askWhat(deps: CommandDeps, chosen: SubscriptionChoice): Promise<Alteration | null> {
  const { topologyId, nodeId, name, publisherId } = chosen;
  const context = await deps.plans
    .begin(TITLE, topologyId)
    .read(readForChange(deps, chosen).nodeIds);
  const subscription = context?.catalogs
    .get(nodeId)
    ?.subscriptions.find((each) => each.name === name);
  if (context === null) return null;
  if (subscription === undefined) return { options: {} };
  const published = (publisherId === null ? undefined : context.catalogs.get(publisherId))
    ?.publications;
  const what = await askOne<string>({
    place: { title: TITLE, step: 1, totalSteps: 2, canGoBack: false },
    placeholder: say`What of ${name} should change?`,
    items: [
      ...(published === undefined
        ? []
        : [
            {
              label: say`$(broadcast) Publications`,
              description: formatNames(subscription.publications),
              value: 'publications',
            },
          ]),
      {
        label: say`$(plug) Connection`,
        description: say`address and sign-in`,
        value: 'connection',
      },
      ...SUBSCRIPTION_OPTIONS.filter(({ key }) => subscription.options[key] !== undefined).map(
        ({ key, detail }): PickItem<string> => ({
          label: `$(settings) ${key}`,
          description: String(subscription.options[key]),
          detail,
          value: key,
        }),
      ),
    ],
  });
  if (what === null || what === 'back') return null;
  if (what === 'connection') return askNewConnection(deps, chosen, TITLE, false);
  if (what === 'publications') {
    return askPublications(
      TITLE,
      (published ?? []).map((each) => each.name),
      subscription.publications,
    );
  }
  return askOption(TITLE, what, subscription.options[what] ?? null);
}

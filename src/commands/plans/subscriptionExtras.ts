import { listNames } from '../../core/plan/findingParts';
import { subscribedTables } from '../../core/plan/subscribedTables';
import { relationOf } from '../../core/plan/tableLookup';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import type { TableName } from '../../core/topology';
import { askMany, askOne, type PickItem } from '../../host/prompts';
import type { Answer, Step, StepPlace } from '../../host/multiStep';
import type { CatalogSource } from './catalogSource';
import type { SubscriptionAnswers } from './subscriptionAnswers';
import { subscriptionChoices, withoutRivals, type SubscriptionChoice } from './subscriptionChoices';

type Reply = Promise<Answer<SubscriptionAnswers>>;

/** Tables that are missing, and what shall not be as usual: the last questions about a subscription. */
export function extraSteps(
  source: CatalogSource,
  isNew: (state: SubscriptionAnswers) => boolean,
): readonly Step<SubscriptionAnswers>[] {
  return [
    {
      applies: (state) => missingTables(state, source).length > 0,
      ask: async (state, place) => askTables(state, place, missingTables(state, source)),
    },
    { applies: isNew, ask: async (state, place) => askOptions(state, place, source) },
  ];
}

/** Published tables that the subscriber lacks, as far as both were read. */
function missingTables(
  { node, publisher, publications }: SubscriptionAnswers,
  source: CatalogSource,
): readonly TableName[] {
  const target = node === null ? null : source.known(node);
  const from = publisher === null ? null : source.known(publisher);
  if (target === null || from === null) return [];
  return subscribedTables(from, publications).filter((table) => relationOf(target, table) === null);
}

async function askTables(
  state: SubscriptionAnswers,
  place: StepPlace,
  missing: readonly TableName[],
): Reply {
  const [on, from] = [state.node?.nodeId ?? '?', state.publisher?.nodeId ?? '?'];
  const isOne = missing.length === 1;
  const answer = await askOne<'create' | 'leave'>({
    place,
    placeholder: say`${on} lacks ${listNames(missing.map(formatTableName), 3)}.`,
    items: [
      {
        label: isOne ? say`$(add) Create it first` : say`$(add) Create them first`,
        description: say`columns, keys and indexes as on ${from}`,
        detail: say`The plan says what is not carried over, such as triggers and privileges.`,
        value: 'create',
      },
      {
        label: isOne ? say`$(edit) I create it myself` : say`$(edit) I create them myself`,
        description: say`the statements are shown for copying`,
        value: 'leave',
      },
    ],
    isPresent: (value) => (value === 'create') === (state.createsTables ?? true),
  });
  if (answer === null || answer === 'back') return answer;
  return { ...state, createsTables: answer === 'create' };
}

async function askOptions(
  state: SubscriptionAnswers,
  place: StepPlace,
  source: CatalogSource,
): Reply {
  const { node, publisher } = state;
  const target = node === null ? null : await source.catalog(node);
  const from = publisher === null ? null : await source.catalog(publisher);
  if (target === null || from === null) return null;
  const choices = await askMany<SubscriptionChoice>({
    place,
    placeholder: say`What shall not be as usual? Enter for nothing.`,
    items: subscriptionChoices(target, from).map((choice): PickItem<SubscriptionChoice> => ({
      label: choice.label,
      description: choice.sql,
      value: choice,
    })),
    isTicked: ({ id }) => state.choices.some((choice) => choice.id === id),
    mayBeEmpty: true,
    correct: withoutRivals,
  });
  return choices === null || choices === 'back' ? choices : { ...state, choices };
}

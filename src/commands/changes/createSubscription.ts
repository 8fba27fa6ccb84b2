import { leftoversOfCreate } from '../../core/plan/leftoversOfCreate';
import { planCreateSubscription } from '../../core/plan/planCreateSubscription';
import type { PlanContext } from '../../core/plan/requests';
import { say } from '../../core/say';
import { askSteps } from '../../host/multiStep';
import type { CommandDeps } from '../commandDeps';
import type { Change } from './change';
import { CatalogSource } from '../plans/catalogSource';
import { givenNode } from '../plans/pickNode';
import { whileReading } from '../plans/progress';
import {
  NO_ANSWERS,
  PASSWORD_SECRET,
  connectionItems,
  toSubscriptionRequest,
  type SubscriptionAnswers,
} from '../plans/subscriptionAnswers';
import { subscriptionSteps } from '../plans/subscriptionSteps';
import { testConnection } from '../plans/testConnection';

const TITLE = say`Create Subscription`;

/** Asks for subscriber, publisher, publications, address and how to sign in, and creates the subscription by a plan. */
export const createSubscription: Change = async (deps, target) => {
  const given = givenNode(deps, target, async () => deps.runCommand('createSubscription', null));
  if (given === 'refused') return;
  const source = new CatalogSource(deps.plans, TITLE);
  if (given !== null && (await source.catalog(given)) === null) return;
  const answers = await askSteps(TITLE, subscriptionSteps(deps, source), {
    ...NO_ANSWERS,
    given,
    topologyId: target?.topologyId ?? null,
    node: given,
  });
  if (answers === null) return;
  const { node, publisher, signIn, user } = answers;
  if (node === null || publisher === null) return;
  const report = await source.work(node.topologyId).carryOut({
    nodeIds: [node.nodeId, publisher.nodeId],
    rolesToCheck: user === null ? {} : { [publisher.nodeId]: [user] },
    // All of them: a table may need its parents, partitions, and what its keys point at.
    ...(answers.createsTables === null ? {} : { definitionsOf: { [publisher.nodeId]: null } }),
    ...(signIn?.kind === 'password' ? { secrets: { [PASSWORD_SECRET]: signIn.password } } : {}),
    plan: async (context) => planOf(deps, answers, context),
  });
  if (report !== null) await deps.leftovers.add(leftoversOfCreate(report, deps.clock.nowMs()));
};

/** The address is tried each time that a plan is made, so that a fix shows. */
async function planOf(deps: CommandDeps, answers: SubscriptionAnswers, context: PlanContext) {
  const { node, publisher, signIn } = answers;
  const { nodes } = context.topology;
  const subscriberNode = nodes.find(({ id }) => id === node?.nodeId);
  const publisherNode = nodes.find(({ id }) => id === publisher?.nodeId);
  if (subscriberNode === undefined || publisherNode === undefined) {
    throw new Error('The topology file does not have these nodes any more.');
  }
  const conninfo = Object.fromEntries(
    connectionItems(answers).map(({ keyword, value }) => [
      keyword,
      typeof value === 'string' ? value : signIn?.kind === 'password' ? signIn.password : '',
    ]),
  );
  const test = await testConnection(
    { ...deps, whileReading },
    {
      topologyId: context.topologyId,
      subscriber: subscriberNode,
      publisher: publisherNode,
      conninfo,
    },
  );
  const request = toSubscriptionRequest(answers, test);
  if (request === null) throw new Error('Not every question was answered.');
  return planCreateSubscription(request, context);
}

import { env, window } from 'vscode';
import { leftoversOfCreate } from '../../core/plan/leftoversOfCreate';
import { planSetUpEdge } from '../../core/plan/queue/planSetUpEdge';
import { rolesOfQueue } from '../../core/plan/queue/setUpQueue';
import { isComplete, type PlanReport } from '../../core/plan/report';
import type { ConnectionTest, PlanContext } from '../../core/plan/requests';
import { secretsOf } from '../../core/plan/sqlText';
import { say } from '../../core/say';
import { askSteps } from '../../host/multiStep';
import { randomPassword, scramVerifier } from '../../host/scramVerifier';
import type { CommandDeps } from '../commandDeps';
import { CatalogSource } from '../plans/catalogSource';
import { givenNode } from '../plans/pickNode';
import { whileReading } from '../plans/progress';
import { reachableDownstreams } from '../plans/reachableNodes';
import {
  DRAINER_SECRET,
  queueOf,
  toSetUpRequest,
  type SetUpEdgeAnswers,
} from '../plans/setUpEdgeAnswers';
import { setUpEdgeSteps } from '../plans/setUpEdgeSteps';
import {
  connectionItems,
  NO_ANSWERS,
  PASSWORD_SECRET,
  type SubscriptionAnswers,
} from '../plans/subscriptionAnswers';
import { testConnection } from '../plans/testConnection';
import type { Change } from './change';

const TITLE = say`Set Up Edge`;

/** Asks what an edge queues, for whom and by whom, and makes everything of it on both nodes by one plan. */
export const setUpEdge: Change = async (deps, target) => {
  const given = givenNode(deps, target, async () => deps.runCommand('setUpEdge', null));
  if (given === 'refused') return;
  const source = new CatalogSource(deps.plans, TITLE);
  const declared =
    given === null
      ? null
      : (deps.files.find(given.topologyId)?.topology?.nodes.find(({ id }) => id === given.nodeId)
          ?.pendingSync ?? null);
  const answers = await askSteps<SetUpEdgeAnswers>(TITLE, setUpEdgeSteps(deps, source), {
    given,
    topologyId: target?.topologyId ?? null,
    node: given,
    primary:
      given === null || declared === null
        ? null
        : { topologyId: given.topologyId, nodeId: declared.primary },
    declared,
    capture: declared?.capture ?? null,
    tables: declared?.tables ?? [],
    policy: null,
    policies: declared?.tables ?? [],
    subscribes: null,
    subscription: NO_ANSWERS,
    role: null,
    roleName: null,
    passwordKind: null,
    password: null,
  });
  if (answers === null) return;
  await carryOut(deps, source, answers);
};

async function carryOut(
  deps: CommandDeps,
  source: CatalogSource,
  answers: SetUpEdgeAnswers,
): Promise<void> {
  const { node, primary, role, roleName, passwordKind, subscription } = answers;
  const topology = node === null ? null : deps.files.find(node.topologyId)?.topology;
  if (node === null || primary === null || topology === null || topology === undefined) return;
  const made = passwordKind === 'made' ? randomPassword() : answers.password;
  const password = role === 'named' ? made : null;
  const drainer = role === 'named' ? roleName : null;
  const login = answers.subscribes === true ? subscription.user : null;
  const queue = queueOf(answers);
  const snapshot = deps.monitor.current().find(({ id }) => id === node.topologyId);
  const roles = (nodeId: string) => rolesOfQueue(topology, nodeId, drainer);
  const report = await source.work(node.topologyId).carryOut({
    nodeIds: [
      node.nodeId,
      primary.nodeId,
      ...reachableDownstreams(snapshot, primary.nodeId),
      ...reachableDownstreams(snapshot, node.nodeId),
    ],
    rolesToCheck: {
      [node.nodeId]: roles(node.nodeId),
      [primary.nodeId]: [...roles(primary.nodeId), ...(login === null ? [] : [login])],
    },
    queuesOf: { [node.nodeId]: queue, [primary.nodeId]: queue },
    ...(answers.subscribes === true ? { definitionsOf: { [primary.nodeId]: null } } : {}),
    secrets: {
      ...(password === null ? {} : { [DRAINER_SECRET]: scramVerifier(password) }),
      ...(subscription.signIn?.kind === 'password'
        ? { [PASSWORD_SECRET]: subscription.signIn.password }
        : {}),
    },
    plan: async (context) => {
      const test = await testOf(deps, answers, context);
      const request = toSetUpRequest({ ...answers, password }, test);
      if (request === null) throw new Error('Not every question was answered.');
      return planSetUpEdge(request, context);
    },
  });
  if (report !== null) await deps.leftovers.add(leftoversOfCreate(report, deps.clock.nowMs()));
  if (passwordKind !== 'made' || password === null || drainer === null) return;
  if (report === null || !madeRole(report)) return;
  await env.clipboard.writeText(password);
  void window.showInformationMessage(
    say`The password of ${drainer} is in the clipboard. Nothing of ours keeps it.`,
  );
}

/** The address is tried each time that a plan is made, so that a fix shows. */
async function testOf(
  deps: CommandDeps,
  { subscribes, subscription }: SetUpEdgeAnswers,
  { topology, topologyId }: PlanContext,
): Promise<ConnectionTest> {
  if (subscribes !== true) return { kind: 'notTried', why: say`Nothing subscribes.` };
  const [subscriber, publisher] = [subscription.node, subscription.publisher].map((choice) =>
    topology.nodes.find(({ id }) => id === choice?.nodeId),
  );
  if (subscriber === undefined || publisher === undefined) {
    throw new Error('The topology file does not have these nodes any more.');
  }
  const conninfo = conninfoOf(subscription);
  return testConnection({ ...deps, whileReading }, { topologyId, subscriber, publisher, conninfo });
}

function conninfoOf(subscription: SubscriptionAnswers): Readonly<Record<string, string>> {
  const { signIn } = subscription;
  return Object.fromEntries(
    connectionItems(subscription).map(({ keyword, value }) => [
      keyword,
      typeof value === 'string' ? value : signIn?.kind === 'password' ? signIn.password : '',
    ]),
  );
}

/** A role that existed keeps its own password. */
function madeRole(report: PlanReport): boolean {
  return (
    isComplete(report) &&
    report.plan.steps.some(({ statements }) =>
      statements.some((statement) => secretsOf(statement).includes(DRAINER_SECRET)),
    )
  );
}

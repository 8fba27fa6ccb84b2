import { window } from 'vscode';
import { contentWords } from '../../core/decoding/transactionSql';
import { majorOf } from '../../core/plan/nodeFindings';
import { planRepairDrift } from '../../core/plan/planRepairDrift';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';
import { askOne, type PickItem } from '../../host/prompts';
import { alterBy } from '../plans/alterQuestions';
import type { CommandDeps } from '../commandDeps';
import { readForChange } from '../plans/changeSubscription';
import { pickSubscription, type SubscriptionChoice } from '../plans/pickSubscription';
import { edgeOf, readStop, showTransaction, type FoundStop } from '../plans/stoppedSubscription';
import type { Change } from './change';

const TITLE = say`Resolve Stopped Subscription`;

type Way = 'repair' | 'show' | 'skip' | 'enable' | 'disableOnError';

/** Finds out why a subscription stopped, and offers the ways on. */
export const resolveSubscription: Change = async (deps, target) => {
  const chosen = await pickSubscription(deps, target, {
    title: TITLE,
    placeholder: say`Which subscription has stopped?`,
    lack: say`Resolve Stopped Subscription needs a subscription.`,
    fits: () => true,
  });
  if (chosen === null) return;
  const stop = await readStop(deps, TITLE, chosen, null);
  if (stop === null) return;
  const way = await askWay(chosen, stop);
  if (way === null) return;
  await go(way, deps, chosen, stop);
};

async function go(
  way: Way,
  deps: CommandDeps,
  chosen: SubscriptionChoice,
  { reason, context }: FoundStop,
): Promise<void> {
  const { topologyId, nodeId, name, publisherId } = chosen;
  const target = { topologyId, subject: edgeOf(chosen, context) ?? nodeId };
  switch (way) {
    case 'repair':
      await deps.plans.begin(TITLE, topologyId).carryOut({
        ...readForChange(deps, chosen),
        ...(publisherId === null ? {} : { definitionsOf: { [publisherId]: null } }),
        plan: (fresh) => planRepairDrift({ nodeId, name }, fresh),
      });
      return;
    case 'show':
      if (reason.transaction !== null) await showTransaction(reason.transaction, chosen);
      return;
    case 'skip':
      await deps.runCommand('skipTransaction', target);
      return;
    case 'enable':
      await deps.runCommand('enableSubscription', target);
      return;
    case 'disableOnError':
      await alterBy(deps, TITLE, chosen, { options: { disableOnError: true } });
  }
}

async function askWay(chosen: SubscriptionChoice, stop: FoundStop): Promise<Way | null> {
  const { nodeId } = chosen;
  const { subscription, reason, context, missing: drift } = stop;
  const { error, transaction } = reason;
  const catalog = context.catalogs.get(nodeId);
  const items: PickItem<Way>[] = [
    ...(drift.length === 0
      ? []
      : [
          {
            label: say`$(diff-added) Add What Is Missing…`,
            detail: showEscaped(`${drift.join('; ')}.`),
            value: 'repair' as const,
          },
        ]),
    ...(transaction === null
      ? []
      : [
          {
            label: say`$(file-code) Show What It Would Apply`,
            description: showEscaped(contentWords(transaction).join(', ')),
            detail: showEscaped(say`As SQL; change or delete what is in the way on ${nodeId}.`),
            value: 'show' as const,
          },
        ]),
    ...(subscription.isEnabled
      ? []
      : [
          {
            label: say`$(play) Enable…`,
            description: say`when what was in the way is gone`,
            value: 'enable' as const,
          },
        ]),
    {
      label: say`$(debug-step-over) Skip Transaction…`,
      description: say`the whole of it is lost here`,
      value: 'skip',
    },
    ...(subscription.options['disableOnError'] === false &&
    catalog !== undefined &&
    majorOf(catalog) >= 15
      ? [
          {
            label: say`$(circle-slash) Disable on Error…`,
            detail: say`It stops at the next error, instead of trying for ever.`,
            value: 'disableOnError' as const,
          },
        ]
      : []),
  ];
  if (error === null && drift.length === 0 && transaction === null) {
    void window.showInformationMessage(nothingFound(chosen, stop));
  }
  const answer = await askOne<Way>({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: showEscaped(
      error === null
        ? stoppedQuestion(chosen, stop)
        : [error.message, error.detail].filter((each) => each !== null).join(' '),
    ),
    items,
  });
  return answer === null || answer === 'back' ? null : answer;
}

/** Where the server's own words could not be read. */
function stoppedQuestion(
  { nodeId, name }: SubscriptionChoice,
  { subscription, missing }: FoundStop,
): string {
  if (missing.length > 0)
    return say`${name} on ${nodeId} lacks what it receives: what shall be done?`;
  if (!subscription.isEnabled) return say`${name} on ${nodeId} is disabled: what shall be done?`;
  return say`What stopped ${name} on ${nodeId} cannot be read: what shall be done?`;
}

/** What to look for where nothing could be read. */
function nothingFound({ nodeId, name }: SubscriptionChoice, { subscription }: FoundStop): string {
  return say`Nothing tells from here why ${name} stopped. In the server log of ${nodeId}, look for "logical replication apply worker", or for: replication origin "pg_${subscription.oid}".`;
}

import { contentWords } from '../../core/decoding/transactionSql';
import { formatLsn, parseLsn } from '../../core/lsn';
import { planSkipTransaction } from '../../core/plan/planSkipTransaction';
import { say } from '../../core/say';
import { askText } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { pickSubscription, type SubscriptionChoice } from '../plans/pickSubscription';
import { readStop, showTransaction, type FoundStop } from '../plans/stoppedSubscription';
import type { Change } from './change';

const TITLE = say`Skip Transaction`;

/** Finds the transaction that a subscription cannot apply, shows it, and skips it by a plan. */
export const skipTransaction: Change = async (deps, target) => {
  const chosen = await pickSubscription(deps, target, {
    title: TITLE,
    placeholder: say`Which subscription should skip a transaction?`,
    lack: say`Skip Transaction needs a subscription.`,
    fits: () => true,
  });
  if (chosen === null) return;
  const stop = await findTransaction(deps, chosen);
  if (stop === null) return;
  const { topologyId, nodeId, name } = chosen;
  const { transaction } = stop.reason;
  if (transaction !== null) await showTransaction(transaction, chosen);
  const endLsn = transaction?.endLsn ?? null;
  const request = {
    nodeId,
    name,
    finishLsn: stop.finishLsn,
    content: transaction === null ? null : contentWords(transaction),
    endLsn: endLsn === null ? null : formatLsn(endLsn),
  };
  await deps.plans.begin(TITLE, topologyId).carryOut({
    nodeIds: [nodeId],
    plan: (context) => planSkipTransaction(request, context),
  });
};

/** By the log and the copied slot; where neither tells, by what the user finds in the log. */
async function findTransaction(
  deps: CommandDeps,
  chosen: SubscriptionChoice,
): Promise<(FoundStop & { readonly finishLsn: string }) | null> {
  const stop = await readStop(deps, TITLE, chosen, null);
  if (stop === null) return null;
  const { error, transaction } = stop.reason;
  if (transaction !== null) return { ...stop, finishLsn: formatLsn(transaction.finishLsn) };
  const logged = error?.finishLsn ?? null;
  if (logged !== null) return { ...stop, finishLsn: logged };
  const given = await askText({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    prompt: say`${stop.reason.why ?? ''} In the server log of ${chosen.nodeId}, look for: processing remote data for replication origin "pg_${stop.subscription.oid}". What stands behind "finished at"?`,
    placeholder: '0/157E708',
    value: '',
    validate: (text) => (parseLsn(text) === null ? say`This is no LSN such as 0/157E708.` : null),
  });
  if (given === null || given === 'back') return null;
  const again = await readStop(deps, TITLE, chosen, parseLsn(given));
  return again === null ? null : { ...again, finishLsn: given };
}

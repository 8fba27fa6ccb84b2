import { window } from 'vscode';
import { formatCount } from '../../core/format';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';
import { whileReading } from '../plans/progress';
import { confirmAct } from '../queue/confirmAct';
import { auditedIds, deadCount, deadSentence, listPicked } from '../queue/deadOperations';
import { refreshEnds } from '../queue/decide';
import { enterQueue } from '../queue/enterQueue';
import { pickOperations } from '../queue/pickOperations';
import { pickQueue } from '../queue/pickQueue';
import type { Change } from './change';

const TITLE = say`Drop Dead Operation`;

/** Lets dead operations go; the ledger notes them as dropped. */
export const dropDeadOperation: Change = async (deps, target) => {
  const chosen = await pickQueue(deps, target, TITLE);
  if (chosen === null) return;
  const options = { title: TITLE, changes: true, mayPrimaryBeAway: true };
  const entered = await enterQueue(deps, chosen, options);
  if (entered === null) return;
  const picked = await pickOperations(deps, chosen, { title: TITLE, state: 'dead' });
  if (picked === null) return;
  const ids = await listPicked(deps, chosen, picked, TITLE);
  if (ids === null) return;
  const { edge, queue, environment } = entered;
  const confirmed = await confirmAct({
    message: showEscaped(say`Drop ${deadCount(ids.length, picked)} of ${edge.id}?`),
    detail: showEscaped(
      say`What ${ids.length === 1 ? say`it wrote` : say`they wrote`} on ${edge.id} will never reach ${queue.primary}; the two will differ. Export Queue as SQL keeps a copy. This cannot be undone.`,
    ),
    button:
      ids.length === 1 ? say`Drop Operation` : say`Drop ${formatCount(ids.length)} Operations`,
    mustType: environment === 'production' ? edge.id : null,
    purpose: say`drop in production`,
  });
  if (!confirmed) return;
  const dropped = await whileReading(TITLE, async (signal) =>
    deps.queues.dropDead(chosen, ids, signal),
  );
  deps.audit.note(
    say`${TITLE}: ${dropped} of ${ids.length} on ${edge.id} dropped: ${auditedIds(ids)}`,
  );
  void window.showInformationMessage(deadSentence(say`Dropped`, dropped, ids.length));
  await refreshEnds(deps, chosen, [queue.primary]);
};

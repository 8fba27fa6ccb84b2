import { window } from 'vscode';
import { formatCounted } from '../../core/format';
import { showEscaped } from '../../core/visibleText';
import { whileReading } from '../plans/progress';
import { confirmAct } from '../queue/confirmAct';
import { refreshEnds } from '../queue/decide';
import { enterQueue } from '../queue/enterQueue';
import { pickOperations } from '../queue/pickOperations';
import { pickQueue } from '../queue/pickQueue';
import type { Change } from './change';

const TITLE = 'Drop Dead Operation';

/** Lets dead operations go; the ledger notes them as dropped. */
export const dropDeadOperation: Change = async (deps, target) => {
  const chosen = await pickQueue(deps, target, TITLE);
  if (chosen === null) return;
  const entered = await enterQueue(deps, chosen, { title: TITLE, changes: true });
  if (entered === null) return;
  const ids = await pickOperations(deps, chosen, { title: TITLE, state: 'dead', many: true });
  if (ids === null) return;
  const { edge, primary, environment } = entered;
  const count = formatCounted(ids.length, 'dead operation');
  const confirmed = await confirmAct({
    message: showEscaped(`Drop ${count} of ${edge.id}?`),
    detail: showEscaped(
      `What ${ids.length === 1 ? 'it wrote' : 'they wrote'} on ${edge.id} will never reach ${primary.id}; the two will differ. Export Queue as SQL keeps a copy. This cannot be undone.`,
    ),
    button: ids.length === 1 ? 'Drop Operation' : `Drop ${ids.length} Operations`,
    mustType: environment === 'production' ? edge.id : null,
    purpose: 'drop in production',
  });
  if (!confirmed) return;
  const dropped = await whileReading(TITLE, async (signal) =>
    deps.queues.dropDead(chosen, ids, signal),
  );
  deps.audit.note(
    `${TITLE}: ${dropped} of ${ids.length} on ${edge.id} dropped: ${ids.slice(0, AUDITED).join(', ')}`,
  );
  void window.showInformationMessage(
    dropped === ids.length
      ? `Dropped ${formatCounted(dropped, 'operation')}.`
      : `Dropped ${dropped} of ${formatCounted(ids.length, 'operation')}; the others are not dead any more.`,
  );
  await refreshEnds(deps, chosen.topologyId, [edge.id, primary.id]);
};

/** So many ids are written into the audit log. */
const AUDITED = 200;

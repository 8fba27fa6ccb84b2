import { window } from 'vscode';
import { formatCount } from '../../core/format';
import { prettyJson } from '../../core/queue/prettyJson';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';
import { askOne } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { whileReading } from '../plans/progress';
import { confirmAct } from '../queue/confirmAct';
import {
  auditedIds,
  deadCount,
  deadSentence,
  listPicked,
  readDead,
  type DeadChoice,
} from '../queue/deadOperations';
import { refreshEnds } from '../queue/decide';
import { EditedRow } from '../queue/editJson';
import { enterQueue } from '../queue/enterQueue';
import { pickOperations } from '../queue/pickOperations';
import { pickQueue } from '../queue/pickQueue';
import type { Change } from './change';

const TITLE = say`Retry Dead Operation`;

/** Makes dead operations wait for the next drain again, as they were; or a single one with another row. */
export const retryDeadOperation: Change = async (deps, target) => {
  const chosen = await pickQueue(deps, target, TITLE);
  if (chosen === null) return;
  const entered = await enterQueue(deps, chosen, { title: TITLE, changes: true, ends: ['edge'] });
  if (entered === null) return;
  const picked = await pickOperations(deps, chosen, { title: TITLE, state: 'dead' });
  if (picked === null) return;
  if (picked.kind === 'one') {
    const dead = await readDead(deps, chosen, picked.operationId, TITLE);
    if (dead !== null) await retryOne(deps, { chosen, entered, dead });
    return;
  }
  const ids = await listPicked(deps, chosen, picked, TITLE);
  if (ids === null) return;
  const what = deadCount(ids.length, picked);
  await retry(deps, { chosen, entered }, { ids, data: null, what });
};

async function retryOne(deps: CommandDeps, found: DeadChoice): Promise<void> {
  const { data, isCut } = found.dead;
  const way =
    data === null || isCut
      ? 'same'
      : await askOne<'same' | 'edit'>({
          place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
          placeholder: showEscaped(found.dead.error ?? say`With which row?`),
          items: [
            {
              label: say`$(edit) Edit the Row…`,
              description: say`and try it with other values`,
              value: 'edit',
            },
            {
              label: say`$(refresh) Try the Same Row`,
              description: say`what was in its way is gone`,
              value: 'same',
            },
          ],
        });
  const { operationId, operation, tableText } = found.dead;
  const one = { ids: [operationId], what: say`${operation} of ${tableText}` };
  if (way === 'same') await retry(deps, found, { ...one, data: null });
  if (way !== 'edit' || data === null) return;
  const row = await EditedRow.open(prettyJson(data));
  await window.showTextDocument(row.document, { preview: false });
  // The command has done its part: an editor is open, and waits as long as the person wants.
  const whenReady = async (): Promise<void> => {
    const text = await row.whenReady(
      say`Edit the row, then let it be tried again.`,
      say`Retry with This Row`,
    );
    if (text !== null) await retry(deps, found, { ...one, data: text });
  };
  whenReady().catch((error: unknown) => {
    deps.log.error(`A dead operation could not be tried again: ${String(error)}`);
    void window.showErrorMessage(deps.redact(String(error)));
  });
}

interface Retried {
  readonly ids: readonly string[];
  /** What a single one is to write instead. */
  readonly data: string | null;
  readonly what: string;
}

async function retry(
  deps: CommandDeps,
  { chosen, entered }: Pick<DeadChoice, 'chosen' | 'entered'>,
  { ids, data, what }: Retried,
): Promise<void> {
  const { edge, environment } = entered;
  const isOne = ids.length === 1;
  const confirmed = await confirmAct({
    message: showEscaped(say`Retry ${what} on ${edge.id}?`),
    detail: say`${isOne ? say`It waits` : say`They wait`} for the next drain again${data === null ? '' : say`, with the row that you wrote in place of its own`}.`,
    button: isOne ? say`Retry Operation` : say`Retry ${formatCount(ids.length)} Operations`,
    mustType: environment === 'production' ? edge.id : null,
    purpose: say`retry in production`,
  });
  if (!confirmed) return;
  const done = await whileReading(TITLE, async (signal) =>
    deps.queues.retryDead(chosen, ids, data, signal),
  );
  const how = data === null ? '' : say` with another row`;
  deps.audit.note(
    say`${TITLE}${how}: ${done} of ${ids.length} on ${edge.id} wait again: ${auditedIds(ids)}`,
  );
  void window.showInformationMessage(
    isOne && done === 1
      ? say`The operation waits for the next drain.`
      : deadSentence(say`Made ready for the next drain:`, done, ids.length),
  );
  await refreshEnds(deps, chosen);
}

import { window } from 'vscode';
import { prettyJson } from '../../core/queue/prettyJson';
import { showEscaped } from '../../core/visibleText';
import { askOne } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { whileReading } from '../plans/progress';
import { confirmAct } from '../queue/confirmAct';
import { chooseDead, type DeadChoice } from '../queue/deadOperations';
import { refreshEnds } from '../queue/decide';
import { EditedRow } from '../queue/editJson';
import type { Change } from './change';

const TITLE = 'Retry Dead Operation';

/** Makes a dead operation wait for the next drain again, as it was or with another row. */
export const retryDeadOperation: Change = async (deps, target) => {
  const found = await chooseDead(deps, target, { title: TITLE, changes: true, ends: ['edge'] });
  if (found === null) return;
  const { data, isCut } = found.dead;
  const way =
    data === null || isCut
      ? 'same'
      : await askOne<'same' | 'edit'>({
          place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
          placeholder: showEscaped(found.dead.error ?? 'With which row?'),
          items: [
            {
              label: '$(edit) Edit the Row…',
              description: 'and try it with other values',
              value: 'edit',
            },
            {
              label: '$(refresh) Try the Same Row',
              description: 'what was in its way is gone',
              value: 'same',
            },
          ],
        });
  if (way === 'same') await retry(deps, found, null);
  if (way !== 'edit' || data === null) return;
  const row = await EditedRow.open(prettyJson(data));
  await window.showTextDocument(row.document, { preview: false });
  // The command has done its part: an editor is open, and waits as long as the person wants.
  const whenReady = async (): Promise<void> => {
    const text = await row.whenReady(
      'Edit the row, then let it be tried again.',
      'Retry with This Row',
    );
    if (text !== null) await retry(deps, found, text);
  };
  whenReady().catch((error: unknown) => {
    deps.log.error(`A dead operation could not be tried again: ${String(error)}`);
    void window.showErrorMessage(deps.redact(String(error)));
  });
};

async function retry(
  deps: CommandDeps,
  { chosen, entered, dead }: DeadChoice,
  data: string | null,
): Promise<void> {
  const { edge, environment } = entered;
  const confirmed = await confirmAct({
    message: showEscaped(`Retry ${dead.operation} of ${dead.tableText} on ${edge.id}?`),
    detail: `It waits for the next drain again${data === null ? '' : ', with the row that you wrote in place of its own'}.`,
    button: 'Retry Operation',
    mustType: environment === 'production' ? edge.id : null,
    purpose: 'retry it in production',
  });
  if (!confirmed) return;
  const isDone = await whileReading(TITLE, async (signal) =>
    deps.queues.retryDead(chosen, dead.operationId, data, signal),
  );
  const how = data === null ? '' : ' with another row';
  deps.audit.note(
    `${TITLE}${how}: operation ${dead.operationId} on ${edge.id}: ${isDone ? 'waits again' : 'was not dead any more'}`,
  );
  void window.showInformationMessage(
    isDone ? 'The operation waits for the next drain.' : 'This operation is not dead any more.',
  );
  await refreshEnds(deps, chosen.topologyId, [edge.id]);
}

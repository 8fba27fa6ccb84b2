import { window } from 'vscode';
import type { ConflictDetails } from '../../core/queue/conflict';
import { mergeRows } from '../../core/queue/mergeRows';
import { prettyJson } from '../../core/queue/prettyJson';
import { showEscaped } from '../../core/visibleText';
import type { CommandDeps } from '../commandDeps';
import { confirmAct } from '../queue/confirmAct';
import { conflictName, readConflict, rowText } from '../queue/conflictView';
import { decideEach, refreshEnds } from '../queue/decide';
import { EditedRow } from '../queue/editJson';
import { enterQueue, type EnteredQueue } from '../queue/enterQueue';
import { pickOperations } from '../queue/pickOperations';
import { pickQueue, type QueueChoice } from '../queue/pickQueue';
import type { Change } from './change';

const TITLE = 'Edit and Apply Merged';

/** Lets a person write the row that both sides shall become, beside the primary's, and applies it to the primary. */
export const editAndApplyMerged: Change = async (deps, target) => {
  const chosen = await pickQueue(deps, target, TITLE);
  if (chosen === null) return;
  const entered = await enterQueue(deps, chosen, { title: TITLE, changes: true });
  if (entered === null) return;
  const wanted = { title: TITLE, state: 'conflict', many: false } as const;
  const [operationId] = (await pickOperations(deps, chosen, wanted)) ?? [];
  if (operationId === undefined) return;
  const details = await readConflict(deps, chosen, operationId, TITLE);
  if (details === null) return;
  const { base, primaryRow, edgeRow } = details;
  const row = await EditedRow.open(prettyJson(mergeRows(base, primaryRow, edgeRow)));
  await compare(deps, entered, details, row);
  // The command has done its part: an editor is open, and waits as long as the person wants.
  editOn(deps, { chosen, entered, row }, details).catch((error: unknown) => {
    deps.log.error(`A merged row could not be applied: ${String(error)}`);
    void window.showErrorMessage(deps.redact(String(error)));
  });
};

interface Editing {
  readonly chosen: QueueChoice;
  readonly entered: EnteredQueue;
  readonly row: EditedRow;
}

async function editOn(
  deps: CommandDeps,
  { chosen, entered, row }: Editing,
  first: ConflictDetails,
): Promise<void> {
  const primary = showEscaped(entered.primary.id);
  const button = `Apply to ${primary}`;
  const task = `Edit the row on the right, then apply it to ${primary}.`;
  let message = task;
  for (let shown = first; ;) {
    const text = await row.whenReady(message, button);
    if (text === null) return;
    if (!(await isConfirmed(shown, entered))) {
      message = task;
      continue;
    }
    const choice = { kind: 'merged', row: text } as const;
    const [result] = await decideEach(deps, chosen, entered, [shown], choice);
    switch (result?.kind) {
      case 'done':
      case 'gone': {
        const became = result.kind === 'done' ? 'is applied' : 'was decided by somebody else';
        void window.showInformationMessage(`${conflictName(shown)} ${became}.`);
        await refreshEnds(deps, chosen.topologyId, [entered.edge.id, entered.primary.id]);
        return;
      }
      case 'changedAgain':
        shown = result.details;
        await compare(deps, entered, shown, row);
        message = `The row on ${primary} has changed again; the left side shows it now. ${task}`;
        break;
      case 'refused': {
        const code = result.sqlstate === null ? '' : ` (${result.sqlstate})`;
        message = deps.redact(`${primary} refused it: ${result.message}${code}. ${task}`);
        break;
      }
      case undefined:
        message = task;
    }
  }
}

async function compare(
  { documents }: CommandDeps,
  { primary }: EnteredQueue,
  details: ConflictDetails,
  row: EditedRow,
): Promise<void> {
  await documents.showDifference(
    `${conflictName(details)}: ${showEscaped(primary.id)} ↔ merged`,
    rowText(details, primary.id, details.primaryRow),
    row.document.uri,
  );
}

async function isConfirmed(
  details: ConflictDetails,
  { edge, primary, environment }: EnteredQueue,
): Promise<boolean> {
  return confirmAct({
    message: `Write the merged row of ${conflictName(details)} on ${showEscaped(primary.id)}?`,
    detail:
      details.primaryRow === null
        ? 'The row is inserted. The version of the edge is kept with the conflict.'
        : "It replaces the primary's row, whose version is kept with the conflict, as is the edge's. A row that has changed again meanwhile is left alone.",
    button: 'Apply Merged Row',
    mustType: environment === 'production' ? edge.id : null,
    purpose: 'apply it in production',
  });
}

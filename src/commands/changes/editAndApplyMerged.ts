import { window } from 'vscode';
import { isServerFailure } from '../../core/failure';
import type { ChoiceResult, ConflictDetails } from '../../core/queue/conflict';
import { mergeRows } from '../../core/queue/mergeRows';
import { prettyJson } from '../../core/queue/prettyJson';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';
import type { CommandDeps } from '../commandDeps';
import { confirmAct } from '../queue/confirmAct';
import { chooseConflict } from '../queue/chooseConflict';
import { conflictName, rowText } from '../queue/conflictView';
import { decideEach } from '../queue/decide';
import { EditedRow } from '../queue/editJson';
import type { EnteredQueue } from '../queue/enterQueue';
import type { QueueChoice } from '../queue/pickQueue';
import type { Change } from './change';

const TITLE = say`Edit and Apply Merged`;

/** Lets a person write the row that both sides shall become, beside the primary's, and applies it to the primary. */
export const editAndApplyMerged: Change = async (deps, target) => {
  const options = { title: TITLE, changes: true, mayPrimaryBeAway: true };
  const found = await chooseConflict(deps, target, options);
  if (found === null) return;
  const { chosen, entered, details } = found;
  const { base, primaryRow, edgeRow } = details;
  const row = await EditedRow.open(prettyJson(mergeRows(base, primaryRow, edgeRow)));
  await compare(deps, details, row);
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
  let news = '';
  for (let shown = first; ;) {
    const primary = showEscaped(shown.primaryId);
    const button = say`Apply to ${primary}`;
    const task = say`Edit the row on the right, then apply it to ${primary}.`;
    const message = news === '' ? task : `${news} ${task}`;
    const text = await row.whenReady(message, button);
    if (text === null) return;
    news = '';
    if (!(await isConfirmed(shown, entered))) continue;
    const result = await apply(deps, chosen, shown, text);
    switch (result?.kind) {
      case 'done':
      case 'gone': {
        const became = result.kind === 'done' ? say`is applied` : say`was decided by somebody else`;
        void window.showInformationMessage(`${conflictName(shown)} ${became}.`);
        return;
      }
      case 'changedAgain':
        shown = result.details;
        await compare(deps, shown, row);
        news = say`The row on ${showEscaped(shown.primaryId)} has changed again; the left side shows it now.`;
        break;
      case 'refused': {
        const code = result.sqlstate === null ? '' : ` (${result.sqlstate})`;
        news = deps.redact(
          say`It was not applied to ${primary}: ${withoutStop(result.message)}${code}.`,
        );
        break;
      }
      case undefined:
    }
  }
}

async function apply(
  deps: CommandDeps,
  chosen: QueueChoice,
  shown: ConflictDetails,
  row: string,
): Promise<ChoiceResult | undefined> {
  let result: ChoiceResult | undefined;
  const keep = (results: readonly ChoiceResult[]): Promise<void> => {
    result = results[0];
    return Promise.resolve();
  };
  try {
    await decideEach(deps, chosen, [shown], { kind: 'merged', row }, keep);
  } catch (error) {
    // What was written is in the editor still, and may be applied once the server is back.
    if (!isServerFailure(error)) throw error;
    return { kind: 'refused', sqlstate: error.facts.sqlstate, message: error.facts.text };
  }
  return result;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/u, '');
}

async function compare(
  { documents }: CommandDeps,
  details: ConflictDetails,
  row: EditedRow,
): Promise<void> {
  await documents.showDifference(
    say`${conflictName(details)}: ${showEscaped(details.primaryId)} ↔ merged`,
    rowText(details, details.primaryId, details.primaryRow),
    row.document.uri,
  );
}

async function isConfirmed(
  details: ConflictDetails,
  { edge, environment }: EnteredQueue,
): Promise<boolean> {
  return confirmAct({
    message: say`Write the merged row of ${conflictName(details)} on ${showEscaped(details.primaryId)}?`,
    detail:
      details.primaryRow === null
        ? say`The row is inserted. The version of the edge is kept with the conflict.`
        : say`It replaces the primary's row, whose version is kept with the conflict, as is the edge's. A row that has changed again meanwhile is left alone.`,
    button: say`Apply Merged Row`,
    mustType: environment === 'production' ? edge.id : null,
    purpose: say`apply it in production`,
  });
}

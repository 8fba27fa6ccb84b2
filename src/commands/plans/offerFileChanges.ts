import { WorkspaceEdit, window, workspace, type Uri } from 'vscode';
import type { FileChange } from '../../core/plan/plan';
import { say } from '../../core/say';
import { LineIndex } from '../../host/lineIndex';
import { changedSpan } from '../../topologyFile/changedSpan';
import type { CommandFiles } from '../commandFile';

/** Whether the file, as an editor shows it, lacks any of this. */
export function lacksChanges(
  files: Pick<CommandFiles, 'find'>,
  topologyId: string,
  changes: readonly FileChange[],
): boolean {
  const text = files.find(topologyId)?.shown?.text;
  return changes.length > 0 && text !== undefined && changedSpan(text, changes) !== null;
}

/**
 * Writes what a plan made into the topology file, as one step to undo, and shows the place. A file that had unsaved
 * changes of the user stays unsaved.
 */
export async function writeFileChanges(uri: Uri, changes: readonly FileChange[]): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  const wasDirty = document.isDirty;
  const text = document.getText();
  const change = changedSpan(text, changes);
  if (change === null) return;
  const edit = new WorkspaceEdit();
  edit.replace(uri, new LineIndex(text).rangeOf(change), change.text);
  if (!(await workspace.applyEdit(edit))) {
    void window.showWarningMessage(say`The topology file could not be changed. Is it read-only?`);
    return;
  }
  if (!wasDirty) await document.save();
  const written = { offset: change.offset, length: change.text.length };
  await window.showTextDocument(document, {
    selection: new LineIndex(document.getText()).rangeOf(written),
  });
}

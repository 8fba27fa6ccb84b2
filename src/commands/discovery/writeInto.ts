import type { Uri } from 'vscode';
import { WorkspaceEdit, window, workspace } from 'vscode';
import { LineIndex } from '../../host/lineIndex';
import { applyTextEdits } from '../../topologyFile/edits';
import type { TextEdit } from '../../topologyFile/problem';

/**
 * Writes edits into a file as one step to undo, and shows it. A file with changes that nobody saved is not saved here.
 * @param before the text that the edits are of; `null`: the file is made
 * @returns whether it is saved
 * @throws when the editor does not take the edits, as when the file changed meanwhile
 */
export async function writeInto(
  uri: Uri,
  before: string | null,
  edits: readonly TextEdit[],
): Promise<boolean> {
  const edit = new WorkspaceEdit();
  if (before === null) {
    const contents = new TextEncoder().encode(applyTextEdits('', edits));
    edit.createFile(uri, { overwrite: false, ignoreIfExists: false, contents });
    await apply(edit, uri);
    await show(uri);
    return true;
  }
  const document = await workspace.openTextDocument(uri);
  const hadChanges = document.isDirty;
  const lines = new LineIndex(before);
  for (const change of edits) edit.replace(uri, lines.rangeOf(change), change.text);
  await apply(edit, uri);
  await show(uri);
  return hadChanges ? false : document.save();
}

async function apply(edit: WorkspaceEdit, uri: Uri): Promise<void> {
  if (await workspace.applyEdit(edit)) return;
  throw new Error(
    `${workspace.asRelativePath(uri)} was not written: the editor did not take the change, as when the file changes meanwhile. Try again.`,
  );
}

async function show(uri: Uri): Promise<void> {
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
}

import { Range, window, type TextEditor } from 'vscode';
import { say } from '../../core/say';
import type { CommandDeps } from '../commandDeps';
import { EditorSelectionDialogs } from './editorSelectionDialogs';
import { SelectionDesk } from './selectionDesk';

/** Runs what is selected in the editor; in an SQL file, where nothing is, the whole of it. */
export async function runSelection(
  deps: CommandDeps,
  editor: TextEditor,
  topologyId: string,
): Promise<void> {
  const { document, selection } = editor;
  const text = textToRun(editor);
  if (text === null) {
    void window.showInformationMessage(say`There is no statement here: select one.`);
    return;
  }
  const firstLine = selection.isEmpty ? 1 : selection.start.line + 1;
  const dialogs = new EditorSelectionDialogs({
    documents: deps.documents,
    redact: deps.redact,
    editor,
    startOffset: selection.isEmpty ? 0 : document.offsetAt(selection.start),
    whereWouldThisGo: async () => {
      await deps.runCommand('whereWouldThisGo', { topologyId, subject: null });
    },
    onError: (error) =>
      deps.log.error(`A statement's notification could not be followed: ${String(error)}`),
  });
  await new SelectionDesk({ ...deps, dialogs }, topologyId, text, firstLine).run();
}

/** @returns `null` where nothing is selected in a file that is no SQL */
function textToRun({ document, selection }: TextEditor): string | null {
  if (!selection.isEmpty) return document.getText(new Range(selection.start, selection.end));
  return /sql/iu.test(document.languageId) ? document.getText() : null;
}

import { languages, window, workspace, type TextDocument } from 'vscode';
import { jsonObjectProblem } from '../../core/queue/prettyJson';
import { showEscaped } from '../../core/visibleText';

/** A row that a person edits in an editor of his own; nothing of it is kept anywhere but there. */
export class EditedRow {
  private constructor(readonly document: TextDocument) {}

  static async open(text: string): Promise<EditedRow> {
    const made = await workspace.openTextDocument({ language: 'json', content: `${text}\n` });
    return new EditedRow(await languages.setTextDocumentLanguage(made, 'json'));
  }

  /**
   * Waits until the person says that the text is ready, and is one JSON object.
   * @param message says what to do; a finished sentence
   * @returns `null` when he gave up, or closed it
   */
  async whenReady(message: string, button: string): Promise<string | null> {
    for (let problem = ''; ;) {
      const said = problem === '' ? message : `${problem} ${message}`;
      const choice = await window.showInformationMessage(showEscaped(said), button);
      if (choice !== button || this.document.isClosed) return null;
      const text = this.document.getText();
      const wrong = jsonObjectProblem(text);
      if (wrong === null) return text;
      problem = wrong;
    }
  }
}

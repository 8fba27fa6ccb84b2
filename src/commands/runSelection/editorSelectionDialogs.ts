import { Range, window, type TextEditor } from 'vscode';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { WriteQuestion } from '../../core/runSelection/selectionText';
import { say } from '../../core/say';
import type { PlanDocuments } from '../../host/planDocuments';
import { hasTyped } from '../plans/confirmPlan';
import { askNodePassword } from '../plans/askNodePassword';
import { whileReading } from '../plans/progress';
import type { SelectionDialogs } from './selectionDialogs';

export interface EditorSelectionDialogsDeps {
  readonly documents: Pick<PlanDocuments, 'show'>;
  /** Takes secrets out of what servers say before it is shown. */
  readonly redact: (text: string) => string;
  readonly whereWouldThisGo: () => Promise<void>;
  /** Where an error in a notification that nobody waits for goes. */
  readonly onError: (error: unknown) => void;
  /** Where the text was taken from, and where in its document it begins. */
  readonly editor: TextEditor;
  readonly startOffset: number;
}

const WHERE = say`Where Would This Go?`;
const GO_TO = say`Go to Position`;

/** The dialogs of a selected statement in VS Code. */
export class EditorSelectionDialogs implements SelectionDialogs {
  constructor(private readonly deps: EditorSelectionDialogsDeps) {}

  tell(message: string): void {
    void window.showInformationMessage(message);
  }

  tellNowhere(problem: string): void {
    this.#follow(window.showWarningMessage(problem, WHERE), () => this.deps.whereWouldThisGo());
  }

  tellRefused(message: string, offset: number | null): void {
    const buttons = offset === null ? [] : [GO_TO];
    this.#follow(window.showErrorMessage(this.deps.redact(message), ...buttons), async () => {
      const { editor, startOffset } = this.deps;
      const at = editor.document.positionAt(startOffset + (offset ?? 0));
      await window.showTextDocument(editor.document, {
        selection: new Range(at, at),
        ...(editor.viewColumn === undefined ? {} : { viewColumn: editor.viewColumn }),
      });
    });
  }

  warn(message: string): void {
    void window.showWarningMessage(message);
  }

  async askNext(message: string, nextNodeId: string): Promise<boolean> {
    const button = say`Run on ${nextNodeId}`;
    const choice = await window.showWarningMessage(this.deps.redact(message), button);
    return choice === button;
  }

  async askPassword(nodeId: string, user: string, wasRefused: boolean): Promise<string | null> {
    return askNodePassword(nodeId, user, wasRefused);
  }

  async confirmWrite(question: WriteQuestion, mustType: string | null): Promise<boolean> {
    const { message, detail, button } = question;
    await this.deps.documents.show(button, question.document);
    const choice = await window.showWarningMessage(message, { modal: true, detail }, button);
    if (choice !== button) return false;
    return mustType === null || hasTyped(mustType, button);
  }

  async whileRunning<T>(title: string, run: (signal: CancelSignal) => Promise<T>): Promise<T> {
    return whileReading(title, run);
  }

  async showResult(name: string, text: string): Promise<void> {
    await this.deps.documents.show(name, text, 'plaintext');
  }

  /** Nobody waits for the answer: the command is over when it was told. */
  #follow(asked: Thenable<string | undefined>, act: () => Promise<void>): void {
    const follow = async (): Promise<void> => {
      if ((await asked) !== undefined) await act();
    };
    follow().catch(this.deps.onError);
  }
}

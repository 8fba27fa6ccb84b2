import { window } from 'vscode';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';

export interface ActQuestion {
  readonly message: string;
  readonly detail: string;
  readonly button: string;
  /** What must be typed, in production; `null`: nothing. */
  readonly mustType: string | null;
  /** What it is typed for: `drain it`. */
  readonly purpose: string;
}

/** Asks, modal, and has the name typed where it must be. */
export async function confirmAct(question: ActQuestion): Promise<boolean> {
  const { message, detail, button, mustType, purpose } = question;
  const choice = await window.showWarningMessage(message, { modal: true, detail }, button);
  if (choice !== button) return false;
  if (mustType === null) return true;
  const name = showEscaped(mustType);
  const typed = await window.showInputBox({
    title: button,
    prompt: say`Type ${name} to ${purpose}`,
    ignoreFocusOut: true,
    validateInput: (text) => (text === '' || text === mustType ? null : say`This is not ${name}.`),
  });
  return typed === mustType;
}

import { window, type QuickPickItem } from 'vscode';
import { confirmationOf, type PlanConfirmation } from '../../core/plan/confirmationOf';
import { noticeOf } from '../../core/plan/impactsText';
import type { Plan } from '../../core/plan/plan';
import { say } from '../../core/say';

/** What the user wants done with a plan. `null`: dismissed. */
export type PlanChoice = 'run' | 'openAsFile' | null;

/** Asks whether to run a plan: modal, with the name typed, where it touches production. */
export async function confirmPlan(plan: Plan): Promise<PlanChoice> {
  const confirmation = confirmationOf(plan);
  const choice = confirmation.isModal
    ? await askModal(confirmation)
    : await askBeside(plan, confirmation);
  if (choice !== 'run' || confirmation.mustType === null) return choice;
  return (await hasTyped(confirmation.mustType, confirmation.button)) ? 'run' : null;
}

async function askModal({ message, detail, button }: PlanConfirmation): Promise<PlanChoice> {
  const choice = await window.showWarningMessage(message, { modal: true, detail }, button);
  return choice === button ? 'run' : null;
}

interface ChoiceItem extends QuickPickItem {
  readonly choice: PlanChoice;
}

/** The plan lies open in an editor meanwhile. */
async function askBeside(plan: Plan, { message, button }: PlanConfirmation): Promise<PlanChoice> {
  const known = noticeOf(plan);
  const items: readonly ChoiceItem[] = [
    {
      label: `$(play) ${button}`,
      ...(known === '' ? {} : { detail: known }),
      choice: 'run',
    },
    {
      label: say`$(go-to-file) Open as SQL File`,
      description: say`to read, change and run elsewhere`,
      choice: 'openAsFile',
    },
    { label: say`$(close) Cancel`, choice: null },
  ];
  const picked = await window.showQuickPick(items, {
    title: message,
    placeHolder: say`These statements are open in the editor. Run them?`,
    ignoreFocusOut: true,
  });
  return picked?.choice ?? null;
}

/** Asks for the name of what is in production. @param title the button that was pressed */
export async function hasTyped(name: string, title: string): Promise<boolean> {
  const typed = await window.showInputBox({
    title,
    prompt: say`Type ${name} to run this on production`,
    ignoreFocusOut: true,
    validateInput: (text) => (text === '' || text === name ? null : say`This is not ${name}.`),
  });
  return typed === name;
}

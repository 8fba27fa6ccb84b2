import { window } from 'vscode';

/** Shows a notification that waits for nobody. @returns the button that was pressed; nothing when it was dismissed. */
export function showNotice(
  level: 'error' | 'warning',
  text: string,
  buttons: readonly string[],
): Thenable<string | undefined> {
  return level === 'error'
    ? window.showErrorMessage(text, ...buttons)
    : window.showWarningMessage(text, ...buttons);
}

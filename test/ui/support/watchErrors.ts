import type { ConsoleMessage, Page } from 'playwright-core';

/** The workbench prints errors of its own, such as for parts that only the product build has; these are not ours. */
const OURS = /pg-?topology/i;

/** The workbench draws a row anew that a refresh has just taken out; any extension's view (microsoft/vscode issue 170478). */
const WORKBENCH = /TreeError \[pgTopology\.\w+\] Data tree node not found/;

/**
 * Collects console errors of a window that come from the extension or from one of its webviews.
 * @returns texts, in order; it grows as the page runs
 */
export function watchErrors(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'error' || !isOurs(message) || WORKBENCH.test(message.text())) return;
    errors.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => {
    const text = error.stack ?? error.message;
    if (OURS.test(text) && !WORKBENCH.test(text)) errors.push(error.message);
  });
  return errors;
}

function isOurs(message: ConsoleMessage): boolean {
  const { url } = message.location();
  return OURS.test(message.text()) || OURS.test(url) || url.includes('vscode-resource');
}

import type { ConsoleMessage, Page } from 'playwright-core';

/** The workbench prints errors of its own, such as for parts that only the product build has; these are not ours. */
const OURS = /pg-?topology/i;

/**
 * Collects console errors of a window that come from the extension or from one of its webviews.
 * @returns texts, in order; it grows as the page runs
 */
export function watchErrors(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'error' || !isOurs(message)) return;
    errors.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => {
    if (OURS.test(error.stack ?? error.message)) errors.push(error.message);
  });
  return errors;
}

function isOurs(message: ConsoleMessage): boolean {
  const { url } = message.location();
  return OURS.test(message.text()) || OURS.test(url) || url.includes('vscode-resource');
}

import type { Locator } from 'playwright-core';
import { waitFor } from '../../clusters/waitFor';
import type { Workbench } from '../../host/workbench.mjs';

/** How often one after the other the editor may lose a row. */
const TRIES = 8;

/**
 * Chooses a command from a row's menu until that is there which it opens. While the rows above are drawn anew the editor calls the
 * command without the row (its issues 144250 and 283655), and ours then asks which one is meant. That question is dismissed, which
 * changes nothing, and the menu is opened again.
 *
 * @param opened what the command opens for this row, and no question for a row looks like; or whether it is there
 */
export async function commandOnRow(
  workbench: Workbench,
  row: Locator,
  title: string,
  opened: Locator | (() => Promise<boolean>),
): Promise<void> {
  const isOpen = typeof opened === 'function' ? opened : () => opened.first().isVisible();
  const question = workbench.page.locator(
    '.quick-input-widget input:is([placeholder^="Which "], [placeholder^="What should be "])',
  );
  for (let left = TRIES; left > 0; left -= 1) {
    await workbench.contextMenu(row, title);
    const came = await waitFor(
      async () => {
        if (await isOpen()) return 'opened';
        return (await question.isVisible()) ? 'question' : null;
      },
      { what: `${title} opens`, everyMs: 100 },
    );
    if (came === 'opened') return;
    await workbench.page.keyboard.press('Escape');
    await question.waitFor({ state: 'hidden' });
  }
  throw new Error(`${title} did not get its row.`);
}

/** Whether a notification said so, which then counts as told. */
export function hasSaid(workbench: Workbench, text: string | RegExp): () => Promise<boolean> {
  return () =>
    workbench.told(text, 0).then(
      () => true,
      () => false,
    );
}

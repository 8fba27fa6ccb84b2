import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds on a page, one line each. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  // Through the debugger, since the page's own policy lets no other script in.
  await page.evaluate(await readFile(axePath, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: AxeRunner }; // Put there by the line above.
    const { violations } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary ?? ''}`,
      ),
    );
  });
}

interface AxeRunner {
  run(
    root: Document,
    options: { runOnly: string[] },
  ): Promise<{
    violations: {
      id: string;
      nodes: { target: unknown[]; failureSummary?: string }[];
    }[];
  }>;
}

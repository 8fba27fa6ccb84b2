import type { Locator, Page } from 'playwright-core';
import { waitFor } from '../../clusters/waitFor';
import type { Workbench } from '../../host/workbench.mjs';

/** The prompts of a plan as a user goes through them, by their words. */
export class PlanPage {
  constructor(private readonly workbench: Workbench) {}

  private get page(): Page {
    return this.workbench.page;
  }

  /** Waits for a prompt. @param title as it stands above it, its number included: `Create Publication (2/4)` */
  async prompt(title: string | RegExp): Promise<Locator> {
    const widget = this.page.locator('.quick-input-widget').filter({
      has: this.page.locator('.quick-input-title').filter({ hasText: title }),
    });
    await widget.waitFor();
    return widget;
  }

  /** Takes one entry of a prompt. */
  async choose(title: string | RegExp, entry: string | RegExp): Promise<void> {
    await this.prompt(title);
    await this.workbench.choice(entry).click();
  }

  /** Ticks entries of a prompt that takes several, and goes on. */
  async tick(title: string | RegExp, ...entries: readonly (string | RegExp)[]): Promise<void> {
    const widget = await this.prompt(title);
    for (const entry of entries) {
      await this.workbench.choice(entry).getByRole('checkbox').check();
    }
    // Enter would go to the box that was ticked last.
    await widget.getByRole('button', { name: 'OK' }).click();
  }

  /** What stands in a text prompt. */
  async text(title: string | RegExp): Promise<string> {
    const widget = await this.prompt(title);
    return widget.locator('input[type=text]').first().inputValue();
  }

  /** Types into a prompt, and goes on. */
  async type(title: string | RegExp, text: string): Promise<void> {
    const widget = await this.prompt(title);
    const input = widget.locator('input').first();
    await input.fill(text);
    // To the field itself: a report that opens late takes the focus of the page.
    await input.press('Enter');
  }

  /** Goes on with what a prompt shows. */
  async accept(title: string | RegExp): Promise<void> {
    await this.prompt(title);
    // To the field itself: the focus may still be where the prompt was called from.
    await this.workbench.quickInput().press('Enter');
  }

  /** Every entry of the open prompt, as one line each. */
  async entries(): Promise<readonly string[]> {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    // All at one moment: a list that is read row by row may change meanwhile.
    return (await rows.allInnerTexts()).map((row) => row.replaceAll(/\s+/gu, ' ').trim());
  }

  /** Waits until the entries of the open prompt, a line each, say so: a prompt may open before it knows all of them. */
  async shows(words: RegExp): Promise<void> {
    await waitFor(
      async () => {
        const text = (await this.entries()).join('\n');
        return words.test(text) || Promise.reject(new Error(text));
      },
      { what: `the prompt shows ${String(words)}` },
    );
  }

  /** Dismisses whatever asks, until nothing does. */
  async escape(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** The lines of the document in the editor whose tab has this label. */
  async document(label: string): Promise<readonly string[]> {
    const editor = this.workbench.activeEditor(label);
    await editor.locator('.view-line').first().waitFor();
    const lines = await editor.locator('.view-line').evaluateAll((found) =>
      found
        .map((line) => ({
          top: Number.parseFloat((line as HTMLElement).style.top),
          text: (line as HTMLElement).textContent,
        }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text),
    );
    return lines.map((line) => line.replaceAll('\u00a0', ' ').replaceAll('\u200c', '').trimEnd());
  }

  /** Presses a button of a notification. */
  answer(message: string | RegExp, button: string): Promise<void> {
    return this.workbench.answer(message, button);
  }
}

import assert from 'node:assert/strict';
import type { Frame, Locator } from 'playwright-core';
import { waitFor } from '../../clusters/waitFor';
import type { Workbench } from '../../host/workbench.mjs';

/** What a user sees of the extension, by the names that a screen reader tells. */
export class ExplorerPage {
  constructor(private readonly workbench: Workbench) {}

  open(): Promise<void> {
    return this.workbench.view('Postgres Topology');
  }

  /** Shows another view instead. */
  leave(): Promise<void> {
    return this.workbench.view('Explorer');
  }

  /** Waits for a row of the tree. @param name regular expression over its accessible name */
  async row(name: RegExp): Promise<Locator> {
    const row = this.workbench.row(name);
    await row.waitFor();
    return row;
  }

  /** Every row that is drawn, with ordinary spaces: label, then description. */
  async texts(): Promise<readonly string[]> {
    const rows = this.workbench.page.locator('.sidebar').getByRole('treeitem');
    return (await rows.allInnerTexts()).map(plain);
  }

  /** Waits until the item in the status bar has this accessible name. */
  async status(name: RegExp): Promise<void> {
    await this.statusItem.getByRole('button', { name }).waitFor();
  }

  /** Waits until the item in the status bar has this accessible name, on the background that the theme has for errors. */
  async redStatus(name: RegExp): Promise<void> {
    const item = this.statusItem.filter({ has: this.workbench.page.getByRole('button', { name }) });
    await waitFor(
      async () =>
        item.evaluate((element) => {
          const probe = element.ownerDocument.createElement('div');
          probe.style.backgroundColor = 'var(--vscode-statusBarItem-errorBackground)';
          element.append(probe);
          const meant = getComputedStyle(probe).backgroundColor;
          probe.remove();
          return getComputedStyle(element).backgroundColor === meant;
        }),
      { what: `the status bar is red and says ${String(name)}` },
    );
  }

  /** Opens the pick behind the status bar. @returns its lines; a line that begins a section ends with the section's name */
  async openPick(): Promise<readonly string[]> {
    await this.statusItem.click();
    await this.workbench.choice('Open Dashboard').waitFor();
    // All at one moment: the lines follow what is read meanwhile.
    const lines = await this.workbench.page
      .locator('.quick-input-list .monaco-list-row')
      .evaluateAll((rows) =>
        rows.map((row) =>
          [
            ...row.querySelectorAll<HTMLElement>(
              '.label-name, .label-description, .quick-input-list-separator',
            ),
          ]
            .map((part) => part.innerText)
            .join(' '),
        ),
      );
    return lines.map(plain);
  }

  /** The page of the dashboard that is open. */
  dashboard(): Promise<Frame> {
    return this.workbench.webview('#dashboard[data-kind=dashboard]');
  }

  /** No message that something went wrong. */
  async assertQuiet(): Promise<void> {
    const toasts = this.workbench.page.locator('.notifications-toasts .notification-list-item');
    assert.deepEqual(await toasts.allInnerTexts(), []);
  }

  private get statusItem(): Locator {
    return this.workbench.statusItem('pgTopology.status');
  }
}

/** Rows hold non-breaking spaces between number and unit, and a line break between label and description. */
function plain(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}

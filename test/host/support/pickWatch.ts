import * as vscode from 'vscode';
import { waitFor } from './waitFor';

/** What stands in a pick: label and description. */
export type PickLine = readonly [label: string, description: string | undefined];

/** Sees the picks that the extension opens, without answering them. */
export class PickWatch implements vscode.Disposable {
  private readonly original = vscode.window.createQuickPick;
  private latest: vscode.QuickPick<vscode.QuickPickItem> | null = null;

  constructor() {
    Object.assign(vscode.window, {
      createQuickPick: () => (this.latest = this.original.call(vscode.window)),
    });
  }

  /** The lines of the pick that was opened last, once it has some. */
  async lines(): Promise<readonly PickLine[]> {
    const items = await waitFor('the pick', () => {
      const shown = this.latest?.items ?? [];
      return shown.length > 0 ? shown : undefined;
    });
    return items.map(({ label, description }) => [label, description]);
  }

  dispose(): void {
    Object.assign(vscode.window, { createQuickPick: this.original });
  }
}

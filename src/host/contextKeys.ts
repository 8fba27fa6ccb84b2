import { commands } from 'vscode';

/** Context keys that menus, enablement and welcome views test, without their prefix. */
export interface ContextKeys {
  readonly hasTopology: boolean;
  readonly connected: boolean;
  readonly readOnly: boolean;
  readonly production: boolean;
  readonly restricted: boolean;
  /** Some topology is checked continuously. */
  readonly checking: boolean;
  /** The demo runs in this window. */
  readonly demo: boolean;
  /** What the workspace's topology files are like: none at all, none that can be read, or some. */
  readonly files: 'none' | 'invalid' | 'some';
}

/** Sets context keys, each only when it changed. */
export class ContextKeyWriter {
  readonly #written = new Map<string, unknown>();

  set(keys: Partial<ContextKeys>): void {
    for (const [key, value] of Object.entries(keys)) {
      if (this.#written.get(key) === value) continue;
      this.#written.set(key, value);
      void commands.executeCommand('setContext', `pgTopology.${key}`, value);
    }
  }
}

import { Uri, workspace } from 'vscode';
import type { DemoActs } from './demoActs';
import type { DemoDesk } from './demoDesk';

/** Loads the demo with the first command that asks for it: activation needs none of it. The owner closes it. */
export class DemoOnDemand implements DemoActs {
  #loading: Promise<DemoDesk> | null = null;

  constructor(
    private readonly load: () => Promise<DemoDesk>,
    private readonly storage: Uri,
  ) {}

  async tryDemo(): Promise<void> {
    await (await this.#get()).tryDemo();
  }

  async stopDemo(): Promise<void> {
    await (await this.#get()).stopDemo();
  }

  async showActions(): Promise<void> {
    await (await this.#get()).showActions();
  }

  /** Ends what a window that crashed left running. Without a folder of demos it loads nothing. */
  async cleanUp(): Promise<void> {
    const runs = await workspace.fs.stat(Uri.joinPath(this.storage, 'demo')).then(
      () => true,
      () => false,
    );
    if (runs) await (await this.#get()).cleanUp();
  }

  /** Stops the demo, when one runs. */
  async close(): Promise<void> {
    await (await this.#loading?.catch(() => null))?.close();
  }

  /** A load that failed is tried anew with the next command. */
  #get(): Promise<DemoDesk> {
    this.#loading ??= this.load().catch((error: unknown) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }
}

import { realpath } from 'node:fs/promises';
import type { CancelSignal } from '../core/ports/cancelSignal';
import { findBinaries, type Binaries } from './binaries';
import { Demo, type DemoDeps } from './demo';
import { demoPackage, type DemoPackage } from './demoPackages';
import { DemoPlace } from './demoPlace';
import { download, programsFolder } from './download';

export interface DemoMachineDeps extends Omit<DemoDeps, 'place' | 'binaries'> {
  /** The extension's own folder on this machine. */
  readonly storage: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly processor: string;
  /** Where packages are downloaded from. */
  readonly registry: string;
}

/** What the demo needs of this machine: programs, a folder, and the end of what a crash left running. */
export class DemoMachine {
  readonly #place: DemoPlace;

  constructor(private readonly deps: DemoMachineDeps) {
    this.#place = new DemoPlace(deps.storage);
  }

  /** @param workspaceFolders nothing in these is started @returns `null` when this machine has no programs */
  async find(workspaceFolders: readonly string[]): Promise<Binaries | null> {
    const { variables, platform } = this.deps;
    const real = await Promise.all(
      workspaceFolders.map(async (folder) => realpath(folder).catch(() => folder)),
    );
    const offered = this.offered();
    return findBinaries({
      variables,
      platform,
      workspaceFolders: [...workspaceFolders, ...real],
      downloaded:
        offered === null ? [] : [programsFolder(await this.#place.programsFolder(), offered)],
    });
  }

  /** What could be downloaded for this machine; `null` when nobody builds it. */
  offered(): DemoPackage | null {
    return demoPackage(this.deps.platform, this.deps.processor);
  }

  /** @throws when it cannot be had, is not what was expected, or does not run here */
  async download(
    which: DemoPackage,
    signal: AbortSignal,
    onProgress: (bytes: number, share: number | null) => void,
  ): Promise<Binaries> {
    const home = await this.#place.programsFolder();
    const { registry, platform } = this.deps;
    const folder = await download({ registry, package: which, home, signal, onProgress });
    const variables = { PATH: '' };
    const options = { variables, platform, downloaded: [folder], workspaceFolders: [] };
    const found = await findBinaries(options);
    if (found === null) {
      throw new Error(`${which.name} ${which.version} was downloaded, and does not run here.`);
    }
    return found;
  }

  /** @see Demo.start */
  async start(
    binaries: Binaries,
    signal: CancelSignal,
    tell: (doing: string) => void,
  ): Promise<Demo> {
    await this.sweep();
    return Demo.start({ ...this.deps, place: this.#place, binaries }, signal, tell);
  }

  /** Ends and removes demos whose window is gone. @returns how many there were */
  async sweep(): Promise<number> {
    const { secrets } = this.deps;
    return this.#place.sweep(async (keys) => {
      for (const key of keys) await secrets.delete(key);
    });
  }
}

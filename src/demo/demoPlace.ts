import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { endServer } from './endServer';
import { identityOf, stillRuns } from './processes';
import { canReach, giveToServer } from './serverAccount';
import { DEMO_NODES, demoSecretKeys } from './demoTopology';
import { mayRemove, readOwner, type Owner } from './owner';

const OWNER_FILE = 'owner.json';
/** Where root keeps servers when its own folders are closed to the account that they run as. Only root writes there. */
const ROOT_FOLDER = '/var/cache/pg-topology-demo';
/** More windows than this do not run a demo at once. */
const MOST_RUNS = 20;

/** Folders of one run of the demo. */
export interface DemoRun {
  /** In the extension's own storage: who runs it, and the topology file. */
  readonly folder: string;
  /** The data directories and logs of its servers. */
  readonly servers: string;
}

/**
 * Where demos are, in the extension's own folder: `demo/1`, `demo/2`, … one for each window that runs one. What a crash left is found
 * by it; without the folder `demo` there is nothing.
 */
export class DemoPlace {
  private readonly home: string;

  constructor(private readonly storage: string) {
    this.home = join(storage, 'demo');
  }

  /** Where programs that were downloaded are. */
  async programsFolder(): Promise<string> {
    return join((await canReach(this.storage)) ? this.storage : ROOT_FOLDER, 'demo-postgres');
  }

  /** Makes the folders of a run of this process. */
  async claim(pgCtl: string): Promise<DemoRun> {
    await mkdir(this.home, { recursive: true });
    const folder = await this.#firstFree();
    const servers = (await canReach(this.storage))
      ? join(await realpath(folder), 'servers')
      : join(ROOT_FOLDER, `run-${randomBytes(8).toString('hex')}`);
    const identity = await identityOf(process.pid);
    await writeOwner(folder, {
      pid: process.pid,
      startedAt: identity?.startedAt ?? null,
      servers,
      pgCtl,
      ports: [],
    });
    await mkdir(dirname(servers), { recursive: true });
    await mkdir(servers, { mode: 0o700 });
    await giveToServer(servers);
    return { folder, servers };
  }

  /** Writes down which ports the passwords of a run are kept for. */
  async notePorts(run: DemoRun, ports: readonly number[]): Promise<void> {
    const owner = await readOwnerOf(run.folder);
    if (owner !== null) await writeOwner(run.folder, { ...owner, ports });
  }

  /** Removes a run whose servers have ended. */
  async remove(run: DemoRun): Promise<void> {
    // The folder with the owner last: as long as it is there, what is left is found again.
    await removeAll(run.servers);
    await removeAll(run.folder);
    await this.#removeHome();
  }

  /**
   * Ends and removes what runs whose window is gone have left. A run of a window that lives stays.
   * @param forget is given the keys of passwords that nobody needs any more
   * @returns how many runs were removed
   */
  async sweep(forget: (keys: readonly string[]) => Promise<void>): Promise<number> {
    let removed = 0;
    for (const name of await this.#runs()) {
      const folder = join(this.home, name);
      const owner = await readOwnerOf(folder);
      if (owner !== null) {
        if (await stillRuns(owner)) continue;
        if (!mayRemove(owner.servers, [await realpath(folder), ROOT_FOLDER])) continue;
        for (const node of DEMO_NODES) {
          await endServer(join(owner.servers, node), 'immediate', owner.pgCtl);
        }
        await forget(owner.ports.flatMap(demoSecretKeys));
        await removeAll(owner.servers);
      }
      await removeAll(folder);
      removed += 1;
    }
    await this.#removeHome();
    return removed;
  }

  async #firstFree(): Promise<string> {
    for (let number = 1; number <= MOST_RUNS; number += 1) {
      const folder = join(this.home, String(number));
      // Fails where another window has it.
      const isOurs = await mkdir(folder).then(
        () => true,
        () => false,
      );
      if (isOurs) return folder;
    }
    throw new Error(`There is no room for a demo in ${this.home}.`);
  }

  /** Without runs nobody has to look for them. */
  async #removeHome(): Promise<void> {
    // Fails while another window has a run in it.
    await rmdir(this.home).catch(() => undefined);
  }

  async #runs(): Promise<readonly string[]> {
    const names = await readdir(this.home).catch(() => []);
    return names.filter((name) => /^\d+$/u.test(name));
  }
}

async function readOwnerOf(folder: string): Promise<Owner | null> {
  return readOwner(await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => ''));
}

async function writeOwner(folder: string, owner: Owner): Promise<void> {
  await writeFile(join(folder, OWNER_FILE), JSON.stringify(owner));
}

async function removeAll(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

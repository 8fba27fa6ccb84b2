import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../host/browser.mjs';
import { startServer, type HostServer } from '../../host/hostServer.mjs';
import { runTool } from '../../host/runTool.mjs';
import { Workbench } from '../../host/workbench.mjs';
import { descendantsOf, signal } from '../../clusters/processTable';
import { watchErrors } from './watchErrors';

const EXTENSION_ID = 'pg-topology.pg-topology';
const VSIX = 'pg-topology.vsix';
const VSCE = join('node_modules', '@vscode', 'vsce', 'vsce');
const SCREENSHOTS = join('.scratch', 'ui');
const START_MS = 360_000;

export interface UiOptions {
  /** Files of the opened folder: path to text. A function is called when the suite starts, so it may use what `before` made. */
  readonly files: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** User settings on top of the rig's own. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Workspace Trust is on; how it asks is a matter of `settings`. */
  readonly trust?: boolean;
  /** For the extension host, such as PGPASSWORD. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder of another extension that is installed beside ours; three seconds more. */
  readonly probe?: string;
  /** That the editor speaks; English unless given. */
  readonly language?: string;
}

/** A real VS Code with the packaged extension on a folder of its own. Its parts exist once the suite has started. */
export class UiSession {
  #parts: Parts | undefined;
  constructor(private readonly options: UiOptions) {}

  get workbench(): Workbench {
    return this.parts.workbench;
  }

  get page(): Page {
    return this.parts.workbench.page;
  }

  /** The opened folder. */
  get folder(): string {
    return this.parts.folder;
  }

  async start(): Promise<void> {
    assert.ok(existsSync(VSIX), `${VSIX} is missing: npm run package`);
    const folder = await mkdtemp(join(tmpdir(), 'pg-topology-folder-'));
    const { files, settings, trust, env, probe, language } = this.options;
    await writeFiles(folder, typeof files === 'function' ? files() : files);
    const server = await startServer({
      vsix: probe === undefined ? [VSIX] : [VSIX, await pack(probe, folder)],
      settings: { ...SETTINGS, ...settings },
      ...(trust === undefined ? {} : { trust }),
      ...(env === undefined ? {} : { env }),
      ...(language === undefined ? {} : { language }),
    });
    const browser = await launchChromium();
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const errors = watchErrors(page);
    const workbench = new Workbench(page, EXTENSION_ID);
    this.#parts = { folder, server, browser, workbench, errors };
    await workbench.open(server.folderUrl(folder));
  }

  /** Settings of the folder, in place of those before. */
  async useSettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await writeFiles(this.folder, { '.vscode/settings.json': JSON.stringify(settings) });
  }

  /** Puts the extension host to sleep, as a closed lid would. Whoever calls wakes it. */
  stopExtensionHost(): { readonly wake: () => void } {
    const { pid } = this.parts.server.child;
    assert.ok(pid !== undefined);
    const hosts = descendantsOf(pid).filter(isExtensionHost);
    assert.equal(hosts.length, 1, 'one window has one extension host');
    for (const host of hosts) signal(host, 'SIGSTOP');
    return {
      wake: () => {
        for (const host of hosts) signal(host, 'SIGCONT');
      },
    };
  }

  /** Keeps a picture of the window below .scratch/ui. */
  async capture(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    const file = `${name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}.png`;
    await this.page.screenshot({ path: join(SCREENSHOTS, file) });
  }

  /** Ends everything. @throws when something of ours failed in the window, or when the window asked for another machine. */
  async end(): Promise<void> {
    const parts = this.#parts;
    if (parts === undefined) return;
    this.#parts = undefined;
    await parts.browser.close();
    await parts.server.stop();
    await rm(parts.folder, { recursive: true, force: true });
    await rm(`${parts.folder}.vsix`, { force: true });
    assert.deepEqual(parts.errors, [], 'errors in the window');
    assert.deepEqual(parts.workbench.foreignRequests, [], 'requests that left this machine');
  }

  get hasStarted(): boolean {
    return this.#parts !== undefined;
  }

  private get parts(): Parts {
    assert.ok(this.#parts, 'the session has not started: use it inside a test');
    return this.#parts;
  }
}

interface Parts {
  readonly folder: string;
  readonly server: HostServer;
  readonly browser: Browser;
  readonly workbench: Workbench;
  readonly errors: readonly string[];
}

/** Gives the tests of one `describe` a session that they share. A failed test leaves a picture. */
export function useWorkbench(options: UiOptions): UiSession {
  const session = new UiSession(options);
  before(async function () {
    this.timeout(START_MS);
    await session.start();
  });
  afterEach(async function () {
    const test = this.currentTest;
    if (test?.state === 'failed' && session.hasStarted) await session.capture(test.fullTitle());
  });
  after(() => session.end());
  return session;
}

function isExtensionHost(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=extensionHost');
  } catch {
    return false; // Gone meanwhile.
  }
}

const SETTINGS = {
  // A notification would lie over what a test is about to click.
  'pgTopology.notifications.enabled': false,
  // On a busy machine the workbench gives the focus back late, which would close the list that a test has just opened.
  'workbench.quickOpen.closeOnFocusLost': false,
};

/** Packs an extension that needs no build. Not loaded from its folder: a window that develops an extension shows no notifications here. */
async function pack(source: string, base: string): Promise<string> {
  const file = `${base}.vsix`;
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--skip-license'];
  const { ok, stderr } = await runTool(process.execPath, [resolve(VSCE), ...args, '--out', file], {
    cwd: source,
  });
  if (!ok) throw new Error(`${source} cannot be packed:\n${stderr}`);
  return file;
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunFolder } from '../../test/clusters/runFolder';
import type { EditorChoice } from './startArguments.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the demo is shown. `absent`: there is no VS Code here and none can be had. */
export type Editor =
  | { readonly kind: 'none' }
  | { readonly kind: 'desktop'; readonly command: string }
  | { readonly kind: 'browser' }
  | { readonly kind: 'absent' };

export interface OpenEditor {
  /** What to tell the user, one or two sentences. */
  readonly message: string;
  /** Address of VS Code in the browser. */
  readonly address: string | null;
  /** Settles when an editor that we run has ended; never for one that is the user's own. */
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly folder: string;
  readonly run: RunFolder;
  readonly port: number | null;
}

/** The user's own VS Code where it can show a window; else, on Linux, one in the browser. */
export function chooseEditor(choice: EditorChoice): Editor {
  if (choice === 'none') return { kind: 'none' };
  const command = choice === 'browser' ? null : findOnPath('code');
  if (command !== null && canShowWindows()) return { kind: 'desktop', command };
  return process.platform === 'linux' ? { kind: 'browser' } : { kind: 'absent' };
}

/** Builds what the editor loads: the desktop takes the checkout, the browser's server a package. @throws when that fails */
export function prepareEditor(editor: Editor): void {
  if (editor.kind === 'desktop') runNode('esbuild.config.mjs', '--production');
  if (editor.kind === 'browser') runNode('scripts/package.mjs');
}

export async function openEditor(editor: Editor, options: OpenOptions): Promise<OpenEditor> {
  switch (editor.kind) {
    case 'none':
      return notOurs('Open its folder in VS Code.');
    case 'absent':
      return notOurs(
        'No VS Code was found. Install it from https://code.visualstudio.com, run "Shell Command: Install \'code\' command in PATH" in it, and start again.',
      );
    case 'desktop':
      return openDesktop(editor.command, options.folder);
    case 'browser':
      return openInBrowser(options);
  }
}

function notOurs(message: string): OpenEditor {
  const never = new Promise(() => undefined);
  return { message, address: null, ended: never, close: () => Promise.resolve() };
}

async function openDesktop(command: string, folder: string): Promise<OpenEditor> {
  const args = ['--new-window', `--extensionDevelopmentPath=${ROOT}`, folder];
  const child = spawn(command, args, { stdio: 'ignore', shell: process.platform === 'win32' });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`"${command} ${args.join(' ')}" ended with ${String(code)}.`);
  return notOurs('VS Code opens it in a new window; that window stays yours to close.');
}

async function openInBrowser({ folder, port, run }: OpenOptions): Promise<OpenEditor> {
  const { startServer } = await import('../../test/host/hostServer.mjs');
  const base = path.join(run.path, 'vscode');
  fs.mkdirSync(base);
  const server = await startServer({
    vsix: [path.join(ROOT, 'pg-topology.vsix')],
    base,
    ...(port === null ? {} : { port }),
    say: (line: string) => console.log(line),
  });
  const { pid } = server.child;
  if (pid !== undefined) run.adopt(pid, 'group');
  const address = server.folderUrl(folder);
  const ended = server.child.exitCode === null ? once(server.child, 'exit') : Promise.resolve();
  showInBrowser(address);
  return {
    message: `VS Code is at ${address}`,
    address,
    ended,
    close: async () => {
      await server.stop();
      if (pid !== undefined) run.release(pid, 'group');
    },
  };
}

/** Only a courtesy: the address is printed anyway. */
function showInBrowser(address: string): void {
  if (!canShowWindows()) return;
  const child = spawn('xdg-open', [address], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

/** VS Code refuses to run as root, and on Linux needs a display. */
function canShowWindows(): boolean {
  if (process.platform !== 'linux') return true;
  if (process.getuid?.() === 0) return false;
  return Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

function findOnPath(name: string): string | null {
  const names = process.platform === 'win32' ? [`${name}.cmd`, `${name}.exe`] : [name];
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((part) => part !== '');
  const candidates = folders.flatMap((folder) => names.map((file) => path.join(folder, file)));
  return candidates.find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile()) ?? null;
}

function runNode(script: string, ...args: readonly string[]): void {
  // What the tools say belongs to the log, not to the one line that programs read.
  const { status } = spawnSync(process.execPath, [script, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error(`${script} failed.`);
}

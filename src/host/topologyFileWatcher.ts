import { FileType, Uri, workspace, type TextDocument } from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';
import { say } from '../core/say';
import { DisposableStore } from './disposableStore';
import {
  MAX_FILE_BYTES,
  decodeFile,
  fileName,
  isTopologyFile,
  refuse,
  tooLarge,
  type FileText,
  type WatchedFile,
} from './fileText';

export const TOPOLOGY_FILE_GLOB = '**/{pg-topology.json,*.pg-topology.json}';
const EXCLUDED = '**/node_modules/**';
const MAX_FILES = 50;
/** Long enough that a burst of keystrokes or of file events is one change, short enough to feel immediate. */
const SETTLE_MS = 150;
/** A file system that hangs must not hold up other files. */
const READ_LIMIT_MS = 2_000;
/** Nor commands for ever: but one that works on what stood in a file before is worse than one that begins late. */
const COMMAND_LIMIT_MS = 10_000;

/** Finds the real path of a file, with all links followed. Rejects for a loop of links. */
export type RealPath = (path: string) => Promise<string>;

/** Keeps the text of every topology file of the workspace, stored and as shown in editors. Reads nothing else. */
export class TopologyFileWatcher implements Disposable {
  readonly #store = new DisposableStore();
  readonly #files = new Map<string, WatchedFile>();
  readonly #listeners = new Set<() => void>();
  readonly #pending = new Map<string, Uri>();
  /** Outside of the workspace, and ours. */
  readonly #added = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** The reading under way, or the last one; never rejects. */
  #settling: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(
    private readonly realPath: RealPath,
    private readonly log: Log,
  ) {
    this.#store.defer(() => {
      this.#isClosed = true;
      clearTimeout(this.#timer);
    });
    const watcher = this.#store.add(workspace.createFileSystemWatcher(TOPOLOGY_FILE_GLOB));
    this.#store.add(watcher.onDidCreate((uri) => this.#touch(uri)));
    this.#store.add(watcher.onDidChange((uri) => this.#touch(uri)));
    this.#store.add(watcher.onDidDelete((uri) => this.#touch(uri)));
    this.#store.add(
      workspace.onDidChangeTextDocument(({ document }) => this.#touchDocument(document)),
    );
    this.#store.add(workspace.onDidOpenTextDocument((document) => this.#touchDocument(document)));
    this.#store.add(workspace.onDidCloseTextDocument((document) => this.#touchDocument(document)));
    this.#store.add(workspace.onDidSaveTextDocument((document) => this.#touchDocument(document)));
    this.#store.add(workspace.onDidChangeWorkspaceFolders(() => void this.rescan()));
  }

  /** In the order of their URIs, so that roots do not jump. */
  current(): readonly WatchedFile[] {
    return [...this.#files.values()].sort((a, b) => (a.uri.toString() < b.uri.toString() ? -1 : 1));
  }

  onDidChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Looks for files anew and reads them all. */
  async rescan(): Promise<void> {
    const found = await workspace.findFiles(TOPOLOGY_FILE_GLOB, EXCLUDED, MAX_FILES);
    if (found.length === MAX_FILES) {
      this.log.warn(`More than ${MAX_FILES} topology files: only the first ${MAX_FILES} are read.`);
    }
    const kept = new Set(found.map((uri) => uri.toString()));
    for (const [key, { uri }] of this.#files) if (!kept.has(key)) this.#pending.set(key, uri);
    for (const uri of found) this.#pending.set(uri.toString(), uri);
    await this.#settle();
  }

  /** Waits until what is known to have changed is read: a command right after a save works on what was saved. Ten seconds at most. */
  async upToDate(): Promise<void> {
    if (this.#pending.size > 0) void this.#settle();
    if (await untilRead(this.#settling, COMMAND_LIMIT_MS)) return;
    this.log.warn(
      `Topology files were not read within ${COMMAND_LIMIT_MS / 1000} s: a command works on what was read before.`,
    );
  }

  /** Reads a file of ours as well, which is outside of the workspace. What happens to it on disk is not watched. */
  async add(uri: Uri): Promise<void> {
    this.#added.add(uri.toString());
    this.#pending.set(uri.toString(), uri);
    await this.#settle();
  }

  /** Lets a file that was added go. */
  async remove(uri: Uri): Promise<void> {
    this.#added.delete(uri.toString());
    this.#pending.set(uri.toString(), uri);
    await this.#settle();
  }

  dispose(): void {
    this.#store.dispose();
    this.#listeners.clear();
  }

  #touchDocument(document: TextDocument): void {
    if (isTopologyFile(document.uri)) this.#touch(document.uri);
  }

  #touch(uri: Uri): void {
    const key = uri.toString();
    if (this.#isClosed || key.includes('/node_modules/')) return;
    if (!this.#files.has(key) && this.#files.size >= MAX_FILES) return;
    this.#pending.set(key, uri);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#settle(), SETTLE_MS);
  }

  async #settle(): Promise<void> {
    clearTimeout(this.#timer);
    // One after the other, so that an older reading never replaces a newer one.
    const reading = untilRead(this.#settling, READ_LIMIT_MS).then(() => this.#readPending());
    // Whatever a listener failed with, the next reading goes on.
    this.#settling = reading.catch(() => undefined);
    await reading;
  }

  async #readPending(): Promise<void> {
    const uris = [...this.#pending.values()];
    this.#pending.clear();
    const files = await Promise.all(uris.map((uri) => this.#read(uri)));
    if (this.#isClosed) return;
    for (const [index, uri] of uris.entries()) {
      const file = files[index] ?? null;
      if (file === null) this.#files.delete(uri.toString());
      else this.#files.set(uri.toString(), file);
    }
    for (const listener of this.#listeners) listener();
  }

  /** @returns `null` when there is no such file in the workspace, nor one that was added. */
  async #read(uri: Uri): Promise<WatchedFile | null> {
    const isAdded = this.#added.has(uri.toString());
    if (!isAdded && workspace.getWorkspaceFolder(uri) === undefined) return null;
    const stored = await this.#readStored(uri);
    if (stored === null) return null;
    const document = workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
    const isUnsaved = document?.isDirty === true && stored.kind === 'text';
    return { uri, stored, unsaved: isUnsaved ? document.getText().slice(0, MAX_FILE_BYTES) : null };
  }

  async #readStored(uri: Uri): Promise<FileText | null> {
    const name = fileName(uri);
    try {
      const stat = await workspace.fs.stat(uri);
      if ((stat.type & FileType.Directory) !== 0) return null;
      if (!this.#added.has(uri.toString()) && !(await this.#isInWorkspace(uri))) {
        return refuse(
          say`${name} is a link that leads out of the workspace, or nowhere. It is not read.`,
        );
      }
      if (stat.size > MAX_FILE_BYTES) return tooLarge(name);
      return decodeFile(name, await workspace.fs.readFile(uri));
    } catch (error) {
      // Gone between the event and now, which is the ordinary case; a loop of links ends here as well.
      this.log.debug(
        `${name} was not read: ${error instanceof Error ? error.message : String(error)}`,
      );
      return null;
    }
  }

  /** `null` when the link leads nowhere. */
  async #resolve(uri: Uri): Promise<string | null> {
    try {
      return Uri.file(await this.realPath(uri.fsPath)).path;
    } catch {
      return null;
    }
  }

  /** Follows links. Only the disk has them; other file systems are what their provider shows. */
  async #isInWorkspace(uri: Uri): Promise<boolean> {
    if (uri.scheme !== 'file') return true;
    const real = await this.#resolve(uri);
    if (real === null) return false;
    const folders = (workspace.workspaceFolders ?? []).filter(
      (folder) => folder.uri.scheme === 'file',
    );
    const roots = await Promise.all(folders.map(async (folder) => this.#resolve(folder.uri)));
    return roots.some((root) => root !== null && real.startsWith(`${root.replace(/\/$/u, '')}/`));
  }
}

/** @returns whether it was read within the limit */
async function untilRead(reading: Promise<void>, limitMs: number): Promise<boolean> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    limit = setTimeout(() => resolve(false), limitMs);
  });
  const isRead = await Promise.race([reading.then(() => true), late]);
  clearTimeout(limit);
  return isRead;
}

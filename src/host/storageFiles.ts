import { randomBytes } from 'node:crypto';
import { FileSystemError, FileType, Uri, workspace } from 'vscode';
import type { HistoryFiles } from './historyKeeper';

/** The extension's own folder of a workspace, as VS Code gives it. Made when something is written first. */
export class StorageFiles implements HistoryFiles {
  constructor(private readonly folder: Uri) {}

  async read(name: string): Promise<Uint8Array | null> {
    return unlessMissing(workspace.fs.readFile(this.uriOf(name)));
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await workspace.fs.createDirectory(this.folder);
    const unfinished = this.uriOf(`${name}.${randomBytes(8).toString('hex')}.tmp`);
    try {
      await workspace.fs.writeFile(unfinished, bytes);
      await workspace.fs.rename(unfinished, this.uriOf(name), { overwrite: true });
    } catch (error) {
      await workspace.fs.delete(unfinished).then(undefined, () => undefined);
      throw error;
    }
  }

  async list(): Promise<readonly { readonly name: string; readonly changedAtMs: number }[]> {
    const entries = (await unlessMissing(workspace.fs.readDirectory(this.folder))) ?? [];
    const names = entries.flatMap(([name, type]) => (type === FileType.File ? name : []));
    return Promise.all(
      names.map(async (name) => {
        const { mtime } = await workspace.fs.stat(this.uriOf(name));
        return { name, changedAtMs: mtime };
      }),
    );
  }

  async remove(name: string): Promise<void> {
    await workspace.fs.delete(this.uriOf(name));
  }

  private uriOf(name: string): Uri {
    return Uri.joinPath(this.folder, name);
  }
}

async function unlessMissing<T>(reading: Thenable<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return null;
    throw error;
  }
}

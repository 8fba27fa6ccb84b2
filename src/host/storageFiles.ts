import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HistoryFiles } from './historyKeeper';

/**
 * The extension's own folder of a workspace, made when something is written first. Not by `workspace.fs`: each of its calls asks the
 * window first, which is gone already when what it has seen is kept at its end.
 */
export class StorageFiles implements HistoryFiles {
  /** @param folder path on the machine of the extension host */
  constructor(private readonly folder: string) {}

  async read(name: string): Promise<Uint8Array | null> {
    return unlessMissing(readFile(this.pathOf(name)));
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const unfinished = this.pathOf(`${name}.${randomBytes(8).toString('hex')}.tmp`);
    try {
      await writeFile(unfinished, bytes);
      await rename(unfinished, this.pathOf(name));
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async list(): Promise<readonly { readonly name: string; readonly changedAtMs: number }[]> {
    const entries = (await unlessMissing(readdir(this.folder, { withFileTypes: true }))) ?? [];
    const names = entries.flatMap((entry) => (entry.isFile() ? entry.name : []));
    return Promise.all(
      names.map(async (name) => ({ name, changedAtMs: (await stat(this.pathOf(name))).mtimeMs })),
    );
  }

  async remove(name: string): Promise<void> {
    await rm(this.pathOf(name));
  }

  private pathOf(name: string): string {
    return join(this.folder, name);
  }
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

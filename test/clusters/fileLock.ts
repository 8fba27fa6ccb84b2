import fs from 'node:fs/promises';
import path from 'node:path';
import { identityOf, isRunning, type ProcessIdentity } from './processTable';
import { sleep } from './waitFor';

const WAIT_LIMIT_MS = 10 * 60_000;

/**
 * Runs `work` while no other process on this machine runs work under the same lock file. A lock whose holder died is taken over.
 * @throws when the holder keeps it for longer than ten minutes.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  const deadline = Date.now() + WAIT_LIMIT_MS;
  while (!(await tryTake(file))) {
    if (Date.now() > deadline) throw new Error(`${file} has been held for too long; remove it.`);
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    await fs.rm(file, { force: true });
  }
}

async function tryTake(file: string): Promise<boolean> {
  // A link appears with its content, so that nobody ever reads a lock without its holder.
  const own = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await fs.writeFile(own, JSON.stringify(identityOf(process.pid)));
  try {
    await fs.link(own, file);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    await removeIfAbandoned(file);
    return false;
  } finally {
    await fs.rm(own, { force: true });
  }
}

async function removeIfAbandoned(file: string): Promise<void> {
  const holder = await fs.readFile(file, 'utf8').then(parseHolder, () => null);
  if (holder === null || isRunning(holder)) return;
  // Renaming first: of several that saw the same dead holder one wins, and none removes a lock taken since.
  const grave = `${file}.dead.${holder.pid}`;
  await fs.rename(file, grave).then(
    () => fs.rm(grave, { force: true }),
    () => undefined,
  );
}

function parseHolder(text: string): ProcessIdentity | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return null;
  if (!('pid' in value) || !('startedAt' in value)) return null;
  const { pid, startedAt } = value;
  return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : null;
}

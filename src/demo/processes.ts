import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What tells a process from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In the system's own notation, only compared for equality; `null` where it cannot be told. */
  readonly startedAt: string | null;
}

/** @returns `null` when no such process runs */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  if (!isThere(pid)) return null;
  if (process.platform === 'linux') return startFromProc(pid);
  const line = await askPs(pid, 'lstart=');
  return line === '' ? null : { pid, startedAt: line };
}

/** Whether that very process still runs. One whose start cannot be told counts as running, so that nothing of it is touched. */
export async function stillRuns(identity: ProcessIdentity): Promise<boolean> {
  const now = await identityOf(identity.pid);
  if (now === null) return false;
  if (now.startedAt === null || identity.startedAt === null) return true;
  return now.startedAt === identity.startedAt;
}

/** Whether a process works in this very folder, as a postmaster does in its data directory; `null` where the system does not tell. */
export async function worksIn(pid: number, folder: string): Promise<boolean | null> {
  if (process.platform !== 'linux') return null;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === folder;
  } catch {
    return false;
  }
}

/** When a process started, in seconds of the epoch, as `ps` tells to the second; `null` where it does not. */
export async function startedAtSeconds(pid: number): Promise<number | null> {
  const line = await askPs(pid, 'lstart=');
  const ms = line === null || line === '' ? NaN : Date.parse(line);
  return Number.isNaN(ms) ? null : Math.round(ms / 1_000);
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one all the same.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function startFromProc(pid: number): Promise<ProcessIdentity | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses and may hold anything, so count from its end.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    return state === 'Z' || state === 'X' ? null : { pid, startedAt: fields[19] ?? null };
  } catch {
    return null;
  }
}

/** @returns '' when there is no such process, `null` where there is no `ps` */
async function askPs(pid: number, column: string): Promise<string | null> {
  if (process.platform === 'win32') return null;
  try {
    const options = { env: { LC_ALL: 'C' } };
    const { stdout } = await run('/bin/ps', ['-o', column, '-p', String(pid)], options);
    return stdout.trim();
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 1 ? '' : null;
  }
}

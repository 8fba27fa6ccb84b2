import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const hasProc = fs.existsSync('/proc/self/stat');

/** What tells a process from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own notation; only compared for equality. */
  readonly startedAt: string;
}

/** @returns `null` when no such process runs; a zombie runs no more. */
export function identityOf(pid: number): ProcessIdentity | null {
  const startedAt = hasProc ? startFromProc(pid) : startFromPs(pid);
  return startedAt === null ? null : { pid, startedAt };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startedAt === identity.startedAt;
}

/** Pids below `pid`, children and their children; empty where the system cannot tell. */
export function descendantsOf(pid: number): readonly number[] {
  const parents = hasProc ? parentsFromProc() : parentsFromPs();
  const found = [pid];
  for (const parent of found) {
    for (const [child, itsParent] of parents) if (itsParent === parent) found.push(child);
  }
  return found.slice(1);
}

/** Pids whose working directory lies in `folder`: a server and its backends stay in their data directory. Linux only; else empty. */
export function processesIn(folder: string): readonly number[] {
  if (!hasProc) return [];
  const inside = path.resolve(folder) + path.sep;
  return pidsFromProc().filter((pid) => {
    try {
      return (fs.readlinkSync(`/proc/${pid}/cwd`) + path.sep).startsWith(inside);
    } catch {
      return false; // Gone meanwhile, or somebody else's.
    }
  });
}

/** Sends a signal; a process or group that is gone is fine. A negative pid means a group. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Blocks the thread. For exit hooks, where nothing asynchronous runs any more. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

interface ProcStat {
  readonly state: string;
  readonly parent: number;
  readonly startedAt: string;
}

function readProcStat(pid: number): ProcStat | null {
  let text: string;
  try {
    text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The second field is the program's name in parentheses and may hold anything, so count from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', parent: Number(fields[1]), startedAt: fields[19] ?? '' };
}

function startFromProc(pid: number): string | null {
  const stat = readProcStat(pid);
  return stat === null || stat.state === 'Z' || stat.state === 'X' ? null : stat.startedAt;
}

function pidsFromProc(): readonly number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function parentsFromProc(): ReadonlyMap<number, number> {
  const parents = new Map<number, number>();
  for (const pid of pidsFromProc()) {
    const stat = readProcStat(pid);
    if (stat !== null) parents.set(pid, stat.parent);
  }
  return parents;
}

function startFromPs(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return null;
  }
  // Without `ps` (Windows) a pid alone has to do.
  const line = runPs(['-o', 'stat=,lstart=', '-p', String(pid)])?.trim();
  if (line === undefined) return 'unknown';
  return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
}

function parentsFromPs(): ReadonlyMap<number, number> {
  const lines = runPs(['-axo', 'pid=,ppid='])?.trim().split('\n') ?? [];
  return new Map(
    lines.map((line) => {
      const [pid, parent] = line.trim().split(/\s+/);
      return [Number(pid), Number(parent)];
    }),
  );
}

function runPs(args: readonly string[]): string | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return ''; // `ps -p` fails when there is no such process.
  }
}

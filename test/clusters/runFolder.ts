import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  descendantsOf,
  identityOf,
  isRunning,
  processesIn,
  signal,
  sleepSync,
  type ProcessIdentity,
} from './processTable';
import { assertServerCanReach, giveToServer } from './serverAccount';

const PREFIX = 'pg-topology-run-';
const SERVERS = 'servers';
const REGISTER = 'processes';
const GRACE_MS = 5_000;

/** A server is ended alone, since it ends its backends in order; anything else with its whole process group. */
export type ProcessKind = 'server' | 'group';

/**
 * Where runs make their folders. `npm test` names a file system in memory where there is room, see `scripts/testing/runsFolder.mjs`:
 * hundreds of data directories of a thousand files each come and go.
 */
export function runsFolder(): string {
  return process.env['PG_TOPOLOGY_RUNS'] ?? os.tmpdir();
}

/**
 * The one folder that holds everything a run makes, and the register of the processes it started.
 * `close` ends those and removes the folder; so does the end of this process. What a crash leaves is found by the next run through the owner's pid in the folder's name.
 */
export class RunFolder {
  readonly path: string;
  /** Where data directories go. Whatever works in here is taken for a server's process. */
  readonly serversPath: string;
  private readonly register: string;
  private closed = false;

  private constructor() {
    this.path = fs.mkdtempSync(path.join(runsFolder(), `${PREFIX}${process.pid}-`));
    // Servers run by root's `nobody` have to pass through to their own folders in here.
    fs.chmodSync(this.path, 0o711);
    assertServerCanReach(this.path);
    this.serversPath = path.join(this.path, SERVERS);
    this.register = path.join(this.path, REGISTER);
    fs.mkdirSync(this.serversPath);
    fs.mkdirSync(this.register);
    fs.chmodSync(this.serversPath, 0o711);
    giveToServer(this.serversPath);
    fs.writeFileSync(path.join(this.path, 'owner'), JSON.stringify(identityOf(process.pid)));
    process.once('exit', this.closeNow);
  }

  /** Removes what dead runs left, then makes a folder. */
  static create(): RunFolder {
    removeAbandonedRuns();
    return new RunFolder();
  }

  /** Puts a started process in the register: it is ended, with its descendants, at the latest when the run ends. */
  adopt(pid: number, kind: ProcessKind): void {
    const identity = identityOf(pid);
    if (identity === null) return;
    fs.writeFileSync(path.join(this.register, `${pid}.${kind}`), JSON.stringify(identity));
  }

  /** Takes an ended process out of the register. */
  release(pid: number, kind: ProcessKind): void {
    fs.rmSync(path.join(this.register, `${pid}.${kind}`), { force: true });
  }

  /** Ends what is left in the register and removes the folder. May be called again. Blocks for as long as processes take to end, 5 s at most. */
  readonly closeNow = (): void => {
    if (this.closed) return;
    this.closed = true;
    process.removeListener('exit', this.closeNow);
    endAndRemove(this.path);
  };
}

/** Ends the processes and removes the folders of runs whose owner is dead. Folders of other accounts are left alone. */
export function removeAbandonedRuns(): void {
  for (const parent of new Set([os.tmpdir(), runsFolder()])) removeAbandonedRunsIn(parent);
}

function removeAbandonedRunsIn(parent: string): void {
  for (const name of fs.readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = path.join(parent, name);
    try {
      const stat = fs.lstatSync(folder);
      if (!stat.isDirectory() || stat.uid !== (process.getuid?.() ?? stat.uid)) continue;
      if (ownerIsAlive(folder)) continue;
      endAndRemove(folder);
    } catch (error) {
      // Another process that starts now may be removing the same folder.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

function ownerIsAlive(folder: string): boolean {
  const owner = readIdentity(path.join(folder, 'owner'));
  if (owner !== null) return isRunning(owner);
  // Between the making of the folder and of the file in it only the name tells the owner.
  const pid = Number(path.basename(folder).slice(PREFIX.length).split('-')[0]);
  return identityOf(pid) !== null;
}

function readIdentity(file: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    if (!('pid' in value) || !('startedAt' in value)) return null;
    const { pid, startedAt } = value;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : null;
  } catch {
    return null;
  }
}

interface Registered {
  readonly pid: number;
  readonly isGroup: boolean;
}

function registeredIn(folder: string): readonly Registered[] {
  const register = path.join(folder, REGISTER);
  if (!fs.existsSync(register)) return [];
  return fs.readdirSync(register).flatMap((name) => {
    const identity = readIdentity(path.join(register, name));
    if (identity === null || !isRunning(identity)) return [];
    return [{ pid: identity.pid, isGroup: name.endsWith('.group') }];
  });
}

/** An immediate shutdown first, for a killed server leaves its shared memory behind; then the hard way for what did not listen. */
function endAndRemove(folder: string): void {
  const roots = registeredIn(folder);
  const descendants = roots.flatMap(({ pid }) => [pid, ...descendantsOf(pid)]);
  // Copies under way, and backends that outlived a killed postmaster.
  const strays = processesIn(path.join(folder, SERVERS)).filter(
    (pid) => !descendants.includes(pid),
  );
  const all = [...descendants, ...strays];
  const identities = all.map(identityOf).filter((identity) => identity !== null);
  for (const pid of all) signal(pid, 'SIGCONT');
  for (const pid of strays) signal(pid, 'SIGTERM');
  for (const { pid, isGroup } of roots) {
    if (isGroup) signal(-pid, 'SIGTERM');
    else signal(pid, 'SIGQUIT');
  }
  const deadline = performance.now() + GRACE_MS;
  while (performance.now() < deadline && identities.some(isRunning)) sleepSync(10);
  for (const { pid, isGroup } of roots) if (isGroup) signal(-pid, 'SIGKILL');
  for (const identity of identities) if (isRunning(identity)) signal(identity.pid, 'SIGKILL');
  unmountBelow(folder);
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** Small disks of a run that was killed: a folder that holds one cannot be removed. */
function unmountBelow(folder: string): void {
  if (!fs.existsSync('/proc/mounts')) return;
  const points = fs
    .readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ').slice(1, 2))
    .filter((point) => point.startsWith(`${folder}/`));
  for (const point of points) execFileSync('umount', ['-l', point], { stdio: 'ignore' });
}

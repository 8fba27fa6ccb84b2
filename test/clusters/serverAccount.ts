import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Account that servers run as, in the shape that `spawn` takes; empty for "the same as ours". */
export interface ServerAccount {
  readonly uid?: number;
  readonly gid?: number;
}

/** `nobody`: the one unprivileged account that every system has an entry for, which initdb insists on. */
const NOBODY = 65534;

/** Postgres refuses to run as root, so root hands its servers to `nobody`. */
export function serverAccount(): ServerAccount {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/**
 * The environment of servers: ours, without what libpq inside them would read of it. A WAL receiver or apply worker is a client, too,
 * and would look for certificates and a passfile in our home.
 */
export function serverEnvironment(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(kept), HOME: home, LC_ALL: 'C' };
}

/** Gives files to the account of the servers; nothing to do unless we are root. */
export function giveToServer(...paths: readonly string[]): void {
  const { uid, gid } = serverAccount();
  if (uid === undefined || gid === undefined) return;
  for (const target of paths) fs.lchownSync(target, uid, gid);
}

/** Lets every account read a folder tree, whatever umask it was written under; only root needs it. */
export function openForServer(folder: string): void {
  if (serverAccount().uid === undefined) return;
  execFileSync('chmod', ['-R', 'a+rX', folder]);
}

/**
 * Fails early, by name, when the servers' account cannot reach a folder: the server's own words would be only "Permission denied".
 * @throws naming the first parent folder that is closed.
 */
export function assertServerCanReach(folder: string): void {
  if (serverAccount().uid === undefined) return;
  for (let parent = path.resolve(folder); ; parent = path.dirname(parent)) {
    const { mode, uid } = fs.statSync(parent);
    const open = uid === NOBODY ? (mode & 0o100) !== 0 : (mode & 0o001) !== 0;
    if (!open) {
      throw new Error(
        `${folder} is out of reach for the account "nobody" that servers started by root run as: ${parent} is closed to it. Choose another folder (PG_TOPOLOGY_CACHE, TMPDIR).`,
      );
    }
    if (parent === path.dirname(parent)) return;
  }
}

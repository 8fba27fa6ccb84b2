import { chown, lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** As whom programs of servers run, in the shape that `spawn` takes; empty for "the same as ours". */
export interface ServerAccount {
  readonly uid?: number;
  readonly gid?: number;
}

/** `nobody`: the one unprivileged account that every system has an entry for, which initdb insists on. */
const NOBODY = 65534;

/** Postgres refuses to run as root, as which editors in containers often run, so root's servers run as `nobody`. */
export function serverAccount(): ServerAccount {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/** Whether that account can enter a folder that root made. Every parent has to be open. */
export async function canReach(folder: string): Promise<boolean> {
  if (serverAccount().uid === undefined) return true;
  for (let parent = resolve(folder); ; parent = dirname(parent)) {
    const found = await stat(parent).catch(() => null);
    if (found !== null && (found.mode & 0o001) === 0) return false;
    if (parent === dirname(parent)) return true;
  }
}

/** Gives a folder and all in it to that account; nothing to do unless we are root. */
export async function giveToServer(path: string): Promise<void> {
  const { uid, gid } = serverAccount();
  if (uid === undefined || gid === undefined) return;
  await chown(path, uid, gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveToServer(join(path, name));
}

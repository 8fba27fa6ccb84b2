import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { say } from '../../core/say';
import { isErrnoException } from '../errors/errno';

/** Nothing that a connection names is larger. */
export const MAX_FILE_BYTES = 1024 * 1024;

export interface LocalFile {
  readonly text: string;
  /** Permission bits, `0o777` of the mode. */
  readonly permissions: number;
  readonly ownerUid: number;
}

/** Why a file cannot be read: a clause that follows the path ("does not exist"). */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
  constructor(
    readonly path: string,
    readonly why: string,
    readonly isMissing: boolean,
  ) {
    super(`${path} ${why}`);
  }
}

/** Whether a path names a share of another machine: opening it there sends this user's credentials. */
export function isNetworkPath(path: string, platform: NodeJS.Platform): boolean {
  return path.startsWith('\\\\') || (platform === 'win32' && /^[\\/]{2}/.test(path));
}

/**
 * Reads a small text file, and nothing else: a FIFO would hang, a device never ends.
 * @param isAllowed asked about the path after links were followed.
 * @throws UnreadableFileError
 */
export async function readLocalFile(
  path: string,
  platform: NodeJS.Platform,
  isAllowed: (realPath: string) => boolean = () => true,
): Promise<LocalFile> {
  if (isNetworkPath(path, platform)) {
    throw new UnreadableFileError(path, say`is on another machine, which is never opened`, false);
  }
  try {
    const real = await realpath(path);
    if (isNetworkPath(real, platform)) {
      throw new UnreadableFileError(path, say`is on another machine, which is never opened`, false);
    }
    if (!isAllowed(real)) {
      throw new UnreadableFileError(
        path,
        say`is outside the workspace and was not approved`,
        false,
      );
    }
    return await readRegularFile(path, real);
  } catch (error) {
    if (error instanceof UnreadableFileError) throw error;
    const code = isErrnoException(error) ? error.code : undefined;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new UnreadableFileError(path, reasonFor(code), isMissing);
  }
}

async function readRegularFile(path: string, real: string): Promise<LocalFile> {
  // Without O_NONBLOCK opening a FIFO waits for its writer. Windows has neither.
  const nonBlocking = (constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0;
  const handle = await open(real, constants.O_RDONLY | nonBlocking);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new UnreadableFileError(path, say`is not a regular file`, false);
    if (stat.size > MAX_FILE_BYTES) {
      throw new UnreadableFileError(path, say`is too large (limit 1 MB)`, false);
    }
    const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > MAX_FILE_BYTES) {
      throw new UnreadableFileError(path, say`is too large (limit 1 MB)`, false);
    }
    const text = buffer.toString('utf8', 0, length).replace(/^\uFEFF/, '');
    return { text, permissions: stat.mode & 0o777, ownerUid: stat.uid };
  } finally {
    await handle.close();
  }
}

function reasonFor(code: string | undefined): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return say`does not exist`;
    case 'EACCES':
    case 'EPERM':
      return say`may not be read`;
    case 'ELOOP':
      return say`is a loop of links`;
    case undefined:
      return say`cannot be read`;
    default:
      return say`cannot be read (${code})`;
  }
}

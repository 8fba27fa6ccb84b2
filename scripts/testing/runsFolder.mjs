// Where servers of tests keep their data directories.
import { statfsSync } from 'node:fs';
import { freemem } from 'node:os';

const MEMORY = '/dev/shm';

/** Six suites at a time, each with up to half a dozen servers of about 50 MB, and room for the editor and browsers beside them. */
const NEEDED_BYTES = 6 * 1024 ** 3;

/**
 * A file system in memory, where the machine has one and room in it: a data directory has a thousand files, and making them
 * on a disk where as many were just removed costs ten times as much of the processor.
 *
 * @returns {string | null} null: where temporary files go
 */
export function runsInMemory() {
  if (process.platform !== 'linux') return null;
  try {
    const { bavail, bsize, type } = statfsSync(MEMORY);
    return type === TMPFS && Math.min(bavail * bsize, freemem()) >= NEEDED_BYTES ? MEMORY : null;
  } catch {
    return null;
  }
}

/** TMPFS_MAGIC of statfs(2). */
const TMPFS = 0x01021994;

// Two test runs on one machine must not install into one folder at the same time.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while no other process holds the lock of `folder`. A lock whose process is gone is taken over.
 *
 * @template T
 * @param {string} folder the lock is a folder beside it
 * @param {() => Promise<T>} work
 * @param {number} [limitMs] how long to wait for the other process
 * @returns {Promise<T>}
 */
export async function withLock(folder, work, limitMs = 600_000) {
  const lock = `${folder}.lock`;
  await mkdir(dirname(lock), { recursive: true });
  await takeLock(lock, Date.now() + limitMs);
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/**
 * @param {string} lock
 * @param {number} deadlineMs
 */
async function takeLock(lock, deadlineMs) {
  for (;;) {
    try {
      await mkdir(lock);
      await writeFile(join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
    }
    if (await isAbandoned(lock)) {
      await rm(lock, { recursive: true, force: true });
      continue;
    }
    if (Date.now() > deadlineMs) {
      throw new Error(`Another process has held ${lock} for too long. Remove it if that is wrong.`);
    }
    await sleep(200);
  }
}

/** @param {unknown} error */
const isAlreadyThere = (error) =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST';

/** @param {string} lock */
async function isAbandoned(lock) {
  const text = await readFile(join(lock, 'pid'), 'utf8').catch(() => '');
  // The owner writes its number right after making the folder: look twice before calling it nobody's.
  if (text === '') {
    await sleep(1000);
    return (await readFile(join(lock, 'pid'), 'utf8').catch(() => '')) === '';
  }
  try {
    process.kill(Number(text), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until `read` gives something other than undefined.
 * @throws after the limit, naming what was waited for.
 */
export async function waitFor<T>(
  what: string,
  read: () => T | undefined | Promise<T | undefined>,
  limitMs = 90_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs / 1000} s in vain for ${what}`);
    await sleep(50);
  }
}

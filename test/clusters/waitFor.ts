import { setTimeout as setTimeoutPromise } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, as a clause: "the standby streams". It heads the message of a time-out. */
  readonly what: string;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** A busy machine is many times slower than a quiet one, and a wait that ends well costs nothing. */
const DEFAULT_TIMEOUT_MS = 120_000;

/** For waits until sessions are gone: shorter than the minute after which an unused one is closed anyhow, leaked or not. */
export const BEFORE_UNUSED_CLOSE_MS = 45_000;

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Sleeps, but returns at once when the signal is given. */
export async function sleepUnless(signal: AbortSignal, ms: number): Promise<void> {
  await setTimeoutPromise(ms, undefined, { signal }).catch(() => undefined);
}

/**
 * Asks until the answer is neither `false`, `null` nor `undefined`, and returns it. A probe that throws is asked again.
 * @throws after `timeoutMs`, with what the last try said. By default two minutes.
 */
export async function waitFor<T>(
  condition: () => Promise<T> | T,
  { what, timeoutMs = DEFAULT_TIMEOUT_MS, everyMs = 20 }: WaitOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  do {
    try {
      const answer = await condition();
      last = answer;
      if (isAnswer(answer)) return answer;
    } catch (error) {
      last = error;
    }
    await sleep(everyMs);
  } while (performance.now() < deadline);
  throw new Error(`Waited ${timeoutMs / 1000} s in vain until ${what}; last: ${String(last)}`, {
    cause: last,
  });
}

function isAnswer<T>(value: T): value is Exclude<T, false | null | undefined> {
  return value !== false && value !== null && value !== undefined;
}

import type { Cluster } from './cluster';

/** So many sessions may be opened, asked and ended one after the other in what a bound on time leaves to the machine. */
const SESSIONS = 50;

/** What one session takes right now, from its opening to its end, in milliseconds. */
async function sessionTime(cluster: Cluster): Promise<number> {
  const startedMs = performance.now();
  const session = await cluster.connect();
  await session.query('SELECT 1');
  await session.end();
  return performance.now() - startedMs;
}

/**
 * Does something, and measures it so that the slowness of a busy machine does not count: what a session takes before and afterwards
 * tells how slow it is.
 * @param usualMs what it may take where a session takes some milliseconds; it may take more only where `SESSIONS` of them would, too
 * @returns what it took and what it may take, in milliseconds
 */
export async function timed(
  cluster: Cluster,
  usualMs: number,
  work: () => Promise<unknown>,
): Promise<{ readonly tookMs: number; readonly mayTakeMs: number }> {
  const before = await sessionTime(cluster);
  const startedMs = performance.now();
  await work();
  const tookMs = performance.now() - startedMs;
  const slowest = Math.max(before, await sessionTime(cluster));
  return { tookMs, mayTakeMs: Math.max(usualMs, SESSIONS * slowest) };
}

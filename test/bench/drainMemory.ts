import process from 'node:process';
import { drain, type QueuePorts } from './drainOnce';

/** What one drain came to, in a process that does nothing else. */
export interface MeasuredDrain {
  readonly applied: number;
  readonly end: unknown;
  readonly tookMs: number;
  /** Resident memory before it, and at most while it ran, in bytes. */
  readonly before: number;
  readonly most: number;
}

// Started by the benchmark with a channel: each message is the ports of two servers, and is answered by a drain of the one to the other.
process.on('message', (ports: QueuePorts) => {
  void measure(ports).then((measured) => process.send?.(measured));
});

async function measure(ports: QueuePorts): Promise<MeasuredDrain> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 50);
  const startedMs = performance.now();
  const { counts, end } = await drain(ports);
  clearInterval(watch);
  return { applied: counts.applied, end, tookMs: performance.now() - startedMs, before, most };
}

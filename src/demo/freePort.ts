import { createServer } from 'node:net';

/** Below the ports that systems hand to outgoing connections: a server that starts again must find its port free. */
const FIRST = 15_000;
const LAST = 31_999;

/** A TCP port of the loopback address that nobody listens on right now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

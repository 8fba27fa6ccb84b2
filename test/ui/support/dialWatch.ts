import { readFileSync } from 'node:fs';

const EVERY_MS = 100;

/** Watches the kernel's table of sockets for connections, begun or made, to addresses that must not be dialled. */
export class DialWatch {
  /** Those that were dialled. */
  readonly seen = new Set<string>();
  private readonly forbidden: ReadonlyMap<string, string>;
  private timer: NodeJS.Timeout | undefined;

  /** @param addresses IPv4, dotted */
  constructor(addresses: readonly string[]) {
    this.forbidden = new Map(addresses.map((address) => [kernelForm(address), address]));
  }

  start(): void {
    this.timer = setInterval(() => this.look(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** A dial that nobody answers stays in the table for minutes, one that is refused for an instant. */
  private look(): void {
    for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
      const remote = line.trim().split(/\s+/)[2]?.split(':')[0];
      const address = remote === undefined ? undefined : this.forbidden.get(remote);
      if (address !== undefined) this.seen.add(address);
    }
  }
}

/** As `/proc/net/tcp` writes it: hexadecimal, in the machine's order of bytes. @see proc_net_tcp(5) */
function kernelForm(address: string): string {
  const bytes = Buffer.from(address.split('.').map(Number)).reverse();
  return bytes.toString('hex').toUpperCase();
}

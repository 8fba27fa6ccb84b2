import { once } from 'node:events';
import net from 'node:net';

/** What the proxy does to connections; a change applies at once to open ones as well. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  /** Every chunk arrives later, in both directions, in order. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Connections are taken, bytes vanish, nothing is ever closed: a half-open connection. */
  | { readonly kind: 'blackHole' }
  /** A client that leaves is not missed: its goodbye and its end reach the server with the next mode. */
  | { readonly kind: 'keepSessions' }
  /** Open connections are reset; new ones as soon as they are taken. */
  | { readonly kind: 'reset' }
  /** Nobody listens: new connections are refused, open ones reset. */
  | { readonly kind: 'refuse' }
  /** A connection is reset after the server has sent so many bytes, counted from its opening. */
  | { readonly kind: 'cutAfter'; readonly serverBytes: number };

/** A TCP proxy on the loopback address in front of a server, for faults of the network. The owner calls `stop`. */
export class Proxy {
  /** Connections taken since the start. */
  accepted = 0;
  private mode: ProxyMode = { kind: 'pass' };
  private server: net.Server | null = null;
  private listeningPort = 0;
  private readonly relays = new Set<Relay>();

  private constructor(private readonly targetPort: number) {}

  static async start(target: { readonly port: number }): Promise<Proxy> {
    const proxy = new Proxy(target.port);
    await proxy.listen();
    return proxy;
  }

  get port(): number {
    return this.listeningPort;
  }

  /** Connections open right now. */
  get open(): number {
    return this.relays.size;
  }

  async setMode(mode: ProxyMode): Promise<void> {
    this.mode = mode;
    if (mode.kind === 'refuse') await this.unlisten();
    else await this.listen();
    for (const relay of this.relays) relay.apply(mode);
  }

  async stop(): Promise<void> {
    await this.setMode({ kind: 'refuse' });
  }

  private async listen(): Promise<void> {
    if (this.server !== null) return;
    const server = net.createServer((client) => this.accept(client));
    this.server = server;
    server.listen(this.listeningPort, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address !== null && typeof address === 'object') this.listeningPort = address.port;
  }

  /** Does not wait for `close`, which comes only after the last connection has gone. */
  private async unlisten(): Promise<void> {
    const server = this.server;
    this.server = null;
    if (server === null) return;
    const closed = once(server, 'close');
    server.close();
    for (const relay of this.relays) relay.apply({ kind: 'refuse' });
    await closed;
  }

  private accept(client: net.Socket): void {
    this.accepted += 1;
    const relay = new Relay(client, this.targetPort, () => this.relays.delete(relay));
    this.relays.add(relay);
    relay.apply(this.mode);
  }
}

/** How a client says goodbye. Source: Message Formats, Terminate. */
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);

/** One connection through the proxy. */
class Relay {
  private mode: ProxyMode = { kind: 'pass' };
  private readonly server: net.Socket;
  private serverBytes = 0;

  constructor(
    private readonly client: net.Socket,
    targetPort: number,
    private readonly onGone: () => void,
  ) {
    this.server = net.connect(targetPort, '127.0.0.1');
    this.forward(client, this.server);
    this.forward(this.server, client);
    this.server.on('data', (chunk) => this.countServerBytes(chunk.length));
  }

  apply(mode: ProxyMode): void {
    this.mode = mode;
    if (mode.kind === 'reset' || mode.kind === 'refuse') this.reset();
    else if (mode.kind !== 'keepSessions' && this.client.destroyed) this.leave(this.server);
  }

  private forward(from: net.Socket, to: net.Socket): void {
    from.setNoDelay(true);
    from.on('data', (chunk) => this.deliver(to, chunk));
    from.on('error', () => this.reset());
    from.on('close', () => {
      if (this.mode.kind === 'blackHole') return;
      if (this.mode.kind === 'keepSessions' && from === this.client) return;
      this.leave(to);
    });
  }

  private leave(to: net.Socket): void {
    to.end();
    this.onGone();
  }

  private deliver(to: net.Socket, chunk: Buffer): void {
    switch (this.mode.kind) {
      case 'keepSessions':
        if (!(to === this.server && chunk.equals(TERMINATE)) && to.writable) to.write(chunk);
        return;
      case 'blackHole':
      case 'reset':
      case 'refuse':
        return;
      case 'delay':
        // Timers of one length fire in the order they were set, so the bytes stay in order.
        setTimeout(() => to.writable && to.write(chunk), this.mode.ms);
        return;
      case 'cutAfter':
        if (to === this.client) this.deliverUpTo(chunk, this.mode.serverBytes);
        else to.write(chunk);
        return;
      case 'pass':
        if (to.writable) to.write(chunk);
    }
  }

  private deliverUpTo(chunk: Buffer, limit: number): void {
    const left = Math.max(0, limit - this.serverBytes);
    if (chunk.length < left) {
      this.client.write(chunk);
      return;
    }
    // The reset must not overtake the last bytes that are let through.
    this.client.write(chunk.subarray(0, left), () => this.reset());
  }

  private countServerBytes(length: number): void {
    this.serverBytes += length;
  }

  private reset(): void {
    this.client.resetAndDestroy();
    this.server.destroy();
    this.onGone();
  }
}

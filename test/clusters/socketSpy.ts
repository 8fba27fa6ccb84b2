import { once } from 'node:events';
import net from 'node:net';

/** What a spied port does with a caller. */
export type SpyBehaviour = 'silent' | 'hangUp' | { readonly banner: string };

/**
 * A listener that only counts who calls: proof that nobody connected, or a stand-in for something that is no Postgres.
 * The owner calls `stop`.
 */
export class SocketSpy {
  /** Connections taken since the start. */
  connections = 0;
  private readonly sockets = new Set<net.Socket>();

  private constructor(
    readonly port: number,
    private readonly server: net.Server,
  ) {}

  /** @param behaviour `silent` takes a connection and never answers, `hangUp` ends it at once, a banner is sent first. */
  static async start(behaviour: SpyBehaviour = 'silent'): Promise<SocketSpy> {
    const server = net.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const spy = new SocketSpy(port, server);
    server.on('connection', (socket) => spy.take(socket, behaviour));
    return spy;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private take(socket: net.Socket, behaviour: SpyBehaviour): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    socket.resume();
    if (behaviour === 'hangUp') socket.destroy();
    else if (behaviour !== 'silent') socket.write(behaviour.banner);
  }
}

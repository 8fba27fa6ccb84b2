import net from 'node:net';
import { once } from 'node:events';

const EXECUTE = 0x45;
const PARSE = 0x50;
const QUERY = 0x51;
const SYNC = 0x53;
const STARTUP_HEAD = 4;
const MESSAGE_HEAD = 5;

/** A proxy in front of one server that counts what a client really sends, message by message. Plain connections only. */
export class StatementTap {
  connections = 0;
  /** Execute and Query messages: each is one statement. */
  statements = 0;
  /** Sync and Query messages: the client waits for an answer after each. */
  roundTrips = 0;
  /** Texts that were parsed. */
  readonly texts: string[] = [];
  private readonly sockets = new Set<net.Socket>();

  private constructor(
    private readonly server: net.Server,
    readonly port: number,
  ) {}

  static async start(target: { readonly port: number }): Promise<StatementTap> {
    const server = net.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const tap = new StatementTap(server, address.port);
    server.on('connection', (client) => tap.relay(client, target.port));
    return tap;
  }

  reset(): void {
    this.connections = 0;
    this.statements = 0;
    this.roundTrips = 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private relay(client: net.Socket, port: number): void {
    this.connections += 1;
    const upstream = net.connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const count = this.counter();
    client.on('data', (chunk: Buffer) => {
      count(chunk);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => client.write(chunk));
  }

  /** Cuts a client's bytes into messages; the first one has no type. */
  private counter(): (chunk: Buffer) => void {
    let rest = Buffer.alloc(0);
    let isStarted = false;
    return (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const head = isStarted ? MESSAGE_HEAD : STARTUP_HEAD;
        if (rest.length < head) return;
        const length = rest.readInt32BE(head - 4) + head - 4;
        if (rest.length < length) return;
        if (isStarted) this.note(rest[0] ?? 0, rest.subarray(MESSAGE_HEAD, length));
        isStarted = true;
        rest = rest.subarray(length);
      }
    };
  }

  private note(type: number, body: Buffer): void {
    if (type === EXECUTE || type === QUERY) this.statements += 1;
    if (type === SYNC || type === QUERY) this.roundTrips += 1;
    if (type === PARSE) this.texts.push(body.toString('utf8').split('\0')[1] ?? '');
  }
}

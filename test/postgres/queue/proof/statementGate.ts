import { once } from 'node:events';
import net from 'node:net';

const [BIND, EXECUTE, FLUSH, PARSE, QUERY, SYNC] = [0x42, 0x45, 0x48, 0x50, 0x51, 0x53];
const READY = 0x5a;
/** The transaction status of ReadyForQuery outside of a transaction. */
const IDLE = 0x49;
const SSL_REQUEST = 80_877_103;
const HEAD = 5;

/** Where to strike: at the nth statement that fits, counted over all connections from when this was set. */
export interface Strike {
  /** Whether a statement counts; by its text. */
  readonly fits: (text: string) => boolean;
  /** From 1. */
  readonly nth: number;
  /**
   * `before`: the server never gets it. `after`: the server has answered, and nobody hears of it; both connections are reset then.
   * `during`: it is on its way to the server, and the connection stays.
   */
  readonly when: 'before' | 'during' | 'after';
  /** What happens to the client, or to a server. */
  readonly act: () => void;
}

/** Hears of each statement that goes to the server, and of its answer. */
export interface GateListener {
  readonly sent: (text: string) => void;
  /** With whether the session is in a transaction now. */
  readonly answered: (text: string, isInTransaction: boolean) => void;
  readonly closed: () => void;
}

/**
 * A proxy in front of one server that knows where each statement begins and ends, also where many are sent at once, and
 * breaks the connection right before or right after one of them.
 */
export class StatementGate {
  /** Texts of all statements that came by, in order. */
  readonly texts: string[] = [];
  strikes = 0;
  listener: GateListener | null = null;
  private strike: Strike | null = null;
  private seen = 0;
  private readonly sockets = new Set<net.Socket>();

  private constructor(
    private readonly server: net.Server,
    readonly port: number,
  ) {}

  static async start(target: { readonly port: number }): Promise<StatementGate> {
    const server = net.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const gate = new StatementGate(server, address.port);
    server.on('connection', (client) => gate.relay(client, target.port));
    return gate;
  }

  /** Forgets what came by, and strikes once as told. `null`: lets everything through. */
  arm(strike: Strike | null): void {
    this.texts.length = 0;
    this.seen = 0;
    this.strike = strike;
  }

  get isArmed(): boolean {
    return this.strike !== null;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private relay(client: net.Socket, port: number): void {
    const upstream = net.connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        if (socket === client) this.listener?.closed();
        client.destroy();
        upstream.destroy();
      });
    }
    const conversation = new Conversation(client, upstream, {
      decide: (text) => this.decide(text),
      answered: (text, isInTransaction) => this.listener?.answered(text, isInTransaction),
    });
    client.on('data', (chunk: Buffer) => conversation.fromClient(chunk));
    upstream.on('data', (chunk: Buffer) => conversation.fromServer(chunk));
  }

  /** @returns the strike that falls on this statement. */
  private decide(text: string): Strike | null {
    this.texts.push(text);
    this.listener?.sent(text);
    if (!this.strike?.fits(text)) return null;
    this.seen += 1;
    if (this.seen < this.strike.nth) return null;
    const strike = this.strike;
    this.strike = null;
    this.strikes += 1;
    return strike;
  }
}

/** One connection. Messages of a statement are held until it is known whether they may pass. */
class Conversation {
  private clientRest = Buffer.alloc(0);
  private serverRest = Buffer.alloc(0);
  private isStarted = false;
  private awaitsSslAnswer = false;
  private readonly statements = new Map<string, string>();
  private readonly portals = new Map<string, string>();
  private held: Buffer[] = [];
  private syncs = 1;
  private readies = 0;
  /** Texts that no ReadyForQuery has answered, each with how many of them do. */
  private unanswered: { readonly text: string; readonly readies: number }[] = [];
  private isShut = false;
  /** Set once the fatal statement is on its way: how many ReadyForQuery say that it is done. */
  private last: { readonly readies: number; readonly strike: Strike } | null = null;

  constructor(
    private readonly client: net.Socket,
    private readonly upstream: net.Socket,
    private readonly gate: {
      readonly decide: (text: string) => Strike | null;
      readonly answered: (text: string, isInTransaction: boolean) => void;
    },
  ) {}

  fromClient(chunk: Buffer): void {
    this.clientRest = Buffer.concat([this.clientRest, chunk]);
    for (;;) {
      if (this.isShut) return;
      const head = this.isStarted ? HEAD : 4;
      if (this.clientRest.length < head) return;
      const length = this.clientRest.readInt32BE(head - 4) + head - 4;
      if (this.clientRest.length < length) return;
      const message = this.clientRest.subarray(0, length);
      this.clientRest = this.clientRest.subarray(length);
      if (this.isStarted) this.take(message);
      else this.start(message);
    }
  }

  fromServer(chunk: Buffer): void {
    if (this.awaitsSslAnswer) {
      this.awaitsSslAnswer = false;
      this.client.write(chunk.subarray(0, 1));
      chunk = chunk.subarray(1);
    }
    this.serverRest = Buffer.concat([this.serverRest, chunk]);
    for (;;) {
      if (this.serverRest.length < HEAD) return;
      const length = this.serverRest.readInt32BE(1) + 1;
      if (this.serverRest.length < length) return;
      const message = this.serverRest.subarray(0, length);
      this.serverRest = this.serverRest.subarray(length);
      if (this.last === null || this.readies + 1 < this.last.readies) this.client.write(message);
      if (message[0] === READY) this.ready(message[HEAD] !== IDLE);
      if (this.last !== null && this.readies === this.last.readies) {
        this.fall(this.last.strike);
        return;
      }
    }
  }

  private ready(isInTransaction: boolean): void {
    this.readies += 1;
    for (const { text, readies } of this.unanswered) {
      if (readies <= this.readies) this.gate.answered(text, isInTransaction);
    }
    this.unanswered = this.unanswered.filter(({ readies }) => readies > this.readies);
  }

  private start(message: Buffer): void {
    if (message.length === 8 && message.readInt32BE(4) === SSL_REQUEST) this.awaitsSslAnswer = true;
    else this.isStarted = true;
    this.upstream.write(message);
  }

  private take(message: Buffer): void {
    const type = message[0] ?? 0;
    const words = (): string[] => message.subarray(HEAD).toString('utf8').split('\0', 2);
    switch (type) {
      case PARSE: {
        const [name = '', text = ''] = words();
        this.statements.set(name, text);
        break;
      }
      case BIND: {
        const [portal = '', name = ''] = words();
        this.portals.set(portal, this.statements.get(name) ?? '');
        break;
      }
      case EXECUTE: {
        const [portal = ''] = words();
        this.held.push(message);
        this.pass(this.portals.get(portal) ?? '', this.syncs + 1);
        return;
      }
      case QUERY: {
        this.held.push(message);
        this.syncs += 1;
        this.pass(words()[0] ?? '', this.syncs);
        this.isShut ||= this.last !== null;
        return;
      }
      case SYNC:
        this.syncs += 1;
        this.flush([message]);
        // What follows the fatal statement never reaches the server.
        if (this.last !== null) this.isShut = true;
        return;
      case FLUSH:
        this.flush([message]);
        return;
    }
    this.held.push(message);
  }

  private pass(text: string, readies: number): void {
    const strike = this.gate.decide(text);
    if (strike?.when === 'before') {
      this.held = [];
      this.fall(strike);
      return;
    }
    this.unanswered.push({ text, readies });
    if (strike?.when === 'after') this.last = { readies, strike };
    this.flush([]);
    if (strike?.when === 'during') strike.act();
  }

  private flush(more: readonly Buffer[]): void {
    for (const message of [...this.held, ...more]) this.upstream.write(message);
    this.held = [];
  }

  private fall(strike: Strike): void {
    this.isShut = true;
    strike.act();
    this.client.resetAndDestroy();
    this.upstream.destroy();
  }
}

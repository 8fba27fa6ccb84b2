import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { isServerFailure, type FailureFacts } from '../../../../src/core/failure';
import { makeGateway, never, nodeAt } from '../../../postgres/pg/support';

/** What answers at the other end, for products that cannot be run here. */
type Talk = (socket: net.Socket) => void;

/** Whoever answers does so within this, however busy the machine is. */
const PATIENT = '60';

describe('What answers but is no supported Postgres', () => {
  const open: { server: net.Server; sockets: Set<net.Socket> }[] = [];

  afterEach(() => {
    for (const { server, sockets } of open.splice(0)) {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });

  async function listen(talk: Talk): Promise<number> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      talk(socket);
    });
    open.push({ server, sockets });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as net.AddressInfo).port;
  }

  async function failureOf(
    talk: Talk,
    params: Record<string, string> = {},
  ): Promise<FailureFacts & { port: number }> {
    const port = await listen(talk);
    const node = nodeAt({ port }, { params: { connect_timeout: PATIENT, ...params } });
    try {
      await makeGateway().open(node, never());
    } catch (error) {
      assert.ok(isServerFailure(error));
      return { ...error.facts, port };
    }
    return assert.fail('connected');
  }

  it('F06: an HTTP server that answers is named as such, with and without TLS', async () => {
    const http: Talk = (socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    };
    for (const sslmode of ['disable', 'require']) {
      const facts = await failureOf(http, { sslmode });
      assert.equal(facts.reason, 'notPostgres');
      assert.equal(facts.text, `127.0.0.1:${facts.port} answers, but does not speak Postgres.`);
    }
  });

  it('F06: so is one that greets first', async () => {
    for (const greeting of ['SSH-2.0-OpenSSH_9.2\r\n', '220 mail.example.com ESMTP\r\n']) {
      for (const sslmode of ['disable', 'require']) {
        const facts = await failureOf((socket) => socket.write(greeting), { sslmode });
        assert.equal(facts.reason, 'notPostgres');
      }
    }
  });

  it('F05: a listener that stays silent is given up after the limit', async () => {
    const facts = await failureOf(() => undefined, { connect_timeout: '2' });
    assert.equal(facts.reason, 'silent');
    assert.equal(facts.text, 'central did not answer within 2 s.');
  });

  it('I44: too old a server is refused by version, before any statement', async () => {
    const asked: string[] = [];
    const facts = await failureOf(backend({ server_version: '13.14 (Debian 13.14-1)' }, asked));
    assert.equal(facts.reason, 'tooOld');
    assert.equal(facts.text, 'central runs Postgres 13.14; this needs 14 or newer.');
    assert.deepEqual(asked, []);
  });

  it('I44: other products are told by what they report', async () => {
    const products: readonly (readonly [Record<string, string>, string])[] = [
      [{ server_version: '13.0.0', crdb_version: 'CockroachDB CCL v23' }, 'it is CockroachDB'],
      [{ server_version: '8.0.2', padb_version: '1.0.7' }, 'it is Amazon Redshift'],
      [{ server_version: '1.22.0/bouncer' }, 'it is the admin console of PgBouncer'],
    ];
    for (const [parameters, words] of products) {
      const facts = await failureOf(backend(parameters, []));
      assert.equal(facts.reason, 'notPostgres');
      assert.equal(facts.text, `central (127.0.0.1:${facts.port}) is not PostgreSQL: ${words}.`);
    }
  });
});

/** Lets everybody in, reports these parameters, and notes the type byte of each message that follows. */
function backend(parameters: Record<string, string>, asked: string[]): Talk {
  return (socket) => {
    socket.once('data', () => {
      socket.write(message('R', Buffer.from([0, 0, 0, 0])));
      for (const [name, value] of Object.entries(parameters)) {
        socket.write(message('S', Buffer.from(`${name}\0${value}\0`)));
      }
      socket.write(message('Z', Buffer.from('I')));
      socket.on('data', (chunk) => {
        const type = String.fromCharCode(chunk[0] ?? 0);
        if (type !== 'X') asked.push(type);
      });
    });
  };
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

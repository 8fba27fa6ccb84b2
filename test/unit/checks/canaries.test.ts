import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { inspect } from 'node:util';
import { detailsText } from '../../../src/core/describe/detailsText';
import { nodePicks } from '../../../src/core/describe/nodePicks';
import { joinTopology } from '../../../src/core/join/joinTopology';
import { secretKey } from '../../../src/core/secretKey';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import type { TopologyNode } from '../../../src/core/topology';
import { toApiSnapshot } from '../../../src/host/apiSnapshot';
import { SystemClock } from '../../../src/host/systemClock';
import { Monitor } from '../../../src/monitor/monitor';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { topologyRows } from '../../../src/views/topologyRows';
import { waitFor } from '../../clusters/waitFor';
import { makeGateway, MemoryLog, MemorySecrets, nodeAt } from '../../postgres/pg/support';
import { EXPLORER, ID, topology } from '../monitor/fixture';

const MARK = 'c4n4ry';
const CODES = ['28P01', '28000', '3D000', '53300', 'XX000', '57P03', '42501', '55000', '08P01'];

/** What servers and poolers were seen to repeat in their errors, and what ours might. */
const SAYINGS: readonly ((secret: string) => string)[] = [
  (secret) => `${secret} does not match`,
  (secret) => `connection to "postgresql://u:${secret}@h:5432/d" failed`,
  (secret) => `could not connect: host=h password='${secret}' user=u`,
  (secret) => `invalid connection option: PGPASSWORD=${secret}`,
  (secret) => `ALTER ROLE x PASSWORD '${secret}'`,
];

interface Canary {
  readonly id: string;
  readonly secret: string;
  readonly isRefusedAtOnce: boolean;
  readonly code: string;
  readonly words: string;
}

const CANARIES: readonly Canary[] = Array.from({ length: 20 }, (_, index) => {
  const secret = `${MARK}${index}x`;
  const say = SAYINGS[index % SAYINGS.length] ?? String;
  return {
    id: `node${index}`,
    secret,
    isRefusedAtOnce: index % 2 === 0,
    code: CODES[index % CODES.length] ?? 'XX000',
    words: say(secret),
  };
});

describe('20 passwords that servers repeat in their errors', () => {
  const log = new MemoryLog();
  const servers: net.Server[] = [];
  const sockets = new Set<net.Socket>();
  let monitor: Monitor;
  let snapshot: TopologySnapshot;

  before(async () => {
    const secrets = new MemorySecrets();
    const nodes: TopologyNode[] = [];
    for (const canary of CANARIES) {
      const port = await listen(canary);
      const target = { user: 'postgres', host: '127.0.0.1', port, database: 'postgres' };
      secrets.values.set(secretKey(target), canary.secret);
      nodes.push(nodeAt({ port }, { id: canary.id }));
    }
    monitor = new Monitor({
      gateway: makeGateway({ secrets, log }),
      gate: { decideBeforeResolving: () => 'allowed', decide: () => 'allowed' },
      clock: new SystemClock(),
      log,
      join: joinTopology,
      random: Math.random,
    });
    monitor.setTopologies([{ id: ID, topology: topology(...nodes) }]);
    monitor.setAudience(EXPLORER);
    snapshot = await waitFor(
      () => {
        const [latest] = monitor.current();
        const isDone = latest?.nodes.every(({ sample }) => sample.failure !== null) === true;
        return isDone ? latest : null;
      },
      { what: 'every server has refused' },
    );
  });

  after(async () => {
    await monitor.dispose();
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  });

  async function listen(canary: Canary): Promise<number> {
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      talk(socket, canary);
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as net.AddressInfo).port;
  }

  const idsIn = (): readonly string[] => [
    ...snapshot.nodes.map(({ id }) => id),
    ...snapshot.edges.map(({ id }) => id),
  ];

  it('were sent, and the servers’ other words arrived', () => {
    const words = snapshot.nodes.map(({ sample }) => sample.failure?.text).join('\n');
    assert.match(words, /does not match/);
    assert.match(words, /could not connect: host=h password=\*\*\*/);
  });

  it('are not in the snapshot', () => assertClean(inspectAll(snapshot)));

  it('are not in what other extensions get', () => {
    assertClean(JSON.stringify(toApiSnapshot([snapshot])));
  });

  it('are not in what the dashboard gets, whatever is selected', () => {
    for (const id of idsIn()) assertClean(JSON.stringify(toDashboardState(snapshot, id)));
  });

  it('are not in the tree, its tooltips, the picks or the copied details', () => {
    const nowMs = Date.now();
    const around = { remoteName: null, folderName: null };
    assertClean(inspectAll(topologyRows(snapshot, nowMs, around)));
    assertClean(inspectAll(nodePicks(snapshot, nowMs)));
    for (const id of idsIn()) assertClean(detailsText(snapshot, id, nowMs));
    assertClean(detailsText(snapshot, null, nowMs));
  });

  it('are not in the log, before any redactor of its own', () => {
    assert.ok(log.lines.length > 0);
    assertClean(log.lines.join('\n'));
  });
});

function assertClean(text: string): void {
  const at = text.indexOf(MARK);
  assert.equal(at, -1, `…${text.slice(Math.max(0, at - 80), at + 20)}…`);
}

function inspectAll(value: unknown): string {
  return inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null });
}

/** Asks for the password in clear, then fails with it in every field; either at once or at the first statement. */
function talk(socket: net.Socket, { isRefusedAtOnce, code, words }: Canary): void {
  const fields = { S: 'ERROR', V: 'ERROR', C: code, M: words, D: words, H: words, W: words };
  const body = Object.entries(fields).map(([key, value]) => `${key}${value}\0`);
  const error = message('E', Buffer.from(`${body.join('')}\0`));
  socket.once('data', () => {
    socket.write(message('R', Buffer.from([0, 0, 0, 3])));
    socket.once('data', () => {
      if (isRefusedAtOnce) {
        socket.end(error);
        return;
      }
      const version = message('S', Buffer.from('server_version\u000017.2\0'));
      const notice = message('N', Buffer.from(`${body.join('')}\0`));
      const ready = message('Z', Buffer.from('I'));
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), version, notice, ready]));
      socket.on('data', () => socket.write(Buffer.concat([error, ready])));
    });
  });
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

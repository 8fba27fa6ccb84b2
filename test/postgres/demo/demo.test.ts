import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Binaries } from '../../../src/demo/binaries';
import type { Demo } from '../../../src/demo/demo';
import { DemoMachine } from '../../../src/demo/demoMachine';
import type { DemoNode } from '../../../src/demo/demoTopology';
import { DemoCancelled } from '../../../src/demo/runProgram';
import { randomPassword, scramVerifier } from '../../../src/host/scramVerifier';
import { SystemClock } from '../../../src/host/systemClock';
import type { TopologyNode } from '../../../src/core/topology';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { ensureBinaries } from '../../clusters/binaries';
import { forOldest } from '../../clusters/majors';
import { processesIn } from '../../clusters/processTable';
import { waitFor } from '../../clusters/waitFor';
import { makeGateways } from '../plans/changeSupport';
import { MemorySecrets } from '../pg/support';

/** One start serves them all: they follow each other, from the start to what a crash leaves. */
forOldest('The demo', (major) => {
  let home: string;
  let binaries: Binaries;
  let machine: DemoMachine;
  let demo: Demo;
  let servers: string;
  let nodes: ReadonlyMap<string, TopologyNode>;
  const secrets = new MemorySecrets();
  const passwords: string[] = [];
  const { changes } = makeGateways({ secrets });
  const signal = new AbortController().signal;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'pg-topology-demo-test-'));
    await chmod(home, 0o711);
    const { postgres } = await ensureBinaries(major);
    machine = new DemoMachine({
      storage: home,
      variables: { PG_TOPOLOGY_DEMO_BIN: dirname(postgres) },
      platform: process.platform,
      processor: process.arch,
      registry: 'http://127.0.0.1:1',
      gateway: changes,
      secrets,
      clock: new SystemClock(),
      parse: (text) => parseTopologyFile(text).topology,
      randomPassword: () => {
        const password = randomPassword();
        passwords.push(password);
        return password;
      },
      verifierOf: (password) => scramVerifier(password),
    });
    const found = await machine.find([]);
    assert.ok(found);
    assert.equal(found.major, major);
    binaries = found;
    demo = await machine.start(binaries, signal, () => undefined);
    nodes = new Map(
      (parseTopologyFile(await readFile(demo.file, 'utf8')).topology?.nodes ?? []).map((node) => [
        node.id,
        node,
      ]),
    );
    const owner: unknown = JSON.parse(await readFile(ownerFile(), 'utf8'));
    assert.ok(typeof owner === 'object' && owner !== null && 'servers' in owner);
    servers = String(owner.servers);
  });
  after(async () => {
    await demo.close();
    await rm(home, { recursive: true, force: true });
  });

  const ownerFile = () => join(dirname(demo.file), 'owner.json');

  async function ask(id: DemoNode, text: string, user = 'postgres'): Promise<unknown> {
    const node = nodes.get(id);
    assert.ok(node);
    const session = await changes.openChange(node, { user, mayWrite: true }, signal);
    try {
      const { rows } = await session.query({ text });
      return Object.values(rows[0] ?? {})[0];
    } finally {
      await session.close();
    }
  }

  const until = (id: DemoNode, text: string, what: string) =>
    waitFor(async () => (await ask(id, text)) === true, { what });

  it('replicates to a standby and a subscriber, and has an edge with writes, one of them a conflict', async () => {
    await until('central', 'SELECT count(*) > 55 FROM orders', 'the writer writes');
    await until(
      'central-read',
      'SELECT pg_is_in_recovery() AND count(*) > 55 FROM orders',
      'replay',
    );
    await until('reports', 'SELECT count(*) > 55 FROM orders', 'the subscription applies');
    assert.equal(await ask('shop', 'SELECT count(*)::int FROM pgtopology.pending_sync'), 12);
    await until(
      'shop',
      'SELECT price = 22 FROM stock WHERE id = 1',
      'the price of central arrives',
    );
    const old = `SELECT (old_data ->> 'price')::numeric = 24 AND (data ->> 'price')::numeric = 26
                   FROM pgtopology.pending_sync WHERE table_name = 'stock'`;
    assert.equal(await ask('shop', old), true);
  });

  it('differs from its file in one table, which the subscriber lacks', async () => {
    const published = `SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_publication_tables WHERE pubname = 'orders_pub'`;
    assert.equal(await ask('central', published), 'orders');
    assert.equal(await ask('reports', `SELECT to_regclass('public.returns') IS NULL`), true);
    assert.match(
      await readFile(demo.file, 'utf8'),
      /"tables": \["public\.orders", "public\.returns"\]/u,
    );
  });

  it('lets nobody in without a password, nor from another machine, and keeps none in a file', async () => {
    assert.equal(await ask('central', `SHOW listen_addresses`), '127.0.0.1');
    const methods = `SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules`;
    assert.equal(await ask('central', methods), 'scram-sha-256');
    assert.equal(passwords.length, 3);
    const holders = filesBelow(servers)
      .concat(filesBelow(home))
      .filter((file) => passwords.some((password) => contentOf(file).includes(password)));
    assert.deepEqual(holders, []);
    assert.equal(secrets.values.size, 8);
  });

  it('can be broken and mended', async () => {
    await demo.act('pauseStandby', signal);
    assert.equal(await ask('central-read', 'SELECT pg_is_wal_replay_paused()'), true);
    assert.equal(demo.faults.isStandbyPaused, true);
    await demo.act('resumeStandby', signal);
    assert.equal(await ask('central-read', 'SELECT pg_is_wal_replay_paused()'), false);

    await demo.act('blockApply', signal);
    const waits = `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'public.orders'::regclass)`;
    await until('reports', waits, 'the apply worker waits');
    // Also while a subscriber is held up.
    await demo.act('stopPrimary', signal);
    await assert.rejects(ask('central', 'SELECT 1'));
    await demo.act('startPrimary', signal);
    await demo.act('unblockApply', signal);
    const before = Number(await ask('central', 'SELECT max(id)::int FROM orders'));
    await until('reports', `SELECT max(id) > ${before} FROM orders`, 'all goes on');
  });

  it('is left alone by others while its window lives, and cleaned up once that is gone', async () => {
    assert.equal(await machine.sweep(), 0);
    assert.ok(processesIn(servers).length > 0);
    // As if another extension host had started it, which is gone.
    const owner = await readFile(ownerFile(), 'utf8');
    const gone = owner.replace(/"startedAt":"[^"]*"/u, '"startedAt":"before the crash"');
    assert.notEqual(gone, owner);
    await writeFile(ownerFile(), gone);
    assert.equal(await machine.sweep(), 1);
    assert.deepEqual(processesIn(servers), []);
    assert.equal(existsSync(servers), false);
    assert.equal(secrets.values.size, 0, 'passwords are kept');
    assert.deepEqual(await readdir(home), []);
  });

  it('leaves nothing behind when it is cancelled or stopped', async () => {
    const cancel = new AbortController();
    const starting = machine.start(binaries, cancel.signal, (doing) => {
      if (doing === 'starting the servers') cancel.abort();
    });
    await assert.rejects(starting, DemoCancelled);
    assert.deepEqual(await readdir(home), []);
  });
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0); // The server has removed it meanwhile.
  }
}

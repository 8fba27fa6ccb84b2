import assert from 'node:assert/strict';
import { conninfoPlace } from '../../../src/pg/discovery/conninfoPlace';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { Proxy } from '../../clusters/proxy';
import { waitFor } from '../../clusters/waitFor';
import { discover, type Discovered } from './discoveryRig';

/** Room for twenty subscriptions; a standby with less than its upstream refuses to start. */
const ROOMY = {
  log_statement: 'all',
  max_worker_processes: 48,
  max_logical_replication_workers: 40,
  max_replication_slots: 40,
  max_wal_senders: 40,
};

/** What is true of all cases together, counted at the end. */
interface Tally {
  expected: number;
  found: number;
}

forEachMajor('Discovery of real topologies', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let reader: Cluster;
  let second: Cluster;
  let leaf: Cluster;
  let edge: Cluster;
  const tally: Tally = { expected: 0, found: 0 };

  before(async function () {
    clusters = new Clusters(major);
    const options = {
      conf: { ...ROOMY, ...(major >= 18 ? { max_active_replication_origins: 40 } : {}) },
    };
    central = await clusters.add('central', options);
    reader = await clusters.addStandby('reader', central, { slot: 'reader', ...options });
    second = await clusters.addStandby('second', central, options);
    leaf = await clusters.addStandby('leaf', reader, options);
    edge = await clusters.add('edge', options);
    await Promise.all([central.start(), edge.start()]);
  });

  after(async function () {
    await clusters.stop();
  });

  function expectEdges(found: Discovered, expected: readonly string[]): void {
    const wrong = found.edges.filter((one) => !expected.includes(one));
    assert.deepEqual(wrong, [], JSON.stringify(found.proposal, null, 1));
    assert.deepEqual(found.edges, expected.toSorted());
    tally.expected += expected.length;
    tally.found += found.edges.length;
  }

  it('one primary', async () => {
    const found = await discover({ cluster: central }, clusters.all);
    expectEdges(found, []);
    assert.deepEqual(found.nodes, ['central/postgres']);
    assert.equal(found.questions, 1);
    assert.deepEqual([...found.proposal.warnings, ...found.proposal.skipped], []);
  });

  it('of a conninfo nothing but the place leaves the server', async () => {
    const place = async (conninfo: string): Promise<unknown> => {
      const text = `SELECT ${conninfoPlace('$1::text')} AS place`;
      const [row] = await central.query<{ place: unknown }>(text, [conninfo]);
      return row?.place ?? null;
    };
    for (const [conninfo, expected] of CONNINFOS) {
      assert.deepEqual(await place(conninfo), expected, conninfo);
    }
  });

  it('two standbys, from the primary, with three questions', async () => {
    await Promise.all([reader.start(), second.start()]);
    await streams(central, 2);
    const ports = { reader: reader.port, second: second.port };
    const found = await discover({ cluster: central }, clusters.all, { ports });
    expectEdges(found, TWO);
    assert.deepEqual(found.seen, found.edges);
    assert.equal(found.questions, 3);
    assert.deepEqual(found.proposal.nodes.map(({ id }) => id).sort(), [
      'primary',
      'reader',
      'second',
    ]);
    assert.deepEqual(found.proposal.warnings, []);
  });

  it('two standbys, of which nobody says the ports', async () => {
    const found = await discover({ cluster: central }, clusters.all);
    assert.deepEqual(found.edges, [
      'streaming central/postgres -> ?reader/',
      'streaming central/postgres -> ?second/',
    ]);
    assert.deepEqual(found.seen, []);
    assert.equal(found.questions, 1);
    assert.equal(found.problems.length, 2);
  });

  it('the same from a standby, whose upstream is at an address', async () => {
    const ports = { second: second.port };
    const found = await discover({ cluster: reader }, clusters.all, { ports });
    expectEdges(found, TWO);
    assert.equal(found.questions, 2);
  });

  it('a cascade', async () => {
    await leaf.start();
    await streams(reader, 1);
    const ports = { reader: reader.port, second: second.port, leaf: leaf.port };
    const down = await discover({ cluster: central }, clusters.all, { ports });
    const up = await discover({ cluster: leaf }, clusters.all, { ports });
    const expected = [...TWO, 'streaming reader/postgres -> leaf/postgres'];
    expectEdges(down, expected);
    expectEdges(up, expected);
    assert.equal(up.questions, 2);
    assert.deepEqual(up.seen, up.edges);
    await leaf.stop();
  });

  it('the same server by two addresses is one node', async () => {
    const proxy = await Proxy.start({ port: central.port });
    try {
      const found = await discover({ cluster: central }, clusters.all, {
        ports: { reader: reader.port, second: second.port },
        more: [{ cluster: central, port: proxy.port }],
      });
      expectEdges(found, TWO);
    } finally {
      await proxy.stop();
    }
  });

  it('a publisher and its subscriber, from either end', async () => {
    await central.query(`CREATE DATABASE shop`);
    await central.query(
      `CREATE TABLE item (id int PRIMARY KEY); CREATE PUBLICATION item_pub FOR TABLE item`,
      undefined,
      { database: 'shop' },
    );
    await subscribe(edge, 'town', 'item_sub', central, 'shop', 'item_pub');
    // Their database of that name comes with the WAL.
    await caughtUp(central, [reader, second]);
    const expected = [...TWO_OF_SHOP, 'logical central/shop -> edge/town'];
    const ports = { reader: reader.port, second: second.port, item_sub: edge.port };
    const down = await discover({ cluster: central, database: 'shop' }, clusters.all, { ports });
    const up = await discover({ cluster: edge, database: 'town' }, clusters.all, { ports });
    expectEdges(down, expected);
    expectEdges(up, expected);
    assert.equal(down.questions, 4);
    assert.equal(up.questions, 3);
    assert.deepEqual(up.seen, up.edges);
  });

  it('a subscriber of which nobody says the port', async () => {
    const found = await discover({ cluster: central, database: 'shop' }, clusters.all, {
      ports: { reader: reader.port, second: second.port },
    });
    const logical = found.proposal.edges.find(({ kind }) => kind === 'logical');
    assert.ok(logical?.kind === 'logical');
    assert.equal(logical.certainty, 'guessed');
    assert.deepEqual(logical.publications, ['item_pub']);
    assert.equal(logical.subscription, 'item_sub');
  });

  it('a role without privileges finds the same by slots, and is told what it may not see', async () => {
    for (const server of [central, edge]) await server.query('CREATE ROLE plain LOGIN');
    await caughtUp(central, [reader, second]);
    const ports = { reader: reader.port, second: second.port, item_sub: edge.port };
    const found = await discover({ cluster: central, database: 'shop' }, clusters.all, {
      ports,
      user: 'plain',
    });
    expectEdges(found, [...TWO_OF_SHOP, 'logical central/shop -> edge/town']);
    assert.match(found.proposal.skipped.join('\n'), /GRANT pg_monitor TO "plain";/u);
    assert.match(found.proposal.skipped.join('\n'), /GRANT SELECT \(subconninfo\)/u);
  });

  it('two edges and a chain', async () => {
    await subscribe(edge, 'village', 'village_sub', central, 'shop', 'item_pub');
    await edge.query('CREATE PUBLICATION town_pub FOR TABLE item', undefined, { database: 'town' });
    await subscribe(central, 'archive', 'archive_sub', edge, 'town', 'town_pub');
    const ports = { reader: reader.port, second: second.port, item_sub: edge.port };
    const found = await discover({ cluster: central, database: 'shop' }, clusters.all, { ports });
    expectEdges(found, [...TWO_OF_SHOP, ...PUBLISHED]);
    assert.equal(found.questions, 3);
  });

  it('slots that nobody reads', async () => {
    await central.query(
      `SELECT pg_create_logical_replication_slot('lost_sub', 'pgoutput'),
         pg_create_physical_replication_slot('gone', true)`,
      undefined,
      { database: 'shop' },
    );
    const ports = { reader: reader.port, second: second.port };
    const found = await discover({ cluster: edge, database: 'town' }, clusters.all, { ports });
    expectEdges(found, [...TWO_OF_SHOP, ...PUBLISHED]);
    assert.deepEqual(found.proposal.consumers.map(({ slot }) => slot).sort(), ['gone', 'lost_sub']);
    assert.equal(found.proposal.warnings.filter((one) => one.includes('keeps WAL')).length, 2);
    await central.query(
      `SELECT pg_drop_replication_slot(name) FROM unnest(ARRAY['lost_sub', 'gone']) AS name`,
      undefined,
      { database: 'shop' },
    );
  });

  it('a publisher that is a standby', async function () {
    if (major < 16) return;
    await subscribe(edge, 'farm', 'farm_sub', reader, 'shop', 'item_pub', () =>
      central.query('SELECT pg_log_standby_snapshot()'),
    );
    const ports = { second: second.port };
    const found = await discover({ cluster: edge, database: 'farm' }, clusters.all, { ports });
    expectEdges(found, [...TWO_OF_SHOP, ...PUBLISHED, 'logical reader/shop -> edge/farm']);
    const publisher = found.proposal.nodes.find(({ id }) => id === 'reader');
    assert.deepEqual(
      publisher?.publications.map(({ name }) => name),
      ['item_pub'],
    );
    await edge.query('DROP SUBSCRIPTION farm_sub', undefined, { database: 'farm' });
  });

  it('twenty nodes', async function () {
    if (major !== 14 && major !== 18) return;
    const names = Array.from({ length: 14 }, (_, index) => `shop_${index + 1}`);
    for (const name of names) {
      await subscribe(edge, name, `${name}_sub`, central, 'shop', 'item_pub');
    }
    const ports = { reader: reader.port, second: second.port, town_sub: edge.port };
    const found = await discover({ cluster: central, database: 'shop' }, clusters.all, { ports });
    const logical = names.map((name) => `logical central/shop -> edge/${name}`);
    expectEdges(found, [...TWO_OF_SHOP, ...PUBLISHED, ...logical]);
    assert.equal(found.nodes.length, 20);
    assert.equal(found.questions, 3);
  });

  it('a member that does not answer', async () => {
    await leaf.start();
    await streams(reader, 1);
    await reader.stop('SIGQUIT');
    // What received from it may notice a moment later.
    await waitFor(async () => (await leaf.query('SELECT FROM pg_stat_wal_receiver')).length === 0, {
      what: 'leaf receives from nobody',
    });
    const found = await discover({ cluster: leaf }, clusters.all);
    expectEdges(found, ['streaming reader/postgres -> leaf/postgres']);
    assert.deepEqual(found.seen, []);
    assert.match(found.problems.join('\n'), /^reader\/postgres: Could not reach .*refused\.$/u);
    await leaf.stop();
  });

  it('two primaries of one system', async () => {
    await second.promote();
    const found = await discover({ cluster: central }, clusters.all, {
      more: [{ cluster: second }],
      ports: { item_sub: edge.port },
    });
    assert.match(found.proposal.warnings.join('\n'), /are all primaries of system/u);
    // Both have the subscription of the archive now, and take its slot from each other.
    const others = found.edges.filter((one) => !/ -> (?:central|second)\/archive$/u.test(one));
    assert.deepEqual(
      others.filter((one) => !one.startsWith('logical central/shop -> edge/')),
      [],
    );
  });

  it('no statement of all these looks wrote', () => {
    const sent = [central, reader, second, edge].flatMap((server) =>
      server
        .readLog()
        .split('\n')
        .map((line) => / pg-topology LOG: {2}(?:execute [^:]*|statement): ?(.*)$/u.exec(line)?.[1])
        .filter((statement) => statement !== undefined),
    );
    assert.ok(sent.length > 20, String(sent.length));
    const others = sent.filter((statement) => statement !== '' && !statement.startsWith('SELECT'));
    assert.deepEqual(others, []);
  });

  it('at least 95 % of the edges were found', () => {
    assert.ok(tally.found >= tally.expected * 0.95, JSON.stringify(tally));
  });
});

const CONNINFOS: readonly (readonly [conninfo: string, place: unknown])[] = [
  [
    'host=db port=5433 dbname=app user=u password=s3cret',
    { host: 'db', port: '5433', database: 'app' },
  ],
  [`host = 'd b' password='a host=evil \\' port=1' dbname=app`, said('d b', null, 'app')],
  [`password=a\\ host=evil dbname=app`, said(null, null, 'app')],
  [`password=a'b'host=evil dbname=app`, said(null, null, 'app')],
  [`password='it\\\\' host=db`, said('db', null, null)],
  ['hostaddr=10.0.0.1 sslpassword=s3cret', said('10.0.0.1', null, null)],
  ['postgresql://u:s3cret@db:5433/app?sslmode=require', said('db', '5433', 'app')],
  ['postgres://u:s?3c/ret@db/app', null],
  ['postgres://u:s3@cret@db/app', null],
  ['postgres://[::1]:5433/app', said('::1', '5433', 'app')],
  ['postgres://u:a?b@db/app', said('db', null, 'app')],
  ['postgres://a:1,b:2/app', null],
  ['', said(null, null, null)],
];

function said(host: string | null, port: string | null, database: string | null): unknown {
  return { host, port, database };
}

const TWO = [
  'streaming central/postgres -> reader/postgres',
  'streaming central/postgres -> second/postgres',
];
const TWO_OF_SHOP = TWO.map((one) => one.replaceAll('postgres', 'shop'));
const PUBLISHED = [
  'logical central/shop -> edge/town',
  'logical central/shop -> edge/village',
  'logical edge/town -> central/archive',
];

async function streams(upstream: Cluster, standbys: number): Promise<void> {
  await waitFor(
    async () => {
      const rows = await upstream.query(
        `SELECT FROM pg_stat_replication WHERE state = 'streaming'`,
      );
      return rows.length >= standbys;
    },
    { what: `${upstream.name} streams to ${standbys}` },
  );
}

async function caughtUp(primary: Cluster, standbys: readonly Cluster[]): Promise<void> {
  const [row] = await primary.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
  for (const standby of standbys) {
    await waitFor(
      async () => {
        const [reached] = await standby.query<{ done: boolean }>(
          'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done',
          [row?.lsn],
        );
        return reached?.done === true;
      },
      { what: `${standby.name} has replayed` },
    );
  }
}

/** Makes a database with a table and a subscription, and waits until its rows arrive. */
async function subscribe(
  server: Cluster,
  database: string,
  name: string,
  publisher: Cluster,
  from: string,
  publication: string,
  meanwhile: (() => Promise<unknown>) | null = null,
): Promise<void> {
  await server.query(`CREATE DATABASE ${database}`);
  await server.query('CREATE TABLE item (id int PRIMARY KEY)', undefined, { database });
  const created = server.query(
    `CREATE SUBSCRIPTION ${name} CONNECTION '${publisher.conninfo({ database: from })}' PUBLICATION ${publication}`,
    undefined,
    { database },
  );
  await Promise.all([created, ...(meanwhile === null ? [] : [until(created, meanwhile)])]);
  await waitFor(
    async () => {
      await meanwhile?.();
      const rows = await server.query(
        `SELECT FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid
          JOIN pg_stat_subscription w ON w.subname = s.subname AND w.last_msg_receipt_time IS NOT NULL
         WHERE r.srsubstate = 'r' AND s.subname = $1`,
        [name],
        { database },
      );
      return rows.length > 0;
    },
    { what: `${name} is ready` },
  );
}

/** Does something again and again until a promise is kept. */
async function until(kept: Promise<unknown>, work: () => Promise<unknown>): Promise<void> {
  let isDone = false;
  const mark = (): void => {
    isDone = true;
  };
  void kept.then(mark, mark);
  await waitFor(
    async () => {
      await work();
      return isDone;
    },
    { what: 'it is done' },
  );
}

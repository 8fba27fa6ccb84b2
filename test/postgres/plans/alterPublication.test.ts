import assert from 'node:assert/strict';
import { isRunnable } from '../../../src/core/plan/plan';
import { planAlterPublication } from '../../../src/core/plan/planAlterPublication';
import type { AlterPublicationRequest, PlanContext } from '../../../src/core/plan/requests';
import type { DeclaredTable } from '../../../src/core/topology';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { codes, PlanRig, untilReady } from './planRig';

forEachMajor('Alter Publication', (major) => {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    edge = await (await clusters.add('edge')).start();
    await createLogin(central, 'replicator');
    await central.query('ALTER ROLE replicator REPLICATION');
    rig = new PlanRig({ central: { cluster: central }, edge: { cluster: edge } });
  });

  after(async () => {
    await clusters.stop();
  });

  beforeEach(async () => {
    await central.query(`
      CREATE SCHEMA app;
      CREATE TABLE jobs (id int PRIMARY KEY, name text);
      CREATE TABLE app.orders (id int PRIMARY KEY, total numeric(8, 2) NOT NULL DEFAULT 0, note text);
      INSERT INTO app.orders (id) VALUES (1);
      GRANT SELECT ON jobs TO replicator;
      CREATE PUBLICATION p FOR TABLE jobs`);
    await edge.query(`
      CREATE TABLE jobs (id int PRIMARY KEY, name text);
      CREATE SUBSCRIPTION s CONNECTION '${central.conninfo({ database: 'postgres', user: 'replicator' })}' PUBLICATION p WITH (create_slot = false, connect = false)`);
    await central.query(`SELECT pg_create_logical_replication_slot('s', 'pgoutput')`);
    await edge.query('ALTER SUBSCRIPTION s ENABLE');
    await edge.query('ALTER SUBSCRIPTION s REFRESH PUBLICATION');
    await untilReady({ cluster: edge }, 's', ['jobs']);
  });

  afterEach(async () => {
    await edge.query('DROP SUBSCRIPTION s');
    await edge.query('DROP SCHEMA IF EXISTS app CASCADE; DROP TABLE jobs');
    await central.query('DROP PUBLICATION p');
    await central.query('DROP SCHEMA app CASCADE; DROP TABLE jobs; DROP TABLE IF EXISTS bare');
  });

  /** As the topology would have it where the file says how the subscription signs in. */
  async function context(): Promise<PlanContext> {
    const known = await rig.context(['replicator']);
    const nodes = known.topology.nodes.map((node) =>
      node.id === 'edge'
        ? {
            ...node,
            subscriptions: [
              {
                name: 's',
                publisher: 'central',
                publications: ['p'],
                connection: 'host=127.0.0.1 user=replicator',
                slotName: 's',
                options: {},
              },
            ],
          }
        : node,
    );
    return { ...known, topology: { ...known.topology, nodes } };
  }

  async function planOf(change: Partial<AlterPublicationRequest>) {
    return planAlterPublication(
      {
        nodeId: 'central',
        name: 'p',
        tables: null,
        schemas: null,
        operations: null,
        viaPartitionRoot: null,
        generatedColumns: null,
        createsMissingTables: true,
        ...change,
      },
      await context(),
    );
  }

  const JOBS = table('public', 'jobs');
  const ORDERS = table('app', 'orders');

  async function ids(name: string): Promise<readonly number[]> {
    const rows = await edge.query<{ id: number }>(`SELECT id FROM ${name} ORDER BY id`);
    return rows.map(({ id }) => id);
  }

  async function untilIds(name: string, wanted: readonly number[]): Promise<void> {
    await waitFor(async () => (await ids(name)).join() === wanted.join(), {
      what: `${name} holds ${wanted.join()}`,
    });
  }

  /** The publication as the server has it. */
  async function shape(): Promise<unknown> {
    return central.query(`SELECT p.*, (SELECT json_agg(prrelid::regclass::text) FROM pg_publication_rel) AS tables
       FROM pg_publication AS p`);
  }

  it('a table is made downstream, opened and published, and its rows come; nothing stops', async () => {
    const from = edge.readLog().length;
    const plan = await planOf({ tables: [JOBS, ORDERS] });
    assert.deepEqual(codes(plan), []);
    assert.deepEqual(
      plan.steps.map(({ nodeId, title }) => `${nodeId}: ${title}`),
      [
        'edge: Create table app.orders',
        'central: Let replicator read app.orders',
        'central: Change publication p',
        'edge: Refresh subscription s',
      ],
    );
    await rig.done(plan);
    await central.query('INSERT INTO app.orders (id) VALUES (2)');
    await untilIds('app.orders', [1, 2]);
    assert.ok(!edge.readLog().slice(from).includes('does not exist'));
    assert.ok(!edge.readLog().slice(from).includes('permission denied'));

    const again = await planOf({ tables: [ORDERS, JOBS] });
    assert.deepEqual(again.steps, []);
    assert.deepEqual(codes(again), ['note nothingToDo central']);

    const back = await planOf({ tables: [JOBS] });
    assert.deepEqual(
      back.impacts.map(({ kind, subscription }) => `${kind} ${subscription}`),
      ['losesRows s'],
    );
    await rig.done(back);
    await untilReady({ cluster: edge }, 's', ['jobs']);
    assert.deepEqual((await planOf({ tables: [JOBS] })).steps, []);
  });

  it('a plan that stopped half way goes on to the same end', async () => {
    const wish = { tables: [JOBS, ORDERS] };
    for (;;) {
      const plan = await planOf(wish);
      if (plan.steps.length === 0) break;
      await rig.done({ ...plan, steps: plan.steps.slice(0, 1) });
    }
    await untilIds('app.orders', [1]);
  });

  it('a bare ADD TABLE stops the subscription; with the table there it passes over rows until the refresh', async () => {
    const plan = await planOf({ tables: [JOBS, ORDERS], createsMissingTables: false });
    assert.ok(codes(plan).includes('error missingTable edge'));
    assert.deepEqual(
      plan.impacts.filter(({ kind }) => kind === 'stops').map(({ subscription }) => subscription),
      ['s'],
    );
    const from = edge.readLog().length;
    await central.query('ALTER PUBLICATION p ADD TABLE app.orders');
    await central.query('INSERT INTO app.orders (id) VALUES (2); INSERT INTO jobs VALUES (7)');
    await waitFor(
      () => Promise.resolve(edge.readLog().slice(from).includes('app.orders" does not exist')),
      {
        what: 'the subscription has stopped for lack of the table',
      },
    );
    assert.deepEqual(await ids('jobs'), []);
    await edge.query(
      'CREATE SCHEMA app CREATE TABLE orders (id int PRIMARY KEY, total numeric(8, 2), note text)',
    );
    // Unblocked, and the row in between is passed over.
    await untilIds('jobs', [7]);
    assert.deepEqual(await ids('app.orders'), []);
    await rig.done(await planOf({ tables: [JOBS, ORDERS] }));
    await untilIds('app.orders', [1, 2]);
  });

  it('no replica identity, or a filter beside it: refused before the application’s UPDATE would be', async () => {
    await central.query('CREATE TABLE bare (id int); INSERT INTO bare VALUES (1)');
    const bare = await planOf({ tables: [JOBS, table('public', 'bare')] });
    assert.deepEqual(codes(bare), ['error noReplicaIdentity central']);
    await central.query('ALTER PUBLICATION p ADD TABLE bare');
    await assert.rejects(central.query('UPDATE bare SET id = 2'), { code: '55000' });
    await central.query('ALTER PUBLICATION p DROP TABLE bare');
    if (major < 15) return;
    const filter = await planOf({ tables: [{ ...JOBS, rowFilter: "name = 'x'" }] });
    assert.deepEqual(codes(filter), ['error noReplicaIdentity central']);
    await rig.forced(filter);
    await central.query('INSERT INTO jobs VALUES (1)');
    await assert.rejects(central.query("UPDATE jobs SET name = 'y'"), { code: '42P10' });
  });

  it('filters and lists are set, said to lose rows, and found equal afterwards', async () => {
    const limited = {
      tables: [
        { ...JOBS, columns: ['name', 'id'], rowFilter: 'id % 2 = 0 AND (id > 1 OR id < 0)' },
      ],
    };
    const plan = await planOf(limited);
    if (major < 15) {
      assert.deepEqual([...new Set(codes(plan))], ['error unsupportedOption central']);
      assert.match(await rig.forced(plan), /\(42601\)/);
      return;
    }
    assert.deepEqual(codes(plan), []);
    assert.deepEqual(
      plan.impacts.map(({ kind }) => kind),
      ['losesRows', 'losesRows'],
    );
    await rig.done(plan);
    assert.deepEqual((await planOf(limited)).steps, []);
    await central.query('INSERT INTO jobs VALUES (2), (3), (4)');
    await untilIds('jobs', [2, 4]);
    const whole = await planOf({ tables: [JOBS] });
    await rig.done(whole);
    assert.deepEqual((await planOf({ tables: [JOBS] })).steps, []);
  });

  it('operations, schemas and options: what a version lacks is refused by name, and the undo leads back', async () => {
    const before = await shape();
    const inserts = await planOf({ operations: ['insert'] });
    assert.deepEqual(
      inserts.impacts.map(({ kind }) => kind),
      ['losesRows'],
    );
    await rig.undo(await rig.done(inserts));
    assert.deepEqual(
      (await planOf({ operations: ['insert', 'update', 'delete', 'truncate'] })).steps,
      [],
    );

    await rig.undo(await rig.done(await planOf({ viaPartitionRoot: true })));
    const generated = await planOf({ generatedColumns: 'stored' });
    if (major < 18) {
      assert.deepEqual(codes(generated), ['error unsupportedOption central']);
      assert.match(await rig.forced(generated), /\(42601\)/);
    } else await rig.undo(await rig.done(generated));

    await edge.query(
      'CREATE SCHEMA app CREATE TABLE orders (id int PRIMARY KEY, total numeric(8, 2), note text)',
    );
    await central.query(
      'GRANT USAGE ON SCHEMA app TO replicator; GRANT SELECT ON app.orders TO replicator',
    );
    const schemas = await planOf({ schemas: ['app'] });
    if (major < 15) assert.deepEqual(codes(schemas), ['error unsupportedOption central']);
    else {
      await rig.done(schemas);
      await untilIds('app.orders', [1]);
      assert.deepEqual((await planOf({ schemas: ['app'] })).steps, []);
      await rig.done(await planOf({ schemas: [] }));
    }
    assert.deepEqual(await shape(), before);
  });

  it('a column that the subscriber lacks is found before it stops', async () => {
    if (major < 15) return;
    await rig.done(await planOf({ tables: [{ ...JOBS, columns: ['id'] }] }));
    await edge.query('ALTER TABLE jobs DROP COLUMN name');
    const plan = await planOf({ tables: [JOBS] });
    assert.deepEqual(codes(plan), ['error missingColumn edge']);
    assert.equal(isRunnable(plan), false);
    await rig.forced({ ...plan, steps: plan.steps.slice(0, 1) });
    const from = edge.readLog().length;
    await central.query("INSERT INTO jobs VALUES (9, 'x')");
    await waitFor(
      () => Promise.resolve(/missing replicated column.*"name"/u.test(edge.readLog().slice(from))),
      { what: 'the subscription has stopped for lack of the column' },
    );
    await rig.applyFixes(plan);
    await untilIds('jobs', [9]);
  });
});

function table(schema: string, name: string): DeclaredTable {
  return { schema, name, columns: null, rowFilter: null };
}

import assert from 'node:assert/strict';
import { isRunnable } from '../../../src/core/plan/plan';
import { planDropPublication } from '../../../src/core/plan/planDropPublication';
import { planRenamePublication } from '../../../src/core/plan/planRenamePublication';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { codes, PlanRig, untilReady } from './planRig';

const TABLES = ['jobs', 'items'].map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY)`);

forEachMajor('A publication that goes away', (major) => {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    edge = await (await clusters.add('edge')).start();
    await edge.query('CREATE DATABASE two');
    for (const table of TABLES) {
      await central.query(table);
      await edge.query(table);
      await edge.query(table, undefined, { database: 'two' });
    }
    rig = new PlanRig({
      central: { cluster: central },
      edge: { cluster: edge },
      two: { cluster: edge, database: 'two' },
    });
  });

  after(async () => {
    await clusters.stop();
  });

  beforeEach(async () => {
    await central.query(`
      CREATE PUBLICATION jobs_pub FOR TABLE jobs WITH (publish = 'insert, update, delete');
      CREATE PUBLICATION items_pub FOR TABLE items`);
    await subscribe('edge_sub', 'jobs_pub, items_pub', 'postgres');
    await subscribe('two_sub', 'jobs_pub', 'two');
    await untilReady({ cluster: edge }, 'edge_sub', ['items', 'jobs']);
    await untilReady({ cluster: edge, database: 'two' }, 'two_sub', ['jobs']);
  });

  afterEach(async () => {
    await edge.query('DROP SUBSCRIPTION IF EXISTS edge_sub');
    await edge.query('DROP SUBSCRIPTION IF EXISTS two_sub', undefined, { database: 'two' });
    for (const { name } of await central.query<{ name: string }>(
      'SELECT quote_ident(pubname) AS name FROM pg_publication',
    )) {
      await central.query(`DROP PUBLICATION ${name}`);
    }
    await central.query('TRUNCATE jobs, items');
    await edge.query('TRUNCATE jobs, items');
    await edge.query('TRUNCATE jobs, items', undefined, { database: 'two' });
  });

  async function subscribe(name: string, publications: string, database: string): Promise<void> {
    await edge.query(
      `CREATE SUBSCRIPTION ${name} CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION ${publications}`,
      undefined,
      { database },
    );
  }

  async function ids(database = 'postgres', table = 'jobs'): Promise<readonly number[]> {
    const rows = await edge.query<{ id: number }>(
      `SELECT id FROM ${table} ORDER BY id`,
      undefined,
      {
        database,
      },
    );
    return rows.map(({ id }) => id);
  }

  async function untilArrived(id: number, database = 'postgres', table = 'jobs'): Promise<void> {
    await waitFor(async () => (await ids(database, table)).includes(id), {
      what: `row ${id} of ${table} is in ${database}`,
    });
  }

  /** Waits until a subscription has confirmed everything that is written by now. */
  async function untilPassed(slot: string): Promise<void> {
    const [now] = await central.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    await waitFor(
      async () =>
        (
          await central.query(
            'SELECT FROM pg_replication_slots WHERE slot_name = $1 AND confirmed_flush_lsn >= $2::pg_lsn',
            [slot, now?.lsn],
          )
        ).length === 1,
      { what: `${slot} has passed what is written` },
    );
  }

  /** What the publisher's log says of a publication that is not there, from a place on. */
  function complaints(publication: string, from: number): readonly string[] {
    return central
      .readLog()
      .slice(from)
      .split('\n')
      .filter(
        (line) =>
          line.includes(`publication "${publication}" does not exist`) ||
          line.includes(`skipped loading publication "${publication}"`),
      );
  }

  async function untilComplained(publication: string, from: number): Promise<void> {
    await waitFor(() => Promise.resolve(complaints(publication, from).length > 0), {
      what: `the log of central names ${publication}`,
    });
  }

  it('rename: everybody goes on under the new name, and no row is lost while others write', async () => {
    const from = central.readLog().length;
    const writer = write();
    const plan = planRenamePublication(
      { nodeId: 'central', name: 'jobs_pub', newName: `new "pub"` },
      await rig.context(),
    );
    assert.deepEqual(codes(plan), []);
    assert.deepEqual(
      plan.impacts.map(({ kind, nodeId, subscription }) => [kind, nodeId, subscription]),
      [
        ['pauses', 'edge', 'edge_sub'],
        ['pauses', 'two', 'two_sub'],
      ],
    );
    let last: number;
    try {
      await rig.done(plan);
    } finally {
      last = await writer.end();
    }
    await untilArrived(last);
    await untilArrived(last, 'two');
    const all = Array.from({ length: last }, (_, index) => index + 1);
    assert.deepEqual(await ids(), all);
    assert.deepEqual(await ids('two'), all);
    assert.deepEqual(
      [...complaints('jobs_pub', from), ...complaints('new ""pub""', from)],
      [],
      'nobody was stopped',
    );
    const [made] = await central.query(
      `SELECT array_agg(pubname::text ORDER BY pubname) AS names,
         bool_or(pubtruncate) FILTER (WHERE pubname <> 'items_pub') AS truncates FROM pg_publication`,
    );
    assert.deepEqual(made, { names: ['items_pub', 'new "pub"'], truncates: false });
    const again = planRenamePublication(
      { nodeId: 'central', name: 'jobs_pub', newName: 'new "pub"' },
      await rig.context(),
    );
    assert.deepEqual(codes(again), ['error missingPublication central']);
  });

  it('rename goes on from wherever an earlier try stopped', async () => {
    const request = { nodeId: 'central', name: 'jobs_pub', newName: 'late_pub' };
    for (const steps of [1, 3]) {
      const plan = planRenamePublication(request, await rig.context());
      const part = await rig.run({ ...plan, steps: plan.steps.slice(0, steps) });
      assert.ok(part.outcomes.every(({ state }) => state === 'done'));
      await central.query(`INSERT INTO jobs VALUES (${steps})`);
    }
    await rig.done(planRenamePublication(request, await rig.context()));
    await central.query('INSERT INTO jobs VALUES (4)');
    for (const database of ['postgres', 'two']) {
      await untilArrived(4, database);
      assert.deepEqual(await ids(database), [1, 3, 4]);
    }
    const names = await central.query(
      'SELECT pubname::text AS name FROM pg_publication ORDER BY 1',
    );
    assert.deepEqual(names, [{ name: 'items_pub' }, { name: 'late_pub' }]);
  });

  it('a bare RENAME does what the plan avoids: it stops them, or loses rows from 18 on', async () => {
    const from = central.readLog().length;
    await central.query('ALTER PUBLICATION jobs_pub RENAME TO late_pub');
    await central.query('INSERT INTO jobs VALUES (1)');
    await untilComplained('jobs_pub', from);
    // Either may have complained; what is passed over must be passed before the new name is asked for.
    if (major >= 18) await untilPassed('two_sub');
    assert.deepEqual(await ids('two'), []);
    await edge.query('ALTER SUBSCRIPTION two_sub SET PUBLICATION late_pub', undefined, {
      database: 'two',
    });
    await central.query('INSERT INTO jobs VALUES (2)');
    await untilArrived(2, 'two');
    assert.deepEqual(await ids('two'), major < 18 ? [1, 2] : [2]);
  });

  it('drop: those who take something else let go of it first; nobody stops', async () => {
    await edge.query('DROP SUBSCRIPTION two_sub', undefined, { database: 'two' });
    const from = central.readLog().length;
    const plan = planDropPublication({ nodeId: 'central', name: 'jobs_pub' }, await rig.context());
    assert.deepEqual(codes(plan), []);
    assert.deepEqual(
      plan.impacts.map(({ kind, subscription }) => `${kind} ${subscription}`),
      ['losesRows edge_sub'],
    );
    await rig.done(plan);
    await central.query('INSERT INTO jobs VALUES (1); INSERT INTO items VALUES (2)');
    await untilArrived(2, 'postgres', 'items');
    assert.deepEqual(await ids(), []);
    assert.deepEqual(complaints('jobs_pub', from), []);
    await untilReady({ cluster: edge }, 'edge_sub', ['items']);
  });

  it('drop: one that takes nothing else keeps the plan from running, and the damage is as it says', async () => {
    const stranger = 'SELECT pg_create_logical_replication_slot($1, $2)';
    await central.query(stranger, ['stranger', 'pgoutput']);
    const request = { nodeId: 'central', name: 'jobs_pub' };
    let plan = planDropPublication(request, await rig.context());
    await central.query('SELECT pg_drop_replication_slot($1)', ['stranger']);
    assert.deepEqual(codes(plan), ['error stillTaken two', 'warning unknownServer central']);
    assert.match(plan.findings[1]?.text ?? '', /^Somebody reads the slot stranger on central/u);
    assert.equal(isRunnable(plan), false);

    plan = planDropPublication(request, await rig.context());
    const predicted = plan.impacts.find(({ nodeId }) => nodeId === 'two')?.kind;
    assert.equal(predicted, major < 18 ? 'stops' : 'losesRows');
    const from = central.readLog().length;
    await central.query('DROP PUBLICATION jobs_pub');
    await central.query('INSERT INTO jobs VALUES (1)');
    await untilComplained('jobs_pub', from);
    // Making it again heals nothing before 18: decoding looks at the catalog as it was.
    await central.query('CREATE PUBLICATION jobs_pub FOR TABLE jobs');
    await central.query('INSERT INTO jobs VALUES (2)');
    if (major >= 18) {
      await untilArrived(2, 'two');
      assert.deepEqual(await ids('two'), [2]);
    } else {
      await untilComplained('jobs_pub', central.readLog().length);
      assert.deepEqual(await ids('two'), []);
    }
  });

  /** Inserts 1, 2, 3 … until it is told to end. @returns the last one */
  function write(): { readonly end: () => Promise<number> } {
    const stop = new AbortController();
    let last = 0;
    const work = (async () => {
      while (!stop.signal.aborted) {
        await central.query('INSERT INTO jobs VALUES ($1)', [last + 1]);
        last += 1;
      }
    })();
    return {
      end: async () => {
        stop.abort();
        await work;
        return last;
      },
    };
  }
});

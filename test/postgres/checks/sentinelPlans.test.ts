import assert from 'node:assert/strict';
import { planInstallSentinel } from '../../../src/core/plan/planInstallSentinel';
import type { DeclaredSubscription } from '../../../src/core/topology';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { lockTable } from '../../clusters/faults';
import { forEachMajor } from '../../clusters/majors';
import { sleep, waitFor } from '../../clusters/waitFor';
import { nodeOf, Watcher } from '../faults/watcher';
import { CheckRig, sayResult } from './checkRig';
import { RoundLoop } from './roundLoop';

const EDGE = 'logical/genesis/all_sub';
const REQUEST = { nodeId: 'central', publication: 'all_pub' };
/** First version in which a subscription may belong to somebody who is no superuser from the start. */
const OWNERS_SINCE = 16;

forEachMajor('Sentinel plans on a publication of all tables', (major) => {
  const clusters = new Clusters(major);
  let central: Cluster;
  let genesis: Cluster;
  let watcher: Watcher;
  let rig: CheckRig;

  before(async function () {
    central = await clusters.add('central');
    genesis = await clusters.add('genesis');
    await Promise.all([central.start(), genesis.start()]);
    for (const server of [central, genesis]) {
      await server.query('CREATE TABLE jobs (id bigserial PRIMARY KEY, filler text)');
      await createLogin(server, 'monitor', { memberOf: ['pg_monitor'] });
    }
    await central.query('CREATE PUBLICATION all_pub FOR ALL TABLES');
    await genesis.query(
      `CREATE SUBSCRIPTION all_sub CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION all_pub`,
    );
    if (major >= OWNERS_SINCE) await giveToOwner();
    const declared: DeclaredSubscription = {
      name: 'all_sub',
      publisher: 'central',
      publications: ['all_pub'],
      connection: null,
      slotName: 'all_sub',
      options: {},
    };
    watcher = new Watcher([
      nodeOf(central, {}, 'monitor'),
      nodeOf(genesis, { subscriptions: [declared] }, 'monitor'),
    ]);
    await watcher.untilEdge(EDGE, 'idle');
    let snapshot = await watcher.look();
    rig = new CheckRig(
      {
        snapshot: () => snapshot,
        refresh: async () => {
          snapshot = await watcher.look();
        },
      },
      { limitMs: 60_000 },
    );
  });

  after(async () => {
    try {
      await rig.close();
      await watcher.close();
    } finally {
      await clusters.stop();
    }
  });

  async function giveToOwner(): Promise<void> {
    await genesis.query(`
      CREATE ROLE sub_owner LOGIN;
      GRANT pg_create_subscription TO sub_owner;
      GRANT CREATE ON DATABASE postgres TO sub_owner;
      ALTER TABLE jobs OWNER TO sub_owner`);
    await genesis.query('ALTER SUBSCRIPTION all_sub SET (password_required = false)');
    await genesis.query('ALTER SUBSCRIPTION all_sub OWNER TO sub_owner');
  }

  async function untilJobArrives(): Promise<void> {
    const [row] = await central.query<{ id: string }>(
      `INSERT INTO jobs (filler) VALUES ('x') RETURNING id::text AS id`,
    );
    await waitFor(
      async () => (await genesis.query('SELECT FROM jobs WHERE id = $1', [row?.id])).length === 1,
      { what: 'the subscription still applies' },
    );
  }

  async function relations(): Promise<unknown> {
    const found = async (server: Cluster): Promise<unknown> => [
      await server.query(
        `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2`,
      ),
      await server.query('SELECT slot_name FROM pg_replication_slots ORDER BY 1'),
      await server.query(
        'SELECT srrelid::regclass::text AS name, srsubstate FROM pg_subscription_rel ORDER BY 1',
      ),
      await server.query(`SELECT nspname FROM pg_namespace ORDER BY 1`),
    ];
    return [await found(central), await found(genesis)];
  }

  it('stops nobody, neither on the way in nor on the way out, while tokens are on their way', async function () {
    const before = await relations();
    const plan = await rig.install(REQUEST);
    assert.deepEqual(
      plan.steps.map(({ nodeId }) => nodeId),
      ['genesis', 'central', 'genesis'],
    );
    const results = await rig.check();
    assert.equal(results.get(EDGE)?.outcome, 'arrived', sayResult(results.get(EDGE)));
    assert.equal(results.get(EDGE)?.kind, 'row', sayResult(results.get(EDGE)));
    await untilJobArrives();
    assert.deepEqual(planInstallSentinel(REQUEST, await rig.context()).steps, []);

    // The subscription is behind: tokens wait for it while the table is taken away.
    const lock = await lockTable(genesis, 'jobs');
    await central.query(`INSERT INTO jobs (filler) VALUES ('behind')`);
    const loop = new RoundLoop(rig.snapshot(), rig.gateway);
    const behind = loop.round(null, () => undefined);
    const removed = rig.uninstall(REQUEST);
    await sleep(1_000);
    assert.deepEqual(
      await genesis
        .query(`SELECT FROM pg_tables WHERE schemaname = 'pgtopology'`)
        .then((rows) => rows.length),
      1,
      'it went before the last token had come',
    );
    await lock.end();
    await Promise.all([behind, removed]);
    await loop.close();
    assert.deepEqual(await relations(), before);
    await untilJobArrives();
    await watcher.untilEdge(EDGE, 'idle');
  });

  it('refuses a second way into one database', async function () {
    await central.query('CREATE PUBLICATION jobs_pub FOR TABLE jobs');
    await genesis.query(
      `CREATE SUBSCRIPTION jobs_sub CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION jobs_pub WITH (copy_data = false)`,
    );
    try {
      const request = { nodeId: 'central', publication: 'jobs_pub' };
      const plan = planInstallSentinel(request, await rig.context());
      assert.ok(
        plan.findings.some(({ code, severity }) => code === 'tableTwice' && severity === 'error'),
        JSON.stringify(plan.findings),
      );
    } finally {
      await genesis.query('DROP SUBSCRIPTION jobs_sub');
      await central.query('DROP PUBLICATION jobs_pub');
    }
  });
});

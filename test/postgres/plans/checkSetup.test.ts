import assert from 'node:assert/strict';
import type { PlanContext } from '../../../src/core/plan/requests';
import { checkSetup } from '../../../src/core/setup/checkSetup';
import type { SetupItem } from '../../../src/core/setup/setupItem';
import type { DeclaredSubscription } from '../../../src/core/topology';
import { createLogin, requirePasswords } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { PlanRig, untilReady, untilReplayed } from './planRig';

forEachMajor('Check Set-up', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let reader: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await clusters.add('central', { conf: { wal_level: 'logical' } });
    reader = await clusters.addStandby('reader', central, {
      slot: 'reader',
      conf: { hot_standby_feedback: false, max_standby_streaming_delay: -1 },
    });
    await central.start();
    await reader.start();
    edge = await (await clusters.add('edge')).start();
    await createLogin(central, 'streamer', { password: 'streamer' });
    await central.query(`CREATE TABLE public.item (id serial PRIMARY KEY);
      INSERT INTO public.item SELECT FROM generate_series(1, 3);
      GRANT SELECT ON public.item TO streamer; ALTER ROLE streamer REPLICATION;
      CREATE PUBLICATION item_pub FOR TABLE public.item`);
    await requirePasswords(central);
    await edge.query('CREATE TABLE public.item (id serial PRIMARY KEY)');
    await edge.query(
      `CREATE SUBSCRIPTION item_sub CONNECTION '${central.conninfo({ database: 'postgres', user: 'streamer' })} password=streamer' PUBLICATION item_pub`,
    );
    await untilReady({ cluster: edge }, 'item_sub', ['item']);
    await untilReplayed(reader, central);
    rig = new PlanRig({
      central: { cluster: central },
      reader: { cluster: reader, standbyOf: 'central' },
      edge: { cluster: edge },
    });
  });

  after(async () => {
    await clusters.stop();
  });

  const declared: DeclaredSubscription = {
    name: 'item_sub',
    publisher: 'central',
    publications: ['item_pub'],
    connection: 'user=streamer dbname=postgres',
    slotName: 'item_sub',
    options: {},
  };

  async function items(): Promise<readonly SetupItem[]> {
    const context = await rig.context(['streamer', 'postgres']);
    const nodes = context.topology.nodes.map((node) =>
      node.id === 'edge' ? { ...node, subscriptions: [declared] } : node,
    );
    const whole: PlanContext = { ...context, topology: { ...context.topology, nodes } };
    return checkSetup(whole, null);
  }

  const find = (all: readonly SetupItem[], id: string): SetupItem => {
    const item = all.find((one) => one.id === id);
    assert.ok(item, `${id} in ${all.map((one) => one.id).join()}`);
    return item;
  };

  it('a sequence does not follow: an insert on the subscriber collides, and the statement of the report ends that', async () => {
    // What everybody does after a switch: write where the copy is.
    await assert.rejects(edge.query('INSERT INTO public.item DEFAULT VALUES'), { code: '23505' });
    const behind = find(await items(), 'sequences/edge');
    assert.equal(behind.state, 'warning');
    assert.match(behind.evidence, /public\.item_id_seq is behind/);
    await edge.query(behind.fix ?? '');
    await edge.query('INSERT INTO public.item DEFAULT VALUES');
    assert.equal(find(await items(), 'sequences/edge').state, 'ok');
  });

  it('roles, rules, WAL, standby and subscriber as they are', async () => {
    const all = await items();
    const states = Object.fromEntries(
      [
        'wal/central',
        'login/item_sub on edge/streamer/central',
        'hba/item_sub on edge/streamer/central',
        'active/item_sub/edge',
        'targets/item_sub/edge',
        'hotStandby/reader',
        'max_standby_streaming_delay/reader',
        'max_standby_archive_delay/reader',
        'feedback/reader',
        'slot/reader',
        'limits/reader',
        'lostSlots/central',
        'slotLimit/central',
        'tls/central',
      ].map((id) => [id, find(all, id).state]),
    );
    assert.deepEqual(states, {
      'wal/central': 'ok',
      'login/item_sub on edge/streamer/central': 'ok',
      'hba/item_sub on edge/streamer/central': 'ok',
      'active/item_sub/edge': 'ok',
      'targets/item_sub/edge': 'ok',
      'hotStandby/reader': 'ok',
      'max_standby_streaming_delay/reader': 'warning',
      'max_standby_archive_delay/reader': 'ok',
      'feedback/reader': 'warning',
      'slot/reader': 'ok',
      'limits/reader': 'ok',
      'lostSlots/central': 'ok',
      'slotLimit/central': 'warning',
      'tls/central': 'warning',
    });
  });

  it('the rule that the server uses is the rule that is named', async () => {
    const id = 'hba/item_sub on edge/streamer/central';
    assert.match(
      find(await items(), id).evidence,
      /line \d+ of \S+, host all all 127\.0\.0\.1 .* scram-sha-256/,
    );
    await central.setHba([
      'host all postgres 127.0.0.1/32 trust',
      'host replication all 127.0.0.1/32 trust',
      'host all streamer 127.0.0.0/8 reject',
      'host all all 0.0.0.0/0 scram-sha-256',
    ]);
    await assert.rejects(central.connect({ user: 'streamer', password: 'streamer' }), {
      code: '28000',
    });
    const refused = find(await items(), id);
    assert.deepEqual(
      [refused.state, refused.evidence.startsWith('It meets line 3 of')],
      ['problem', true],
    );
    await central.setHba([
      'host all postgres 127.0.0.1/32 trust',
      'host replication all 127.0.0.1/32 trust',
    ]);
    await assert.rejects(central.connect({ user: 'streamer', password: 'streamer' }), {
      code: '28000',
    });
    assert.equal(find(await items(), id).state, 'problem');
  });

  it('a standby refuses what a primary takes, and a check writes nothing there', async () => {
    await assert.rejects(reader.query('INSERT INTO public.item DEFAULT VALUES'), { code: '25006' });
    await assert.rejects(reader.query('SELECT pg_current_wal_lsn()'), { code: '55000' });
    await assert.rejects(reader.query(`CREATE PUBLICATION p FOR TABLE public.item`), {
      code: '25006',
    });
    const before = await rig.state();
    await items();
    assert.deepEqual(await rig.state(), before);
  });
});

import assert from 'node:assert/strict';
import { planDropSlot } from '../../../src/core/plan/slots/planDropSlot';
import type { PlanContext } from '../../../src/core/plan/requests';
import type { DeclaredSubscription, TopologyNode } from '../../../src/core/topology';
import { createLogin, requirePasswords } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { codes, PlanRig } from './planRig';

forEachMajor('A plan that drops a slot', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let reader: Cluster;
  let edge: Cluster;

  before(async function () {
    clusters = new Clusters(major);
    central = await clusters.add('central', { conf: { wal_level: 'logical' } });
    reader = await clusters.addStandby('reader', central, {
      slot: 'reader',
      conf: { hot_standby_feedback: true },
    });
    await central.start();
    await reader.start();
    edge = await (await clusters.add('edge')).start();
    await createLogin(central, 'streamer', { password: 'streamer' });
    await central.query(`ALTER ROLE streamer REPLICATION;
      CREATE TABLE public.item (id int PRIMARY KEY); INSERT INTO public.item VALUES (1);
      CREATE PUBLICATION item_pub FOR TABLE public.item`);
    await requirePasswords(central);
    await edge.query('CREATE TABLE public.item (id int PRIMARY KEY)');
  });

  after(async () => {
    await clusters.stop();
  });

  const declaredSub: DeclaredSubscription = {
    name: 'item_sub',
    publisher: 'central',
    publications: ['item_pub'],
    connection: null,
    slotName: 'item_sub',
    options: {},
  };

  /** The file declares the standby with its slot, and the subscription; only `members` are read. */
  async function contextOf(
    members: readonly ('central' | 'reader' | 'edge')[],
  ): Promise<{ readonly rig: PlanRig; readonly context: PlanContext }> {
    const all = {
      central: { cluster: central },
      reader: { cluster: reader, standbyOf: 'central' },
      edge: { cluster: edge },
    };
    const rig = new PlanRig(Object.fromEntries(members.map((id) => [id, all[id]])));
    const whole = new PlanRig(all);
    const nodes = whole.nodes.map((node): TopologyNode => ({
      ...node,
      slot: node.id === 'reader' ? 'reader' : null,
      subscriptions: node.id === 'edge' ? [declaredSub] : [],
    }));
    const context = await rig.context();
    return { rig, context: { ...context, topology: { ...context.topology, nodes } } };
  }

  async function slots(): Promise<readonly string[]> {
    const rows = await central.query<{ name: string }>(
      'SELECT slot_name AS name FROM pg_replication_slots ORDER BY 1',
    );
    return rows.map(({ name }) => name);
  }

  it('is refused while a standby reads it, and while that is away and the file gives it the slot', async function () {
    await waitFor(
      async () =>
        (
          await central.query(
            `SELECT FROM pg_replication_slots WHERE active AND slot_name = 'reader'`,
          )
        ).length === 1,
      { what: 'the standby reads its slot' },
    );
    const request = { nodeId: 'central', slotName: 'reader' };
    const busy = await contextOf(['central', 'reader']);
    const refused = planDropSlot(request, busy.context);
    assert.deepEqual(codes(refused), ['error slotInUse central', 'error slotInUse central']);
    assert.match(refused.findings[0]?.text ?? '', /is read now by pid \d+ \(reader as postgres/);
    assert.match(await busy.rig.forced(refused), /is active for PID \d+ \(55006\)/);
    await reader.stop();
    await waitFor(
      async () =>
        (await central.query(`SELECT FROM pg_replication_slots WHERE active`)).length === 0,
      { what: 'the slot is left' },
    );
    const away = await contextOf(['central']);
    assert.deepEqual(codes(planDropSlot(request, away.context)), ['error slotInUse central']);
    await reader.start();
    assert.ok((await slots()).includes('reader'));
  });

  it('an orphan keeps WAL for nobody; it goes, and a second plan has nothing to do', async () => {
    await central.query(`SELECT pg_create_physical_replication_slot('orphan', true);
      CREATE TABLE public.filler AS SELECT repeat('x', 1000) AS x FROM generate_series(1, 2000)`);
    const request = { nodeId: 'central', slotName: 'orphan' };
    const { rig, context } = await contextOf(['central', 'reader', 'edge']);
    const slot = context.catalogs.get('central')?.slots.find(({ name }) => name === 'orphan');
    assert.ok((slot?.retainedWalBytes ?? 0) > 2_000_000, String(slot?.retainedWalBytes));
    assert.equal(slot?.reader, null);
    assert.equal(typeof slot.inactiveSinceMs, major >= 17 ? 'number' : 'object');
    const plan = planDropSlot(request, context);
    assert.deepEqual(codes(plan), ['warning slotInUse central']);
    await rig.done(plan);
    assert.ok(!(await slots()).includes('orphan'));
    const again = await contextOf(['central']);
    assert.deepEqual(planDropSlot(request, again.context).steps, []);
  });

  it('somebody who comes to read it in the last moment keeps it', async () => {
    await central.query(`SELECT pg_create_logical_replication_slot('late', 'pgoutput')`);
    const { rig, context } = await contextOf(['central']);
    const plan = planDropSlot({ nodeId: 'central', slotName: 'late' }, context);
    const session = await central.connect({ replication: 'database' });
    void session
      .query(
        `START_REPLICATION SLOT late LOGICAL 0/0 (proto_version '1', publication_names 'item_pub')`,
      )
      .catch(() => undefined);
    await waitFor(
      async () =>
        (
          await central.query(
            `SELECT FROM pg_replication_slots WHERE slot_name = 'late' AND active`,
          )
        ).length === 1,
      { what: 'the slot is read' },
    );
    const report = await rig.run(plan);
    assert.equal(report.outcomes[0]?.state, 'failed');
    assert.match(report.outcomes[0].failure?.text ?? '', /somebody reads it now \(55006\)/);
    await session.end();
  });

  it('that of a table copy stays while the subscription may need it, and goes after, as does the slot that was left', async function () {
    // Without SELECT the copy fails again and again.
    await edge.query(
      `CREATE SUBSCRIPTION item_sub CONNECTION '${central.conninfo({ database: 'postgres', user: 'streamer' })} password=streamer' PUBLICATION item_pub`,
    );
    const [own] = await edge.query<{ name: string }>(
      `SELECT format('pg_%s_sync_%s_%s', s.oid, 'public.item'::regclass::oid, c.system_identifier) AS name
         FROM pg_subscription AS s, pg_control_system() AS c WHERE s.subname = 'item_sub'`,
    );
    const name = own?.name ?? '';
    await waitFor(
      async () => {
        const rows = await edge.query(`SELECT FROM pg_subscription_rel WHERE srsubstate = 'd'`);
        return rows.length === 1;
      },
      { what: 'the table is being copied' },
    );
    await edge.query('ALTER SUBSCRIPTION item_sub DISABLE');
    await waitFor(
      async () => {
        const rows = await central.query(
          `SELECT FROM pg_replication_slots WHERE active AND slot_type = 'logical'`,
        );
        const workers = await edge.query(
          `SELECT FROM pg_stat_activity WHERE backend_type LIKE 'logical replication%worker'`,
        );
        return rows.length + workers.length === 0;
      },
      { what: 'its slots are left' },
    );
    // Most failures take the slot away again; a crash between two tries leaves it.
    const leave = async (): Promise<void> => {
      if ((await slots()).includes(name)) return;
      await central.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [name]);
    };
    await leave();
    const used = await contextOf(['central', 'edge']);
    const refused = planDropSlot({ nodeId: 'central', slotName: name }, used.context);
    assert.deepEqual(codes(refused), ['error slotInUse central']);
    assert.match(refused.findings[0]?.text ?? '', /item_sub on edge copies a table by it/);
    const main = planDropSlot({ nodeId: 'central', slotName: 'item_sub' }, used.context);
    assert.deepEqual(codes(main), ['error slotInUse central']);
    await edge.query('ALTER SUBSCRIPTION item_sub SET (slot_name = NONE)');
    await edge.query('DROP SUBSCRIPTION item_sub');
    // Dropping reaches the publisher here and takes it away; it stays where it does not.
    await leave();
    for (const slotName of ['item_sub', name]) {
      const { rig, context } = await contextOf(['central', 'reader', 'edge']);
      const plan = planDropSlot({ nodeId: 'central', slotName }, context);
      assert.deepEqual(codes(plan), ['note slotInUse central'], JSON.stringify(plan.findings));
      await rig.done(plan);
      assert.ok(!(await slots()).includes(slotName));
    }
  });

  if (major >= 17) {
    it('a failover slot takes its copies with it; a copy itself is refused', async function () {
      await central.query(
        `SELECT pg_create_logical_replication_slot('fail', 'pgoutput', false, false, true)`,
      );
      await reader.query(
        `ALTER SYSTEM SET primary_conninfo = '${central.conninfo({ database: 'postgres' })} application_name=reader'`,
      );
      await reader.reload();
      await waitFor(
        async () => {
          await reader.query('SELECT pg_sync_replication_slots()');
          const rows = await reader.query(
            `SELECT FROM pg_replication_slots WHERE slot_name = 'fail' AND synced AND NOT temporary`,
          );
          if (rows.length === 1) return true;
          // Its position on the primary must have passed where the standby can decode from.
          await central.query(`SELECT pg_log_standby_snapshot();
            SELECT pg_replication_slot_advance('fail', pg_current_wal_lsn())`);
          return false;
        },
        { what: 'the standby has its copy', timeoutMs: 120_000 },
      );
      const { rig, context } = await contextOf(['central', 'reader']);
      const copy = planDropSlot({ nodeId: 'reader', slotName: 'fail' }, context);
      assert.deepEqual(codes(copy), ['error slotInUse reader', 'warning slotInUse reader']);
      assert.match(await rig.forced(copy), /\(55000\)/);
      const plan = planDropSlot({ nodeId: 'central', slotName: 'fail' }, context);
      assert.match(
        plan.findings[0]?.text ?? '',
        /failover slot: the copies .* \(reader\) go with it/,
      );
      await rig.done(plan);
      await reader.query('SELECT pg_sync_replication_slots()');
      assert.deepEqual(
        await reader.query(`SELECT FROM pg_replication_slots WHERE slot_name = 'fail'`),
        [],
      );
    });
  }

  it('a lost one: what is kept is gone already, and its standby must be cloned', async function () {
    await reader.stop();
    await central.setConf({ max_slot_wal_keep_size: '1MB' });
    await waitFor(
      async () => {
        await central.query(
          `INSERT INTO public.filler SELECT repeat('y', 1000) FROM generate_series(1, 2000);`,
        );
        await central.query('SELECT pg_switch_wal()');
        await central.query('CHECKPOINT');
        const rows = await central.query(
          `SELECT FROM pg_replication_slots WHERE slot_name = 'reader' AND wal_status = 'lost'`,
        );
        return rows.length === 1;
      },
      { what: 'the slot is lost', timeoutMs: 120_000 },
    );
    const { rig, context } = await contextOf(['central']);
    const plan = planDropSlot({ nodeId: 'central', slotName: 'reader' }, context);
    assert.deepEqual(codes(plan), ['warning slotInUse central', 'note slotLost central']);
    assert.match(plan.findings[0]?.text ?? '', /reader must then be cloned again/);
    await rig.done(plan);
    assert.ok(!(await slots()).includes('reader'));
  });
});

import assert from 'node:assert/strict';
import type { Impact } from '../../../src/core/plan/plan';
import type { PlanContext } from '../../../src/core/plan/requests';
import { planPromoteStandby } from '../../../src/core/plan/standbys/planPromoteStandby';
import { checkSetup } from '../../../src/core/setup/checkSetup';
import type { SetupItem } from '../../../src/core/setup/setupItem';
import type { DeclaredSubscription } from '../../../src/core/topology';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { PlanRig, untilReady } from '../plans/planRig';

const NAMES = ['kept', 'lost'] as const;

function declared(name: string): DeclaredSubscription {
  return {
    name: `${name}_sub`,
    publisher: 'central',
    publications: [`${name}_pub`],
    connection: null,
    slotName: `${name}_sub`,
    options: {},
  };
}

forEachMajor('Subscriptions when their publisher fails over', function (major) {
  if (major < 17) return;

  let clusters: Clusters;
  let central: Cluster;
  let reader: Cluster;
  let edge: Cluster;
  let all: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await clusters.add('central', { conf: { wal_level: 'logical' } });
    reader = await clusters.addStandby('reader', central, {
      slot: 'reader',
      conf: { hot_standby_feedback: true, sync_replication_slots: true },
    });
    await central.start();
    await reader.start();
    edge = await (await clusters.add('edge')).start();
    for (const name of NAMES) {
      const table = `CREATE TABLE ${name} (id int PRIMARY KEY)`;
      await central.query(`${table}; CREATE PUBLICATION ${name}_pub FOR TABLE ${name}`);
      await edge.query(table);
      await edge.query(
        `CREATE SUBSCRIPTION ${name}_sub CONNECTION '${central.conninfo({ database: 'postgres' })}'
           PUBLICATION ${name}_pub WITH (failover = ${name === 'kept'})`,
      );
      await untilReady({ cluster: edge }, `${name}_sub`, [name]);
    }
    all = new PlanRig({
      central: { cluster: central },
      reader: { cluster: reader, standbyOf: 'central' },
      edge: { cluster: edge },
    });
  });

  after(async () => {
    await clusters.stop();
  });

  /** The file declares both subscriptions and the slot of the standby. @param rig nodes that are read */
  async function contextOf(rig: PlanRig): Promise<PlanContext> {
    const context = await rig.context();
    const nodes = all.nodes.map((node) => ({
      ...node,
      slot: node.id === 'reader' ? 'reader' : null,
      subscriptions: node.id === 'edge' ? NAMES.map(declared) : [],
    }));
    return { ...context, topology: { ...context.topology, nodes } };
  }

  /** `lost_sub losesRows` of a promotion of the standby. */
  function promised(context: PlanContext): readonly string[] {
    const { impacts } = planPromoteStandby({ nodeId: 'reader' }, context);
    return impacts.map(({ subscription, kind }: Impact) => `${subscription} ${kind}`).sort();
  }

  function failoverItem(context: PlanContext): SetupItem | undefined {
    return checkSetup(context, 'reader').find(({ id }) => id.startsWith('failoverSlots'));
  }

  it('without a database in primary_conninfo no slot is copied, in silence; Check Set-up says so, and a promotion that all lose rows', async () => {
    const context = await contextOf(all);
    assert.deepEqual(
      await reader.query('SELECT slot_name FROM pg_replication_slots WHERE synced'),
      [],
    );
    const item = failoverItem(context);
    assert.equal(item?.state, 'problem');
    assert.match(item.evidence, /Not ready: kept_sub; it lacks dbname in primary_conninfo\./u);
    assert.deepEqual(promised(context), ['kept_sub losesRows', 'lost_sub losesRows']);
  });

  it('one whose slot has a copy goes on from the standby; one without needs a new slot, as the plan said', async function () {
    await reader.query(
      `ALTER SYSTEM SET primary_conninfo = '${central.conninfo({ database: 'postgres' })} application_name=reader'`,
    );
    await reader.reload();
    let row = 1;
    const write = async (server: Cluster): Promise<void> => {
      row += 1;
      for (const name of NAMES) await server.query(`INSERT INTO ${name} VALUES (${row})`);
    };
    await waitFor(
      async () => {
        // Its position on the primary must have passed where the standby can decode from.
        await write(central);
        await central.query('SELECT pg_log_standby_snapshot()');
        const copies = await reader.query(
          'SELECT FROM pg_replication_slots WHERE synced AND NOT temporary',
        );
        return copies.length === 1;
      },
      { what: 'the standby has its copy', timeoutMs: 120_000, everyMs: 500 },
    );
    const context = await contextOf(all);
    assert.equal(failoverItem(context)?.state, 'ok');
    assert.deepEqual(promised(context), ['kept_sub pauses', 'lost_sub losesRows']);

    const arrived = (name: string) =>
      edge.query(`SELECT FROM ${name} WHERE id = ${row}`).then(({ length }) => length === 1);
    await write(central);
    await waitFor(async () => (await arrived('kept')) && (await arrived('lost')), {
      what: 'both have arrived',
    });
    await waitFor(
      async () => (await reader.query(`SELECT FROM lost WHERE id = ${row}`)).length === 1,
      { what: 'the standby has them too' },
    );
    await central.stop();
    const left = new PlanRig({
      reader: { cluster: reader, standbyOf: 'central' },
      edge: { cluster: edge },
    });
    const plan = planPromoteStandby({ nodeId: 'reader' }, await contextOf(left));
    await left.done(plan);
    await write(reader);
    for (const name of NAMES) {
      await edge.query(
        `ALTER SUBSCRIPTION ${name}_sub CONNECTION '${reader.conninfo({ database: 'postgres' })}'`,
      );
    }
    await waitFor(() => arrived('kept'), { what: 'the one goes on' });
    await waitFor(
      () => Promise.resolve(edge.readLog().includes('replication slot "lost_sub" does not exist')),
      { what: 'the other finds no slot' },
    );
    assert.equal(await arrived('lost'), false);
    const both = await edge.query<{ rows: number }>('SELECT count(*)::int AS rows FROM kept');
    const there = await reader.query<{ rows: number }>('SELECT count(*)::int AS rows FROM kept');
    assert.deepEqual(both, there, 'nothing is missing');
  });
});

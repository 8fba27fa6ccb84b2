import assert from 'node:assert/strict';
import type { Cluster } from '../../../clusters/cluster';
import { forEachMajor, SUPPORTED_MAJORS } from '../../../clusters/majors';
import { sleep } from '../../../clusters/waitFor';
import { QueueRig } from '../queueRig';
import { DrainProcesses } from './drainProcesses';
import { Random } from './random';
import { RigDrainer } from './rigDrainer';
import { SHAPING_SQL, TABLE_NAMES, TABLES_SQL } from './shopTables';
import { StatementGate, type Strike } from './statementGate';
import { newTally, World } from './world';

const IS_SOAK = process.env['SOAK'] === '1';
const LIMIT_MS = IS_SOAK ? 3_600_000 : 120_000;
/** Statements around which the process is killed: each of them in the soak, until none is left; a sample else. */
const STRUCK = { before: [3, 11], after: [6, 14] } as const;
const SERVER_KILLS = IS_SOAK ? 200 : 2;
const CROWDS = IS_SOAK ? 20 : 1;
const SEED = Number(process.env['CRASH_SEED'] ?? '1');

type End = 'edge' | 'primary';
const ENDS: readonly End[] = ['edge', 'primary'];
const MOMENTS = ['before', 'after'] as const;

forEachMajor('A drain that is struck', function (major) {
  if (!IS_SOAK && major !== SUPPORTED_MAJORS[0] && major !== SUPPORTED_MAJORS.at(-1)) return;

  let rig: QueueRig;
  let drainer: RigDrainer;
  let gates: Record<End, StatementGate>;
  let processes: DrainProcesses;
  let seed = SEED;

  before(async function () {
    this.timeout(120_000);
    rig = await QueueRig.start(major);
    await rig.everywhere(TABLES_SQL);
    await rig.primary.query(SHAPING_SQL);
    await rig.install(TABLE_NAMES);
    drainer = new RigDrainer(rig);
    gates = {
      edge: await StatementGate.start(rig.edge),
      primary: await StatementGate.start(rig.primary),
    };
    processes = await DrainProcesses.make();
  });

  after(async () => {
    await processes.end();
    await Promise.all(ENDS.map((end) => gates[end].stop()));
    await rig.stop();
  });

  /** A world whose edge has written and whose primary has, and which is not drained yet. */
  async function written(transactions: number): Promise<World> {
    const world = new World(rig, seed, (edge) => drainer.drain(edge), newTally(), true);
    seed += 1;
    await world.begin();
    for (let left = transactions; left > 0; left -= 1) await world.write();
    return world;
  }

  /** Goes on where the struck drain ended, and holds all of it against the model. */
  async function finish(world: World): Promise<void> {
    try {
      await world.drain('edge');
      await world.quiesce();
      await world.compareArrivals();
    } finally {
      await world.end();
    }
  }

  /** Drains in a process of its own through both gates. @returns its end, killed or not. */
  async function drainStruck(
    end: End,
    strike: Omit<Strike, 'act'>,
    kills: boolean,
  ): Promise<boolean> {
    const { edge, primary } = gates;
    const child = processes.start(
      drainer.request({ edge: edge.port, primary: primary.port }, { batchRows: 7 }),
    );
    gates[end].arm({
      ...strike,
      act: () => {
        if (kills) child.kill();
      },
    });
    await child.ended;
    const struck = !gates[end].isArmed;
    gates[end].arm(null);
    return struck;
  }

  for (const end of ENDS) {
    it(`loses and doubles nothing when its process is killed before and after statements on the ${end}`, async function () {
      this.timeout(LIMIT_MS);
      let kills = 0;
      for (const when of MOMENTS) {
        for (const nth of IS_SOAK ? upwards() : STRUCK[when]) {
          const world = await written(8);
          const struck = await drainStruck(end, { fits: () => true, nth, when }, true);
          await finish(world);
          if (!struck) break;
          kills += 1;
        }
      }
      assert.ok(kills >= 2, String(kills));
      console.log(
        `      Postgres ${major}: ${kills} kills of the process around statements on the ${end}`,
      );
    });
  }

  it('loses and doubles nothing when a connection is cut around each COMMIT', async function () {
    this.timeout(LIMIT_MS);
    let cuts = 0;
    for (const end of ENDS) {
      for (const when of MOMENTS) {
        for (let nth = 1; nth <= (IS_SOAK ? 100 : 1); nth += 1) {
          const world = await written(10);
          const fits = (text: string): boolean => /^\s*COMMIT/iu.test(text);
          const struck = await drainStruck(end, { fits, nth, when }, false);
          await finish(world);
          if (!struck) break;
          cuts += 1;
        }
      }
    }
    assert.ok(cuts > 0);
    console.log(`      Postgres ${major}: ${cuts} connections cut around COMMIT`);
  });

  it(`loses and doubles nothing when a server is killed at random ${SERVER_KILLS} times`, async function () {
    this.timeout(LIMIT_MS);
    const random = new Random(SEED);
    const killed: Record<End, number> = { edge: 0, primary: 0 };
    for (let kill = 0; kill < SERVER_KILLS; kill += 1) {
      const world = await written(25);
      const end = random.pick(ENDS);
      const server: Cluster = end === 'edge' ? rig.edge : rig.primary;
      const child = processes.start(drainer.request({}, { batchRows: 7 }));
      await child.begun;
      await sleep(random.int(0, 120));
      await server.stop('SIGKILL');
      killed[end] += 1;
      await server.start();
      await child.ended;
      await world.reconnect();
      await finish(world);
    }
    console.log(
      `      Postgres ${major}: ${killed.edge} kills of the edge's server, ${killed.primary} of the primary's`,
    );
  });

  it(`loses and doubles nothing with four drainers at once, over ${CROWDS} seeds`, async function () {
    this.timeout(LIMIT_MS);
    const random = new Random(SEED);
    let taken = 0;
    for (let crowd = 0; crowd < CROWDS; crowd += 1) {
      const world = await written(60);
      const children = [1, 2, 3, 4].map(() =>
        processes.start(drainer.request({}, { isPersistent: true, batchRows: 7 })),
      );
      // Whoever drains loses its session on the edge now and then, and with it the lock: the next one begins while the
      // first one's batch is still on its way.
      for (let blow = 0; blow < 6; blow += 1) {
        await sleep(random.int(5, 60));
        const rows = await rig.edge.query(
          `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()`,
        );
        taken += rows.length;
      }
      const ends = await Promise.all(children.map((child) => child.ended));
      assert.ok(ends.includes('drained'), ends.join(', '));
      await finish(world);
    }
    console.log(
      `      Postgres ${major}: ${CROWDS} times four drainers, which lost their lock ${taken} times`,
    );
  });
});

function* upwards(): Generator<number> {
  for (let nth = 1; ; nth += 1) yield nth;
}

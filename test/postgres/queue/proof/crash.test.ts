import assert from 'node:assert/strict';
import type { Cluster } from '../../../clusters/cluster';
import { forOldestAndNewest } from '../../../clusters/majors';
import { sleep } from '../../../clusters/waitFor';
import { QueueRig } from '../queueRig';
import { BatchWatch, isOfBatch, type BatchStage } from './batchWatch';
import { holdBatches, takeLock } from './crowd';
import { DrainProcesses } from './drainProcesses';
import { Random } from './random';
import { RigDesk } from './rigDesk';
import { RigDrainer } from './rigDrainer';
import { DRAG_SQL, SHAPING_SQL, TABLE_NAMES, TABLES_SQL } from './shopTables';
import { StatementGate, type Strike } from './statementGate';
import { AUDIT_SQL } from './trail';
import { World } from './world';

const IS_SOAK = process.env['SOAK'] === '1';
const LIMIT_MS = IS_SOAK ? 3_600_000 : 360_000;
/** Statements around which the process is killed: each of them in the soak, until none is left; a sample else. */
const STRUCK = { before: [3, 11], after: [6, 14] } as const;
const SERVER_KILLS = IS_SOAK ? 200 : 2;
const CROWDS = IS_SOAK ? 20 : 1;
/** How often somebody else takes the lock in each of them. */
const TAKE_OVERS = IS_SOAK ? 4 : 2;
const SEED = Number(process.env['CRASH_SEED'] ?? '1');
const BATCH_ROWS = 7;

type End = 'edge' | 'primary';
const ENDS: readonly End[] = ['edge', 'primary'];
const MOMENTS = ['before', 'after'] as const;

/** What commits. On the edge each statement that writes is a transaction of its own. */
const COMMITS: Readonly<Record<End, RegExp>> = {
  edge: /\bUPDATE\b|\bDELETE\b/u,
  primary: /^\s*COMMIT\b/u,
};

forOldestAndNewest('A drain that is struck', function (major) {
  let rig: QueueRig;
  let drainer: RigDrainer;
  let gates: Record<End, StatementGate>;
  let watch: BatchWatch;
  let processes: DrainProcesses;
  let desk: RigDesk;
  let seed = SEED;

  before(async function () {
    rig = await QueueRig.start(major);
    await rig.everywhere(TABLES_SQL);
    await rig.primary.query(`${SHAPING_SQL} ${AUDIT_SQL} ${DRAG_SQL}`);
    await rig.install(TABLE_NAMES);
    drainer = new RigDrainer(rig);
    desk = new RigDesk(rig);
    gates = {
      edge: await StatementGate.start(rig.edge),
      primary: await StatementGate.start(rig.primary),
    };
    watch = new BatchWatch(gates.edge, gates.primary);
    processes = await DrainProcesses.make();
  });

  after(async () => {
    await processes.end();
    await Promise.all(ENDS.map((end) => gates[end].stop()));
    await rig.stop();
  });

  /** A world whose edge has written and whose primary has, and which is not drained yet. */
  async function written(transactions: number): Promise<World> {
    const drain = (edge: string): Promise<void> => drainer.drainWhole(edge);
    const world = new World(rig, seed, { drain, desk }, { isGentle: true });
    seed += 1;
    await world.begin();
    for (let left = transactions; left > 0; left -= 1) await world.write();
    return world;
  }

  /** Goes on where the struck drain ended, and holds all of it against the model. */
  async function finish(world: World): Promise<void> {
    try {
      await world.quiesce();
      await world.compareArrivals();
    } finally {
      await world.end();
    }
  }

  /** Drains in a process of its own through both gates. */
  function startThroughGates(isPersistent = false): ReturnType<DrainProcesses['start']> {
    const ports = { edge: gates.edge.port, primary: gates.primary.port };
    return processes.start(drainer.request(ports, { batchRows: BATCH_ROWS, isPersistent }));
  }

  /** @returns whether it was struck before it came to its end */
  async function drainStruck(
    end: End,
    strike: Omit<Strike, 'act'>,
    kills: boolean,
  ): Promise<boolean> {
    const child = startThroughGates();
    gates[end].arm({
      ...strike,
      act: () => {
        if (kills) child.kill();
      },
    });
    const how = await child.ended;
    const struck = !gates[end].isArmed;
    gates[end].arm(null);
    assert.equal(how, struck && kills ? 'SIGKILL' : 'drained');
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

  for (const end of ENDS) {
    it(`loses and doubles nothing when its connection is cut around each COMMIT on the ${end}`, async function () {
      this.timeout(LIMIT_MS);
      let cuts = 0;
      for (const when of MOMENTS) {
        for (const nth of IS_SOAK ? upwards() : [2]) {
          const world = await written(10);
          const struck = await drainStruck(
            end,
            { fits: (text) => COMMITS[end].test(text), nth, when },
            false,
          );
          await finish(world);
          if (!struck) break;
          cuts += 1;
        }
      }
      assert.ok(cuts >= 2, String(cuts));
      console.log(`      Postgres ${major}: ${cuts} connections cut around COMMIT on the ${end}`);
    });
  }

  it(`loses and doubles nothing when a server is killed at random ${SERVER_KILLS} times in the middle of a batch`, async function () {
    this.timeout(LIMIT_MS);
    const random = new Random(SEED);
    const landed = new Map<string, number>();
    const isLanded = (): number => [...landed.values()].reduce((sum, count) => sum + count, 0);
    let idle = 0;
    while (isLanded() < SERVER_KILLS) {
      const world = await written(20);
      const end = ENDS[(isLanded() + idle) % 2] ?? 'edge';
      const stage = await killServer(end, random);
      if (stage === null) idle += 1;
      else landed.set(`${end} ${stage}`, (landed.get(`${end} ${stage}`) ?? 0) + 1);
      assert.ok(idle <= 10 + SERVER_KILLS, `${idle} kills hit nothing, ${isLanded()} a batch`);
      await world.reconnect();
      await finish(world);
    }
    const stages = [...landed].toSorted().map(([what, count]) => `${count} ${what}`);
    console.log(
      `      Postgres ${major}: ${isLanded()} kills of a server while a batch was under way (${stages.join(', ')}); ${idle} more did not count`,
    );
  });

  /** Kills it while a process drains. @returns what a batch had come to; `null`: none was under way */
  async function killServer(end: End, random: Random): Promise<BatchStage | null> {
    const server: Cluster = end === 'edge' ? rig.edge : rig.primary;
    await rig.primary.query(dragging(true));
    watch.begin();
    const child = startThroughGates();
    const trigger = random.pick(ENDS);
    const [nth, lateMs] = [random.int(1, trigger === 'edge' ? 5 : 40), random.int(0, 8)];
    const reached = new Promise<void>((act) => {
      gates[trigger].arm({ fits: isOfBatch, nth, when: 'during', act });
    });
    const struck = reached.then(() => sleep(lateMs)).then(() => watch.untilUnderWay());
    await Promise.race([struck, child.ended]);
    gates[trigger].arm(null);
    const landed = watch.stage;
    await server.stop('SIGKILL');
    await server.start();
    assert.equal(await child.ended, 'drained');
    await rig.primary.query(dragging(false));
    return landed;
  }

  it(`loses and doubles nothing with four drainers at once that take the lock from each other, over ${CROWDS} seeds`, async function () {
    this.timeout(LIMIT_MS);
    const random = new Random(SEED);
    const [lost, cut, taken, both] = [0, 1, 2, 3];
    const counts = [0, 0, 0, 0];
    const count = (what: number, is: boolean): void => {
      counts[what] = (counts[what] ?? 0) + Number(is);
    };
    for (let crowd = 0; crowd < CROWDS; crowd += 1) {
      const world = await written(60);
      // Before anybody drains, so that there is a first batch to be held, however slow we are.
      const first = await holdBatches(rig);
      const children = [1, 2, 3, 4].map(() => startThroughGates(true));
      let running = children.length;
      for (const { ended } of children) void ended.catch(() => undefined).then(() => running--);
      for (let blow = 0; blow < TAKE_OVERS; blow += 1) {
        await sleep(random.int(0, 30));
        const blocker = blow === 0 ? first : await holdBatches(rig);
        const over = await takeLock(rig, blocker, () => running === 0);
        if (over === null) break;
        count(lost, true);
        count(taken, over.isTaken);
        count(both, over.isBoth);
        // The connection of whoever marks next is cut as well, before the edge has it or before the drain hears of it.
        const struck = new Promise<boolean>((resolve) => {
          const act = (): void => resolve(true);
          gates.edge.arm({ fits: isOfBatch, nth: 1, when: random.pick(MOMENTS), act });
        });
        const allEnded = Promise.all(children.map((child) => child.ended)).then(() => false);
        count(cut, await Promise.race([struck, allEnded]));
      }
      gates.edge.arm(null);
      const ends = await Promise.all(children.map((child) => child.ended));
      assert.deepEqual(
        ends,
        children.map(() => 'drained'),
      );
      await finish(world);
    }
    console.log(
      `      Postgres ${major}: ${CROWDS} times four drainers; ${counts[lost] ?? 0} lost their lock while a batch was under way, ${counts[taken] ?? 0} of them to another one before it ended, ${counts[both] ?? 0} when that one had begun another batch; ${counts[cut] ?? 0} connections cut around a mark`,
    );
    assert.ok((counts[taken] ?? 0) >= CROWDS, counts.join(', '));
    assert.ok((counts[cut] ?? 0) >= CROWDS, counts.join(', '));
  });
});

function dragging(isOn: boolean): string {
  const what = isOn ? 'ENABLE' : 'DISABLE';
  return TABLE_NAMES.map((name) => `ALTER TABLE ${name} ${what} TRIGGER drag`).join('; ');
}

function* upwards(): Generator<number> {
  for (let nth = 1; ; nth += 1) yield nth;
}

import { forOldestAndNewest } from '../../../clusters/majors';
import { QueueRig } from '../queueRig';
import { RigDesk } from './rigDesk';
import { RigDrainer } from './rigDrainer';
import { SHAPING_SQL, TABLE_NAMES, TABLES_SQL } from './shopTables';
import { newTally, tallyLine } from './tally';
import { AUDIT_SQL } from './trail';
import { World } from './world';

const IS_SOAK = process.env['SOAK'] === '1';
const SEEDS = IS_SOAK ? 200 : 3;
const STEPS = IS_SOAK ? 40 : 30;
/** A seed that failed is tried alone by ORACLE_SEED=…, a part of a long run with ORACLE_COUNT=… as well. */
const FIRST = Number(process.env['ORACLE_SEED'] ?? '1');
/** A long run says how far it is. */
const TOLD = 25;
const ASKED = process.env['ORACLE_COUNT'] ?? (process.env['ORACLE_SEED'] === undefined ? SEEDS : 1);
const COUNT = Number(ASKED);

forOldestAndNewest('Random writes from two edges', function (major) {
  // What drains do hangs little on the version; the ends are tried each time, and the soak takes the rest.
  let rig: QueueRig;
  let drainer: RigDrainer;

  before(async function () {
    rig = await QueueRig.start(major, { edges: ['north', 'south'] });
    await rig.everywhere(TABLES_SQL);
    await rig.primary.query(`${SHAPING_SQL} ${AUDIT_SQL}`);
    await rig.install(TABLE_NAMES);
    drainer = new RigDrainer(rig);
  });

  after(async () => {
    await rig.stop();
  });

  it(`end as the model says, for ${COUNT} seeds: none lost, none doubled, in order`, async function () {
    this.timeout(IS_SOAK ? 3_600_000 : 360_000);
    const tally = newTally();
    const product = { drain: (edge: string) => drainer.drain(edge), desk: new RigDesk(rig) };
    for (let seed = FIRST; seed < FIRST + COUNT; seed += 1) {
      const world = new World(rig, seed, product, { tally });
      try {
        await world.begin();
        for (let step = 0; step < STEPS; step += 1) await world.step();
        await world.quiesce();
        await world.compareArrivals();
      } finally {
        await world.end();
      }
      const done = seed - FIRST + 1;
      if (done % TOLD === 0) console.log(`      Postgres ${major}: ${done} seeds done`);
    }
    console.log(`      Postgres ${major}: ${COUNT} seeds, ${tallyLine(tally)}`);
  });
});

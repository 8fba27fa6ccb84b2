import { SUPPORTED_MAJORS } from '../clusters/majors';
import { benchActivation } from './activation';
import { benchAudience } from './audience';
import { benchDashboard } from './dashboard';
import { benchDrain } from './drain';
import { benchGrowth } from './growth';
import { benchHungNode } from './hungNode';
import { benchIdle } from './idle';
import { benchQueueDepth } from './queueDepth';
import { benchSentinel } from './sentinel';
import { benchSteadyPoll } from './steadyPoll';
import { benchTree } from './tree';
import { benchTreeDrawn } from './treeDrawn';

/** Benchmarks by id; each runs in a process of its own, so that none finds the memory or the compiled code of another. */
const BENCHES: Readonly<Record<string, () => Promise<void> | void>> = {
  P1: () => benchSteadyPoll(18, 200),
  P2: () => benchGrowth(18, 15),
  P4: () => benchHungNode(18, 3),
  P5: () => benchIdle(SUPPORTED_MAJORS, 60),
  P6: () => benchSentinel(18, { pauses: 40, idleRounds: 200, checksUnderLoad: 2_000 }),
  P8: () => benchDrain(18, 5),
  P9: () => benchQueueDepth(18, 200),
  P10: () => benchActivation(9),
  P11: async () => {
    benchTree(30);
    await benchTreeDrawn(10);
    await benchDashboard([100, 500], 20);
  },
  P12: () => benchAudience(18, 60),
};

const [id = ''] = process.argv.slice(2);
const bench = BENCHES[id];
if (bench === undefined) throw new Error(`There is no benchmark "${id}".`);
await bench();

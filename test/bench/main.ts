import { benchSteadyPoll } from './steadyPoll';

/** Benchmarks by id; each runs in a process of its own, so that none finds the memory or the compiled code of another. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  P1: () => benchSteadyPoll(18, 200),
};

const [id = ''] = process.argv.slice(2);
const bench = BENCHES[id];
if (bench === undefined) throw new Error(`There is no benchmark "${id}".`);
await bench();

import type { Cluster } from '../clusters/cluster';
import type { Major } from '../clusters/majors';
import { JOBS_QUEUE, queueJobs, startQueueServers } from './queueServers';
import { median, reportPlain, reportRatio } from './report';
import { withServers } from './servers';
import { benchNode, benchTopology, Watch } from './watch';

const FEW = 10_000;
const MANY = 1_000_000;
const LIMIT = 2;

/** P9: what reading a queue costs a poll, with a hundred times as much in it and as much again done. */
export async function benchQueueDepth(major: Major, rounds: number): Promise<void> {
  await withServers(major, async (clusters) => {
    const { primary, edge: small } = await startQueueServers(clusters);
    await withServers(major, async (others) => {
      const { edge: large } = await startQueueServers(others);
      await queueJobs(small, FEW, 'pending');
      await queueJobs(large, MANY, 'done');
      await queueJobs(large, MANY, 'pending');
      await compare({ primary, small, large }, rounds);
    });
  });
}

async function compare(
  at: Readonly<Record<'primary' | 'small' | 'large', Cluster>>,
  rounds: number,
): Promise<void> {
  const address = ({ port }: Cluster) => ({ host: '127.0.0.1', port });
  const watch = new Watch(
    benchTopology([
      benchNode('primary', address(at.primary)),
      benchNode('small', address(at.small), { pendingSync: JOBS_QUEUE }),
      benchNode('large', address(at.large), { pendingSync: JOBS_QUEUE }),
    ]),
  );
  await watch.untilConnected();
  const times = { primary: [] as number[], small: [] as number[], large: [] as number[] };
  for (let round = -20; round < rounds; round += 1) {
    for (const id of ['primary', 'small', 'large'] as const) {
      const startedMs = performance.now();
      await watch.pollNode(id);
      if (round >= 0) times[id].push(performance.now() - startedMs);
    }
  }
  await watch.close();
  const where = (what: string) => ({ bench: 'P9', case: what, unit: 'ms' });
  const [none, few, many] = [median(times.primary), median(times.small), median(times.large)];
  reportPlain(where('poll of a node without a queue'), none);
  reportPlain(where('poll of an edge, 10,000 pending'), few);
  reportRatio(where('poll of an edge, 1,000,000 pending and 1,000,000 done'), many, few, LIMIT);
  reportRatio(where('the same, less the poll without a queue'), many - none, few - none, LIMIT);
}

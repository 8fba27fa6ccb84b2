import type { Major } from '../clusters/majors';
import { Proxy } from '../clusters/proxy';
import { MONITOR_LIMITS } from '../../src/pg/session/limits';
import { median, reportAtMost, reportPlain, reportRatio } from './report';
import { startMany, withServers } from './servers';
import { benchNode, benchTopology, Watch } from './watch';

const BENCH = 'P4';
const HEALTHY = 3;
const FACTOR = 2;
const SLACK_MS = 50;
const SAMPLES = 100;
const HUNG = 'hung';

/** P4: one node of four takes bytes and never answers. When do the figures of the others arrive, and when does the poll end? */
export async function benchHungNode(major: Major, rounds: number): Promise<void> {
  await withServers(major, async (clusters) => {
    const addresses = await startMany(clusters, HEALTHY + 1);
    const last = addresses[HEALTHY];
    if (last === undefined) throw new Error('too few servers');
    const proxy = await Proxy.start(last);
    const nodes = [
      ...addresses.slice(0, HEALTHY).map((address, index) => benchNode(`n${index}`, address)),
      benchNode(HUNG, { host: '127.0.0.1', port: proxy.port }),
    ];
    const watch = new Watch(benchTopology(nodes));
    await watch.untilConnected();
    const ids = nodes.map(({ id }) => id).filter((id) => id !== HUNG);
    await timesOf(watch, ids, SAMPLES);

    const healthy: number[] = [];
    const beside: number[] = [];
    const settled: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      healthy.push(...(await timesOf(watch, ids, SAMPLES)));
      await proxy.setMode({ kind: 'blackHole' });
      const startedMs = performance.now();
      const poll = watch.poll().then(() => settled.push(performance.now() - startedMs));
      beside.push(...(await timesOf(watch, ids, SAMPLES)));
      await poll;
      if (watch.sample(HUNG).contact !== 'failed') throw new Error('The hung node did not fail.');
      await proxy.setMode({ kind: 'pass' });
      await watch.monitor.refresh(null, 'manual');
      await watch.untilConnected();
    }
    const where = (what: string) => ({ bench: BENCH, case: what, unit: 'ms' });
    reportPlain(where('answer of a node, all healthy'), median(healthy));
    reportRatio(where('the same beside a hung node'), median(beside), median(healthy), FACTOR);
    reportAtMost(
      where('poll with the hung node settled'),
      Math.max(...settled),
      MONITOR_LIMITS.readMs + SLACK_MS,
    );
    await watch.close();
    await proxy.stop();
  });
}

/** Round trips of these nodes, polled together, as often as wanted. */
async function timesOf(
  watch: Watch,
  ids: readonly string[],
  polls: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let poll = 0; poll < polls; poll += 1) {
    const startedMs = performance.now();
    await Promise.all(
      ids.map(async (id) => {
        await watch.pollNode(id);
        times.push(performance.now() - startedMs);
      }),
    );
  }
  return times;
}

import type { Major } from '../clusters/majors';
import { Floor, LEAN_POLL } from './floor';
import { median, reportAtMost, reportPlain } from './report';
import { startMany, withServers } from './servers';
import { benchNode, benchTopology, Watch } from './watch';

const BENCH = 'P2';
const FEW = 100;
const MANY = 1_000;
const GROWTH_LIMIT = 20;
const CPU_LIMIT_US = 150;
const MEMORY_LIMIT_KB = 120;

type Addresses = readonly { readonly host: string; readonly port: number }[];

interface Cost {
  readonly wallMs: number;
  readonly cpuUsPerNode: number;
}

/** P2: how a poll grows from 100 to 1000 nodes of one topology, and what each node costs this process. */
export async function benchGrowth(major: Major, rounds: number): Promise<void> {
  await withServers(major, async (clusters) => {
    const addresses = await startMany(clusters, MANY);
    const few = await measureFew(addresses.slice(0, FEW), rounds * 2);
    const before = residentKb();
    const watch = await watchOf(addresses);
    await watch.poll();
    const many = await measure(() => watch.poll(), addresses.length, rounds);
    const memoryKb = (residentKb() - before) / addresses.length;
    await watch.close();

    const where = (what: string, unit: string) => ({ bench: BENCH, case: what, unit });
    reportPlain(where(`wall, ${FEW} nodes`, 'ms'), few.wallMs);
    reportPlain(where(`wall, ${MANY} nodes`, 'ms'), many.wallMs);
    reportAtMost(where('wall(1000) / wall(100)', '×'), many.wallMs / few.wallMs, GROWTH_LIMIT);
    reportAtMost(where(`CPU a node and poll, ${FEW} nodes`, 'µs'), few.cpuUsPerNode, CPU_LIMIT_US);
    reportAtMost(
      where(`CPU a node and poll, ${MANY} nodes`, 'µs'),
      many.cpuUsPerNode,
      CPU_LIMIT_US,
    );
    reportAtMost(where('memory a node', 'KB'), memoryKb, MEMORY_LIMIT_KB);
    const floor = await Floor.open(addresses.map((address) => ({ ...address, sql: LEAN_POLL })));
    await floor.poll();
    const bare = await measure(() => floor.poll(), addresses.length, rounds);
    await floor.close();
    reportPlain(where(`bare pg: wall, ${MANY} nodes`, 'ms'), bare.wallMs);
    reportPlain(where(`bare pg: CPU a node and poll, ${MANY} nodes`, 'µs'), bare.cpuUsPerNode);
  });
}

async function measureFew(addresses: Addresses, rounds: number): Promise<Cost> {
  const watch = await watchOf(addresses);
  // What is compiled once must not be counted as the price of a node.
  for (let poll = 0; poll < rounds; poll += 1) await watch.poll();
  const cost = await measure(() => watch.poll(), addresses.length, rounds);
  await watch.close();
  return cost;
}

async function watchOf(addresses: Addresses): Promise<Watch> {
  const nodes = addresses.map((address, index) => benchNode(`n${index}`, address));
  const watch = new Watch(benchTopology(nodes));
  await watch.untilConnected(120_000);
  return watch;
}

async function measure(poll: () => Promise<void>, nodes: number, rounds: number): Promise<Cost> {
  const walls: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    await poll();
    walls.push(performance.now() - startedMs);
  }
  const used = process.cpuUsage(before);
  const cpuUsPerNode = (used.user + used.system) / rounds / nodes;
  return { wallMs: median(walls), cpuUsPerNode };
}

function residentKb(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1024;
}

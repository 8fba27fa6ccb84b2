import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Cluster } from '../clusters/cluster';
import type { Major } from '../clusters/majors';
import { Proxy } from '../clusters/proxy';
import { drainRowByRow, insertInOneStatement, rowsInHand } from './drainFloors';
import type { MeasuredDrain } from './drainMemory';
import { drain, type QueuePorts } from './drainOnce';
import { queueJobs, startQueueServers, writeJobs } from './queueServers';
import { median, report, reportAtMost, reportPlain } from './report';
import { withServers } from './servers';

const BENCH = 'P8';
const OPERATIONS = 10_000;
/** Each way of the delaying proxy. */
const DELAY_MS = 10;
/** Row by row at 20 ms takes minutes for all of them, and the same for each. */
const FEW = 150;
const MANY = 1_000_000;
const MEMORY_LIMIT_MB = 50;

interface Servers {
  readonly edge: Cluster;
  readonly primary: Cluster;
}

/** P8: how fast a queue drains against what it could be and what is usual, and what memory a huge one takes. */
export async function benchDrain(major: Major, rounds: number): Promise<void> {
  await withServers(major, async (clusters) => {
    const servers = await startQueueServers(clusters);
    await servers.primary.query('CREATE TABLE public.naive_ledger (operation_id uuid PRIMARY KEY)');
    await compare(servers, servers.primary, 'loopback', rounds, 2_000, 8);
    const far = await Proxy.start(servers.primary);
    await far.setMode({ kind: 'delay', ms: DELAY_MS });
    await compare(servers, far, '20 ms round trip', Math.ceil(rounds / 2), FEW, 200);
    await far.stop();
  });
  await withServers(major, async (clusters) => {
    await measureMemory(await startQueueServers(clusters));
  });
}

/** In turns, so that whatever else the machine does hits all alike. */
async function compare(
  servers: Servers,
  primary: { readonly port: number },
  where: string,
  rounds: number,
  naiveRows: number,
  leastRatio: number,
): Promise<void> {
  const speeds = { naive: [] as number[], ours: [] as number[], floor: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    await refill(servers);
    speeds.naive.push(await drainRowByRow(servers.edge, primary, connect, naiveRows));
    await refill(servers);
    const rows = await rowsInHand(servers.edge);
    speeds.floor.push((OPERATIONS / (await insertInOneStatement(rows, primary, connect))) * 1000);
    await refill(servers);
    const startedMs = performance.now();
    const drained = await drain({ edge: servers.edge, primary });
    const tookMs = performance.now() - startedMs;
    if (drained.counts.applied !== OPERATIONS) throw new Error(JSON.stringify(drained.end));
    speeds.ours.push((OPERATIONS / tookMs) * 1000);
  }
  const [naive, ours, floor] = [median(speeds.naive), median(speeds.ours), median(speeds.floor)];
  const figure = (what: string) => ({ bench: BENCH, case: `${where}: ${what}`, unit: 'rows/s' });
  reportPlain(figure('row by row'), naive);
  reportPlain(figure('one statement, rows in hand'), floor);
  const times = ours / naive;
  report({
    ...figure('drain'),
    value: Math.round(ours),
    ratio: Number(times.toPrecision(4)),
    target: `≥ ${leastRatio} × row by row`,
    ok: times >= leastRatio,
  });
  const slower = floor / ours;
  report({
    ...figure('one statement / drain'),
    value: Math.round(ours),
    ratio: Number(slower.toPrecision(4)),
    target: '≤ 5 × floor',
    ok: slower <= 5,
  });
}

/** The same rows are new each time. */
async function refill({ edge, primary }: Servers): Promise<void> {
  await primary.query(
    'TRUNCATE public.jobs, public.naive_ledger, pgtopology.applied_operation, pgtopology.conflict',
  );
  await edge.query(
    `SET session_replication_role = replica; TRUNCATE public.jobs, pgtopology.pending_sync`,
  );
  await writeJobs(edge, 1, OPERATIONS);
}

/**
 * In a process of its own, which only drains: not in this one, which has run the other ways and fills queues. Half of the rows are of
 * transactions that a batch holds several of, half of transactions that are larger than a batch.
 */
async function measureMemory(servers: Servers): Promise<void> {
  const child = fork(fileURLToPath(new URL('./drainMemory.ts', import.meta.url)), {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  try {
    await queueJobs(servers.edge, OPERATIONS, 'pending', 100);
    // What is compiled and cached once is not the price of a queue.
    await drainIn(child, servers);
    await servers.primary.query('TRUNCATE public.jobs');
    await servers.edge.query('TRUNCATE pgtopology.pending_sync');
    await queueJobs(servers.edge, MANY / 2, 'pending', 100);
    await queueJobs(servers.edge, MANY / 2, 'pending', 1000, MANY / 2 + 1);
    const { applied, end, tookMs, before, most } = await drainIn(child, servers);
    if (applied !== MANY) throw new Error(JSON.stringify([end, applied]));
    const figure = (what: string, unit: string) => ({ bench: BENCH, case: what, unit });
    reportPlain(figure('1,000,000 queued rows: rate', 'rows/s'), (MANY / tookMs) * 1000);
    reportAtMost(
      figure('1,000,000 queued rows: memory above the start', 'MB'),
      (most - before) / 1024 / 1024,
      MEMORY_LIMIT_MB,
    );
  } finally {
    child.kill();
  }
}

async function drainIn(child: ChildProcess, { edge, primary }: Servers): Promise<MeasuredDrain> {
  const ports: QueuePorts = { edge: { port: edge.port }, primary: { port: primary.port } };
  child.send(ports);
  const ended = once(child, 'exit').then(() => {
    throw new Error('The process that drains ended by itself.');
  });
  // A message is whatever was sent: by `drainMemory` alone.
  const [measured] = (await Promise.race([once(child, 'message'), ended])) as [MeasuredDrain];
  return measured;
}

async function connect({ port }: { readonly port: number }): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  await client.connect();
  return client;
}

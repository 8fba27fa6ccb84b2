import type pg from 'pg';
import { randomUUID } from 'node:crypto';
import type { CheckResult } from '../../src/core/checks/checkResult';
import { sentinelTable } from '../../src/core/plan/sentinelNames';
import type { DeclaredSubscription } from '../../src/core/topology';
import type { Major } from '../clusters/majors';
import { sleep } from '../clusters/waitFor';
import { CheckRig, sayResult } from '../postgres/checks/checkRig';
import { checkUnderLoad } from '../postgres/checks/checkUnderLoad';
import { RoundLoop } from '../postgres/checks/roundLoop';
import { TimedGateway } from './timedGateway';
import { median, reportAtMost, reportExactly, reportPlain, reportRatio } from './report';
import { startFour, withServers } from './servers';
import { StatementTap } from './statementTap';
import { benchNode, benchTopology, Watch } from './watch';

const BENCH = 'P6';
const STREAMING = 'streaming/standby';
const LOGICAL = 'logical/subscriber/items_sub';
const COUNTED = 50;
const STATEMENTS_DOWNSTREAM = 3;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 600;
/** The witness looks from shortly before the replay goes on: two that look all the time are a load of their own. */
const WITNESS_AHEAD_MS = 10;
const ERROR_P50_MS = 5;
const ERROR_P95_MS = 20;
const IDLE_FACTOR = 5;

type Four = Awaited<ReturnType<typeof startFour>>;
type Ports = Readonly<Record<'primary' | 'standby' | 'subscriber', { readonly port: number }>>;

export interface SentinelSizes {
  readonly pauses: number;
  readonly idleRounds: number;
  readonly checksUnderLoad: number;
}

/** P6: what a check by row costs, how near its figure is to the truth, and whether it ever says "arrived" too early. */
export async function benchSentinel(major: Major, sizes: SentinelSizes): Promise<void> {
  await withServers(major, async (clusters) => {
    const four = await startFour(clusters);
    const table = await install(four);
    await countOnTheWire(four);
    await withLoop(four, async (loop, timed) => {
      await measureIdle(loop, four, table, sizes.idleRounds);
      await measurePauses(loop, timed, four, table, sizes.pauses);
    });
    await countLies(four, table, sizes.checksUnderLoad);
  });
}

/** The sentinel of the publication, by the plan that a user would run. @returns its name */
async function install(four: Four): Promise<string> {
  await four.primary.query('CREATE SEQUENCE item_id');
  return withRig(four, async (rig) => {
    await rig.install({ nodeId: 'primary', publication: 'items_pub' });
    const server = (await rig.context()).catalogs.get('primary')?.server;
    if (server === undefined) throw new Error('no catalog');
    const { schema, name } = sentinelTable({ ...server, publication: 'items_pub' });
    return `${schema}.${name}`;
  });
}

/** What a check sends once its sessions are open. */
async function countOnTheWire(four: Four): Promise<void> {
  const taps = {
    primary: await StatementTap.start(four.primary),
    standby: await StatementTap.start(four.standby),
    subscriber: await StatementTap.start(four.subscriber),
  };
  await withLoop(taps, async (loop) => {
    await loop.round(null, assertRow);
    for (const tap of Object.values(taps)) tap.reset();
    for (let round = 0; round < COUNTED; round += 1) await loop.round(null, assertRow);
  });
  const where = (what: string) => ({ bench: BENCH, case: what, unit: 'a check' });
  const { primary, standby, subscriber } = taps;
  reportExactly(where('primary: round trips'), primary.roundTrips / COUNTED, 1);
  for (const [name, tap] of Object.entries({ standby, subscriber })) {
    reportAtMost(where(`${name}: statements`), tap.statements / COUNTED, STATEMENTS_DOWNSTREAM);
  }
  const connections = primary.connections + standby.connections + subscriber.connections;
  reportExactly(where('new connections'), connections, 0);
  await Promise.all(Object.values(taps).map((tap) => tap.stop()));
}

/** Nothing else is going on: our figure against bare `pg` that asks for the row as fast as it can. In turns. */
async function measureIdle(
  loop: RoundLoop,
  four: Four,
  table: string,
  rounds: number,
): Promise<void> {
  const writer = await four.primary.connect();
  const cases = [
    { name: 'streaming', edge: STREAMING, at: await four.standby.connect() },
    { name: 'logical', edge: LOGICAL, at: await four.subscriber.connect() },
  ];
  for (const { name, edge, at } of cases) {
    const ours: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await checkOne(loop, edge));
      floor.push(await busyPoll(writer, at, table));
    }
    const where = (what: string) => ({ bench: BENCH, case: `${name}: ${what}`, unit: 'ms' });
    reportPlain(where('idle, busy-poll floor p50'), median(floor));
    reportRatio(where('idle, our reading p50'), median(ours), median(floor), IDLE_FACTOR);
    await at.end();
  }
  await writer.end();
}

/** Replay stands still for a known time; the truth is a session that asks for the row as fast as it can. */
async function measurePauses(
  loop: RoundLoop,
  timed: TimedGateway,
  four: Four,
  table: string,
  count: number,
): Promise<void> {
  const hand = await four.standby.connect();
  const witness = await four.standby.connect();
  const errors: number[] = [];
  for (let round = 0; round < count; round += 1) {
    await hand.query('SELECT pg_wal_replay_pause()');
    await untilPaused(hand);
    const pauseMs =
      SHORTEST_PAUSE_MS + ((LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS) * round) / Math.max(1, count - 1);
    let seenAtMs = Promise.resolve(0);
    const read = await checkOne(loop, STREAMING, (token) => {
      void sleep(pauseMs).then(() => hand.query('SELECT pg_wal_replay_resume()'));
      seenAtMs = sleep(pauseMs - WITNESS_AHEAD_MS)
        .then(() => untilSeen(witness, table, token))
        .then(() => performance.now());
    });
    errors.push(Math.abs(read - ((await seenAtMs) - timed.committedAtMs)));
  }
  await Promise.all([hand.end(), witness.end()]);
  const where = (what: string) => ({ bench: BENCH, case: what, unit: 'ms' });
  const pauses = `replay paused ${SHORTEST_PAUSE_MS} to ${LONGEST_PAUSE_MS} ms`;
  reportAtMost(where(`${pauses}: error p50`), median(errors), ERROR_P50_MS);
  reportAtMost(where(`${pauses}: error p95`), percentile95(errors), ERROR_P95_MS);
}

async function countLies(four: Four, table: string, checks: number): Promise<void> {
  await withRig(four, async (rig) => {
    const tally = await checkUnderLoad({
      rig,
      primary: four.primary,
      rounds: Math.ceil(checks / 2),
      writes: `INSERT INTO items SELECT nextval('item_id'), 'name'`,
      witnesses: { [STREAMING]: four.standby, [LOGICAL]: four.subscriber },
      table,
    });
    for (const lie of tally.lies.slice(0, 5)) process.stderr.write(`${lie}\n`);
    const where = (what: string, unit: string) => ({ bench: BENCH, case: what, unit });
    const done = tally.arrived + tally.late;
    reportPlain(where('8 writers: rows written meanwhile', 'rows'), tally.written);
    reportExactly(
      where(`8 writers: false "arrived" in ${done} checks`, 'checks'),
      tally.lies.length,
      0,
    );
  });
}

function subscription(): DeclaredSubscription {
  return {
    name: 'items_sub',
    publisher: 'primary',
    publications: ['items_pub'],
    connection: null,
    slotName: 'items_sub',
    options: {},
  };
}

function topologyAt(at: Ports) {
  const address = (name: keyof Ports) => ({ host: '127.0.0.1', port: at[name].port });
  return benchTopology([
    benchNode('primary', address('primary')),
    benchNode('standby', address('standby'), { standbyOf: 'primary', slot: 'standby' }),
    benchNode('subscriber', address('subscriber'), { subscriptions: [subscription()] }),
  ]);
}

async function withRig<T>(at: Ports, body: (rig: CheckRig) => Promise<T>): Promise<T> {
  const watch = new Watch(topologyAt(at));
  await watch.untilConnected();
  const rig = new CheckRig({ snapshot: () => watch.snapshot(), refresh: () => watch.poll() });
  try {
    return await body(rig);
  } finally {
    await rig.close();
    await watch.close();
  }
}

/** The monitor is gone while a loop runs, so that nothing else is on the wire. */
async function withLoop(
  at: Ports,
  body: (loop: RoundLoop, timed: TimedGateway) => Promise<void>,
): Promise<void> {
  const { snapshot, gateway } = await withRig(at, (rig) =>
    Promise.resolve({ snapshot: rig.snapshot(), gateway: rig.gateway }),
  );
  const timed = new TimedGateway(gateway);
  const loop = new RoundLoop(snapshot, timed);
  try {
    await body(loop, timed);
  } finally {
    await loop.close();
  }
}

async function checkOne(
  loop: RoundLoop,
  edgeId: string,
  onToken?: (token: string) => void,
): Promise<number> {
  const results: CheckResult[] = [];
  await loop.round([edgeId], (result) => results.push(result), onToken);
  const [result] = results;
  if (result === undefined) throw new Error('There was no result.');
  assertRow(result);
  return result.arrivedMs ?? Number.NaN;
}

function assertRow(result: CheckResult): void {
  if (result.outcome !== 'arrived' || result.kind !== 'row') throw new Error(sayResult(result));
}

/** From the answer to the commit to the first sight of the row. */
async function busyPoll(writer: pg.Client, at: pg.Client, table: string): Promise<number> {
  const token = randomUUID();
  await writer.query(
    `BEGIN; DELETE FROM ${table}; INSERT INTO ${table} (token) VALUES ('${token}'); COMMIT; SELECT pg_current_wal_flush_lsn()`,
  );
  const committedAtMs = performance.now();
  await untilSeen(at, table, token);
  return performance.now() - committedAtMs;
}

async function untilSeen(at: pg.Client, table: string, token: string): Promise<void> {
  const question = {
    name: 'seen',
    text: `SELECT EXISTS (SELECT FROM ${table} WHERE token = $1) AS seen`,
    values: [token],
  };
  for (;;) {
    const { rows } = await at.query<{ seen: boolean }>(question);
    if (rows[0]?.seen === true) return;
  }
}

async function untilPaused(hand: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await hand.query<{ state: string }>(
      'SELECT pg_get_wal_replay_pause_state() AS state',
    );
    if (rows[0]?.state === 'paused') return;
  }
}

function percentile95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.95) - 1)] ?? Number.NaN;
}

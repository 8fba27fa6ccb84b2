import { benchNode, benchTopology, Watch } from './watch';
import { Floor, LEAN_POLL, LEAN_QUEUE, type FloorTarget } from './floor';
import { median, reportExactly, reportPlain, reportRatio } from './report';
import { startFour, startMany, withServers } from './servers';
import { StatementTap } from './statementTap';
import type { Major } from '../clusters/majors';

const BENCH = 'P1';
const LIMIT = 2;
const COUNTED_POLLS = 20;

type Poll = () => Promise<void>;

/** P1: what a steady poll costs, against bare `pg` that sends as little as a lag poll can. */
export async function benchSteadyPoll(major: Major, rounds: number): Promise<void> {
  await withServers(major, async (clusters) => {
    const four = await startFour(clusters);
    const taps = {
      primary: await StatementTap.start(four.primary),
      standby: await StatementTap.start(four.standby),
      subscriber: await StatementTap.start(four.subscriber),
      edge: await StatementTap.start(four.edge),
    };
    await countStatements(taps);
    const texts = Object.values(taps).map((tap) => newestPoll(tap.texts));
    await Promise.all(Object.values(taps).map((tap) => tap.stop()));

    const ports = [four.primary, four.standby, four.subscriber, four.edge].map(({ port }) => port);
    const targets = (sqls: readonly string[]): readonly FloorTarget[] =>
      ports.map((port, index) => ({ host: '127.0.0.1', port, sql: sqls[index] ?? '' }));
    const lean = [LEAN_POLL, LEAN_POLL, LEAN_POLL, LEAN_QUEUE];
    await compare('4 nodes', fourNodes(four), targets(lean), targets(texts), rounds);
  });
  await withServers(major, async (clusters) => {
    const addresses = await startMany(clusters, 100);
    const nodes = addresses.map((address, index) => benchNode(`n${index}`, address));
    const lean = addresses.map((address) => ({ ...address, sql: LEAN_POLL }));
    await compare('100 nodes', nodes, lean, null, Math.ceil(rounds / 4));
  });
}

function fourNodes(
  at: Readonly<Record<'primary' | 'standby' | 'subscriber' | 'edge', { readonly port: number }>>,
) {
  const address = (name: keyof typeof at) => ({ host: '127.0.0.1', port: at[name].port });
  const subscription = {
    name: 'items_sub',
    publisher: 'primary',
    publications: ['items_pub'],
    connection: null,
    slotName: 'items_sub',
    options: {},
  };
  const queue = {
    primary: 'primary',
    table: { schema: 'public', name: 'pending_sync' },
    capture: 'application',
    tables: [],
  } as const;
  return [
    benchNode('primary', address('primary')),
    benchNode('standby', address('standby'), { standbyOf: 'primary', slot: 'standby' }),
    benchNode('subscriber', address('subscriber'), { subscriptions: [subscription] }),
    benchNode('edge', address('edge'), { pendingSync: queue }),
  ];
}

/** On the wire: what a poll really sends, from the second on. */
async function countStatements(
  taps: Readonly<Record<'primary' | 'standby' | 'subscriber' | 'edge', StatementTap>>,
): Promise<void> {
  const watch = new Watch(benchTopology(fourNodes(taps)));
  await watch.untilConnected();
  await watch.poll();
  for (const tap of Object.values(taps)) tap.reset();
  for (let poll = 0; poll < COUNTED_POLLS; poll += 1) await watch.poll();
  await watch.close();
  for (const [name, tap] of Object.entries(taps)) {
    const where = (what: string) => ({ bench: BENCH, case: `${name}: ${what}`, unit: 'a poll' });
    reportExactly(where('statements'), tap.statements / COUNTED_POLLS, 1);
    reportExactly(where('round trips'), tap.roundTrips / COUNTED_POLLS, 1);
    reportExactly(where('new connections'), tap.connections / COUNTED_POLLS, 0);
  }
}

/** Polls in turns, so that whatever else the machine does hits all alike. */
async function compare(
  title: string,
  nodes: ReturnType<typeof fourNodes>,
  lean: readonly FloorTarget[],
  own: readonly FloorTarget[] | null,
  rounds: number,
): Promise<void> {
  const watch = new Watch(benchTopology(nodes));
  await watch.untilConnected();
  const floor = await Floor.open(lean);
  const sameText = own === null ? null : await Floor.open(own);
  const polls: Record<string, Poll> = {
    ours: () => watch.poll(),
    floor: () => floor.poll(),
    ...(sameText === null ? {} : { sameText: () => sameText.poll() }),
  };
  const times = await timeInTurns(polls, rounds);
  const of = (name: string): number => median(times.get(name) ?? []);
  const where = (what: string) => ({ bench: BENCH, case: `${title}: ${what}`, unit: 'ms' });
  reportPlain(where('floor, bare pg with a lean statement'), of('floor'));
  if (sameText !== null) reportPlain(where('bare pg with our statement'), of('sameText'));
  reportRatio(where('poll to published snapshot'), of('ours'), of('floor'), LIMIT);
  await Promise.all([watch.close(), floor.close(), sameText?.close()]);
}

async function timeInTurns(
  polls: Readonly<Record<string, Poll>>,
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>();
  const warmUp = Math.ceil(rounds / 10);
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [name, poll] of Object.entries(polls)) {
      const startedMs = performance.now();
      await poll();
      const tookMs = performance.now() - startedMs;
      if (round >= 0) times.set(name, [...(times.get(name) ?? []), tookMs]);
    }
  }
  return times;
}

/** The poll's own statement, as it was sent last: with the queue, where there is one. */
function newestPoll(texts: readonly string[]): string {
  return texts.reduce((best, text) => (text.includes('"fastFacts"') ? text : best), '');
}

import { parseTopologyFile } from '../../src/topologyFile/parseTopologyFile';
import type { TopologySnapshot } from '../../src/core/snapshot';
import type { Major } from '../clusters/majors';
import { RunningTopology } from '../clusters/topology/runningTopology';
import { SlotReader } from '../clusters/topology/slotReader';
import { TopologySource } from '../clusters/topology/topologySource';
import { sleep, waitFor } from '../clusters/waitFor';
import { reportExactly } from './report';
import { Watch } from './watch';

const BENCH = 'P5';
const CONSUMER = { id: 'electric', node: 'central', slot: 'electric_slot' } as const;
const INTERVAL_S = 2;

/** The server's own last record comes 15 s after the last commit, and up to 10 s later where its writer sleeps. */
const QUIET_MS = 28_000;

interface Said {
  readonly snapshots: number;
  readonly worstBytes: number;
  readonly worstMs: number;
}

/** P5: servers that are idle and caught up read exactly 0 bytes and 0 s, for as long as one looks. */
export async function benchIdle(majors: readonly Major[], seconds: number): Promise<void> {
  await Promise.all(majors.map((major) => benchMajor(major, seconds)));
}

async function benchMajor(major: Major, seconds: number): Promise<void> {
  const running = await RunningTopology.start(TopologySource.demo(), major);
  const central = running.node(CONSUMER.node);
  const reader = new SlotReader({
    cluster: central.cluster,
    database: central.database,
    slot: CONSUMER.slot,
    publications: [],
  });
  try {
    await reader.start();
    const { topology } = parseTopologyFile(running.topologyFileText);
    if (topology === null) throw new Error('The topology file is not valid.');
    const watch = new Watch({ ...topology, consumers: [CONSUMER] }, INTERVAL_S);
    try {
      await watch.untilConnected();
      await running.pauseWriters();
      await untilIdle(watch, major);
      report(major, kindsOf(watch.snapshot()), await listen(watch, seconds));
    } finally {
      await watch.close();
    }
  } finally {
    await reader.stop();
    await running.stop();
  }
}

/**
 * Waits until everything is caught up and no server writes WAL any more. After the last commit a server logs one more record
 * by itself, which is real work for its standbys.
 * @see LOG_SNAPSHOT_INTERVAL_MS and HIBERNATE_FACTOR in the background writer
 */
async function untilIdle(watch: Watch, major: Major): Promise<void> {
  let positions = '';
  let quietSinceMs = performance.now();
  await waitFor(
    () => {
      const { edges, nodes } = watch.snapshot();
      const now = nodes.map(({ sample }) => String(sample.fast?.currentLsn)).join();
      const isCaughtUp = edges.every(({ lagMs, lagBytes }) => lagMs === 0 && lagBytes === 0);
      if (now !== positions || !isCaughtUp) quietSinceMs = performance.now();
      positions = now;
      return performance.now() - quietSinceMs > QUIET_MS;
    },
    { what: `${major} is idle`, timeoutMs: 120_000 },
  );
}

/** What was said, by edge. */
async function listen(watch: Watch, seconds: number): Promise<ReadonlyMap<string, Said>> {
  const said = new Map<string, Said>();
  const listener = watch.monitor.onDidChange(({ edges }) => {
    for (const { id, lagMs, lagBytes } of edges) {
      const before = said.get(id) ?? { snapshots: 0, worstBytes: 0, worstMs: 0 };
      // What is not known is as wrong here as a number.
      said.set(id, {
        snapshots: before.snapshots + 1,
        worstBytes: Math.max(before.worstBytes, lagBytes ?? Number.POSITIVE_INFINITY),
        worstMs: Math.max(before.worstMs, lagMs ?? Number.POSITIVE_INFINITY),
      });
    }
  });
  await sleep(seconds * 1_000);
  listener.dispose();
  return said;
}

function kindsOf({ edges }: TopologySnapshot): ReadonlyMap<string, string> {
  return new Map(
    edges.map(({ id, kind, isRelativeToUpstream }) => [
      id,
      isRelativeToUpstream ? 'cascaded' : kind,
    ]),
  );
}

/** One figure for each kind of edge: the worst of its members. */
function report(
  major: Major,
  kinds: ReadonlyMap<string, string>,
  said: ReadonlyMap<string, Said>,
): void {
  for (const kind of new Set(kinds.values())) {
    const members = [...said].filter(([id]) => kinds.get(id) === kind).map(([, of]) => of);
    const looks = Math.min(...members.map(({ snapshots }) => snapshots));
    const where = (what: string, unit: string) => ({
      bench: BENCH,
      case: `${major} ${kind}: worst ${what} of ${looks} looks`,
      unit,
    });
    reportExactly(where('bytes', 'bytes'), Math.max(...members.map((of) => of.worstBytes)), 0);
    reportExactly(where('time', 'ms'), Math.max(...members.map((of) => of.worstMs)), 0);
  }
}

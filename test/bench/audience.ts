import { toDashboardState } from '../../src/protocol/toDashboardState';
import { toLagHistory } from '../../src/protocol/toLagHistory';
import type { Major } from '../clusters/majors';
import { sleep } from '../clusters/waitFor';
import { reportAtMost, reportExactly, reportPlain } from './report';
import { startMany, withServers } from './servers';
import { StatementTap } from './statementTap';
import { benchNode, benchTopology, Watch } from './watch';

const BENCH = 'P12';
const NODES = 10;
const INTERVAL_S = 5;
const CPU_LIMIT_PERCENT = 1;

const NOBODY = {
  explorer: false,
  dashboard: false,
  statusBar: false,
  isWindowFocused: true,
} as const;

/** P12: what it costs to have it while nobody looks, and while the dashboard is in sight. */
export async function benchAudience(major: Major, seconds: number): Promise<void> {
  await withServers(major, async (clusters) => {
    const addresses = await startMany(clusters, NODES);
    const [first] = addresses;
    if (first === undefined) throw new Error('There is no server.');
    const tap = await StatementTap.start(first);
    try {
      await countUnseen(tap, seconds);
    } finally {
      await tap.stop();
    }
    await measureSeen(addresses, seconds);
  });
}

/** A window that is left open with nothing of ours in sight and the status bar off. */
async function countUnseen(tap: StatementTap, seconds: number): Promise<void> {
  const node = benchNode('n', { host: '127.0.0.1', port: tap.port });
  const watch = new Watch(benchTopology([node]), 1);
  try {
    await watch.untilConnected();
    await watch.poll();
    watch.monitor.setAudience(NOBODY);
    // What was under way when the view was hidden is answered.
    await sleep(1_000);
    tap.reset();
    await sleep(seconds * 1_000);
    const where = (unit: string) => ({ bench: BENCH, case: `nobody looks for ${seconds} s`, unit });
    reportExactly(where('statements'), tap.statements, 0);
    reportExactly(where('connections'), tap.connections, 0);
  } finally {
    await watch.close();
  }
}

/** Polls, joins, and makes what the dashboard is sent, as the extension does; the editor's own part is not ours. */
async function measureSeen(
  addresses: readonly { readonly host: string; readonly port: number }[],
  seconds: number,
): Promise<void> {
  const nodes = addresses.map((address, index) => benchNode(`n${index}`, address));
  const watch = new Watch(benchTopology(nodes), INTERVAL_S);
  try {
    await watch.untilConnected();
    let sentBytes = 0;
    let afterMs: number | null = null;
    watch.monitor.onDidChange((snapshot) => {
      const past = toLagHistory(watch.monitor.history(snapshot.id, '15min', afterMs));
      afterMs = snapshot.takenAtMs;
      sentBytes += JSON.stringify([toDashboardState(snapshot, null), past]).length;
    });
    // What is compiled once is not the price of looking on.
    await sleep(2 * INTERVAL_S * 1_000);
    const before = process.cpuUsage();
    const startedMs = performance.now();
    sentBytes = 0;
    await sleep(seconds * 1_000);
    const used = process.cpuUsage(before);
    const tookMs = performance.now() - startedMs;
    const share = ((used.user + used.system) / 1_000 / tookMs) * 100;
    const where = (what: string, unit: string) => ({
      bench: BENCH,
      case: `dashboard in sight, ${NODES} nodes at ${INTERVAL_S} s: ${what}`,
      unit,
    });
    reportAtMost(where('CPU', '% of a core'), share, CPU_LIMIT_PERCENT);
    reportPlain(where('sent to it', 'bytes/s'), sentBytes / (tookMs / 1_000));
  } finally {
    await watch.close();
  }
}

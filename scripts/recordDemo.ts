/**
 * Records the demo for machines without Postgres: runs it on the servers of the test rig for a minute and a half, with a paused standby
 * in between, and writes the incident that the extension then opens. Run by hand when the demo or the dashboard's state changed.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { joinTopology } from '../src/core/join/joinTopology';
import { wantedCauses } from '../src/core/diagnosis/wantedCauses';
import { findBinaries } from '../src/demo/binaries';
import { Demo } from '../src/demo/demo';
import { DemoPlace } from '../src/demo/demoPlace';
import { randomPassword, scramVerifier } from '../src/host/scramVerifier';
import { SystemClock } from '../src/host/systemClock';
import { HistoryBook } from '../src/monitor/historyBook';
import { Monitor } from '../src/monitor/monitor';
import { makeIncident } from '../src/protocol/makeIncident';
import { parseTopologyFile } from '../src/topologyFile/parseTopologyFile';
import { ensureBinaries } from '../test/clusters/binaries';
import { makeGateways } from '../test/postgres/plans/changeSupport';
import { MemoryLog, MemorySecrets } from '../test/postgres/pg/support';

const TARGET = fileURLToPath(new URL('../media/recorded-demo.pg-incident.json', import.meta.url));
const ID = 'file:///demo/demo.pg-topology.json';
const QUIET_MS = 40_000;
const PAUSED_MS = 25_000;

const home = await mkdtemp(join(tmpdir(), 'pg-topology-record-'));
const signal = new AbortController().signal;
const clock = new SystemClock();
const secrets = new MemorySecrets();
const log = new MemoryLog();
const { gateway, changes } = makeGateways({ secrets });
const histories = new HistoryBook(clock);
const monitor = new Monitor({
  gateway,
  histories,
  gate: { decideBeforeResolving: () => 'allowed', decide: () => 'allowed' },
  clock,
  log,
  join: joinTopology,
  wantedCauses,
  random: Math.random,
});

try {
  const { postgres } = await ensureBinaries(18);
  const binaries = await findBinaries({
    variables: { PG_TOPOLOGY_DEMO_BIN: dirname(postgres) },
    platform: process.platform,
    downloaded: [],
    workspaceFolders: [],
  });
  if (binaries === null) throw new Error('There are no programs to record with.');
  const demo = await Demo.start(
    {
      place: new DemoPlace(home),
      binaries,
      gateway: changes,
      secrets,
      clock,
      parse: (text) => parseTopologyFile(text).topology,
      randomPassword,
      verifierOf: (password) => scramVerifier(password),
    },
    signal,
    (doing) => console.log(doing),
  );
  try {
    await record(demo);
  } finally {
    await monitor.dispose();
    await demo.close();
  }
} finally {
  await rm(home, { recursive: true, force: true });
}

async function record(demo: Demo): Promise<void> {
  const { topology } = parseTopologyFile(await readFile(demo.file, 'utf8'));
  if (topology === null) throw new Error('The demo wrote a file that cannot be read.');
  monitor.setTopologies([{ id: ID, topology: { ...topology, name: 'Recorded demo' } }]);
  monitor.setPolling(2, true);
  monitor.setAudience({ explorer: true, dashboard: true, statusBar: true, isWindowFocused: true });
  await sleep(QUIET_MS);
  await demo.act('pauseStandby', signal);
  await sleep(PAUSED_MS);
  await demo.act('resumeStandby', signal);
  await sleep(QUIET_MS);
  const snapshot = monitor.current()[0];
  if (snapshot === undefined) throw new Error('Nothing was seen.');
  const checks = { of: () => [], isContinuous: () => false };
  const sources = { snapshot, monitor, checks, stops: [], drains: [], events: [] };
  const text = makeIncident({ ...sources, nowMs: clock.nowMs() }, false);
  await writeFile(TARGET, text);
  console.log(`${TARGET}: ${(text.length / 1024).toFixed(1)} KB`);
}

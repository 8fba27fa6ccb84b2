import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Frame, Locator } from 'playwright-core';
import { terminateSessions } from '../clusters/faults';
import { TopologySource } from '../clusters/topology/topologySource';
import { BEFORE_UNUSED_CLOSE_MS, sleep, waitFor } from '../clusters/waitFor';
import { ExplorerPage } from './support/explorerPage';
import { useServers } from './support/liveTopology';
import { RED_FAULTS } from './support/redFaults';
import { useWorkbench } from './support/uiSession';

/** A session that nobody needs is closed after a minute; the machine may be busy. */
const UNUSED_MS = 120_000;

describe('the demo on real servers', () => {
  const servers = useServers(TopologySource.demo());
  const session = useWorkbench({
    files: () => ({ 'pg-topology.json': servers.running.topologyFileText }),
    settings: { 'pgTopology.pollIntervalSeconds': 1 },
  });
  let explorer: ExplorerPage;
  before(() => {
    explorer = new ExplorerPage(session.workbench);
  });

  /** The charts as the dashboard gives them to a spreadsheet: a line for each point. */
  async function points(): Promise<readonly string[]> {
    const dashboard = await explorer.dashboard();
    const read = () => session.page.evaluate(() => navigator.clipboard.readText());
    await session.page.evaluate(() => navigator.clipboard.writeText(''));
    await dashboard.getByRole('button', { name: 'Copy as CSV' }).click();
    const text = await waitFor(async () => (await read()) || null, { what: 'points are copied' });
    assert.match(text, /^time,measure,unit,series,value\n/u);
    return text.trimEnd().split('\n').slice(1);
  }

  /** Waits until each node has one session. One that read for too long is given up, and for a moment none or two are there. */
  async function untilOneEach(): Promise<void> {
    const wanted = [...servers.running.nodes.keys()].toSorted();
    await waitFor(
      async () => {
        const found = (await servers.sessions()).map((line) => line.split(' ')[0]).toSorted();
        return isDeepStrictEqual(found, wanted) || Promise.reject(new Error(found.join()));
      },
      { what: 'each node has one session', timeoutMs: BEFORE_UNUSED_CLOSE_MS },
    );
  }

  it('talks to no server before it is asked to', async () => {
    await explorer.status(/^Postgres Topology, not connected$/);
    assert.deepEqual(await servers.sessions(), []);
  });

  it('is live as soon as the explorer is opened', async () => {
    await explorer.open();
    await explorer.row(/^Central cloud, topology, 4 of 4 replicas healthy, \S/);
    await explorer.row(/^central, primary, publisher/);
    await explorer.row(/^central-read, standby, (streaming, .+ behind|idle, caught up)$/);
    await explorer.row(/^central-archive, standby of central-read, (.+ behind|idle, caught up)$/);
    await explorer.row(/^singularity, subscriber, (streaming, .+ behind|idle, caught up)$/);
    await explorer.row(/^genesis, subscriber, (streaming, .+ behind|idle, caught up)$/);
    await explorer.row(/^vengeance, edge, \d+ queued/);
    await explorer.status(/^Replication (lag .+|idle and caught up), 4 of 4 replicas healthy$/);
    await explorer.assertQuiet();
  });

  it('holds one session a node', () => untilOneEach());

  it('tells what a node publishes, takes and keeps', async () => {
    const { workbench } = session;
    await workbench.expand(workbench.row(/^genesis/));
    await workbench.expand(workbench.row(/^job_stats_sub, subscription, (streaming|idle)/));
    await explorer.row(/^job_statistics, table, ready/);
    await workbench.expand(workbench.row(/^Publications, 3/));
    await explorer.row(/^approved_patterns_pub, publication, 1 table, 1 subscriber/);
    await workbench.expand(workbench.row(/^vengeance/));
    await explorer.row(/^pending_sync, queue, \d+ waiting/);
  });

  it('keeps what is open and selected through ten polls', async () => {
    const { workbench } = session;
    const opened = session.page.locator('.tab.active').filter({ hasText: 'Postgres Topology' });
    await workbench.clickUntil(workbench.row(/^job_stats_sub, subscription/), opened);
    await explorer.dashboard();
    const before = await labels(explorer);
    const polls = new Set<string>();
    await waitFor(
      async () => {
        const [line] = await servers.sessions();
        if (line !== undefined) polls.add(line);
        return polls.size > 10;
      },
      { what: 'ten polls are over', timeoutMs: 120_000, everyMs: 200 },
    );
    assert.deepEqual(await labels(explorer), before);
    const selected = session.page.locator('.sidebar [role=treeitem][aria-selected=true]');
    assert.match((await selected.getAttribute('aria-label')) ?? '', /^job_stats_sub/);
  });

  it('shows the row that was clicked on the dashboard, with its evidence', async () => {
    const dashboard = await explorer.dashboard();
    await dashboard.getByText('subscription job_stats_sub').waitFor();
    const evidence = dashboard.getByRole('table', { name: 'Evidence' });
    await evidence
      .getByText(/pg_stat_subscription|pg_stat_replication/)
      .first()
      .waitFor();
  });

  it('draws the topology with the lag on its edges, and as a table', async () => {
    const dashboard = await explorer.dashboard();
    const map = dashboard.getByRole('listbox', { name: /^Topology map, 6 nodes/ });
    for (const name of [
      /^central to central-read, streaming, .+/,
      /^central-read to central-archive, streaming, .+/,
      /^central to singularity, logical, .+/,
      /^vengeance to central, queue, .+/,
    ]) {
      await map.getByRole('option', { name }).waitFor();
    }
    await choose(dashboard, 'View', 'List');
    const table = dashboard.getByRole('region', { name: 'Topology as a table' });
    await table
      .getByText(/^(streaming|idle)/)
      .first()
      .waitFor();
    await choose(dashboard, 'View', 'Map');
    await map.waitFor();
  });

  it('charts each lag, with a table of the same numbers', async () => {
    const dashboard = await explorer.dashboard();
    await dashboard.locator('figure canvas').first().waitFor();
    await choose(dashboard, 'Show history as', 'Tables');
    const lag = dashboard.getByRole('region', { name: 'Lag as a table' });
    for (const name of ['central-read', 'central-archive', 'patterns_sub', 'metrics_sub']) {
      const row = lag.getByRole('row', { name: new RegExp(`^${name}`) });
      assert.match(await row.innerText(), /(\d\s(ms|s)|caught up|idle)/u);
    }
    const queue = dashboard.getByRole('region', { name: 'Queue depth as a table' });
    assert.match(await queue.getByRole('row', { name: /^vengeance/ }).innerText(), /\d/);
    await choose(dashboard, 'Show history as', 'Charts');
  });

  it('leads from the status bar to a node', async () => {
    const { workbench } = session;
    await explorer.status(/4 of 4 replicas healthy$/);
    const lines = await explorer.openPick();
    assert.match(lines[0] ?? '', /^central primary · publisher .* Healthy$/);
    assert.ok(lines.some((line) => /^vengeance edge · \d+ queued/.test(line)));
    await workbench.choice('central-archive').click();
    const dashboard = await explorer.dashboard();
    await dashboard.getByRole('heading', { name: /central-archive$/, level: 2 }).waitFor();
    const selected = session.page.locator('.sidebar [role=treeitem][aria-selected=true]');
    await selected.and(workbench.row(/^central-archive/)).waitFor();
  });

  it('ends every session with Disconnect, and comes back with Connect', async () => {
    const { workbench } = session;
    await workbench.command('Postgres Topology: Disconnect');
    await workbench.choice('Central cloud').click();
    await explorer.row(/^Central cloud, topology, 6 nodes, disconnected/);
    await waitFor(async () => (await servers.sessions()).length === 0, { what: 'no session' });
    await workbench.command('Postgres Topology: Connect');
    await workbench.choice('Central cloud').click();
    await explorer.row(/^Central cloud, topology, 4 of 4 replicas healthy/);
  });

  it('says which standby is away and whom that cuts off, and recovers by itself', async () => {
    const standby = servers.running.node('central-read').cluster;
    await standby.stop();
    await explorer.row(/^central-read, unreachable from here/);
    await explorer.row(/^central-archive, standby of central-read, not streaming/);
    await explorer.row(/^Central cloud, topology, 2 of 4 replicas healthy, 1 problem/);
    await explorer.status(/^1 of 6 nodes unreachable from here$/);
    const lines = await explorer.openPick();
    assert.match(lines[0] ?? '', /^central-read unreachable from here .* Needs attention$/);
    assert.match(lines[1] ?? '', /^central-archive standby of central-read · not streaming/);
    assert.match(lines[2] ?? '', /^central primary .* Healthy$/);
    await session.page.keyboard.press('Escape');
    const dashboard = await explorer.dashboard();
    await dashboard.getByRole('heading', { name: /central-read unreachable from here/ }).waitFor();
    await standby.start();
    await explorer.row(/^Central cloud, topology, 4 of 4 replicas healthy/);
    await explorer.row(/^central-read, standby, (streaming|idle)/);
    await explorer.status(/4 of 4 replicas healthy$/);
  });

  it('says which subscription an error stopped', async () => {
    const insert = "INSERT INTO job_statistics (job) VALUES ('night run')";
    const drop = "DELETE FROM job_statistics WHERE job = 'night run'";
    await servers.query('genesis', 'ALTER SUBSCRIPTION job_stats_sub SET (disable_on_error)');
    await servers.query('genesis', insert);
    await servers.query('central', insert);
    await explorer.row(/^genesis, subscriber, job_stats_sub stopped/);
    await explorer.row(/^job_stats_sub, subscription, stopped by an error/);
    await explorer.redStatus(/^job_stats_sub stopped/);
    const lines = await explorer.openPick();
    assert.match(
      lines[0] ?? '',
      /^job_stats_sub genesis · stopped by an error .* Needs attention$/,
    );
    assert.ok(!lines.slice(1).some((line) => line.includes('stopped')), lines.join('\n'));
    await session.workbench.choice('job_stats_sub').click();
    const dashboard = await explorer.dashboard();
    await dashboard.getByText('subscription job_stats_sub').waitFor();
    const cause = /^\s*job_stats_sub on genesis was stopped by an error/;
    await inSight(dashboard.locator('.details .verdict').filter({ hasText: cause }));
    await session.workbench.command('Postgres Topology: Export Incident…');
    await session.workbench.choice('Replace Hosts and Addresses').click();
    await waitFor(
      async () => (await session.workbench.quickInput().inputValue()).endsWith('.pg-incident.json'),
      { what: 'the place of the file is asked' },
    );
    await session.workbench.quickInput().press('Enter');
    await session.workbench.told('Exported Central cloud to');
    await session.workbench.command('Notifications: Clear All Notifications');
    await servers.query('genesis', drop);
    await servers.query('genesis', 'ALTER SUBSCRIPTION job_stats_sub ENABLE');
    await explorer.row(/^genesis, subscriber, (streaming|idle)/);
    await explorer.status(/4 of 4 replicas healthy$/);
  });

  it('opens the incident of that moment as it was, and holds no connection string', async () => {
    const names = await readdir(session.folder);
    const file = names.find((name) => name.endsWith('.pg-incident.json')) ?? '';
    const text = await readFile(join(session.folder, file), 'utf8');
    assert.doesNotMatch(text, /password=|postgres(?:ql)?:\/\//u);
    await session.workbench.pickFrom('Control+P', file, file);
    const incident = await session.workbench.webview('.banner--incident');
    await incident.getByRole('heading', { name: /3 of 4 replicas healthy/ }).waitFor();
    await incident
      .getByText(/^job_stats_sub on genesis was stopped by an error/)
      .first()
      .waitFor();
    assert.equal(await incident.getByRole('button', { name: 'Run Checks' }).count(), 0);
    await session.capture('live-incident');
    await session.workbench.command('View: Close Editor');
  });

  for (const { name, status, choice, cause, shown, inject } of RED_FAULTS) {
    it(`leads in two clicks from a red status bar to ${name}`, async () => {
      const dashboard = await explorer.dashboard();
      const fault = await inject(servers);
      try {
        await explorer.redStatus(status);
        await explorer.openPick();
        await session.workbench.choice(choice).click();
        await inSight(dashboard.locator('.details .verdict').filter({ hasText: cause }));
        for (const text of shown)
          await dashboard.locator('.details').getByText(text).first().waitFor();
      } finally {
        await fault.end();
      }
      await explorer.status(/4 of 4 replicas healthy$/);
    });
  }

  it('F66: is there again after a reload, live, with its charts and without a question, and the old window leaves no session', async () => {
    await untilOneEach();
    const before = (await servers.sessions()).map(withoutTime);
    const past = settledPoints(await points(), Date.now());
    // All along from the first look: four lags, as many bytes, one queue, a point in two seconds.
    assert.ok(past.length > 9 * 10, `${past.length} points`);
    await session.workbench.reload();
    await waitFor(
      async () => {
        const now = (await servers.sessions()).map(withoutTime);
        return before.every((old) => !now.includes(old));
      },
      { what: 'the old sessions are gone', timeoutMs: BEFORE_UNUSED_CLOSE_MS },
    );
    const dashboard = await explorer.dashboard();
    await dashboard.getByRole('heading', { name: /^.*4 of 4 replicas healthy/ }).waitFor();
    await explorer.row(/^Central cloud, topology, 4 of 4 replicas healthy/);
    await explorer.row(/^central-read, standby, (streaming|idle)/);
    await untilOneEach();
    await servers.untilPolled();
    await dashboard.locator('figure canvas').first().waitFor();
    await waitFor(
      async () => {
        const known = new Set(await points());
        const lost = past.filter((point) => !known.has(point));
        return (
          lost.length === 0 ||
          Promise.reject(new Error(`${lost.length} of ${past.length}: ${lost[0]}`))
        );
      },
      { what: 'the charts have all that they had', everyMs: 500 },
    );
  });

  it('F65: after a sleep in which every session died it dials each node once, and goes on', async () => {
    for (const { cluster } of servers.running.nodes.values()) {
      await cluster.setConf({ log_connections: true });
    }
    const host = session.stopExtensionHost();
    try {
      for (const { cluster } of servers.running.nodes.values()) {
        await terminateSessions(cluster, 'pg-topology');
      }
      await sleep(5_000);
      await waitFor(async () => (await servers.sessions()).length === 0, {
        what: 'every session has died',
      });
    } finally {
      host.wake();
    }
    await servers.untilPolled();
    await explorer.row(/^Central cloud, topology, 4 of 4 replicas healthy/);
    // Time for what a burst would dial.
    await sleep(3_000);
    for (const [node, dials] of servers.dials()) assert.equal(dials, 1, `dials of ${node}`);
    await untilOneEach();
    await explorer.assertQuiet();
  });

  it('C47: takes a new interval without a reload', async () => {
    await session.useSettings({ 'pgTopology.pollIntervalSeconds': 3600 });
    await waitFor(
      async () => {
        const seen = await servers.sessions();
        await sleep(4_000);
        return isDeepStrictEqual(await servers.sessions(), seen);
      },
      { what: 'polls are rare' },
    );
    await session.useSettings({ 'pgTopology.pollIntervalSeconds': 1 });
    await servers.untilPolled();
  });

  it('falls silent when nobody looks, and closes its sessions after a minute', async () => {
    await session.workbench.command('View: Close All Editors');
    await explorer.leave();
    await session.useSettings({ 'pgTopology.statusBar.enabled': false });
    await session.workbench.statusItem('pgTopology.status').waitFor({ state: 'detached' });
    // What was asked before the last of them went out of sight may still be answered.
    const before = await waitFor(
      async () => {
        const seen = await servers.sessions();
        await sleep(3_000);
        return isDeepStrictEqual(await servers.sessions(), seen) ? seen : null;
      },
      { what: 'what was asked is answered', timeoutMs: BEFORE_UNUSED_CLOSE_MS },
    );
    assert.equal(before.length, servers.running.nodes.size);
    await sleep(10_000);
    assert.deepEqual(await servers.sessions(), before);
    await waitFor(async () => (await servers.sessions()).length === 0, {
      what: 'the sessions are closed',
      timeoutMs: UNUSED_MS,
      everyMs: 1_000,
    });
  });
});

/** Node and pid of a session: what stays the same from statement to statement. */
function withoutTime(session: string): string {
  return session.split(' ').slice(0, 2).join(' ');
}

/** Without the newest, which a reading that comes yet may change. */
function settledPoints(points: readonly string[], nowMs: number): readonly string[] {
  return points.filter((point) => Date.parse(point.split(',')[0] ?? '') < nowMs - 10_000);
}

/** Waits until it can be read without scrolling. */
async function inSight(found: Locator): Promise<void> {
  await found.waitFor();
  await waitFor(
    async () =>
      found.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return top >= 0 && bottom <= element.ownerDocument.documentElement.clientHeight;
      }),
    { what: 'it is in sight' },
  );
}

async function choose(dashboard: Frame, group: string, option: string): Promise<void> {
  await dashboard.getByRole('radiogroup', { name: group }).getByText(option).click();
}

/** The tree without its numbers and states. */
async function labels(explorer: ExplorerPage): Promise<readonly string[]> {
  // A row's text runs its name and its description together; how many wait in a queue may change.
  return (await explorer.texts()).map((text) =>
    (/^[\w-]+/u.exec(text)?.[0] ?? '').replace(/\d+$/u, ''),
  );
}

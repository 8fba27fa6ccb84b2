import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { applyEdits, modify } from 'jsonc-parser';
import { TopologySource } from '../clusters/topology/topologySource';
import { waitFor } from '../clusters/waitFor';
import { commandOnRow, hasSaid } from './support/commandOnRow';
import { ExplorerPage } from './support/explorerPage';
import { useServers } from './support/liveTopology';
import { useWorkbench } from './support/uiSession';

/** What is not within ten seconds is known after them, and a busy machine is slow. */
const LATE_MS = 120_000;

/** In the environment of the editor, where passwords of servers may be. */
const SECRET = 'c4n4ry-of-tools';

describe('checks on real servers', () => {
  const servers = useServers(TopologySource.demo());
  const session = useWorkbench({
    files: () => ({ 'pg-topology.json': withoutTelling(servers.running.topologyFileText) }),
    settings: { 'pgTopology.pollIntervalSeconds': 1, 'pgTopology.checks.intervalSeconds': 1 },
    env: { PGPASSWORD: SECRET },
    probe: join('test', 'ui', 'support', 'toolProbe'),
  });
  let explorer: ExplorerPage;
  before(async () => {
    explorer = new ExplorerPage(session.workbench);
    await explorer.open();
    await explorer.row(/^Central cloud, topology, 4 of 4 replicas healthy/);
  });
  afterEach(async () => {
    await session.workbench.command('Notifications: Clear All Notifications');
  });

  it('run from the palette over every edge, by position where no sentinel is', async () => {
    const { workbench } = session;
    await workbench.command('Postgres Topology: Run Checks');
    await workbench.choice('All').click();
    const toast = workbench.toast(/5 of 5 arrived by position alone, worst \S+\sm?s\./);
    await toast.waitFor({ timeout: LATE_MS });
    await toast.getByRole('button', { name: 'Show', exact: true }).click();
    const dashboard = await explorer.dashboard();
    const table = dashboard.getByRole('region', { name: 'Results of checks' });
    for (const name of [/^central → central-read/, /^patterns_sub/, /^metrics_sub/]) {
      await table.getByRole('row', { name }).filter({ hasText: 'position passed in' }).waitFor();
    }
  });

  it('stand in the tree below the edge that was checked', async () => {
    const { workbench } = session;
    await workbench.expand(workbench.row(/^central-read, standby/));
    await explorer.row(/^WAL marker of central-read, position passed in/);
    await workbench.expand(workbench.row(/^genesis, subscriber/));
    await workbench.expand(workbench.row(/^metrics_sub, subscription/));
    await explorer.row(/^WAL marker of metrics_sub on genesis, position passed in/);
  });

  it('say of a paused standby that nothing arrived, why, and no number', async () => {
    const { workbench } = session;
    await servers.query('central-read', 'SELECT pg_wal_replay_pause()');
    try {
      await explorer.row(/^central-read, standby, replay paused/);
      const marker = workbench.row(/^WAL marker of central-read/);
      const late = /0 of 1 arrived\. central-read not within 10\ss: replay paused\./;
      await commandOnRow(workbench, marker, 'Run Checks', hasSaid(workbench, late));
      await explorer.row(/^WAL marker of central-read, not within 10 seconds: replay paused/);
    } finally {
      await servers.query('central-read', 'SELECT pg_wal_replay_resume()');
    }
    await explorer.row(/^central-read, standby, (streaming|idle)/);
  });

  it('end when they are cancelled, without a word', async () => {
    const { workbench } = session;
    await servers.query('central-read', 'SELECT pg_wal_replay_pause()');
    try {
      // Until it is seen the rows change, and a menu on a row that is redrawn just then comes to nothing.
      await explorer.row(/^central-read, standby, replay paused/);
      const toast = workbench.toast('Checking central-read');
      const marker = workbench.row(/^WAL marker of central-read/);
      await commandOnRow(workbench, marker, 'Run Checks', toast);
      await toast.getByRole('button', { name: 'Cancel' }).click();
      await toast.waitFor({ state: 'detached' });
      assert.equal(await workbench.toast('arrived').count(), 0);
      await waitFor(async () => (await sessionsOf('central-read')) === 1, {
        what: 'the session of the check is closed',
      });
    } finally {
      await servers.query('central-read', 'SELECT pg_wal_replay_resume()');
    }
  });

  it('go on by themselves while the dashboard asks for it, and end with Disconnect', async () => {
    const { workbench } = session;
    const dashboard = await explorer.dashboard();
    const box = dashboard.getByRole('checkbox', { name: 'Check continuously' });
    await box.click();
    await dashboard.getByText('round after round').waitFor();
    await explorer.row(/^WAL marker of central-read, position passed in .+, checked continuously/);
    // Rounds that arrived give a median after a while.
    const row = dashboard.getByRole('row', { name: /^central → central-read/ });
    await waitFor(async () => /\d\sm?s\s+(–|\S+\sm?s)$/u.test(await row.innerText()), {
      what: 'a median of several rounds',
      timeoutMs: LATE_MS,
    });
    const topology = workbench.row(/^Central cloud, topology/);
    const isSilent = async () => (await servers.sessions()).length === 0;
    await commandOnRow(workbench, topology, 'Disconnect', isSilent);
    await waitFor(async () => !(await box.isChecked()), { what: 'the box is empty' });
    await workbench.contextMenu(workbench.row(/^Central cloud, topology/), 'Connect');
    await explorer.row(/^Central cloud, topology, 4 of 4 replicas healthy/);
  });

  it('prove that rows arrive once a sentinel table is installed, and leave nothing behind', async () => {
    const { workbench } = session;
    const before = await ours();
    await plan('Install Sentinel Table…');
    await workbench.told(/Done: \d+ of \d+ steps/);
    await workbench.command('Notifications: Clear All Notifications');
    const genesis = await explorer.row(/^genesis, subscriber/);
    const arrived = /2 of 2 arrived \(1 row, 1 position\)/;
    await commandOnRow(workbench, genesis, 'Run Checks', hasSaid(workbench, arrived));
    await explorer.row(/^Sentinel of metrics_sub on genesis, row arrived in/);
    await workbench.command('Notifications: Clear All Notifications');
    await plan('Uninstall Sentinel Table…');
    await workbench.told(/Done: \d+ of \d+ steps/);
    // The worker that copied the table drops its slot when it ends.
    await waitFor(
      async () => {
        const left = await ours();
        return (
          isDeepStrictEqual(left, before) ||
          Promise.reject(new Error(JSON.stringify(left, null, 1)))
        );
      },
      { what: 'nothing is left behind' },
    );
  });

  it('are tests of the editor, each at its line, and fail there with what broke the edge', async () => {
    const { workbench } = session;
    await workbench.openFile('pg-topology.json');
    await workbench.view('Testing');
    await workbench.expand(workbench.row(/^Central cloud/));
    const edges = [
      'central-read from central',
      'central-archive from central-read',
      'patterns_sub on singularity from central',
      'job_stats_sub on genesis from central',
      'metrics_sub on genesis from central',
    ];
    await workbench.command('Test: Run All Tests');
    for (const edge of edges) await tested(edge, 'Passed');
    const line =
      /"central-read".*central-read\sfrom\scentral:\s(?:position\spassed|row\sarrived)\sin/u;
    await session.page.locator('.view-line', { hasText: line }).waitFor();

    await servers.query('genesis', 'ALTER SUBSCRIPTION metrics_sub DISABLE');
    await servers.query('central-read', 'SELECT pg_wal_replay_pause()');
    try {
      // Until it is gone, the apply worker would confirm what the test writes.
      const reader = "SELECT FROM pg_replication_slots WHERE slot_name = 'metrics_sub' AND active";
      await waitFor(async () => (await servers.query('central', reader)).length === 0, {
        what: 'nobody reads for metrics_sub',
      });
      await workbench.command('Test: Run All Tests');
      await tested('metrics_sub on genesis from central', 'Failed');
      await tested('job_stats_sub on genesis from central', 'Passed');
      await tested('central-read from central', 'Failed');
      // The editor shows at the line what was printed, or the message in its flag, whichever came first.
      const words = /central-read\sfrom\scentral:\snot\swithin\s10\ss:\sreplay\spaused/u;
      const atLine = session.page.locator('.view-line', { hasText: words });
      const inFlag = session.page.locator('.test-error-content-widget', { hasText: words });
      await atLine.or(inFlag).first().waitFor();
      const tab = session.page.locator('.tab .monaco-icon-label[aria-label*="pg-topology.json"]');
      const marked = /\/pg-topology\.json • .*2 nodes need attention$/u;
      await waitFor(async () => marked.test((await tab.getAttribute('aria-label')) ?? ''), {
        what: 'the mark on the file',
      });

      await workbench.command('Test: Run All Tests');
      await session.page.getByRole('button', { name: 'Cancel Test Run' }).first().click();
      await tested('central-read from central', 'Skipped');
    } finally {
      await servers.query('genesis', 'ALTER SUBSCRIPTION metrics_sub ENABLE');
      await servers.query('central-read', 'SELECT pg_wal_replay_resume()');
    }
  });

  it('tell a language model of real servers what it may know, after asking, and no more', async () => {
    const topology = 'Central cloud';
    // What the test before this one stopped takes a moment to stream again.
    await explorer.open();
    await explorer.row(/^Central cloud, topology, 4 of 4 replicas healthy/);
    const { asked, said } = await toolsSay([
      ['pgTopology_get_topology', { topology }, 'of the topology?'],
      [
        'pgTopology_explain_edge',
        { topology, edge: 'streaming/central-read' },
        'have this explained?',
      ],
      ['pgTopology_get_queue_status', { topology }, 'of the offline queues?'],
    ]);
    assert.match(
      asked.join('\n'),
      /^Reads the state of Central cloud: central, central-read, .+\nAsks central.+ about streaming\/central-read/u,
    );
    const [all = '', edge = '', queues = ''] = said;
    assert.match(all, /"name":"genesis","health":"healthy","state":"subscriber · /u);
    assert.match(all, /"isPart":/u);
    assert.match(edge, /"what":"Sender","value":"streaming, sent /u);
    assert.match(queues, /"edge":"vengeance",.*"waiting":\d+/u);
    for (const text of [...asked, ...said]) {
      assert.doesNotMatch(text, new RegExp(`singularity|patterns_sub|${SECRET}`, 'u'));
    }
  });

  /** Waits until a test of the explorer has this result. */
  async function tested(label: string, state: string): Promise<void> {
    const row = session.workbench.row(new RegExp(`^${label} \\(${state}\\)`, 'u'));
    await row.waitFor({ timeout: LATE_MS });
  }

  /**
   * Lets another extension of the window call tools, and allows each.
   * @param calls tool, input, and how the title of the question ends
   * @returns what the user was asked, and what each said
   */
  async function toolsSay(
    calls: readonly (readonly [string, object, string])[],
  ): Promise<{ readonly asked: readonly string[]; readonly said: readonly string[] }> {
    const answers = join(session.folder, 'answers.json');
    await writeFile(join(session.folder, 'ask.json'), JSON.stringify(calls));
    await session.workbench.command('Probe: Ask Tools');
    const asked: string[] = [];
    for (const [, , title] of calls) {
      // One may follow another at once.
      const dialog = session.workbench.dialog().filter({ hasText: title });
      await dialog.waitFor({ timeout: LATE_MS });
      asked.push(await dialog.locator('.dialog-message-detail').innerText());
      await dialog.getByRole('button', { name: 'Yes' }).click();
    }
    await waitFor(async () => (await readFile(answers, 'utf8').catch(() => '')) !== '', {
      what: 'the answers of the tools',
      timeoutMs: LATE_MS,
    });
    // Written by the probe: one text a call.
    return { asked, said: JSON.parse(await readFile(answers, 'utf8')) as readonly string[] };
  }

  /** Starts a plan for execution_metrics_pub on central and confirms it. */
  async function plan(title: string): Promise<void> {
    const { workbench } = session;
    await workbench.command(`Postgres Topology: ${title}`);
    await workbench.choice('central').click();
    await workbench.choice('execution_metrics_pub').click();
    await workbench.choice('Run Plan').click();
  }

  /** Everything of ours in the databases. */
  async function ours(): Promise<unknown> {
    const sql = `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'pgtopology' UNION ALL
      SELECT p.prrelid::regclass::text FROM pg_publication_rel p UNION ALL
      SELECT s.slot_name FROM pg_replication_slots s ORDER BY 1`;
    return Promise.all(['central', 'genesis', 'singularity'].map((id) => servers.query(id, sql)));
  }

  async function sessionsOf(nodeId: string): Promise<number> {
    const lines = await servers.sessions();
    return lines.filter((line) => line.startsWith(`${nodeId} `)).length;
  }
});

/** The file with a node that language models may not be told of. */
function withoutTelling(text: string): string {
  const path = ['nodes', 'singularity', 'allowLanguageModels'];
  return applyEdits(text, modify(text, path, false, {}));
}

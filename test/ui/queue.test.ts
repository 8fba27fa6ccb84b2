import assert from 'node:assert/strict';
import { TopologySource } from '../clusters/topology/topologySource';
import { waitFor } from '../clusters/waitFor';
import { ExplorerPage } from './support/explorerPage';
import { useServers } from './support/liveTopology';
import { PlanPage } from './support/planPage';
import { useWorkbench } from './support/uiSession';

/** The row that vengeance and the master both changed. */
const PLANTED = '00000000-0000-4000-8000-000000000001';

describe('an edge that goes on without its primary, in the workbench', () => {
  const servers = useServers(TopologySource.example('elephant'));
  const session = useWorkbench({
    files: () => servers.running.workspaceFiles(),
    settings: { 'pgTopology.pollIntervalSeconds': 1 },
  });
  let explorer: ExplorerPage;
  let plans: PlanPage;
  before(() => {
    explorer = new ExplorerPage(session.workbench);
    plans = new PlanPage(session.workbench);
  });
  const valueAt = async (node: string, sql: string) =>
    (await servers.query<{ v: unknown }>(node, `SELECT (${sql}) AS v`))[0]?.v;
  const waiting = () =>
    valueAt(
      'vengeance',
      `SELECT count(*)::int FROM pending_sync WHERE state = 'pending' AND synced_at IS NULL`,
    );

  it('shows what waits from the start, and which tables it is about', async () => {
    const { workbench } = session;
    await explorer.open();
    await explorer.row(/^vengeance, edge, 4 queued/u);
    await workbench.expand(workbench.row(/^vengeance/u));
    await workbench.expand(await explorer.row(/^pending_sync, queue, 4 waiting/u));
    await explorer.row(/^To master, online/u);
    await workbench.expand(await explorer.row(/^Pending, 4/u));
    await explorer.row(/^code_messages, 3 waiting/u);
    await workbench.expand(await explorer.row(/^vengeance_sub, subscription/u));
    await explorer.row(/^robbie_personality_state, table.*1 unsent edit on vengeance/u);
    await session.capture('queue at the start');
  });

  it('grows in tree and status bar while the primary is away', async () => {
    const { workbench } = session;
    await servers.running.node('master').cluster.stop();
    // The application goes on by itself; a burst of it shows the threshold of the file.
    await servers.query(
      'vengeance',
      `WITH written AS (INSERT INTO learned_patterns (pattern, confidence)
         SELECT 'burst ' || n, n / 200.0 FROM generate_series(1, 120) n RETURNING *)
       INSERT INTO pending_sync (table_name, operation, data)
       SELECT 'learned_patterns', 'INSERT', to_jsonb(w) FROM written w`,
    );
    // The edge's own row may tell of its subscription first, which is cut off as well.
    await explorer.row(/^pending_sync, queue, 1[2-9]\d waiting/u);
    await explorer.row(/^To master, offline/u);
    const before = Number(await waiting());
    await waitFor(async () => Number(await waiting()) > before + 2, { what: 'the edge writes on' });
    // The primary is away and the queue is deep: the status bar leads to both.
    await explorer.status(/nodes unreachable from here|Queue on vengeance|vengeance_sub|aurora/u);
    const entries = (await explorer.openPick()).join('\n');
    assert.match(entries, /vengeance/u);
    assert.match(entries, /\d{3} (?:queued|waiting)/u);
    await session.capture('queue while the primary is away');
    await plans.escape();
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('is drained when the primary is back, after a dry run that was read', async () => {
    const { workbench } = session;
    await servers.running.node('master').cluster.start();
    await explorer.row(/^To master, online/u);
    await waitFor(
      async () => {
        const before = await waiting();
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        return before === (await waiting());
      },
      { what: 'the edge writes to the master again', timeoutMs: 90_000 },
    );
    const queue = await explorer.row(/^pending_sync, queue, \d+ waiting/u);
    await queue.hover();
    await queue.getByRole('button', { name: 'Drain Queue…' }).click();
    const dialog = workbench.dialog();
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /Drain \d+ operations from vengeance to master\?/u);
    await session.capture('queue dry run');
    await dialog.getByRole('button', { name: /^Drain \d+ Operations$/u }).click();
    await workbench.toast(/Drained \d+ operations from vengeance/u).waitFor();
    await session.capture('queue drained');
    await workbench.command('Notifications: Clear All Notifications');
    assert.equal(await waiting(), 0);
    assert.equal(
      await valueAt(
        'master',
        `SELECT count(*)::int FROM learned_patterns WHERE pattern LIKE 'burst %'`,
      ),
      120,
    );
  });

  it('leads from the status bar to the one conflict, and to its rows side by side', async () => {
    const { workbench, page } = session;
    await explorer.status(/1 conflict in the queue of vengeance/u);
    await explorer.row(
      /^pending_sync, queue, 0 waiting · 1 conflict|^pending_sync, queue, .*1 conflict/u,
    );
    await workbench.expand(await explorer.row(/^Conflicts, 1/u));
    const operation = await explorer.row(/^robbie_personality_state .*, conflict/u);
    await session.capture('queue conflict in the tree');
    await operation.click();
    const diff = page.locator('.monaco-diff-editor');
    await diff.waitFor();
    await diff.getByText('the train window').first().waitFor();
    await session.capture('queue conflict side by side');
  });

  it('is settled by a person, and the tree says that nothing is left', async () => {
    const { workbench } = session;
    await plans.answer(/policy merge/u, 'Keep Edge…');
    const dialog = workbench.dialog();
    await dialog.waitFor();
    await session.capture('queue conflict question');
    await dialog.getByRole('button', { name: /^Keep Edge/u }).click();
    await explorer.row(/^pending_sync, queue, empty/u);
    assert.equal(
      await valueAt(
        'master',
        `SELECT state ->> 'focus' FROM robbie_personality_state WHERE id = '${PLANTED}'`,
      ),
      'the train window',
    );
    await session.capture('queue settled');
  });

  for (const theme of ['Default Dark Modern', 'Default Light Modern', 'Default High Contrast']) {
    it(`is drawn in ${theme}`, async () => {
      const { workbench } = session;
      await session.useSettings({
        'pgTopology.pollIntervalSeconds': 1,
        'workbench.colorTheme': theme,
      });
      await workbench.command('Postgres Topology: Open Dashboard');
      const dashboard = await explorer.dashboard();
      const queues = dashboard.getByRole('region', { name: 'Queues', exact: true }).last();
      await queues.scrollIntoViewIfNeeded();
      await session.capture(`queue dashboard ${theme}`);
    });
  }
});

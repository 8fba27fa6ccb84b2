import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { TopologySource } from '../clusters/topology/topologySource';
import { waitFor } from '../clusters/waitFor';
import { commandOnRow, hasSaid } from './support/commandOnRow';
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
      { what: 'the edge writes to the master again', timeoutMs: 120_000 },
    );
    const queue = await explorer.row(/^pending_sync, queue, \d+ waiting/u);
    await queue.hover();
    const dialog = workbench.dialog();
    await workbench.clickUntil(queue.getByRole('button', { name: 'Drain Queue…' }), dialog);
    assert.match(await dialog.innerText(), /Drain \d+ operations from vengeance to master\?/u);
    await session.capture('queue dry run');
    await dialog.getByRole('button', { name: /^Drain \d+ Operations$/u }).click();
    await workbench.told(/Drained \d+ operations from vengeance/u);
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
    const diff = page.locator('.monaco-diff-editor');
    await workbench.clickUntil(operation, diff);
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

  it('is drained by itself once that was confirmed, in production with its name typed', async () => {
    const { workbench } = session;
    await workbench.command('Notifications: Clear All Notifications');
    const file = join(session.folder, 'pg-topology.json');
    const text = await readFile(file, 'utf8');
    const inProduction = text.replace('"development"', '"production"');
    await writeFile(file, inProduction.replace('"Elephant"', '"Elephant live"'));
    await explorer.row(/^Elephant live, topology/u);
    // Both ends change the row once more; three rows that the master will refuse.
    await servers.query(
      'master',
      `UPDATE robbie_personality_state SET state = '{"focus": "the harbour"}', updated_at = clock_timestamp() WHERE id = '${PLANTED}'`,
    );
    await servers.query(
      'vengeance',
      `INSERT INTO pending_sync (created_at, table_name, operation, data)
       SELECT clock_timestamp() - interval '10 minutes', 'robbie_personality_state', 'UPDATE', jsonb_build_object('id', '${PLANTED}',
           'mood', 'calm', 'state', '{"focus": "the garden"}'::jsonb, 'updated_at', clock_timestamp() - interval '10 minutes')
       UNION ALL SELECT clock_timestamp(), 'learned_patterns', 'INSERT', jsonb_build_object('id', gen_random_uuid(),
           'pattern', 'refused ' || n, 'confidence', 'much', 'updated_at', clock_timestamp()) FROM generate_series(1, 3) n`,
    );
    const title = 'Set Automatic Draining';
    await workbench.command(`Postgres Topology: ${title}…`);
    await plans.choose(title, /vengeance/u);
    const dialog = workbench.dialog();
    await dialog.waitFor();
    const words = await dialog.innerText();
    assert.match(words, /Drain vengeance to master automatically\?/u);
    assert.match(words, /without a dry run and without a question/u);
    assert.match(words, /public\.robbie_personality_state: merge/u);
    await session.capture('automatic draining question');
    await dialog.getByRole('button', { name: 'Drain Automatically' }).click();
    await plans.prompt('Drain Automatically');
    await workbench.quickInput().fill('vengance');
    await session.page.getByText('This is not vengeance.').waitFor();
    await plans.type('Drain Automatically', 'vengeance');
    await workbench.told(/vengeance is drained automatically from now on/u);
    await explorer.row(/^Conflicts, 1/u);
    await workbench.expand(await explorer.row(/^Dead, 3/u));
    await explorer.row(/^learned_patterns .*, dead/u);
    await session.capture('automatic draining found what waits for a person');
    await workbench.command('Notifications: Clear All Notifications');
  });

  /** In production the edge's name is typed behind each question. */
  const confirm = async (button: RegExp, prompt: string): Promise<void> => {
    const dialog = session.workbench.dialog();
    await dialog.waitFor();
    await session.capture(`queue question ${prompt}`);
    await dialog.getByRole('button', { name: button }).click();
    await plans.type(prompt, 'vengeance');
  };
  /**
   * Replaces what stands in an editor. Pasted: what is typed is completed by brackets and quotes.
   * @param mark of the text, which no editor had before
   */
  const write = async (editor: Locator, text: string, mark: string): Promise<void> => {
    const { page } = session;
    await page.evaluate(async (pasted) => navigator.clipboard.writeText(pasted), text);
    await editor.locator('.view-lines').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+V');
    await page.locator('.view-lines').filter({ hasText: mark }).first().waitFor();
  };

  it('takes the row that a person wrote from both', async () => {
    const { workbench, page } = session;
    const conflicts = await explorer.row(/^Conflicts, 1/u);
    await workbench.expand(conflicts);
    const conflict = await explorer.row(/^robbie_personality_state .*, conflict/u);
    const task = /Edit the row on the right, then apply it to master/u;
    await commandOnRow(workbench, conflict, 'Edit and Apply Merged…', hasSaid(workbench, task));
    const right = page.locator('.monaco-diff-editor .editor.modified');
    await right.getByText('"state"').first().waitFor();
    const merged = `{"id": "${PLANTED}", "mood": "glad", "state": {"focus": "both"}, "updated_at": "2026-01-02T03:04:05.000006+00:00"}`;
    await write(right, merged, 'glad');
    await session.capture('queue merged row');
    await plans.answer(task, 'Apply to master');
    await confirm(/^Apply Merged Row/u, 'Apply Merged Row');
    await workbench.told(/robbie_personality_state .* is applied/u);
    const row = `SELECT ROW(mood, state, updated_at AT TIME ZONE 'UTC')::text FROM robbie_personality_state WHERE id = '${PLANTED}'`;
    assert.equal(
      await valueAt('master', row),
      '(glad,"{""focus"": ""both""}","2026-01-02 03:04:05.000006")',
    );
    await conflicts.waitFor({ state: 'hidden' });
  });

  it('tries a dead operation again with another row, and lets all others go at once', async () => {
    const { workbench, page } = session;
    await workbench.command('Notifications: Clear All Notifications');
    const first = await explorer.row(/^learned_patterns .*, dead/u);
    const edit = workbench.choice(/Edit the Row/u);
    await commandOnRow(workbench, first, 'Retry Dead Operation…', edit);
    await edit.click();
    const ready = /Edit the row, then let it be tried again/u;
    await workbench.told(ready);
    const row = `{"id": "00000000-0000-4000-8000-00000000000a", "pattern": "mended", "confidence": 0.5, "updated_at": "2026-01-01T00:00:00Z"}`;
    await write(page.locator('.monaco-editor').filter({ hasText: 'much' }).last(), row, 'mended');
    await session.capture('queue dead row edited');
    await plans.answer(ready, 'Retry with This Row');
    await confirm(/^Retry Operation/u, 'Retry Operation');
    await workbench.told(/The operation waits for the next drain/u);
    const mended = `SELECT count(*)::int FROM learned_patterns WHERE pattern = 'mended'`;
    await waitFor(async () => (await valueAt('master', mended)) === 1, {
      what: 'the mended operation is drained by itself',
    });
    const dead = await explorer.row(/^Dead, 2/u);
    await commandOnRow(workbench, dead, 'Drop Dead Operation…', workbench.dialog());
    await confirm(/^Drop 2 Operations/u, 'Drop 2 Operations');
    await workbench.told(/Dropped 2 operations/u);
    await explorer.row(/^pending_sync, queue, empty/u);
  });

  it('shows a row that another constraint refuses beside nothing, on the other edge', async () => {
    const { workbench, page } = session;
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.command('Postgres Topology: Drain Queue…');
    await plans.choose('Drain Queue', /aurora-town/u);
    const dialog = workbench.dialog();
    await dialog.waitFor();
    await dialog.getByRole('button', { name: /^Drain \d+ Operations$/u }).click();
    await plans.type(/^Drain \d+ Operations/u, 'aurora-town');
    await workbench.told(/Drained \d+ operations from aurora-town/u);
    await workbench.command('Postgres Topology: Show Conflict');
    await plans.choose('Show Conflict', /aurora-town/u);
    await plans.choose('Show Conflict', /INSERT public\.users/u);
    const diff = page.locator('.monaco-diff-editor');
    await diff.getByText('User 1 of Aurora').first().waitFor();
    await workbench.told(/another constraint of the primary refuses it/u);
    await session.capture('queue conflict of a constraint');
    await workbench.command('Notifications: Clear All Notifications');
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
      await waitFor(
        async () => /aurora-town[^\n]*to master\s+nothing to drain/u.test(await queues.innerText()),
        { what: 'nothing is left to drain' },
      );
      await session.capture(`queue dashboard ${theme}`);
    });
  }
});

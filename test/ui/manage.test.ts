import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TopologySource } from '../clusters/topology/topologySource';
import { waitFor } from '../clusters/waitFor';
import { commandOnRow } from './support/commandOnRow';
import { ExplorerPage } from './support/explorerPage';
import { useServers } from './support/liveTopology';
import { PlanPage } from './support/planPage';
import { useWorkbench } from './support/uiSession';

const SETTINGS = { 'pgTopology.pollIntervalSeconds': 1 };

/** With the class that the workbench bears in it. */
const THEMES = [
  ['Default Dark Modern', 'vs-dark'],
  ['Default High Contrast Light', 'hc-light'],
] as const;

describe('managing a topology from the workbench', () => {
  const servers = useServers(TopologySource.demo());
  let fileText = '';
  before(async () => {
    await servers.query('central', "SELECT pg_create_physical_replication_slot('left_over')");
    await servers.query('central', 'CREATE TABLE sync_log (id int PRIMARY KEY, note text)');
    await servers.query('central', 'CREATE PUBLICATION extra_pub FOR TABLE sync_log');
    // Standbys are changed as a role that may.
    fileText = servers.running.topologyFileText
      .replaceAll('"standbyOf"', '"adminUser": "postgres", "standbyOf"')
      .replace('"nodes"', '"routing": { "reads": ["central-read", "central"] },\n  "nodes"');
  });
  const session = useWorkbench({
    files: () => ({
      'pg-topology.json': fileText,
      'read.sql': 'SELECT pg_is_in_recovery() AS standby, NULL AS nothing',
      'write.sql': "INSERT INTO sync_log VALUES (77, 'by hand') RETURNING note;\n",
    }),
    settings: SETTINGS,
  });
  let explorer: ExplorerPage;
  let plans: PlanPage;
  before(() => {
    explorer = new ExplorerPage(session.workbench);
    plans = new PlanPage(session.workbench);
  });
  const storedFile = () => readFile(join(session.folder, 'pg-topology.json'), 'utf8');
  const command = (title: string) => session.workbench.command(`Postgres Topology: ${title}`);

  /** Answers the modal question for what destroys something. */
  async function confirm(button: string): Promise<void> {
    await session.workbench.dialog().getByRole('button', { name: button }).click();
  }

  /** Waits until a plan is through, and clears the notifications, which would lie over the next ones. */
  async function done(message: RegExp): Promise<void> {
    await session.workbench.told(message);
    await session.workbench.command('Notifications: Clear All Notifications');
  }

  /** Runs the plan that is shown beside the question. */
  async function run(title: RegExp, end: RegExp): Promise<void> {
    await plans.prompt(title);
    await session.workbench.choice('Run Plan').click();
    await done(end);
  }

  const valueAt = async (node: string, sql: string) =>
    (await servers.query<{ v: unknown }>(node, `SELECT (${sql}) AS v`))[0]?.v;

  /** Of the publication that the file does not know, in the list of problems. */
  const extraProblem = () =>
    session.page
      .locator('.markers-panel .monaco-list-row')
      .filter({ hasText: 'Publication extra_pub is on central, but not in the file.' });

  it('shows the topology', async () => {
    await explorer.open();
    await explorer.row(/^Central cloud, topology, 4 of 4 replicas healthy/);
  });

  it('lists what differs, takes one thing over into the file, and Undo takes it back', async () => {
    const { workbench } = session;
    await command('Show Differences');
    await plans.prompt('Differences: Central cloud');
    const row = workbench.choice('Publication extra_pub is on central, but not in the file.');
    await row.hover();
    await session.capture('manage differences');
    await plans.shows(/physical slot left_over on central is not/u);
    await row.getByRole('button', { name: /Take over into the file/u }).click();
    await waitFor(async () => (await storedFile()).includes('"extra_pub"'), { what: 'the file' });
    await session.capture('manage taken over');
    await workbench.undo('pg-topology.json');
    await waitFor(async () => (await storedFile()) === fileText, { what: 'the file as before' });
    // The command shows what was read of the file, and waits for no longer than two seconds until that was read.
    await workbench.command('Problems: Focus on Problems View');
    await extraProblem().waitFor();
    await workbench.command('View: Toggle Problems');
    await command('Show Differences');
    await plans.choose('Differences: Central cloud', 'Open as Document');
    const text = (await plans.document('Differences of Central cloud')).join(' ');
    await session.capture('manage differences document');
    assert.match(text, /extra_pub is on central, but not in the file/u);
  });

  it('offers in the editor what ends a difference: an edit of the file, or the command that drops', async () => {
    const { workbench, page } = session;
    await workbench.command('Problems: Focus on Problems View');
    const problem = extraProblem();
    const fix = page.locator('.action-widget .monaco-list-row');
    // A click goes to the line; there the editor's own lightbulb lists the fixes.
    const offer = async (title: RegExp) => {
      // As the row has it: [Ln 12, Col 7].
      const line = /Ln \d+/u.exec(await problem.innerText())?.[0] ?? 'no line';
      await problem.click();
      await workbench.focusEditor('pg-topology.json');
      await page
        .locator('[id="status.editor.selection"]')
        .filter({ hasText: new RegExp(`${line}\\b`, 'u') })
        .waitFor();
      await page.keyboard.press('Control+Period');
      await fix.filter({ hasText: title }).waitFor();
    };
    await offer(/Take over into the file/u);
    await session.capture('manage quick fix');
    const titles = (await fix.allInnerTexts()).join('\n');
    assert.match(titles, /Make the server so: Drop Publication…/u);
    await fix
      .filter({ hasText: /^\s*Take over into the file/u })
      .first()
      .click();
    await workbench.saveChange();
    await waitFor(async () => (await storedFile()).includes('"extra_pub"'), { what: 'the file' });
    await problem.waitFor({ state: 'detached' });
    await workbench.undo('pg-topology.json');
    await waitFor(async () => (await storedFile()) === fileText, { what: 'the file as before' });
    await offer(/Drop Publication…/u);
    await fix.filter({ hasText: /Drop Publication…/u }).click();
    await workbench.dialog().waitFor();
    await session.capture('manage quick fix plan');
    assert.match(await workbench.dialog().innerText(), /DROP PUBLICATION "extra_pub"/u);
    await confirm('Cancel');
    await workbench.command('View: Toggle Problems');
  });

  it('opens what a set-up lacks as a document', async () => {
    await command('Check Set-up');
    await done(/^.*Set-up of Central cloud: \d+ of \d+ fine/u);
    const text = (await plans.document('Set-up of Central cloud')).join(' ');
    await session.capture('manage set-up');
    assert.match(text, /Nothing was changed\. +## central /u);
    assert.match(text, /It answers as postgres in the database central_services/u);
  });

  it('keeps what was found as a branch, from which the report comes back without a check', async () => {
    const { workbench, page } = session;
    const branch = workbench.row(/^Set-up, \d+ of \d+ fine/u);
    await workbench.expand(branch);
    await workbench.expand(workbench.row(/^central, \d+ of \d+ fine/u));
    const tls = workbench.row(/^Offers TLS, warning/u);
    await tls.waitFor();
    await session.capture('manage set-up branch');
    // No poll meanwhile: a command of a row that is drawn anew comes without the row, and neither of these would ask for it.
    await session.useSettings({ ...SETTINGS, 'pgTopology.pollIntervalSeconds': 60 });
    // It stands there for three seconds, so it is looked for from before the click.
    await Promise.all([
      page.locator('.statusbar-item', { hasText: 'Copied what mends: Offers TLS' }).waitFor(),
      workbench.contextMenu(tls, 'Copy Fix'),
    ]);
    await workbench.contextMenu(tls, 'Show Set-up Report');
    const text = (await plans.document('Set-up of central')).join(' ');
    assert.match(text, /ALTER SYSTEM SET ssl = 'on'/u);
    assert.doesNotMatch(text, /## singularity/u);
    await session.useSettings(SETTINGS);
    await workbench.collapse(branch);
  });

  it('drops a slot that nobody needs, from its row', async () => {
    const { workbench } = session;
    await workbench.expand(workbench.row(/^Slots, 5/));
    const slot = workbench.row(/^left_over, slot/);
    await commandOnRow(workbench, slot, 'Drop Slot…', workbench.dialog());
    await session.capture('manage drop slot');
    assert.match(await workbench.dialog().innerText(), /pg_drop_replication_slot\('left_over'\)/u);
    await confirm('Drop Slot');
    await done(/Done: 1 of 1 step on central\./u);
    const slots = "SELECT count(*)::int FROM pg_replication_slots WHERE slot_name = 'left_over'";
    assert.equal(await valueAt('central', slots), 0);
  });

  it('alters a publication: its operations, then the rows of a table, then its tables', async () => {
    const { workbench } = session;
    const title = 'Alter Publication';
    const plan = /^Alter publication extra_pub on central/u;
    const choose = async (topic: string) => {
      await command('Alter Publication…');
      await plans.choose(title, 'extra_pub');
      await plans.choose(title, topic);
    };
    await choose('Operations…');
    await workbench
      .choice(/^truncate/iu)
      .getByRole('checkbox')
      .uncheck();
    await session.capture('manage operations');
    await plans.tick(title);
    await run(plan, /Done: 1 of 1 step on central\./u);
    await choose('Columns and Rows of a Table…');
    await plans.choose(title, 'public.sync_log');
    await workbench.choice(/^note/u).waitFor();
    await session.capture('manage columns');
    await plans.tick(title);
    await session.page.getByPlaceholder("region = 'eu'").waitFor();
    await session.capture('manage rows');
    await plans.type(title, 'id > 10');
    await session.capture('manage rows plan');
    await run(plan, /Done: \d of \d steps? on central\./u);
    const filter =
      "SELECT rowfilter FROM pg_publication_tables WHERE pubname = 'extra_pub' AND tablename = 'sync_log'";
    assert.equal(await valueAt('central', filter), '(id > 10)');
    const truncates = "SELECT pubtruncate FROM pg_publication WHERE pubname = 'extra_pub'";
    assert.equal(await valueAt('central', truncates), false);
    await choose('Tables…');
    await workbench.choice('public.job_statistics').waitFor();
    await session.capture('manage tables');
    await plans.tick(title, 'public.job_statistics');
    await run(plan, /Done: \d of \d steps? on central\./u);
    const tables = "SELECT count(*)::int FROM pg_publication_tables WHERE pubname = 'extra_pub'";
    assert.equal(await valueAt('central', tables), 2);
  });

  it('makes a role for replication, its password in the clipboard alone', async () => {
    const title = 'Create Replication Role';
    await command('Create Replication Role…');
    await plans.choose(`${title} (1/`, 'central');
    await plans.prompt(`${title} (2/`);
    await session.capture('manage role duties');
    await plans.tick(`${title} (2/`);
    await session.workbench.choice('public.approved_patterns').waitFor();
    await session.capture('manage role tables');
    await plans.tick(`${title} (3/`);
    assert.equal(await plans.text(`${title} (4/`), 'replication_user');
    await plans.type(`${title} (4/`, 'streamer');
    await plans.prompt(`${title} (5/`);
    await session.capture('manage role password');
    await plans.choose(`${title} (5/`, 'Generated password');
    await plans.prompt(/streamer/u);
    await session.capture('manage role plan');
    await session.workbench.choice('Run Plan').click();
    await session.workbench.told('The password of streamer is in the clipboard.');
    await session.capture('manage role done');
    await session.workbench.command('Notifications: Clear All Notifications');
    const may = "SELECT rolreplication AND NOT rolsuper FROM pg_roles WHERE rolname = 'streamer'";
    assert.equal(await valueAt('central', may), true);
  });

  it('alters an option of a subscription, and asks as whom before it takes a password', async () => {
    const { page } = session;
    const title = 'Alter Subscription';
    await command('Alter Subscription…');
    await plans.choose(title, 'patterns_sub');
    await plans.choose(`${title} (1/2)`, 'disableOnError');
    await plans.choose(`${title} (2/2)`, /^true/u);
    await run(/^Alter subscription patterns_sub/u, /Done: 1 of 1 step on singularity\./u);
    const stops = 'SELECT subdisableonerr FROM pg_subscription';
    assert.equal(await valueAt('singularity', stops), true);
    await command('Rotate Password…');
    await plans.choose('Rotate Password', 'patterns_sub');
    assert.match(await plans.text('Rotate Password (1/2)'), / user=$/u);
    await plans.accept('Rotate Password (1/2)');
    await page.getByText('Say as whom it signs in: user=…').waitFor();
    await session.capture('manage rotate');
    await plans.escape();
  });

  it('leads a stopped subscription on: the row out of the way, then a transaction skipped', async () => {
    const { workbench } = session;
    const title = 'Resolve Stopped Subscription';
    const row = (state: string) =>
      workbench.row(new RegExp(`^patterns_sub, subscription, ${state}`, 'u'));
    const add = (node: string, name: string) =>
      servers.query(
        node,
        `INSERT INTO approved_patterns (name, ecosystem, pattern) VALUES ('${name}', 'node', '{"on": "${node}"}')`,
      );
    /** The same key on both sides, and a row behind it. */
    const conflict = async (name: string): Promise<void> => {
      await add('singularity', name);
      await add('central', name);
      await add('central', `behind ${name}`);
      await workbench.expand(workbench.row(/^singularity,/));
      await row('stopped by an error').waitFor();
    };
    const arrived = (name: string, from: string) =>
      waitFor(
        async () => {
          const found = `SELECT count(*)::int FROM approved_patterns WHERE name = '${name}' AND pattern ->> 'on' = '${from}'`;
          return (await valueAt('singularity', found)) === 1;
        },
        { what: `${name} is there` },
      );
    const goesOn = () => row('(streaming|idle)').waitFor();
    await conflict('both');
    const shown = workbench.choice('Show What It Would Apply');
    await commandOnRow(workbench, row('stopped'), 'Resolve Stopped Subscription…', shown);
    await session.capture('manage resolve');
    await plans.shows(/Would Apply ?1 row of .*approved_patterns/u);
    await plans.choose(title, 'Show What It Would Apply');
    await workbench.expand(row('stopped'));
    await workbench.row(/approved_patterns.*, Resolve Stopped Subscription…$/u).waitFor();
    await session.capture('manage resolve row');
    const sql = (await plans.document('Untitled-')).join('\n');
    assert.match(sql, /INSERT INTO "public"\."approved_patterns"/u);
    assert.match(sql, /'both'/u);
    await session.capture('manage resolve transaction');
    await servers.query('singularity', "DELETE FROM approved_patterns WHERE name = 'both'");
    await commandOnRow(workbench, row('stopped'), 'Resolve Stopped Subscription…', shown);
    await plans.choose(title, 'Enable…');
    await workbench.dialog().waitFor();
    await session.capture('manage enable anyway');
    assert.match(await workbench.dialog().innerText(), /Enable subscription patterns_sub/u);
    await confirm('Enable Anyway');
    await done(/Done: 1 of 1 step on singularity\./u);
    await goesOn();
    await arrived('both', 'central');
    await conflict('skipped');
    await commandOnRow(workbench, row('stopped'), 'Skip Transaction…', workbench.dialog());
    await session.capture('manage skip');
    assert.match(await workbench.dialog().innerText(), /1 row of .*approved_patterns/u);
    await confirm('Skip Transaction');
    await done(/Done: 2 of 2 steps on singularity\./u);
    await goesOn();
    await arrived('behind skipped', 'central');
    await arrived('skipped', 'singularity');
  });

  it('shows whom a new name and the end of a publication would concern', async () => {
    await command('Rename Publication…');
    await plans.choose('Rename Publication', 'approved_patterns_pub');
    await plans.type('Rename Publication', 'patterns_pub');
    await plans.prompt(/^Rename publication approved_patterns_pub on central to patterns_pub/u);
    await session.capture('manage rename');
    await plans.shows(/patterns_sub on singularity pauses/u);
    await plans.escape();
    await command('Drop Publication…');
    await plans.choose('Drop Publication', 'job_statistics_pub');
    await plans.prompt('not possible as it is');
    await session.capture('manage drop publication');
    await plans.shows(/Drop job_stats_sub first/u);
    await plans.escape();
  });

  it('pauses and resumes the replay of a standby, and asks before it promotes one', async () => {
    const { workbench, page } = session;
    await command('Pause Replay…');
    await plans.choose('Pause Replay', 'central-read');
    await run(/^Pause replay on central-read/u, /Done: 1 of 1 step on central-read\./u);
    assert.equal(await valueAt('central-read', 'SELECT pg_is_wal_replay_paused()'), true);
    await command('Resume Replay…');
    await plans.choose('Resume Replay', 'central-read');
    await run(/^Resume replay on central-read/u, /Done: 1 of 1 step on central-read\./u);
    assert.equal(await valueAt('central-read', 'SELECT pg_is_wal_replay_paused()'), false);
    await command('Promote…');
    await plans.choose('Promote Standby', 'central-read');
    await workbench.dialog().waitFor();
    await session.capture('manage promote');
    assert.match(await workbench.dialog().innerText(), /central still accepts writes/u);
    await page.keyboard.press('Escape');
    await workbench.dialog().waitFor({ state: 'detached' });
    assert.equal(await valueAt('central-read', 'SELECT pg_is_in_recovery()'), true);
  });

  it('says where reads go, copies the way there, and runs a statement there', async () => {
    const { workbench, page } = session;
    await command('Where Would This Go?');
    await plans.prompt('Where Would This Go? Central cloud');
    await session.capture('manage routes');
    await plans.shows(/Reads → central-read[^]*Writes → central/u);
    await plans.escape();
    await command('Copy Connection String…');
    await plans.choose('Copy Connection String', 'Central cloud');
    await plans.choose('Copy Connection String', 'Prefer Standby');
    await plans.choose('Copy Connection String', 'URI');
    await done(/The connection to central-read, central is on the clipboard/u);
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^postgresql:.*target_session_attrs=prefer-standby/u);
    await workbench.openFile('read.sql');
    await command('Run Selection on Topology');
    const rows = (await plans.document('Result from central-read')).join('\n');
    await session.capture('manage rows of a statement');
    assert.match(rows, /^central-read \(standby\), .* as monitor$/mu);
    assert.match(rows, /^t +\| NULL$/mu);
  });

  it('asks with statement and node before a statement writes', async () => {
    const { workbench, page } = session;
    const written = 'SELECT count(*)::int FROM sync_log WHERE id = 77';
    await workbench.openFile('write.sql');
    await command('Run Selection on Topology');
    await workbench.dialog().waitFor();
    await session.capture('manage statement that writes');
    const question = await workbench.dialog().innerText();
    assert.match(question, /Run this on central, where writes go\?/u);
    assert.match(question, /INSERT INTO sync_log VALUES \(77, 'by hand'\)/u);
    await page.keyboard.press('Escape');
    await workbench.dialog().waitFor({ state: 'detached' });
    assert.equal(await valueAt('central', written), 0);
    await command('Run Selection on Topology');
    await confirm('Run on central');
    const rows = (await plans.document('Result from central.')).join('\n');
    assert.match(rows, /^by hand$/mu);
    assert.equal(await valueAt('central', written), 1);
  });

  it('says so when there is nothing to choose and nothing to accept', async () => {
    await command('Choose Primary…');
    await done(/there is nothing to choose\./u);
    await command('Accept Server…');
    await plans.choose('Accept Server', 'central');
    await done(/central is the server seen before\./u);
  });

  it('drops a subscription with its slot, from its row', async () => {
    const { workbench } = session;
    await workbench.expand(workbench.row(/^singularity,/));
    const row = workbench.row(/^patterns_sub, subscription/);
    await commandOnRow(workbench, row, 'Drop Subscription…', workbench.choice('Drop It Too'));
    await session.capture('manage drop subscription');
    await plans.choose('Drop Subscription', 'Drop It Too');
    for (const [theme, mark] of THEMES) {
      await session.useSettings({ ...SETTINGS, 'workbench.colorTheme': theme });
      await session.page.locator(`.monaco-workbench.${mark}`).waitFor();
      await workbench.dialog().waitFor();
      await session.capture(`manage drop subscription ${theme}`);
    }
    assert.match(await workbench.dialog().innerText(), /DROP SUBSCRIPTION "patterns_sub"/u);
    await confirm('Drop Subscription');
    await workbench.told(/Done: 1 of 1 step on singularity\./u);
    assert.deepEqual(await servers.query('singularity', 'SELECT subname FROM pg_subscription'), []);
    const slots = "SELECT count(*)::int FROM pg_replication_slots WHERE slot_name = 'patterns_sub'";
    assert.equal(await valueAt('central', slots), 0);
  });
});

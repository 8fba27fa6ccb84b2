import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  applyEdits,
  findNodeAtLocation,
  getNodeValue,
  modify,
  parseTree,
  type JSONPath,
} from 'jsonc-parser';
import { TopologySource } from '../clusters/topology/topologySource';
import { waitFor } from '../clusters/waitFor';
import { commandOnRow } from './support/commandOnRow';
import { ExplorerPage } from './support/explorerPage';
import { useServers } from './support/liveTopology';
import { PlanPage } from './support/planPage';
import { useWorkbench } from './support/uiSession';

const PUBLICATION = ['nodes', 'central', 'publications', 'approved_patterns_pub'];
/** Nothing else holds these letters. */
const PASSWORD = 'c4n4ry-pl4n';
const SUBSCRIPTIONS = ['nodes', 'singularity', 'subscriptions'];

describe('plans, from the command to the server', () => {
  const servers = useServers(TopologySource.example('centralcloud'));
  let fileText = '';
  before(async () => {
    await strip();
    const text = servers.running.topologyFileText;
    fileText = without(without(text, SUBSCRIPTIONS), PUBLICATION);
  });
  const session = useWorkbench({
    files: () => ({ 'pg-topology.json': fileText }),
    settings: { 'pgTopology.pollIntervalSeconds': 1 },
  });
  let explorer: ExplorerPage;
  let plans: PlanPage;
  before(() => {
    explorer = new ExplorerPage(session.workbench);
    plans = new PlanPage(session.workbench);
  });
  async function waitForFile(holds: (text: string) => boolean): Promise<string> {
    await waitFor(async () => holds(await storedFile()), { what: 'the file is written' });
    return storedFile();
  }
  const storedFile = () => readFile(join(session.folder, 'pg-topology.json'), 'utf8');

  /** One subscriber as if nobody had ever set it up, and every statement in the logs. */
  async function strip(): Promise<void> {
    await servers.query('singularity', 'DROP SUBSCRIPTION patterns_sub');
    await servers.query('singularity', 'TRUNCATE approved_patterns');
    await servers.query('central', 'DROP PUBLICATION approved_patterns_pub');
    await servers.query('central', 'ANALYZE approved_patterns');
    for (const id of servers.running.nodes.keys()) {
      await servers.query(id, "ALTER SYSTEM SET log_statement = 'all'");
      await servers.query(id, 'SELECT pg_reload_conf()');
    }
  }

  /** Everything in the catalogs that these plans make. */
  async function made(): Promise<unknown> {
    const names = async (node: string, sql: string) =>
      (await servers.query<{ name: string }>(node, sql)).map(({ name }) => name);
    return {
      publications: await names('central', 'SELECT pubname AS name FROM pg_publication ORDER BY 1'),
      slots: await names(
        'central',
        'SELECT slot_name AS name FROM pg_replication_slots ORDER BY 1',
      ),
      subscriptions: await names(
        'singularity',
        'SELECT subname AS name FROM pg_subscription ORDER BY 1',
      ),
    };
  }

  /** Statements of plans in a server's log, as they were received. */
  function logged(node: string): readonly string[] {
    const text = readFileSync(servers.running.node(node).cluster.logFile, 'utf8');
    const entries = text.split(/^(?=\d{4}-\d\d-\d\d )/mu);
    return entries
      .filter((entry) => / pg-topology LOG: {2}(statement|execute [^:]*): /u.test(entry))
      .map((entry) =>
        entry
          .replace(/^.*? LOG: {2}(statement|execute [^:]*): /u, '')
          .replaceAll('\n\t', '\n')
          .trimEnd(),
      );
  }

  it('shows the stripped subscriber as it is', async () => {
    await explorer.open();
    await explorer.row(/^central, primary, publisher/);
    await explorer.row(/^singularity, /);
    await explorer.row(/^genesis, subscriber, (streaming|idle)/);
  });

  it('changes nothing and says nothing when any prompt is dismissed', async () => {
    const { workbench } = session;
    const before = await made();
    await workbench.command('Postgres Topology: Create Publication…');
    await plans.prompt('Create Publication (1/4)');
    await plans.escape();
    await workbench.command('Postgres Topology: Create Publication…');
    await plans.choose('Create Publication (1/4)', 'central');
    await plans.tick('Create Publication (2/4)', 'public.approved_patterns');
    await plans.prompt('Create Publication (3/4)');
    await plans.escape();
    await explorer.assertQuiet();
    assert.deepEqual(await made(), before);
    assert.equal(await storedFile(), fileText);
  });

  it('creates a publication by the statements that it showed', async () => {
    await session.workbench.command('Postgres Topology: Create Publication…');
    await plans.choose('Create Publication (1/4)', 'central');
    await plans.prompt('Create Publication (2/4)');
    await waitFor(async () => (await plans.entries()).length >= 5, { what: 'the tables' });
    const [table] = (await plans.entries()).filter((line) => line.includes('approved_patterns'));
    assert.match(table ?? '', /^public\.approved_patterns ?\d+ kB · key id/u);
    await session.capture('plan publication tables');
    await plans.tick('Create Publication (2/4)', 'public.approved_patterns');
    await session.capture('plan publication operations');
    await plans.accept('Create Publication (3/4)');
    assert.equal(await plans.text('Create Publication (4/4)'), 'approved_patterns_pub');
    await session.capture('plan publication name');
    await plans.accept('Create Publication (4/4)');
    await plans.prompt(/1 step on central/);
    const shown = statementsOf(
      await plans.document('Create publication approved_patterns_pub on central'),
    );
    await session.capture('plan publication preview');
    assert.deepEqual(changesIn(logged('central')), []);
    await session.workbench.choice('Run Plan').click();
    await session.workbench.told('Done: 1 of 1 step on central.');
    await session.capture('plan publication done');
    assert.equal(shown.length, 1);
    assert.deepEqual(changesIn(logged('central')), shown);
    await explorer.row(/^central, primary, publisher/);
  });

  it('writes the publication into the file, its comments kept, as one step to undo', async () => {
    await plans.answer('Done: 1 of 1 step on central.', 'Write to Topology File');
    const stored = await waitForFile((text) => valueAt(text, PUBLICATION) !== undefined);
    assert.deepEqual(valueAt(stored, PUBLICATION), { tables: ['public.approved_patterns'] });
    assert.deepEqual(commentsOf(stored), commentsOf(fileText));
    await session.capture('plan publication file');
  });

  it('creates a subscription by the statements that it showed, until its edge streams', async () => {
    await session.workbench.command('Postgres Topology: Create Subscription…');
    const title = 'Create Subscription';
    await plans.choose(`${title} (1/`, 'singularity');
    await plans.choose(`${title} (2/`, 'central');
    await plans.tick(`${title} (3/`, 'approved_patterns_pub');
    const { port } = servers.running.node('central').cluster;
    assert.equal(
      await plans.text(`${title} (4/`),
      `host=127.0.0.1 port=${port} dbname=central_services`,
    );
    await session.capture('plan subscription address');
    await plans.accept(`${title} (4/`);
    await plans.choose(`${title} (5/`, 'replication_user');
    await plans.prompt(`${title} (6/`);
    await session.capture('plan subscription sign in');
    await plans.choose(`${title} (6/`, 'No password');
    await plans.type(`${title} (7/`, 'patterns_sub');
    await plans.tick(`${title} (8/`);
    await plans.prompt(/on central and singularity|on singularity/);
    const shown = statementsOf(await plans.document('Create subscription patterns_sub'));
    await session.capture('plan subscription preview');
    const before = changesIn(logged('singularity')).length;
    await session.workbench.choice('Run Plan').click();
    await session.workbench.told(/^.*Done: (\d) of \1 steps? on /u);
    assert.deepEqual(changesIn(logged('singularity')).slice(before), shown);
    await explorer.row(/^singularity, /);
    const edge = session.workbench.row(
      /^patterns_sub, subscription, (not in the file, )?(streaming|idle)/,
    );
    await waitFor(
      async () => {
        // The row of a node that gets its first child is drawn anew.
        await session.workbench.expand(session.workbench.row(/^singularity/));
        return edge.isVisible();
      },
      { what: 'the new edge streams', everyMs: 500 },
    );
    const rows = await servers.query<{ n: number }>(
      'singularity',
      'SELECT count(*)::int AS n FROM approved_patterns',
    );
    assert.equal(rows[0]?.n, 200);
  });

  it('writes the subscription into the file as well', async () => {
    await plans.answer(/Done: /u, 'Write to Topology File');
    const path = [...SUBSCRIPTIONS, 'patterns_sub'];
    const stored = await waitForFile((text) => valueAt(text, path) !== undefined);
    assert.deepEqual(valueAt(stored, path), {
      publisher: 'central',
      publications: ['approved_patterns_pub'],
      connection: `host=127.0.0.1 port=${servers.running.node('central').cluster.port} dbname=central_services user=replication_user`,
    });
    assert.deepEqual(commentsOf(stored), commentsOf(fileText));
    await explorer.row(/^singularity, subscriber, (streaming|idle)/);
    await explorer.row(/^patterns_sub, subscription, (streaming|idle)/);
    await explorer.status(/2 of 2 replicas healthy$/);
  });

  it('shows what stands in the way before anything runs, with its fix', async () => {
    await servers.query('central', 'CREATE TABLE bare (n int)');
    const before = await made();
    await session.workbench.command('Postgres Topology: Create Publication…');
    const title = 'Create Publication';
    await plans.choose(`${title} (1/`, 'central');
    await plans.prompt(`${title} (2/`);
    await waitFor(async () => (await plans.entries()).length >= 6, { what: 'the tables' });
    const bare = (await plans.entries()).find((line) => line.includes('public.bare'));
    assert.match(bare ?? '', /no primary key: UPDATE and DELETE would fail on central/u);
    await plans.tick(`${title} (2/`, 'public.bare');
    // Beforehand only what would work is ticked.
    await plans.tick(`${title} (3/`, 'UPDATE');
    await plans.type(`${title} (4/`, 'bare_pub');
    await plans.prompt('not possible as it is');
    await session.capture('plan findings');
    await plans.shows(/^(?=.*public\.bare)(?=.*replica identity)/imu);
    await session.workbench.choice(/bare/u).click();
    await waitFor(
      async () => {
        const copied = await session.page.evaluate(() => navigator.clipboard.readText());
        return copied.startsWith('ALTER TABLE "public"."bare"');
      },
      { what: 'the fix is in the clipboard' },
    );
    await plans.escape();
    await explorer.assertQuiet();
    assert.deepEqual(await made(), before);
    await servers.query('central', 'DROP TABLE bare');
  });

  it('disables and enables a subscription from its row', async () => {
    const { workbench } = session;
    const row = workbench.row(/^patterns_sub, subscription, (streaming|idle)/);
    const run = workbench.choice('Run Plan');
    await commandOnRow(workbench, row, 'Disable Subscription…', run);
    await plans.prompt(/^Disable subscription patterns_sub on singularity/);
    await run.click();
    await explorer.row(/^patterns_sub, subscription, disabled/);
    await commandOnRow(workbench, workbench.row(/^patterns_sub, /), 'Enable Subscription…', run);
    await plans.prompt(/^Enable subscription patterns_sub on singularity/);
    await run.click();
    await explorer.row(/^patterns_sub, subscription, (streaming|idle)/);
  });

  it('keeps a password out of everything but the statement itself', async () => {
    await servers.query(
      'genesis',
      `CREATE TABLE sync_log (id uuid PRIMARY KEY, source text NOT NULL, message text NOT NULL,
         created_at timestamptz NOT NULL)`,
    );
    await session.workbench.command('Postgres Topology: Create Subscription…');
    const title = 'Create Subscription';
    await plans.choose(`${title} (1/`, 'genesis');
    await plans.choose(`${title} (2/`, 'central');
    await plans.tick(`${title} (3/`, 'sync_log_pub');
    await plans.accept(`${title} (4/`);
    await plans.choose(`${title} (5/`, 'replication_user');
    await plans.choose(`${title} (6/`, 'stored in clear');
    const widget = await plans.prompt(`${title} (7/`);
    assert.equal(await widget.locator('input').first().getAttribute('type'), 'password');
    await session.capture('plan subscription password');
    await plans.type(`${title} (7/`, PASSWORD);
    await plans.type(`${title} (8/`, 'log_sub');
    await plans.tick(`${title} (9/`);
    await plans.prompt(/^Create subscription log_sub on genesis/u);
    const shown = (await plans.document('Create subscription log_sub')).join('\n');
    assert.match(shown, /password=''\*\*\*''/u);
    assert.doesNotMatch(shown, new RegExp(PASSWORD, 'u'));
    await session.workbench.choice('Run Plan').click();
    await session.workbench.told('Done: 1 of 1 step on genesis.');
    const stored = await servers.query<{ conninfo: string }>(
      'genesis',
      "SELECT subconninfo AS conninfo FROM pg_subscription WHERE subname = 'log_sub'",
    );
    assert.match(stored[0]?.conninfo ?? '', new RegExp(`password='?${PASSWORD}`, 'u'));
    await plans.answer('Done: 1 of 1 step on genesis.', 'Write to Topology File');
    const file = await waitForFile((text) => text.includes('log_sub'));
    assert.doesNotMatch(file, new RegExp(PASSWORD, 'u'));
    for (const id of ['central', 'genesis']) {
      const log = readFileSync(servers.running.node(id).cluster.logFile, 'utf8');
      assert.ok(!log.includes(PASSWORD), `the log of ${id}`);
    }
  });

  it('asks in production for the name of the node, and runs nothing without it', async () => {
    const { workbench } = session;
    const text = await storedFile();
    const production = text.replace('"environment": "development"', '"environment": "production"');
    // With another name, by which it is seen that the file was read.
    await writeFile(
      join(session.folder, 'pg-topology.json'),
      production.replace('"Central cloud"', '"Central cloud live"'),
    );
    await explorer.row(/^Central cloud live, topology/);
    const before = await made();
    const disable = async (): Promise<void> => {
      const row = workbench.row(/^patterns_sub, subscription, (streaming|idle)/);
      await commandOnRow(workbench, row, 'Disable Subscription…', workbench.dialog());
    };
    await workbench.command('Notifications: Clear All Notifications');
    await disable();
    const dialog = workbench.dialog();
    const words = plain(await dialog.innerText());
    assert.match(words, /Disable subscription patterns_sub on singularity \(production\)\?/u);
    assert.match(words, /ALTER SUBSCRIPTION "patterns_sub" DISABLE;/u);
    await session.capture('plan production');
    await session.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await disable();
    await dialog.getByRole('button', { name: 'Disable Subscription' }).click();
    const widget = await plans.prompt('Disable Subscription');
    await widget.locator('input').first().fill('singular');
    await widget.getByText('This is not singular').waitFor();
    await session.capture('plan production name');
    await widget.locator('input').first().press('Enter');
    await plans.escape();
    await explorer.assertQuiet();
    assert.deepEqual(await made(), before);
    const enabled = 'SELECT subenabled AS is FROM pg_subscription';
    assert.deepEqual(await servers.query('singularity', enabled), [{ is: true }]);
    await disable();
    await dialog.getByRole('button', { name: 'Disable Subscription' }).click();
    await plans.type('Disable Subscription', 'singularity');
    await explorer.row(/^patterns_sub, subscription, disabled/);
    assert.deepEqual(await servers.query('singularity', enabled), [{ is: false }]);
  });

  it('keeps every statement in a channel of its own', async () => {
    await session.workbench.command('Postgres Topology: Show SQL Log');
    const panel = session.page.locator('.panel .view-lines');
    await waitFor(
      async () =>
        plain(await panel.innerText()).includes('ALTER SUBSCRIPTION "patterns_sub" DISABLE;'),
      { what: 'the last statement', everyMs: 200 },
    );
    await session.capture('plan sql log');
    assert.doesNotMatch(await panel.innerText(), new RegExp(PASSWORD, 'u'));
  });
});

/** The statements of a document, without its comments. */
function statementsOf(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => line !== '' && !line.startsWith('--'))
    .join('\n')
    .split(/;\n?/u)
    .filter((statement) => statement !== '');
}

/** Editors draw spaces as non-breaking ones. */
function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}

/** What changes a server among the statements of its log. */
function changesIn(statements: readonly string[]): readonly string[] {
  return statements.filter((text) => /^(CREATE|ALTER|DROP|GRANT|BEGIN|COMMIT)/iu.test(text));
}

function valueAt(text: string, path: JSONPath): unknown {
  const root = parseTree(text);
  const node = root === undefined ? undefined : findNodeAtLocation(root, path);
  // Through text, since the parser's objects have no prototype.
  return node === undefined ? undefined : JSON.parse(JSON.stringify(getNodeValue(node)));
}

function commentsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?<=^|\s)\/\/.*$/gmu)].map(([comment]) => comment);
}

function without(text: string, path: JSONPath): string {
  return applyEdits(text, modify(text, path, undefined, {}));
}

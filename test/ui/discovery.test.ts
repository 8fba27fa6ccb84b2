import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogin, requirePasswords } from '../clusters/access';
import { Clusters } from '../clusters/clusters';
import { majorsOfThisRun } from '../clusters/majors';
import { waitFor } from '../clusters/waitFor';
import { parseTopologyFile } from '../../src/topologyFile/parseTopologyFile';
import { ExplorerPage } from './support/explorerPage';
import { PlanPage } from './support/planPage';
import { useWorkbench } from './support/uiSession';

const START_MS = 120_000;
const PASSWORD = 'c4n4ry-of-the-monitor';

describe('Discover Topology, from a pasted connection to a file', () => {
  let clusters: Clusters;
  let connection: string;
  before(async function () {
    this.timeout(START_MS);
    clusters = new Clusters(majorsOfThisRun().at(-1) ?? 18);
    const central = await (await clusters.add('central')).start();
    await createLogin(central, 'monitor', { password: PASSWORD, memberOf: ['pg_monitor'] });
    await central.query('CREATE DATABASE app');
    await central.query('CREATE TABLE users (id int PRIMARY KEY)', undefined, { database: 'app' });
    await central.query('CREATE PUBLICATION app_pub FOR TABLE users', undefined, {
      database: 'app',
    });
    const reader = await clusters.addStandby('reader', central, { slot: 'reader' });
    await reader.start();
    const archive = await clusters.addStandby('archive', reader, { slot: 'archive' });
    await archive.start();
    await Promise.all(clusters.all.map(requirePasswords));
    connection = `postgresql://monitor:${PASSWORD}@127.0.0.1:${archive.port}/app`;
  });
  after(() => clusters.stop());

  const session = useWorkbench({
    files: { 'README.md': 'Nothing here yet.\n' },
    settings: { 'pgTopology.pollIntervalSeconds': 1 },
  });
  let explorer: ExplorerPage;
  let prompts: PlanPage;
  before(() => {
    explorer = new ExplorerPage(session.workbench);
    prompts = new PlanPage(session.workbench);
  });

  const filePath = () => join(session.folder, 'pg-topology.json');
  const fileText = async () => readFile(filePath(), 'utf8');

  /** Two of at most four inputs: where to begin, and that it may be dialled. */
  async function begin(): Promise<void> {
    await session.workbench.command('Postgres Topology: Discover Topology…');
    await prompts.prompt('Discover Topology');
    await session.workbench.quickInput().fill(connection);
    await session.workbench.choice('Use This Connection').waitFor();
    await session.page.keyboard.press('Enter');
    await prompts.prompt('Discover Topology (2/2)');
  }

  async function map() {
    return session.workbench.webview('#dashboard[data-kind=discovery]');
  }

  it('is offered where no file is', async () => {
    await explorer.open();
    const view = session.page.locator('.sidebar');
    await view.getByRole('button', { name: 'Discover from a Connection…' }).waitFor();
    await session.capture('discovery welcome');
  });

  it('writes three nodes by four inputs in half a minute', async () => {
    const began = Date.now();
    await begin();
    const [server = ''] = await prompts.entries();
    assert.match(server, /^Connect to 127\.0\.0\.1:\d+ ?database app · user monitor · no TLS$/);
    await session.capture('discovery confirm');
    await session.page.keyboard.press('Enter');
    const page = await map();
    const write = page.getByRole('button', { name: 'Write 3 Nodes to File…' });
    await write.waitFor();
    await session.capture('discovery map');
    await write.click();
    await prompts.prompt('Discovered Topology');
    await session.capture('discovery preview');
    await session.page.keyboard.press('Enter');
    await waitFor(async () => (await fileText().catch(() => '')) !== '', { what: 'the file' });
    const took = Date.now() - began;
    assert.ok(took < 30_000, `it took ${took} ms`);
  });

  it('says where each value was found, and holds no secret', async () => {
    const text = await fileText();
    assert.ok(!text.includes(PASSWORD));
    const { topology, problems } = parseTopologyFile(text);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
    );
    const upstreams = Object.fromEntries(
      topology?.nodes.map(({ connection: params, standbyOf, slot }) => [
        nameOf(params['port']),
        [standbyOf, slot],
      ]) ?? [],
    );
    const ids = new Map(topology?.nodes.map(({ id, connection: at }) => [nameOf(at['port']), id]));
    assert.deepEqual(upstreams, {
      central: [null, null],
      reader: [ids.get('central'), 'reader'],
      archive: [ids.get('reader'), 'archive'],
    });
    assert.match(text, /\/\/ .*pg_stat_wal_receiver on .*, \d{4}-\d\d-\d\d \d\d:\d\d UTC\.\n/);
    assert.match(text, /"app_pub": \{ "tables": \["public\.users"\] \}/);
  });

  it('shows the nodes live after Connect, with the password that came along', async () => {
    await prompts.answer('3 nodes were added to pg-topology.json', 'Connect');
    await explorer.row(/, primary, publisher/);
    await explorer.row(/, standby, (streaming|idle)/);
    await explorer.row(/, standby of .+, (.+ behind|idle, caught up)/);
    await session.capture('discovery file');
  });

  it('adds to the file what is missing, and changes nothing before it was shown', async () => {
    await session.useSettings({ 'workbench.colorTheme': 'Default Light Modern' });
    const text = await fileText();
    // The standby of the standby comes last, behind its comments.
    const cut = text.lastIndexOf('    },\n');
    const without = `${text.slice(0, cut)}    } // ours\n  }\n}\n`;
    assert.equal(parseTopologyFile(without).topology?.nodes.length, 2);
    await writeFile(filePath(), without);
    await begin();
    await session.capture('discovery confirm light');
    await session.page.keyboard.press('Enter');
    const page = await map();
    const write = page.getByRole('button', { name: 'Write 1 Node to File…' });
    await write.waitFor();
    await session.capture('discovery map light');
    await write.click();
    await prompts.prompt('Discovered Topology');
    await session.capture('discovery difference light');
    assert.equal(await fileText(), without);
    await session.page.keyboard.press('Enter');
    const isAdded = async () => (await fileText()).includes('"slot": "archive"');
    await waitFor(isAdded, { what: 'the node is added' });
    const after = await fileText();
    assert.match(after, / \/\/ ours\n/);
    assert.equal(parseTopologyFile(after).topology?.nodes.length, 3);
    await prompts.answer('1 node was added to pg-topology.json', 'Connect');
  });

  function nameOf(port: string | undefined): string {
    return clusters.all.find((cluster) => String(cluster.port) === port)?.name ?? '?';
  }
});

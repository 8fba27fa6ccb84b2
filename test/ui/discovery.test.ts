import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogin, requirePasswords } from '../clusters/access';
import { Clusters } from '../clusters/clusters';
import { majorsOfThisRun } from '../clusters/majors';
import { waitFor } from '../clusters/waitFor';
import { parseTopologyFile } from '../../src/topologyFile/parseTopologyFile';
import { ExplorerPage } from './support/explorerPage';
import { PlanPage } from './support/planPage';
import { useWorkbench } from './support/uiSession';

const START_MS = 360_000;
const PRESSURE = '/proc/pressure/cpu';
const PASSWORD = 'c4n4ry-of-the-monitor';
/** Of a role that only files of the project know. */
const IMPORTED = 'c4n4ry #of an $import';

describe('Discover Topology, from a pasted connection to a file', () => {
  let clusters: Clusters;
  let connection: string;
  before(async function () {
    this.timeout(START_MS);
    clusters = new Clusters(majorsOfThisRun().at(-1) ?? 18);
    const central = await (await clusters.add('central')).start();
    await createLogin(central, 'monitor', { password: PASSWORD, memberOf: ['pg_monitor'] });
    await createLogin(central, 'importer', { password: IMPORTED, memberOf: ['pg_monitor'] });
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
    files: () => ({ 'services.env': `DATABASE_URL=${connection}\n` }),
    settings: {
      'pgTopology.pollIntervalSeconds': 1,
      // Copies what was saved later, when a test may have taken it away.
      'workbench.localHistory.enabled': false,
    },
  });
  let explorer: ExplorerPage;
  let prompts: PlanPage;
  before(() => {
    explorer = new ExplorerPage(session.workbench);
    prompts = new PlanPage(session.workbench);
  });

  const filePath = () => join(session.folder, 'pg-topology.json');
  const fileText = async () => readFile(filePath(), 'utf8');

  async function begin(): Promise<void> {
    await session.workbench.command('Postgres Topology: Discover Topology…');
    await prompts.prompt('Discover Topology');
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
    const began = performance.now();
    const stalledBefore = stalledMs();
    await begin();
    await session.workbench.quickInput().fill(connection);
    await session.workbench.choice('Use This Connection').waitFor();
    await prompts.accept('Discover Topology');
    await prompts.prompt('Discover Topology (2/2)');
    await prompts.shows(/^Connect to 127\.0\.0\.1:\d+ ?database app · user monitor · no TLS$/mu);
    await session.capture('discovery confirm');
    await prompts.accept('Discover Topology (2/2)');
    const page = await map();
    const write = page.getByRole('button', { name: 'Write 3 Nodes to File…' });
    await write.waitFor();
    await session.capture('discovery map');
    await write.click();
    await prompts.prompt('Discovered Topology');
    await session.capture('discovery preview');
    await prompts.accept('Discovered Topology');
    await waitFor(async () => (await fileText().catch(() => '')) !== '', { what: 'the file' });
    const took = performance.now() - began;
    const own = took - (stalledMs() - stalledBefore);
    console.log(
      `      ${(took / 1_000).toFixed(1)} s, ${(own / 1_000).toFixed(1)} s without stalls`,
    );
    assert.ok(own < 30_000, `it took ${took} ms, ${own} ms without stalls`);
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

  it('adds to the file what is missing, begun from a file of the project, as one step to undo', async () => {
    await session.useSettings({ 'workbench.colorTheme': 'Default Light Modern' });
    const text = await fileText();
    // The standby of the standby comes last, behind its comments.
    const cut = text.lastIndexOf('    },\n');
    const without = `${text.slice(0, cut)}    } // ours\n  }\n}\n`;
    assert.equal(parseTopologyFile(without).topology?.nodes.length, 2);
    await writeFile(filePath(), without);
    // What is missing is told by what was read of the file.
    await session.workbench.row(/, standby of .+/).waitFor({ state: 'detached' });
    await begin();
    await session.workbench.choice('services.env').waitFor();
    await session.capture('discovery start light');
    await session.workbench.choice('services.env').click();
    await prompts.accept('Discover Topology (2/2)');
    const page = await map();
    const write = page.getByRole('button', { name: 'Write 1 Node to File…' });
    await write.waitFor();
    await session.capture('discovery map light');
    await write.click();
    await prompts.prompt('Discovered Topology');
    await session.capture('discovery difference light');
    assert.equal(await fileText(), without);
    await prompts.accept('Discovered Topology');
    const isAdded = async () => (await fileText()).includes('"slot": "archive"');
    await waitFor(isAdded, { what: 'the node is added' });
    const after = await fileText();
    assert.match(after, / \/\/ ours\n/);
    assert.equal(parseTopologyFile(after).topology?.nodes.length, 3);
    await session.workbench.told('1 node was added to pg-topology.json');
    await session.workbench.undo('pg-topology.json');
    await waitFor(async () => (await fileText()) === without, { what: 'the file is as before' });
    await session.page.locator('.tab.dirty').first().waitFor({ state: 'hidden' });
  });

  it('imports a .env, and signs in with the passwords that it held', async () => {
    const [central, reader] = clusters.all;
    await writeFile(
      join(session.folder, '.env'),
      `CENTRAL_DB_HOST=127.0.0.1
CENTRAL_DB_PORT=${central?.port ?? ''}
READ_DB_HOST=127.0.0.1
READ_DB_PORT=${reader?.port ?? ''}
export DB_NAME=app
export DB_USER=importer
export DB_PASSWORD='${IMPORTED}' # of both
DB_CONNECTION=pgsql
`,
    );
    // What is open of a file that goes away, the window itself complains about.
    await session.workbench.command('View: Close All Editors');
    await explorer.leave();
    await rm(filePath());
    // While the file is known, the import asks whether it belongs in there.
    await session.workbench.statusItem('pgTopology.status').waitFor({ state: 'detached' });
    await importFrom('.env');
    await prompts.accept('Import of .env');
    await prompts.answer('2 nodes were added to pg-topology.json', 'Connect');
    await explorer.open();
    // Nothing but the secret storage has the password now.
    await explorer.row(/^central, primary/);
    await explorer.row(/^read, standby/);
    const text = await fileText();
    assert.match(text, /CENTRAL_DB_HOST in \.env/);
    assert.ok(!text.includes('c4n4ry'));
  });

  it('imports the Compose file beside it into the same file', async () => {
    await writeFile(
      join(session.folder, 'docker-compose.yml'),
      `services:
  db:
    image: postgres:17
    ports: ["\${CENTRAL_DB_PORT}:5432"]
    environment: { POSTGRES_PASSWORD: "\${DB_PASSWORD:?set it}" }
  db-replica:
    image: postgres:17
    environment: { PRIMARY_HOST: db }
`,
    );
    await importFrom('docker-compose.yml', /pg-topology\.json ?is added to/);
    await prompts.accept('Import of docker-compose.yml');
    const areAdded = async () => (await fileText()).includes('"standbyOf": "db"');
    await waitFor(areAdded, { what: 'the nodes are added' });
    const text = await fileText();
    const { topology } = parseTopologyFile(text);
    assert.deepEqual(
      topology?.nodes.map(({ id, standbyOf }) => [id, standbyOf]),
      [
        ['central', null],
        ['read', 'central'],
        ['db', null],
        ['db-replica', 'db'],
      ],
    );
    assert.ok(!text.includes('c4n4ry'));
  });

  /** Up to the text that would be written. @param target answer to which file, where that is asked */
  async function importFrom(file: string, target: RegExp | null = null): Promise<void> {
    await session.workbench.command('Postgres Topology: Import Topology…');
    await prompts.choose('Import Topology', file);
    if (target !== null) await prompts.choose(`Import of ${file}`, target);
    const page = await map();
    const write = page.getByRole('button', { name: 'Write 2 Nodes to File…' });
    await write.waitFor();
    await session.capture(`import ${file}`);
    await write.click();
  }

  function nameOf(port: string | undefined): string {
    return clusters.all.find((cluster) => String(cluster.port) === port)?.name ?? '?';
  }
});

/**
 * So long, since it was started, anything on this machine waited for a processor: what is promised holds where nothing does.
 * Zero where the kernel does not tell. @see https://docs.kernel.org/accounting/psi.html
 */
function stalledMs(): number {
  if (!existsSync(PRESSURE)) return 0;
  const [, microseconds = '0'] = /^some .*total=(\d+)/mu.exec(readFileSync(PRESSURE, 'utf8')) ?? [];
  return Number(microseconds) / 1_000;
}

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogin, requirePasswords } from '../clusters/access';
import { Clusters } from '../clusters/clusters';
import { majorsOfThisRun } from '../clusters/majors';
import { Proxy } from '../clusters/proxy';
import { waitFor } from '../clusters/waitFor';
import { parseTopologyFile } from '../../src/topologyFile/parseTopologyFile';
import { PlanPage } from './support/planPage';
import { useWorkbench } from './support/uiSession';

const START_MS = 360_000;
const PASSWORD = 'c4n4ry-of-the-reader';

describe('Discover Topology, looking at a node at an address that was entered', () => {
  let clusters: Clusters;
  /** The standby as it is reached from here: a port that no server names. */
  let published: Proxy;
  let connection: string;
  before(async function () {
    this.timeout(START_MS);
    clusters = new Clusters(majorsOfThisRun().at(-1) ?? 18);
    const central = await (await clusters.add('central')).start();
    await createLogin(central, 'monitor', { password: PASSWORD, memberOf: ['pg_monitor'] });
    const reader = await clusters.addStandby('reader', central, { slot: 'reader' });
    await reader.start();
    await waitFor(async () => (await central.query('SELECT FROM pg_stat_replication')).length > 0, {
      what: 'the standby streams',
    });
    // Who leads lets everybody in, as where servers have rules of their own.
    await requirePasswords(reader);
    published = await Proxy.start({ port: reader.port });
    connection = `postgresql://monitor@127.0.0.1:${central.port}/postgres`;
  });
  after(async () => {
    await published.stop();
    await clusters.stop();
  });

  const session = useWorkbench({ files: () => ({ 'readme.md': '' }) });

  it('asks before it dials another machine and for a password, finds the standby, and writes it', async () => {
    const prompts = new PlanPage(session.workbench);
    await session.workbench.command('Postgres Topology: Discover Topology…');
    await prompts.prompt('Discover Topology');
    await session.workbench.quickInput().fill(connection);
    await session.workbench.choice('Use This Connection').waitFor();
    await prompts.accept('Discover Topology');
    await prompts.accept('Discover Topology (2/2)');
    const page = await session.workbench.webview('#dashboard[data-kind=discovery]');
    await page.getByRole('option', { name: /^reader, standby, guessed, not reached/ }).waitFor();
    const host = page.getByRole('textbox', { name: 'Host of reader' });
    const port = page.getByRole('textbox', { name: 'Port of reader' });
    const status = page.getByRole('status');
    const lookAgain = page.getByRole('button', { name: 'Look Again: replica' });

    await page.getByRole('textbox', { name: 'Name of reader' }).fill('replica');
    // Of a network that is never anybody's (RFC 5737).
    await host.fill('203.0.113.9');
    await port.fill('5432');
    await lookAgain.click();
    await prompts.prompt('Discover Topology');
    await session.workbench.choice('203.0.113.9:5432').waitFor();
    await session.capture('discovery look consent');
    await session.page.keyboard.press('Escape');
    await status.getByText('203.0.113.9:5432 was not looked at: it was not allowed.').waitFor();

    await host.fill('localhost');
    await port.fill(String(published.port));
    await published.setMode({ kind: 'blackHole' });
    await lookAgain.click();
    await session.workbench.answer(`Looking at localhost:${published.port}`, 'Cancel');
    await status.getByText(`Looking at localhost:${published.port} was cancelled.`).waitFor();

    await published.setMode({ kind: 'pass' });
    await lookAgain.click();
    await prompts.prompt('Discover Topology');
    await session.page.getByText(`localhost:${published.port} asks for a password.`).waitFor();
    await session.capture('discovery look password');
    await session.page.keyboard.press('Escape');
    await status.getByText('Look again to enter another password.').waitFor();
    await lookAgain.click();
    await session.page.getByText(`localhost:${published.port} asks for a password.`).waitFor();
    await prompts.type('Discover Topology', 'not that one');
    await session.page.getByText(`localhost:${published.port} refused the password.`).waitFor();
    await prompts.type('Discover Topology', PASSWORD);
    await page.getByRole('option', { name: /^replica, standby, localhost:\d+$/ }).waitFor();
    await status.getByText(`answered at localhost:${published.port}.`).waitFor();
    assert.equal(await lookAgain.count(), 0);
    assert.ok(published.accepted > 0);
    await session.capture('discovery look seen');

    await page.getByRole('button', { name: 'Write 2 Nodes to File…' }).click();
    await prompts.prompt('Discovered Topology');
    await prompts.accept('Discovered Topology');
    const read = () => readFile(join(session.folder, 'pg-topology.json'), 'utf8').catch(() => '');
    await waitFor(async () => (await read()) !== '', { what: 'the file' });
    const text = await read();
    const { topology } = parseTopologyFile(text);
    const replica = topology?.nodes.find(({ id }) => id === 'replica');
    assert.equal(replica?.connection['port'], String(published.port), text);
    assert.equal(replica.slot, 'reader');
    assert.doesNotMatch(text, /203\.0\.113\.9|c4n4ry|not that one/);
  });
});

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SocketSpy } from '../clusters/socketSpy';
import { sleep, waitFor } from '../clusters/waitFor';
import { ExplorerPage } from './support/explorerPage';
import { DialWatch } from './support/dialWatch';
import { spiedTopology } from './support/spiedTopology';
import { useWorkbench } from './support/uiSession';

/** Longer than two polls at the shortest interval. */
const QUIET_MS = 3_000;

/** An address for documentation, which nobody has, and one where clouds hand out credentials: named here, never to be dialled. */
const FAR = '192.0.2.1';
const CLOUD = '169.254.169.254';
const FAR_NODE = { connection: `postgresql://monitor@${FAR}:5432/app`, standbyOf: 'main' };

describe('contact with servers in a trusted folder', () => {
  let spy: SocketSpy;
  before(async () => {
    spy = await SocketSpy.start();
  });
  after(() => spy.stop());
  const session = useWorkbench({
    files: () => ({ 'pg-topology.json': spiedTopology(spy.port) }),
    settings: { 'pgTopology.pollIntervalSeconds': 1 },
  });
  const dials = new DialWatch([FAR, CLOUD]);
  after(() => dials.stop());
  let explorer: ExplorerPage;
  before(() => {
    explorer = new ExplorerPage(session.workbench);
    dials.start();
  });

  it('begins with nothing, also when the file is open in an editor', async () => {
    await explorer.status(/^Postgres Topology, not connected$/);
    await session.workbench.openFile('pg-topology.json');
    await sleep(QUIET_MS);
    assert.equal(spy.connections, 0);
  });

  it('dials this machine without a question once the explorer is opened', async () => {
    await explorer.open();
    await waitFor(() => spy.connections > 0, { what: 'the spy is called' });
    await explorer.row(/^main, (primary|unreachable)/);
    await session.workbench.quickInput().waitFor({ state: 'hidden' });
  });

  it('dials no other host that comes into the file, and says so', async () => {
    await writeTopology({ far: FAR_NODE });
    await explorer.row(/^far, standby, not connected$/);
    await session.workbench.expand(session.workbench.row(/^far/));
    await explorer.row(/^Its host was never approved from this folder, Connect$/);
  });

  it('asks with the next act, in one list; who declines is not asked again', async () => {
    const { workbench, page } = session;
    await explorer.leave();
    await explorer.open();
    await page.getByText('Connect to 1 Host?').waitFor();
    await workbench.choice(`${FAR}:5432`).filter({ hasText: 'far' }).waitFor();
    await page.keyboard.press('Escape');
    await explorer.leave();
    await explorer.open();
    await explorer.row(/^far, standby, not connected$/);
    await sleep(QUIET_MS);
    await workbench.quickInput().waitFor({ state: 'hidden' });
  });

  it('asks again from the row of the node', async () => {
    const { page, workbench } = session;
    await workbench.clickUntil(
      workbench.row(/^Its host was never approved/),
      page.getByText('Connect to 1 Host?'),
    );
    await page.keyboard.press('Escape');
    await explorer.row(/^far, standby, not connected$/);
  });

  it('marks what should be looked at twice, and leaves it unticked', async () => {
    const { page, workbench } = session;
    await writeTopology({
      far: FAR_NODE,
      cloud: { connection: `postgresql://monitor@${CLOUD}:80/app` },
    });
    await explorer.row(/^cloud, \w+, not connected$/);
    await workbench.command('Postgres Topology: Connect');
    await workbench.choice('Spied upon').click();
    await page.getByText('Connect to 2 Hosts?').waitFor();
    const odd = workbench.choice(`${CLOUD}:80`);
    await odd.getByText(/link-local address/).waitFor();
    assert.equal(await odd.getByRole('checkbox').isChecked(), false);
    assert.equal(await workbench.choice(FAR).getByRole('checkbox').isChecked(), true);
    await page.keyboard.press('Escape');
  });

  it('dialled nobody but this machine', () => {
    assert.deepEqual([...dials.seen], []);
  });

  async function writeTopology(nodes: Readonly<Record<string, object>>): Promise<void> {
    await writeFile(join(session.folder, 'pg-topology.json'), spiedTopology(spy.port, nodes));
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SocketSpy } from '../clusters/socketSpy';
import { sleep, waitFor } from '../clusters/waitFor';
import { ExplorerPage } from './support/explorerPage';
import { useWorkbench } from './support/uiSession';
import { spiedTopology } from './support/spiedTopology';

/** Longer than two polls at the shortest interval. */
const QUIET_MS = 3_000;

describe('Restricted Mode in the workbench', () => {
  let spy: SocketSpy;
  before(async () => {
    spy = await SocketSpy.start();
  });
  after(() => spy.stop());
  const session = useWorkbench({
    files: () => ({ 'pg-topology.json': spiedTopology(spy.port) }),
    trust: true,
    settings: {
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.banner': 'never',
      // The editor of trust would lie over the window.
      'workbench.editor.useModal': 'off',
      'pgTopology.pollIntervalSeconds': 1,
    },
  });
  let explorer: ExplorerPage;
  before(() => {
    explorer = new ExplorerPage(session.workbench);
  });

  it('shows the file as declared, and why nothing is asked', async () => {
    await explorer.open();
    await explorer.row(/^Spied upon, topology, 2 nodes, restricted mode$/);
    await explorer.row(/^In restricted mode no server is contacted, Manage Workspace Trust$/);
    await explorer.row(/^standby, standby/);
    await explorer.status(/^Restricted mode, not connecting$/);
  });

  it('contacts nobody, whatever is clicked or called from the palette', async () => {
    const { workbench, page } = session;
    await workbench.row(/^standby, standby/).click();
    await (await explorer.dashboard()).getByText('Spied upon').first().waitFor();
    await explorer.openPick();
    await page.keyboard.press('Escape');
    const shown = await paletteTitles();
    assert.ok(shown.length > 5, `the palette shows ${shown.join(', ')}`);
    for (const title of shown) {
      await workbench.command(`${CATEGORY}${title}`);
      await sleep(200);
      await page.keyboard.press('Escape');
    }
    const refused = ['Connect', 'Disconnect', 'Refresh', 'Enter Password…', 'Forget Password…'];
    const offered = refused.filter((title) => shown.includes(title));
    assert.deepEqual(offered, [], 'commands that could only refuse');
    await sleep(QUIET_MS);
    assert.equal(spy.connections, 0);
  });

  /** Of the commands that the extension brings, those that the palette offers here: a list of which only a part is drawn. */
  async function paletteTitles(): Promise<readonly string[]> {
    const { workbench, page } = session;
    await workbench.quickOpen('F1');
    await workbench.quickInput().fill(`>${CATEGORY}`);
    await workbench.choice(CATEGORY).waitFor();
    const found = new Set<string>();
    // The next page may be drawn late: the end is where three looks find nothing new.
    let quiet = 0;
    while (quiet < 3) {
      const known = found.size;
      const drawn = page.locator('.quick-input-list .monaco-list-row .label-name');
      for (const label of await drawn.allTextContents()) {
        if (label.startsWith(CATEGORY)) found.add(label.slice(CATEGORY.length));
      }
      quiet = found.size === known ? quiet + 1 : 0;
      await page.keyboard.press('PageDown');
      await sleep(200);
    }
    await page.keyboard.press('Escape');
    return commandTitles().filter((title) => found.has(title));
  }

  it('waits for the first act after trust is granted, and connects with it', async () => {
    const { workbench, page } = session;
    await workbench.command('View: Close All Editors');
    await explorer.leave();
    await workbench.command('Workspaces: Manage Workspace Trust');
    const editor = page.locator('.workspace-trust-editor');
    await editor
      .getByRole('button', { name: /^Trust$/ })
      .first()
      .click();
    await explorer.status(/^Postgres Topology, not connected$/);
    await sleep(QUIET_MS);
    assert.equal(spy.connections, 0);
    await explorer.open();
    await waitFor(() => spy.connections > 0, { what: 'the spy is called' });
  });
});

const CATEGORY = 'Postgres Topology: ';

/** Of every command that the extension brings, as the palette shows it. */
function commandTitles(): readonly string[] {
  const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
  const titles = Object.entries(texts).filter(([key]) => /^command\..*\.title$/.test(key));
  assert.ok(titles.length > 10);
  return titles.map(([, title]) => title);
}

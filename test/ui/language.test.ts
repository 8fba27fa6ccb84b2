import assert from 'node:assert/strict';
import { PSEUDO, pseudo } from '../host/hostLanguage.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { ExplorerPage } from './support/explorerPage';
import { plainTexts, type PlainText } from '../language/plainTexts';
import { textsOf } from './support/pageTexts';
import { useWorkbench } from './support/uiSession';

/** Nobody listens on these ports. One of each kind of node, link and mistake. */
const TOPOLOGY = `{
  "name": "Sample",
  "nodes": {
    "north": { "connection": "postgresql://monitor@127.0.0.1:1/app" },
    "south": { "connection": "postgresql://monitor@127.0.0.1:2/app", "standbyOf": "north" },
    "west": {
      "connection": "postgresql://monitor:hidden@127.0.0.1:3/app",
      "subscriptions": { "west_sub": { "publisher": "north", "publications": ["news"] } },
    },
    "east": {
      "connection": "postgresql://monitor@127.0.0.1:4/app",
      "pendingSync": { "primary": "north", "table": "app.pending_sync" },
    },
  },
}`;

const WRONG = `{
  "name": "Other",
  "nodes": {
    "north": { "connection": "postgresql://monitor@127.0.0.1:5/app", "standbyOf": "nowhere" },
  },
  "colour": "red",
}`;

const DATA = new Set(
  'Sample Other north south west east west_sub news nowhere app monitor hidden colour red'.split(
    ' ',
  ),
);

describe('the extension in another language', () => {
  const session = useWorkbench({
    files: { 'pg-topology.json': TOPOLOGY, 'wrong.pg-topology.json': WRONG },
    language: PSEUDO,
  });
  const found: PlainText[] = [];
  const look = (where: string, texts: readonly string[]): void => {
    found.push(...plainTexts(where, texts, DATA));
  };

  it('translates the explorer, with the status bar and what it opens', async () => {
    const { workbench, page } = session;
    const explorer = new ExplorerPage(workbench);
    await explorer.open();
    await workbench.expand(workbench.row(/^Sample/));
    await workbench.row(/^north.*⟦unreachable/).waitFor();
    for (const name of [/^north/, /^south/, /^west/, /^east/]) {
      await workbench.expand(workbench.row(name)).catch(() => undefined);
    }
    look(
      'explorer',
      await textsOf(page.locator('.sidebar'), '.monaco-list-row .monaco-icon-label'),
    );
    look('status bar', await textsOf(page.locator('.statusbar'), '[id^="pg-topology"]'));
    await workbench.statusItem('pgTopology.status').click();
    await workbench.choice('Open Dashboard⟧').waitFor();
    look('status pick', await textsOf(page.locator('.quick-input-widget'), '.monaco-list-row'));
    await page.keyboard.press('Escape');
    assert.deepEqual(found.splice(0), []);
  });

  it('translates the dashboard', async () => {
    await session.workbench.command(`${pseudo('Postgres Topology')}: ${pseudo('Open Dashboard')}`);
    const dashboard = await session.workbench.webview('#dashboard[data-kind=dashboard]');
    await dashboard.getByText(pseudo('Needs attention')).waitFor();
    look('dashboard', await textsOf(dashboard, '#dashboard'));
    assert.deepEqual(found.splice(0), []);
  });

  it('translates what it says of the file', async () => {
    const { workbench, page } = session;
    await openFile(workbench, 'pg-topology.json');
    await page.locator('.codelens-decoration').first().waitFor();
    look('lenses', await textsOf(page.locator('.editor-container'), '.codelens-decoration'));
    await openFile(workbench, 'wrong.pg-topology.json');
    await workbench.command('Problems: Focus on Problems View');
    const problems = page.locator('.markers-panel');
    await problems.getByText('⟦').first().waitFor();
    look(
      'problems',
      await textsOf(
        problems,
        '.monaco-list-row .marker-message-line > .monaco-highlighted-label, .monaco-list-row .marker-message-line .multiline-actions ~ span',
      ),
    );
    assert.deepEqual(found.splice(0), []);
  });
});

async function openFile(workbench: Workbench, name: string): Promise<void> {
  await workbench.quickOpen('Control+P');
  await workbench.quickInput().fill(name);
  await workbench.choice(name).click();
}

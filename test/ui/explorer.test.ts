import assert from 'node:assert/strict';
import { SAMPLE_TOPOLOGY } from './support/sampleTopology';
import { useWorkbench } from './support/uiSession';

describe('explorer and dashboard in the workbench', () => {
  const session = useWorkbench({ files: { 'pg-topology.json': SAMPLE_TOPOLOGY } });

  it('has a container of its own in the activity bar', async () => {
    await session.workbench.view('Postgres Topology');
    const title = session.page.locator('.sidebar').getByText('Postgres Topology').first();
    await title.waitFor();
  });

  it('lists the topology and its nodes', async () => {
    const { workbench } = session;
    await workbench.expand(workbench.row(/^Sample/));
    await workbench.expand(workbench.row(/^main/));
    await workbench.row(/^standby/).waitFor();
  });

  it('offers its commands in the palette', async () => {
    const { workbench, page } = session;
    await workbench.quickOpen('F1');
    // The list draws what is in sight alone, so the words are typed far enough.
    await workbench.quickInput().fill('>Postgres Topology: Open');
    await workbench.choice('Postgres Topology: Open Dashboard').waitFor();
    await page.keyboard.press('Escape');
  });

  it('starts the extension without an error in its log', async () => {
    const { workbench, page } = session;
    await workbench.command('Postgres Topology: Show Log');
    const output = page.locator('.panel .view-lines');
    await output.first().waitFor();
    assert.doesNotMatch(await output.first().innerText(), /\[error\]/);
  });

  describe('dashboard', () => {
    it('opens from the palette and names the topology of the file', async () => {
      const { workbench } = session;
      await workbench.view('Postgres Topology');
      await workbench.row(/^Sample/).waitFor();
      await workbench.command('Postgres Topology: Open Dashboard');
      const dashboard = await workbench.webview('#dashboard[data-kind=dashboard]');
      await dashboard.getByText('Sample').first().waitFor();
      await dashboard.getByText('standby').first().waitFor();
    });

    it('is there again after the window was reloaded', async () => {
      await session.workbench.reload();
      const dashboard = await session.workbench.webview('#dashboard[data-kind=dashboard]');
      await dashboard.getByText('Sample').first().waitFor();
    });
  });
});

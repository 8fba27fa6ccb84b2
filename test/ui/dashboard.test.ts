import { SAMPLE_TOPOLOGY } from './support/sampleTopology';
import { useWorkbench } from './support/uiSession';

describe('the dashboard in the workbench', () => {
  const session = useWorkbench({ files: { 'pg-topology.json': SAMPLE_TOPOLOGY } });

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

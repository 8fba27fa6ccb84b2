import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { escapeUntilSettled } from '../support/escape';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'lonely.pg-topology.json');

/** A primary that nobody answers for. */
describe('a node that stays unhealthy', () => {
  const { showWarningMessage } = vscode.window;
  const told: { readonly text: string; readonly buttons: readonly string[] }[] = [];
  const configuration = () => vscode.workspace.getConfiguration('pgTopology');

  before(async () => {
    await activateExtension();
    Object.assign(vscode.window, {
      showWarningMessage: (text: string, ...buttons: string[]) => {
        told.push({ text, buttons });
        return Promise.resolve(undefined);
      },
    });
    const { Global } = vscode.ConfigurationTarget;
    await configuration().update('pollIntervalSeconds', 1, Global);
    const nodes = { lonely: { connection: 'postgresql://monitor@127.0.0.1:1/app' } };
    await vscode.workspace.fs.writeFile(fileUri(), Buffer.from(JSON.stringify({ nodes })));
  });

  after(async () => {
    Object.assign(vscode.window, { showWarningMessage });
    await configuration().update(
      'pollIntervalSeconds',
      undefined,
      vscode.ConfigurationTarget.Global,
    );
    await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
  });

  it('is told in a notification, once, with the ways on', async () => {
    const api = await activateExtension();
    const topologyId = fileUri().toString();
    await waitFor('the topology', () =>
      api.getSnapshot().topologies.find(({ id }) => id === topologyId),
    );
    const target = { topologyId, subject: 'lonely' };
    await escapeUntilSettled(vscode.commands.executeCommand('pgTopology.connect', target));
    const of = () => told.filter(({ text }) => text.startsWith('lonely is unreachable from here'));
    // The node itself is tried less and less often; each picture counts, so others may be asked for.
    await waitFor('the notification', async () => {
      await api.refresh();
      return of()[0];
    });
    await api.refresh();
    assert.deepEqual(
      of().map(({ buttons }) => buttons),
      [['Explain', 'Mute…']],
    );
  });
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { activateExtension, workspaceFolder } from '../support/extension';
import { callTool, TOOL_CALLS } from '../support/languageModelTools';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'told.pg-topology.json');

describe('Restricted Mode, tools for language models', () => {
  let spy: ConnectionSpy;

  before(async () => {
    const api = await activateExtension();
    spy = await listenForConnections();
    const connection = `postgresql://monitor@127.0.0.1:${spy.port}/app`;
    const nodes = { main: { connection }, far: { connection, standbyOf: 'main' } };
    const text = JSON.stringify({ name: 'Told', nodes });
    await vscode.workspace.fs.writeFile(fileUri(), Buffer.from(text));
    await waitFor('the topology', () =>
      api.getSnapshot().topologies.find(({ id }) => id === fileUri().toString()),
    );
  });

  after(async () => {
    await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
    await spy.close();
  });

  it('tell nothing, not even names, and contact nobody', async () => {
    for (const [name, input] of TOOL_CALLS) {
      const said = await callTool(name, input);
      assert.match(said, /^refused: .*Restricted Mode/u, name);
      assert.doesNotMatch(said, /main|far/u, name);
    }
    assert.equal(spy.connections(), 0);
  });
});

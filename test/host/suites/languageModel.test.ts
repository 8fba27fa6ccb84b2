import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { escapeUntilSettled } from '../support/escape';
import { activateExtension, workspaceFolder } from '../support/extension';
import { callTool, TOOL_CALLS } from '../support/languageModelTools';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'told.pg-topology.json');
const own = () => vscode.lm.tools.filter(({ name }) => name.startsWith('pgTopology_'));

/** A primary that listens and is no Postgres, a standby elsewhere that nobody approved, and one that may not be told. */
describe('tools for language models', () => {
  let spy: ConnectionSpy;

  before(async () => {
    const api = await activateExtension();
    spy = await listenForConnections();
    const main = `postgresql://monitor:c4n4ry@127.0.0.1:${spy.port}/app`;
    const nodes = {
      main: { connection: main },
      far: { connection: 'postgresql://monitor@192.0.2.1:5432/app', standbyOf: 'main' },
      vault: { connection: main, standbyOf: 'main', allowLanguageModels: false },
    };
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

  it('are registered, each with its schema and with words for the model', async () => {
    const found = await waitFor('the tools', () =>
      own().length === TOOL_CALLS.length ? own() : undefined,
    );
    assert.deepEqual(
      found.map(({ name }) => name).toSorted(),
      TOOL_CALLS.map(([name]) => `pgTopology_${name}`).toSorted(),
    );
    for (const { name, description, inputSchema } of found) {
      assert.ok(description.length > 80 && !description.startsWith('%'), name);
      assert.equal((inputSchema as { type?: string }).type, 'object', name);
    }
  });

  it('contact nobody whom the user does not, and know nothing of what is kept from them', async () => {
    // Suites before this one may have acted in this folder, which lets every server of this machine be asked.
    const target = { topologyId: fileUri().toString(), subject: null };
    await vscode.commands.executeCommand('pgTopology.disconnect', target);
    const before = await spy.connectionsMade();
    const said = new Map<string, string>();
    for (const [name, input] of TOOL_CALLS) said.set(name, await callTool(name, input));
    assert.equal(await spy.connectionsMade(), before);
    for (const [name, text] of said) assert.doesNotMatch(text, /vault|c4n4ry/u, name);
    assert.match(
      said.get('get_topology') ?? '',
      /"name":"main".*"state":"primary · (?:not connected|disconnected)"/u,
    );
    assert.match(said.get('explain_edge') ?? '', /"about":"streaming\/far"/u);
    assert.match(said.get('get_queue_status') ?? '', /"queues":\{"items":\[\]\}/u);
    assert.match(said.get('preview_plan') ?? '', /refused: .*Postgres Topology: Connect/u);
  });

  it('ask anew what the user allowed, and nobody else', async () => {
    // The user's act; the question about the host that is elsewhere is dismissed.
    const target = { topologyId: fileUri().toString(), subject: null };
    await escapeUntilSettled(vscode.commands.executeCommand('pgTopology.connect', target));
    await waitFor('the first dial', () => (spy.connections() > 0 ? true : undefined));
    await waitFor('the failure', async () => {
      const text = await callTool('get_topology', { topology: 'Told' });
      return text.includes('"name":"main","health":"error"') ? true : undefined;
    });
    const before = spy.connections();
    const text = await callTool('explain_edge', { topology: 'Told', edge: 'main' });
    assert.ok(spy.connections() > before, `it was not asked anew: ${before} ${text}`);
    assert.match(text, /"about":"main"/u);
    assert.match(
      await callTool('explain_edge', { topology: 'Told', edge: 'vault' }),
      /^refused: /u,
    );
    const plan = { topology: 'Told', change: 'dropSlot', node: 'far', name: 'old' };
    assert.match(await callTool('preview_plan', plan), /refused: .*far could not be read/u);
  });

  it('refuse what does not fit, in words that help a model', async () => {
    const bad = await callTool('preview_plan', { topology: 'Told', change: 'dropSlot' });
    assert.match(bad, /refused: .*needs "node"/u);
    assert.match(
      await callTool('explain_edge', { topology: 'Told', edge: 'x' }),
      /streaming\/far/u,
    );
  });
});

describe('Explain… and Copy Explanation as Markdown', () => {
  before(() => activateExtension());

  it('open the dashboard, and put the diagnosis on the clipboard', async () => {
    const api = await activateExtension();
    const uri = vscode.Uri.joinPath(workspaceFolder(), 'explained.pg-topology.json');
    const nodes = { lone: { connection: 'postgresql://monitor@127.0.0.1:1/app' } };
    await vscode.workspace.fs.writeFile(uri, Buffer.from(JSON.stringify({ nodes })));
    const topologyId = uri.toString();
    await waitFor('the topology', () =>
      api.getSnapshot().topologies.find(({ id }) => id === topologyId),
    );
    const target = { topologyId, subject: 'lone' };
    await escapeUntilSettled(vscode.commands.executeCommand('pgTopology.explain', target));
    await waitFor('the dashboard', () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .find(({ label }) => label === 'Postgres Topology'),
    );
    await waitFor('the failure', () =>
      api
        .getSnapshot()
        .topologies.find(({ id }) => id === topologyId)
        ?.nodes.find(({ contact }) => contact === 'failed'),
    );
    await vscode.commands.executeCommand('pgTopology.copyExplanation', target);
    const copied = await vscode.env.clipboard.readText();
    // Nothing listens there, and that is what it says.
    assert.match(copied, /^\*\*.*lone.*\*\*/u);
    assert.match(copied, /refused|unreachable/u);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(uri, { useTrash: false });
  });
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const HOST = 'no-such-host.invalid';
const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'unresolved.pg-topology.json');

const textWith = (host: string) =>
  JSON.stringify(
    {
      nodes: {
        central: { connection: 'postgresql://monitor@127.0.0.1:1/app' },
        far: { connection: `postgresql://monitor@${host}:5432/app`, standbyOf: 'central' },
      },
    },
    null,
    2,
  );

const store = async (text: string) => vscode.workspace.fs.writeFile(fileUri(), Buffer.from(text));

const problem = () =>
  vscode.languages
    .getDiagnostics(fileUri())
    .find(({ source, code }) => source === 'Postgres Topology' && code === 'host-not-found');

describe('what a try to connect shows of the file', () => {
  const { showQuickPick } = vscode.window;

  before(async () => {
    await activateExtension();
    // Nobody can tick here: the list of hosts is answered with all of them.
    Object.assign(vscode.window, { showQuickPick: (items: unknown) => Promise.resolve(items) });
    await store(textWith(HOST));
  });

  after(async () => {
    Object.assign(vscode.window, { showQuickPick });
    await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
  });

  it('F02: a host that does not resolve is marked where the file names it, until it names another', async () => {
    const api = await activateExtension();
    await waitFor('the topology', () =>
      api.getSnapshot().topologies.find(({ id }) => id === fileUri().toString()),
    );
    assert.equal(problem(), undefined);
    await vscode.commands.executeCommand('pgTopology.connect', {
      topologyId: fileUri().toString(),
      subject: 'far',
    });
    const { message, range, severity } = await waitFor('the mark', problem);
    assert.equal(message, `Could not find host ${HOST} of far.`);
    assert.equal(severity, vscode.DiagnosticSeverity.Warning);
    const document = await vscode.workspace.openTextDocument(fileUri());
    assert.equal(document.getText(range), `"postgresql://monitor@${HOST}:5432/app"`);

    await store(textWith('127.0.0.1'));
    await waitFor('the mark to go', () => (problem() === undefined ? true : undefined));
  });
});

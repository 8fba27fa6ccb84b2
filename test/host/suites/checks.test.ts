import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { escapeUntilSettled } from '../support/escape';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'checked.pg-topology.json');

/** A primary that listens and is no Postgres, with a standby on it and one elsewhere that nobody approved. */
describe('checks that another extension asks for', () => {
  let spy: ConnectionSpy;

  before(async () => {
    const api = await activateExtension();
    spy = await listenForConnections();
    const near = `postgresql://monitor@127.0.0.1:${spy.port}`;
    const nodes = {
      main: { connection: `${near}/app` },
      near: { connection: `${near}/other`, standbyOf: 'main' },
      far: { connection: 'postgresql://monitor@192.0.2.1:5432/app', standbyOf: 'main' },
    };
    await vscode.workspace.fs.writeFile(fileUri(), Buffer.from(JSON.stringify({ nodes })));
    const topologyId = fileUri().toString();
    await waitFor('the topology', () =>
      api.getSnapshot().topologies.find(({ id }) => id === topologyId),
    );
    // The user's act: it asks about the host that is elsewhere, which is dismissed.
    const target = { topologyId, subject: null };
    await escapeUntilSettled(vscode.commands.executeCommand('pgTopology.connect', target));
  });

  after(async () => {
    await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
    await spy.close();
  });

  it('end with a result for each edge, as plain data, and never with an arrival that was not', async () => {
    const api = await activateExtension();
    const [first, second] = await Promise.all([api.runChecks(), api.runChecks()]);
    assert.equal(first, second, 'calls that come together share one run');
    const topologyId = fileUri().toString();
    const own = first.filter((check) => check.topologyId === topologyId);
    assert.deepEqual(
      own.map(({ edgeId, outcome, arrivedMs }) => [edgeId, outcome, arrivedMs]).toSorted(),
      [
        ['streaming/far', 'notPossible', null],
        ['streaming/near', 'notPossible', null],
      ],
    );
    assert.deepEqual(JSON.parse(JSON.stringify(own)), own);
    assert.equal(JSON.stringify(own).includes('monitor'), false);
  });
});

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { activateExtension, declaredCommands, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'called.pg-topology.json');

/** Any extension can call any command, with any argument. */
describe('Restricted Mode, commands called with arguments', () => {
  let spy: ConnectionSpy;
  let text: string;

  before(async () => {
    const api = await activateExtension();
    spy = await listenForConnections();
    const connection = `postgresql://monitor:c4n4ry@127.0.0.1:${spy.port}/app`;
    text = JSON.stringify({ nodes: { main: { connection } } });
    await vscode.workspace.fs.writeFile(fileUri(), Buffer.from(text));
    await waitFor('the topology', () =>
      api.getSnapshot().topologies.find(({ id }) => id === fileUri().toString()),
    );
  });

  after(async () => {
    await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
    await spy.close();
  });

  it('contact nobody, change no file, and do not fail', async () => {
    const topologyId = fileUri().toString();
    const callers = [
      { topologyId, subject: 'main' },
      { topologyId, subject: null },
      { topologyId, nodeId: 'main' },
      { topologyId: 'file:///nowhere', subject: 'main' },
    ];
    for (const command of declaredCommands()) {
      for (const argument of callers) {
        const failure = await call(command, argument);
        assert.equal(failure, null, `${command} ${JSON.stringify(argument)}`);
      }
    }
    await (await activateExtension()).refresh();
    await assert.rejects((await activateExtension()).runChecks(), /restricted mode/);
    await sleep(3_000);
    assert.equal(spy.connections(), 0);
    const stored = await vscode.workspace.fs.readFile(fileUri());
    assert.equal(Buffer.from(stored).toString(), text);
    const unsaved = vscode.workspace.textDocuments.filter(
      (document) => document.isDirty && document.uri.toString() === topologyId,
    );
    assert.deepEqual(unsaved, []);
  });
});

/** Dismisses what it asks. @returns why it failed, or null. */
async function call(command: string, argument: unknown): Promise<string | null> {
  const ended = Promise.resolve(vscode.commands.executeCommand(command, argument)).then(
    () => null,
    // VS Code itself refuses what is not enabled in this window.
    (error: unknown) => (/not found|not enabled/u.test(String(error)) ? null : String(error)),
  );
  const first = await Promise.race([ended, sleep(300).then(() => 'waits' as const)]);
  if (first !== 'waits') return first;
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  return Promise.race([ended, sleep(300).then(() => null)]);
}

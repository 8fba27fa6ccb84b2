import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { escapeUntilSettled } from '../support/escape';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'password.pg-topology.json');

describe('Enter Password', () => {
  const { showInputBox } = vscode.window;
  let spy: ConnectionSpy;
  let nearSpy: ConnectionSpy;
  let prompts = 0;

  before(async () => {
    const api = await activateExtension();
    spy = await listenForConnections();
    nearSpy = await listenForConnections();
    // 0.0.0.0 leads to this machine, and is no loopback address that would need no consent.
    const far = `postgresql://monitor@0.0.0.0:${spy.port}/app?sslmode=disable`;
    const near = `postgresql://monitor@127.0.0.1:${nearSpy.port}/app`;
    const text = JSON.stringify({
      nodes: { far: { connection: far }, near: { connection: near } },
    });
    await vscode.workspace.fs.writeFile(fileUri(), Buffer.from(text));
    await waitFor('the topology', () =>
      api.getSnapshot().topologies.find(({ id }) => id === fileUri().toString()),
    );
    // Nobody can type here: the box answers by itself.
    Object.assign(vscode.window, {
      showInputBox: () => {
        prompts += 1;
        return Promise.resolve('c4n4ry');
      },
    });
  });

  after(async () => {
    Object.assign(vscode.window, { showInputBox });
    await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
    await spy.close();
    await nearSpy.close();
  });

  /** Runs the command and dismisses every question about hosts until it ends. */
  async function enterFor(nodeId: string): Promise<void> {
    const target = { topologyId: fileUri().toString(), subject: nodeId };
    await escapeUntilSettled(vscode.commands.executeCommand('pgTopology.enterPassword', target));
  }

  it('neither asks for a password nor dials where consent was refused', async () => {
    await enterFor('far');
    assert.equal(prompts, 0);
    // Between the refusal and the next snapshot the row may still say that it connects.
    await waitFor('the refusal', async () => {
      const { topologies } = (await activateExtension()).getSnapshot();
      const topology = topologies.find(({ id }) => id === fileUri().toString());
      const far = topology?.nodes.find(({ id }) => id === 'far');
      return far?.contact === 'notApproved' ? true : undefined;
    });
    assert.equal(await spy.connectionsMade(), 0);
  });

  it('tries what was entered on this machine without a question', async () => {
    // The server never answers, so it fails after its time limit, with a message that nobody waits for.
    await enterFor('near');
    assert.ok(nearSpy.connections() > 0);
    assert.equal(prompts, 1);
  });
});

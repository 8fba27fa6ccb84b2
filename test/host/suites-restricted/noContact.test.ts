import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { activateExtension, declaredCommands, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

/** Longer than two polls at the shortest interval. */
const QUIET_MS = 3000;

describe('Restricted Mode', () => {
  let spy: ConnectionSpy;

  before(async () => {
    spy = await listenForConnections();
    const file = vscode.Uri.joinPath(workspaceFolder(), 'pg-topology.json');
    await vscode.workspace.fs.writeFile(file, Buffer.from(topologyFile(spy.port)));
  });

  after(() => spy.close());

  it('is on in this window', () => {
    assert.equal(vscode.workspace.isTrusted, false);
  });

  it('shows the topology from its file', async () => {
    const api = await activateExtension();
    const names = await waitFor('the topology', () => {
      const [topology] = api.getSnapshot().topologies;
      return topology?.name === 'Spied upon' ? topology.nodes.map(({ id }) => id) : undefined;
    });
    assert.deepEqual(names, ['main', 'standby']);
  });

  it('contacts no server, whatever is shown or called', async () => {
    const api = await activateExtension();
    await vscode.commands.executeCommand('pgTopology.explorer.focus');
    await api.refresh();
    for (const command of declaredCommands()) await callAndDismiss(command);
    await sleep(QUIET_MS);
    assert.equal(spy.connections(), 0);
    // The spy itself works: it counts this one.
    await connectOnce(spy.port);
    await waitFor('the spy', () => (spy.connections() === 1 ? true : undefined));
  });
});

/** A command may wait for an answer in a quick pick, or be disabled here: neither is waited for. */
async function callAndDismiss(command: string): Promise<void> {
  const ended = Promise.resolve(vscode.commands.executeCommand(command)).catch(() => undefined);
  await Promise.race([ended, sleep(500)]);
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  await Promise.race([ended, sleep(500)]);
}

function connectOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

function topologyFile(port: number): string {
  const connection = `postgresql://monitor@127.0.0.1:${port}/app`;
  return JSON.stringify({
    name: 'Spied upon',
    nodes: { main: { connection }, standby: { connection, standbyOf: 'main' } },
  });
}

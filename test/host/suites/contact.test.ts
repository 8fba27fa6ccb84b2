import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { escapeUntilSettled } from '../support/escape';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

/** Long enough for a poll of the status bar, were there one. */
const QUIET_MS = 3000;

/** What was seen before anything else of the run could act: other suites call commands. */
interface FirstLook {
  readonly connections: number;
  readonly contact: string | undefined;
}

let spy: ConnectionSpy;
let firstLook: FirstLook;

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'spied.pg-topology.json');

async function contactOf(nodeId: string): Promise<string | undefined> {
  const { topologies } = (await activateExtension()).getSnapshot();
  const topology = topologies.find(({ id }) => id === fileUri().toString());
  return topology?.nodes.find(({ id }) => id === nodeId)?.contact;
}

async function store(nodes: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries(nodes).map(([id, connection]) => [id, { connection }] as const);
  const text = JSON.stringify({ name: 'Spied upon', nodes: Object.fromEntries(entries) });
  await vscode.workspace.fs.writeFile(fileUri(), Buffer.from(text));
}

const loopback = () => `postgresql://monitor@127.0.0.1:${spy.port}/app`;

// Outside of any suite, so that it runs before the first test of the whole run.
before(async () => {
  spy = await listenForConnections();
  await store({ near: loopback(), far: `postgresql://monitor@192.0.2.1:${spy.port}/app` });
  await waitFor('the topology', () => contactOf('near'));
  await (await activateExtension()).refresh();
  await sleep(QUIET_MS);
  firstLook = { connections: spy.connections(), contact: await contactOf('near') };
});

after(async () => {
  await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
  await spy.close();
});

describe('contact with servers in a trusted folder', () => {
  it('does not begin by itself, nor by a refresh that another extension asked for', () => {
    assert.deepEqual(firstLook, { connections: 0, contact: 'notAsked' });
  });

  it('begins with an act of the user, on loopback; what was not approved is not dialled', async () => {
    // Not awaited: it asks about the host that is not on this machine.
    const connected = vscode.commands.executeCommand('pgTopology.connect', {
      topologyId: fileUri().toString(),
      subject: null,
    });
    await waitFor('a connection', () => (spy.connections() > 0 ? true : undefined));
    await waitFor('the far node', async () =>
      (await contactOf('far')) === 'notApproved' ? true : undefined,
    );
    await escapeUntilSettled(connected);
    assert.equal(await contactOf('far'), 'notApproved');
  });

  it('ends with Disconnect until Connect', async () => {
    const target = { topologyId: fileUri().toString(), subject: 'near' };
    await vscode.commands.executeCommand('pgTopology.disconnect', target);
    await waitFor('the end', async () =>
      (await contactOf('near')) === 'disconnected' ? true : undefined,
    );
    const before = await spy.connectionsMade();
    await sleep(QUIET_MS);
    const after = await spy.connectionsMade();
    await vscode.commands.executeCommand('pgTopology.connect', target);
    await waitFor('a new connection', () => (spy.connections() > after ? true : undefined));
    assert.equal(after, before);
  });

  it('treats a host that is new in the file like one never approved', async () => {
    await store({
      near: loopback(),
      fresh: 'postgresql://monitor@198.51.100.7:5432/app',
    });
    await waitFor('the new node', async () =>
      (await contactOf('fresh')) === 'notApproved' ? true : undefined,
    );
  });

  it('ignores arguments that name nothing', async () => {
    const before = spy.connections();
    const calls = [
      { topologyId: 'file:///nowhere' },
      { topologyId: 5 },
      'text',
      [],
      { subject: 'near' },
    ];
    for (const argument of calls) {
      await escapeUntilSettled(vscode.commands.executeCommand('pgTopology.disconnect', argument));
    }
    assert.notEqual(await contactOf('near'), 'disconnected');
    assert.ok(spy.connections() >= before);
  });
});

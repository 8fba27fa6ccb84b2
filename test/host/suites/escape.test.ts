import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { escapeUntilSettled } from '../support/escape';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'escape.pg-topology.json');

/** Something to import, so that there is something to ask about. */
const envUri = () => vscode.Uri.joinPath(workspaceFolder(), 'escape.env');

const notifications = () => vscode.workspace.getConfiguration('pgTopology.notifications');

/** What would be dialled, would be dialled at once. */
const QUIET_MS = 300;

/** Ask what they should act on when they are called without it. */
const ASKING = [
  'connect',
  'disconnect',
  'showNodes',
  'showDetails',
  'openTopologyFile',
  'discoverTopology',
  'enterPassword',
  'forgetPassword',
  'copyGrant',
  'copyDetails',
  'showDifferences',
  'checkSetup',
  'whereWouldThisGo',
  'copyConnectionString',
  'alterPublication',
  'renamePublication',
  'dropPublication',
  'alterSubscription',
  'rotatePassword',
  'skipTransaction',
  'dropSubscription',
  'createReplicationRole',
  'importTopology',
  'setUpEdge',
  'pauseReplay',
  'promoteStandby',
];

describe('Escape at a question', () => {
  const { showQuickPick, showInputBox, createQuickPick, createInputBox } = vscode.window;
  const { showErrorMessage, showWarningMessage } = vscode.window;
  let near: ConnectionSpy;
  let far: ConnectionSpy;
  let questions = 0;
  const complaints: unknown[] = [];

  before(async () => {
    await activateExtension();
    near = await listenForConnections();
    far = await listenForConnections();
    const text = JSON.stringify({
      nodes: {
        near: { connection: `postgresql://monitor@127.0.0.1:${near.port}/app` },
        // It leads to this machine, and is no loopback address that would need no consent.
        far: { connection: `postgresql://monitor@0.0.0.0:${far.port}/app?sslmode=disable` },
      },
    });
    await vscode.workspace.fs.writeFile(fileUri(), Buffer.from(text));
    await vscode.workspace.fs.writeFile(envUri(), Buffer.from('PGHOST=db.example.com\n'));
    // That a node does not answer is told too, after a while, and is not what a command complains about.
    await notifications().update('enabled', false, vscode.ConfigurationTarget.Workspace);
    await waitFor('the topology', contacts);
    // Earlier suites may have acted for all topologies. Whatever is dialled from here on, an answer made it be.
    await vscode.commands.executeCommand('pgTopology.disconnect', target(null));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    Object.assign(vscode.window, {
      showQuickPick: watched(showQuickPick, () => (questions += 1)),
      showInputBox: watched(showInputBox, () => (questions += 1)),
      createQuickPick: watched(createQuickPick, () => (questions += 1)),
      createInputBox: watched(createInputBox, () => (questions += 1)),
      showErrorMessage: watched(showErrorMessage, (text) => complaints.push(text)),
      showWarningMessage: watched(showWarningMessage, (text) => complaints.push(text)),
    });
  });

  after(async () => {
    Object.assign(vscode.window, {
      showQuickPick,
      showInputBox,
      createQuickPick,
      createInputBox,
      showErrorMessage,
      showWarningMessage,
    });
    await notifications().update('enabled', undefined, vscode.ConfigurationTarget.Workspace);
    await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
    await vscode.workspace.fs.delete(envUri(), { useTrash: false });
    await near.close();
    await far.close();
  });

  beforeEach(() => {
    questions = 0;
    complaints.length = 0;
  });

  const target = (subject: string | null) => ({ topologyId: fileUri().toString(), subject });

  async function contacts(): Promise<Readonly<Record<string, string>> | undefined> {
    const { topologies } = (await activateExtension()).getSnapshot();
    const topology = topologies.find(({ id }) => id === fileUri().toString());
    return topology && Object.fromEntries(topology.nodes.map(({ id, contact }) => [id, contact]));
  }

  /** All that an answer could change, as far as it can be seen from here. */
  async function state(): Promise<unknown> {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    return {
      contacts: await contacts(),
      connections: [near.connections(), far.connections()],
      tabs: tabs.map(({ label }) => label),
      file: Buffer.from(await vscode.workspace.fs.readFile(fileUri())).toString(),
    };
  }

  async function escapeFrom(command: string, argument?: object): Promise<void> {
    await escapeUntilSettled(
      vscode.commands.executeCommand(`pgTopology.${command}`, ...(argument ? [argument] : [])),
    );
    await sleep(QUIET_MS);
    assert.ok(questions > 0, 'it did not ask');
    assert.deepEqual(complaints, []);
  }

  it('about a host leaves it alone', async () => {
    await escapeFrom('connect', target('far'));
    assert.equal((await contacts())?.['far'], 'notApproved');
    assert.equal(far.connections(), 0);
  });

  it('for a password sends none', async () => {
    const before = await state();
    await escapeFrom('enterPassword', target('near'));
    assert.deepEqual(await state(), before);
  });

  for (const command of ASKING) {
    it(`of ${command} changes nothing and is no error`, async () => {
      const before = await state();
      await escapeFrom(command);
      assert.deepEqual(await state(), before);
    });
  }
});

/** The same function, but told of each call. */
function watched<A extends unknown[], R>(
  original: (...given: A) => R,
  tell: (...given: A) => unknown,
): (...given: A) => R {
  return (...given) => {
    tell(...given);
    return original(...given);
  };
}

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { escapeUntilSettled } from '../support/escape';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'queue.pg-topology.json');

/** Commands that change servers by a queue, and those that only read of it. */
const CHANGING = [
  'drainQueue',
  'setAutomaticDraining',
  'keepPrimary',
  'keepEdge',
  'editAndApplyMerged',
  'dropOperation',
  'retryDeadOperation',
  'dropDeadOperation',
  'giveNewIdentity',
];
const READING = ['showConflict', 'showDeadOperation', 'exportQueueSql'];

describe('commands of a queue', () => {
  const { showErrorMessage, createQuickPick } = vscode.window;
  let spy: ConnectionSpy;
  const complaints: string[] = [];
  let questions = 0;

  before(async () => {
    await activateExtension();
    spy = await listenForConnections();
    // It leads to this machine, and is no loopback address: nothing may be dialled without consent.
    const connection = `postgresql://monitor@0.0.0.0:${spy.port}/app?sslmode=disable`;
    const pendingSync = { primary: 'central', tables: { 'public.jobs': 'manual' } };
    await vscode.workspace.fs.writeFile(
      fileUri(),
      Buffer.from(
        JSON.stringify({
          nodes: {
            central: { connection },
            vengeance: { connection, pendingSync },
            claudia: { connection, pendingSync, access: 'readOnly' },
          },
        }),
      ),
    );
    await waitFor('the topology', async () => {
      const { topologies } = (await activateExtension()).getSnapshot();
      return topologies.find(({ id }) => id === fileUri().toString());
    });
    Object.assign(vscode.window, {
      showErrorMessage: (text: string) => {
        complaints.push(text);
        return Promise.resolve(undefined);
      },
      createQuickPick: () => {
        questions += 1;
        return createQuickPick();
      },
    });
  });

  after(async () => {
    Object.assign(vscode.window, { showErrorMessage, createQuickPick });
    await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
    await spy.close();
  });

  beforeEach(() => {
    questions = 0;
    complaints.length = 0;
  });

  const run = (command: string, subject: string | null) =>
    escapeUntilSettled(
      vscode.commands.executeCommand(`pgTopology.${command}`, {
        topologyId: fileUri().toString(),
        subject,
      }),
    );

  for (const command of [...CHANGING, ...READING]) {
    it(`${command} asks which queue, and Escape is no error`, async () => {
      await run(command, null);
      assert.deepEqual(complaints, []);
      assert.ok(questions > 0, 'it did not ask');
      assert.equal(spy.connections(), 0);
    });

    it(`${command} dials nothing that was not approved`, async () => {
      await run(command, 'queue/vengeance');
      assert.equal(spy.connections(), 0);
    });
  }

  for (const command of CHANGING) {
    it(`${command} is refused where the file forbids changes, before anything is asked`, async () => {
      await run(command, 'queue/claudia');
      assert.equal(questions, 0);
      await waitFor('the refusal', () => complaints[0]);
      assert.match(complaints.join(), /claudia is read-only/u);
      assert.equal(spy.connections(), 0);
    });
  }

  it('take no word for a setting that a person has not confirmed here', async () => {
    const settings = vscode.workspace.getConfiguration('pgTopology');
    const value = { [fileUri().toString()]: ['vengeance'] };
    await settings.update('automaticDraining', value, vscode.ConfigurationTarget.Global);
    try {
      await run('setAutomaticDraining', 'queue/vengeance');
      assert.equal(spy.connections(), 0);
    } finally {
      await settings.update('automaticDraining', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});

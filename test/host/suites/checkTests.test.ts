import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'tested.pg-topology.json');

/** What the Test Explorer has at a file: of each item the ids from its controller down. */
const testsIn = async (uri: vscode.Uri) =>
  vscode.commands.executeCommand<string[][]>('vscode.testing.getTestsInFile', uri);

/** A primary that listens and is no Postgres, with a standby on it. */
describe('checks as tests and tasks of the editor', () => {
  let spy: ConnectionSpy;

  const store = async (nodes: Readonly<Record<string, unknown>>) => {
    const text = JSON.stringify({ name: 'Tested', nodes }, null, 2);
    await vscode.workspace.fs.writeFile(fileUri(), Buffer.from(text));
  };

  before(async () => {
    await activateExtension();
    spy = await listenForConnections();
    const near = `postgresql://monitor@127.0.0.1:${spy.port}`;
    await store({
      main: { connection: `${near}/app` },
      near: { connection: `${near}/other`, standbyOf: 'main' },
    });
  });

  after(async () => {
    await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
    await spy.close();
  });

  it('are items below their topology, and go with the file', async () => {
    const root = fileUri().toString();
    const edge = ['pgTopology.checks', root, 'streaming/near'];
    await waitFor('the items', async () => {
      const found = await testsIn(fileUri());
      return JSON.stringify(found).includes(JSON.stringify(edge)) ? true : undefined;
    });
    const other = vscode.Uri.joinPath(workspaceFolder(), 'gone.pg-topology.json');
    await vscode.workspace.fs.copy(fileUri(), other);
    await waitFor('the second', async () => ((await testsIn(other)).length > 0 ? true : undefined));
    await vscode.workspace.fs.delete(other, { useTrash: false });
    await waitFor('its end', async () => ((await testsIn(other)).length === 0 ? true : undefined));
  });

  it('end as a task with a code that says what was proven', async () => {
    const [once, waiting] = await vscode.tasks.fetchTasks({ type: 'pg-topology' });
    assert.deepEqual(
      [once?.name, once?.source, waiting?.name],
      ['check', 'pg-topology', 'wait until healthy'],
    );
    // Nothing there, restricted to a topology that no file has: 2, and nobody is asked.
    assert.equal(await codeOf({ topology: 'No such topology' }), 2);
    // It listens, and never answers as a Postgres would.
    assert.equal(await codeOf({ topology: 'Tested', edge: 'near' }), 2);
    assert.notEqual(spy.connections(), 0);
    assert.equal(await codeOf({ file: 'tested.pg-topology.json', timeout: 0.001 }), 1);
  });
});

/** Runs a task as tasks.json would define it. */
async function codeOf(wish: Readonly<Record<string, unknown>>): Promise<number | undefined> {
  const [template] = await vscode.tasks.fetchTasks({ type: 'pg-topology' });
  assert.ok(template?.execution);
  const definition = { type: 'pg-topology', task: 'check', ...wish };
  const task = new vscode.Task(
    definition,
    vscode.TaskScope.Workspace,
    `check ${JSON.stringify(wish)}`,
    'pg-topology',
    template.execution,
  );
  const ended = new Promise<number | undefined>((resolve) => {
    const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      listener.dispose();
      resolve(exitCode);
    });
  });
  await vscode.tasks.executeTask(task);
  return ended;
}

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'churn.pg-topology.json');

/** Far longer than it takes until a valid change shows. */
const SETTLED_MS = 2_000;

describe('a topology file that is written, broken and deleted over and over', () => {
  const write = async (text: string) => vscode.workspace.fs.writeFile(fileUri(), Buffer.from(text));
  const remove = async () => vscode.workspace.fs.delete(fileUri(), { useTrash: false });
  const valid = (name: string) =>
    JSON.stringify({ name, nodes: { one: { connection: 'postgresql://m@127.0.0.1:1/app' } } });

  const shownName = async (): Promise<string | undefined> => {
    const { topologies } = (await activateExtension()).getSnapshot();
    return topologies.find(({ id }) => id === fileUri().toString())?.name;
  };
  const untilShown = (name: string) =>
    waitFor(`"${name}"`, async () => ((await shownName()) === name ? true : undefined));

  after(async () => {
    await remove().then(undefined, () => undefined);
  });

  it('ends with what it says last, and keeps the last valid version while it is broken', async () => {
    for (let round = 0; round < 100; round += 1) {
      if (round % 10 === 9) await remove();
      else await write(round % 3 === 2 ? valid(`Round ${round}`).slice(0, -9) : valid(`R${round}`));
      await sleep(10);
    }
    await write(valid('Last'));
    await untilShown('Last');

    await write('{ "name": "Broken", "nodes": {');
    await sleep(SETTLED_MS);
    assert.equal(await shownName(), 'Last');

    await write(valid('Mended'));
    await untilShown('Mended');
    await remove();
    await waitFor('it to go', async () => ((await shownName()) === undefined ? true : undefined));
    await write(valid('Back'));
    await untilShown('Back');
  });

  it('is what a command right after a save works on', async () => {
    await write(valid('Before the save'));
    await untilShown('Before the save');
    const document = await vscode.workspace.openTextDocument(fileUri());
    const edit = new vscode.WorkspaceEdit();
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    edit.replace(document.uri, whole, valid('As saved'));
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.ok(await document.save());
    await vscode.commands.executeCommand('pgTopology.showLog');
    assert.equal(await shownName(), 'As saved');
  });
});

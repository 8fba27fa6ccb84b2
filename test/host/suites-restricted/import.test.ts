import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { escapeUntilSettled } from '../support/escape';
import { activateExtension, workspaceFolder } from '../support/extension';
import { PickWatch } from '../support/pickWatch';

const envUri = () => vscode.Uri.joinPath(workspaceFolder(), 'restricted.env');

describe('Restricted Mode, an import', () => {
  let picks: PickWatch;

  before(async () => {
    await activateExtension();
    await vscode.workspace.fs.writeFile(envUri(), Buffer.from('PGHOST=db.example.com\n'));
    picks = new PickWatch();
  });

  after(async () => {
    picks.dispose();
    await vscode.workspace.fs.delete(envUri(), { useTrash: false });
  });

  it('reads files of the workspace alone, and says what it does not read', async () => {
    const command = vscode.commands.executeCommand('pgTopology.importTopology');
    const lines = await picks.lines();
    await escapeUntilSettled(command);
    assert.deepEqual(
      lines.filter(([label]) => label.includes('restricted.env') || label.includes('Mode')),
      [
        ['$(file) restricted.env', '1 Postgres server: db.example.com'],
        [
          '$(info) Restricted Mode: your service file and your settings were not read, and no password is taken.',
          undefined,
        ],
      ],
    );
    assert.ok(lines.every(([label]) => !label.includes('sqltools') && !label.includes('home')));
  });
});

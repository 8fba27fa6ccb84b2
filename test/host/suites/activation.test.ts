import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension, declaredCommands } from '../support/extension';

describe('activation', () => {
  it('hands out the API', async () => {
    const api = await activateExtension();
    assert.equal(api.apiVersion, 1);
    assert.ok(Array.isArray(api.getSnapshot().topologies));
  });

  it('registers every command that the manifest declares', async () => {
    await activateExtension();
    const declared = declaredCommands();
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.notEqual(declared.length, 0);
    assert.deepEqual(
      declared.filter((command) => !registered.has(command)),
      [],
    );
  });

  it('registers no command that the manifest does not declare', async () => {
    await activateExtension();
    const declared = new Set(declaredCommands());
    const registered = await vscode.commands.getCommands(true);
    const ours = registered.filter((command) => command.startsWith('pgTopology.'));
    // VS Code makes commands of its own for each view: focus, open, resetViewLocation and so on.

    assert.deepEqual(
      ours.filter(
        (command) => !declared.has(command) && !command.startsWith('pgTopology.explorer.'),
      ),
      [],
    );
  });
});

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { activateExtension, declaredCommands } from '../support/extension';

/** A command that asks something is still waiting after this; one that breaks has broken by then. */
const ASKING_MS = 1500;

describe('commands called without arguments, as from a key binding', () => {
  before(() => activateExtension());

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  for (const command of declaredCommands()) {
    it(`${command} asks or explains, and does not fail`, async () => {
      const failure = await Promise.race([
        Promise.resolve(vscode.commands.executeCommand(command)).then(
          () => null,
          (error: unknown) => String(error),
        ),
        sleep(ASKING_MS).then(() => null),
      ]);
      assert.equal(failure, null);
    });
  }
});

import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

/** Presses Escape, as it were, at every question until the command has ended. A question may come later than the first of them. */
export async function escapeUntilSettled(command: Thenable<unknown>): Promise<void> {
  while (!(await isSettled(command))) {
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  }
  await command;
}

async function isSettled(work: Thenable<unknown>): Promise<boolean> {
  return Promise.race([Promise.resolve(work).then(() => true), sleep(200).then(() => false)]);
}

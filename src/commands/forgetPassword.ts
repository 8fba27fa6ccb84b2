import { window } from 'vscode';
import { defineCommand } from './defineCommand';
import { nodeOfTarget } from './enterPassword';

/** Deletes what is kept for a node. Environment and passfile are the user's own and stay. */
export const forgetPassword = defineCommand('forgetPassword', {
  title: 'Forget Password…',
  needs: 'trust',
  argument: 'node',
  question: 'Of which node?',
  run: async (deps, target) => {
    const node = target === null ? null : nodeOfTarget(deps, target);
    if (node === null) return;
    await deps.passwords.forgetPassword(node);
    void window.showInformationMessage(`The password for ${node.id} is forgotten on this machine.`);
  },
});

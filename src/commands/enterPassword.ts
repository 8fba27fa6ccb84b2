import { ProgressLocation, window } from 'vscode';
import { say } from '../core/say';
import type { TopologyNode } from '../core/topology';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';
import { toNodeRef, type Target } from './target';

/** Asks for the password of a node's watching user, tries it, and keeps only what worked. */
export const enterPassword = defineCommand('enterPassword', {
  title: say`Enter Password…`,
  needs: 'trust',
  argument: 'node',
  question: say`Of which node?`,
  run: async (deps, target) => {
    const node = target === null ? null : nodeOfTarget(deps, target);
    if (target === null || node === null) return;
    const ref = toNodeRef(target, deps.monitor.current());
    if (!(await deps.contact.actOn(ref))) return;
    if (!(await deps.contact.allows(target.topologyId, node))) {
      // The question was dismissed just now; the row of the node goes on asking.
      void window.showInformationMessage(
        say`Not connecting to ${node.id}: its host was not approved from this folder.`,
      );
      return;
    }
    const password = await window.showInputBox({
      title: say`Password for ${node.connection['user'] ?? say`the user`} on ${node.id}`,
      prompt: say`It is kept in the secret store of this machine once it has worked, never in the file.`,
      password: true,
      ignoreFocusOut: true,
    });
    if (password === undefined || password === '') return;
    const title = say`Connecting to ${node.id}`;
    const outcome = await window.withProgress(
      { location: ProgressLocation.Notification, title },
      async () => deps.passwords.enterPassword(node, password),
    );
    if (outcome === 'notNeeded') {
      void window.showInformationMessage(
        say`${node.id} did not ask for a password. Nothing was kept.`,
      );
    }
    deps.monitor.connect(ref);
  },
});

/** The declared node that a target belongs to; `null` for a topology or an undeclared node. */
export function nodeOfTarget(
  deps: Pick<CommandDeps, 'monitor'>,
  target: Target,
): TopologyNode | null {
  const snapshots = deps.monitor.current();
  const { nodeId } = toNodeRef(target, snapshots);
  const snapshot = snapshots.find((candidate) => candidate.id === target.topologyId);
  return snapshot?.topology.nodes.find((node) => node.id === nodeId) ?? null;
}

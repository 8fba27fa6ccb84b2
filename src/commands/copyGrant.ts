import { env, window } from 'vscode';
import { monitorGrant } from '../core/grants';
import { say } from '../core/say';
import type { NodeSnapshot } from '../core/snapshot';
import { defineCommand } from './defineCommand';
import { toNodeRef } from './target';

/** Copies the GRANT that a node's watching role lacks. */
export const copyGrant = defineCommand('copyGrant', {
  title: say`Copy GRANT`,
  needs: 'topology',
  argument: 'node',
  question: say`For the role of which node?`,
  run: async ({ monitor }, target) => {
    if (target === null) return;
    const snapshots = monitor.current();
    const { nodeId } = toNodeRef(target, snapshots);
    const snapshot = snapshots.find((candidate) => candidate.id === target.topologyId);
    const node = snapshot?.nodes.find((candidate) => candidate.id === nodeId);
    const declared = snapshot?.topology.nodes.find((candidate) => candidate.id === nodeId);
    const role = (node === undefined ? null : roleOf(node)) ?? declared?.connection['user'] ?? null;
    if (role === null) {
      void window.showInformationMessage(
        say`Which role is used there is not known yet. Connect first.`,
      );
      return;
    }
    await env.clipboard.writeText(monitorGrant(role));
    void window.showInformationMessage(
      say`Copied. Run it as a superuser on ${nodeId ?? say`the node`}; on a standby, on its primary.`,
    );
  },
});

function roleOf(node: NodeSnapshot): string | null {
  return node.verdict.params.role ?? node.sample.slow?.role ?? node.sample.failure?.user ?? null;
}

import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { toNodeRef } from './target';

/** Ends a *Disconnect* and connects; asks about hosts that were never approved from this folder. */
export const connect = defineCommand('connect', {
  title: say`Connect`,
  needs: 'trust',
  argument: 'nodeOrTopology',
  question: say`What should be connected?`,
  run: async ({ contact, monitor, passwords, files }, target) => {
    if (target === null) return;
    const ref = toNodeRef(target, monitor.current());
    if (!(await contact.actOn(ref))) return;
    const nodes = files.find(ref.topologyId)?.topology?.nodes ?? [];
    const asked = nodes.filter(({ id }) => ref.nodeId === null || id === ref.nodeId);
    // The user asks: a password that was refused before may be tried once more. What cannot be completed tells its own row.
    await Promise.allSettled(asked.map(async (node) => passwords.retryAuthentication(node)));
    monitor.connect(ref);
  },
});

import { say } from '../say';
import type { VerdictDraft } from './draft';
import type { NodeView } from './scene';

/** Needs pg_monitor on this node, and who does. */
export function noPrivilege(view: NodeView): VerdictDraft {
  const role = view.sample.slow?.role;
  return {
    code: 'noPrivilege',
    params: { otherNodes: [view.node.id], ...(role === undefined ? {} : { role }) },
  };
}

export function roleOf(view: NodeView): string {
  const role = view.sample.slow?.role;
  return role === undefined
    ? say`our role on ${view.node.id}`
    : say`role ${role} on ${view.node.id}`;
}

import { say } from '../../core/say';
import { removeValue } from '../edits';
import { editFix, problemAt } from '../fileContext';
import type { FileContext } from '../fileContext';
import { putValue } from '../insertion';
import type { Problem, ProblemFix } from '../problem';

/** Things that a node's role rules out, and a file that has no nodes yet. */
export function checkRoles(context: FileContext): readonly Problem[] {
  const nodes = Object.entries(context.file.nodes);
  if (nodes.length === 0) return [noNodes(context)];
  return nodes.flatMap(([id, node]) => {
    const problems: Problem[] = [];
    const warn = (key: string, message: string, fixes: readonly ProblemFix[] = []): void => {
      const details = { severity: 'warning', code: 'role-conflict', message, fixes } as const;
      problems.push(problemAt(context, ['nodes', id, key], details, 'key'));
    };
    // Of what a node cannot be it is not known whether that or its role is meant.
    const remove = (key: string): readonly ProblemFix[] => [
      editFix(say`Remove "${key}"`, removeValue(context.text, ['nodes', id, key])),
    ];
    if (node.standbyOf === undefined) {
      if (node.slot !== undefined) {
        warn(
          'slot',
          say`"slot" says nothing for "${id}": only a standby uses a slot of its upstream.`,
          remove('slot'),
        );
      }
      if (node.expect !== undefined) {
        warn(
          'expect',
          say`"expect" says nothing for "${id}": only a standby is checked as a node. Of a subscription it is said there.`,
          remove('expect'),
        );
      }
      return problems;
    }
    if (node.subscriptions !== undefined) {
      warn('subscriptions', say`"${id}" is a standby: it is read-only and cannot subscribe.`);
    }
    if (node.publications !== undefined) {
      warn(
        'publications',
        say`"${id}" is a standby: its publications are those of "${node.standbyOf}".`,
      );
    }
    if (node.pendingSync !== undefined) {
      warn('pendingSync', say`"${id}" is a standby: it is read-only and cannot queue writes.`);
    }
    return problems;
  });
}

function noNodes(context: FileContext): Problem {
  const example = { connection: 'postgresql://monitor@localhost:5432/postgres' };
  return problemAt(context, ['nodes'], {
    severity: 'information',
    code: 'no-nodes',
    message: say`No nodes yet. Each server gets an entry here, under a name of your choice.`,
    fixes: [
      {
        title: say`Insert a node`,
        edits: putValue(context.text, ['nodes', 'primary'], example),
        command: null,
      },
    ],
  });
}

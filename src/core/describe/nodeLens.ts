import { say } from '../say';
import { nodeRowText, roleWords } from './nodeText';
import type { RowIcon } from './rowText';
import type { SnapshotIndex } from './snapshotIndex';

/** What stands above a node in its file: each a few words, and the command behind them. */
export interface NodeLens {
  readonly title: string;
  readonly tooltip: string;
  readonly command: 'explain' | 'connect' | 'openDashboard';
}

/** State first; then what a person would do with it. Empty for a node that is not known (yet). Asks no server. */
export function nodeLenses(nodeId: string, index: SnapshotIndex): readonly NodeLens[] {
  const node = index.node(nodeId);
  if (node === null) return [];
  const { description, icon } = nodeRowText(node, index);
  // Its roles stand beside its name already.
  const roles = `${roleWords(node, index)} · `;
  const state = description.startsWith(roles) ? description.slice(roles.length) : description;
  const { contact } = node.sample;
  const mayConnect =
    contact === 'notAsked' || contact === 'notApproved' || contact === 'disconnected';
  return [
    {
      title: `$(${iconWithin(icon)}) ${withoutIcons(state)}`,
      tooltip: say`Explain the state of ${nodeId}`,
      command: 'explain',
    },
    mayConnect
      ? { title: say`Connect`, tooltip: say`Connect to ${nodeId}`, command: 'connect' }
      : {
          title: say`Dashboard`,
          tooltip: say`Show ${nodeId} on the dashboard`,
          command: 'openDashboard',
        },
  ];
}

/** A healthy node has no icon of its own: a lens begins with a dot, as a row of the tree with its role. */
function iconWithin({ codicon, themeColor }: RowIcon): string {
  return themeColor === null ? 'circle-small-filled' : codicon;
}

/** A name from a server must not become an icon. */
function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$\u200b(');
}

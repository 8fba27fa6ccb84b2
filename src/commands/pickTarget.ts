import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { nodeRowText } from '../core/describe/nodeText';
import { SnapshotIndex } from '../core/describe/snapshotIndex';
import { topologyRowText } from '../core/describe/topologyText';
import type { TopologySnapshot } from '../core/snapshot';
import type { Target } from './target';

interface TargetItem extends QuickPickItem {
  readonly target?: Target;
}

/**
 * Asks for what a click in the tree would have given. A single candidate is taken without a question.
 * @returns `null` when the user dismissed the question.
 */
export async function pickTarget(
  snapshots: readonly TopologySnapshot[],
  nowMs: number,
  options: { readonly title: string; readonly question: string; readonly withTopologies: boolean },
): Promise<Target | null> {
  const items = snapshots.flatMap((snapshot) => itemsOf(snapshot, nowMs, options.withTopologies));
  const choices = items.filter((item) => item.kind !== QuickPickItemKind.Separator);
  const [only] = choices;
  if (choices.length === 1 && only?.target !== undefined) return only.target;
  const picked = await window.showQuickPick(items, {
    title: options.title,
    placeHolder: options.question,
    matchOnDescription: true,
  });
  return picked?.target ?? null;
}

function itemsOf(snapshot: TopologySnapshot, nowMs: number, withTopology: boolean): TargetItem[] {
  const index = new SnapshotIndex(snapshot, nowMs);
  const nodes = snapshot.nodes
    .filter((node) => node.isDeclared)
    .map((node): TargetItem => {
      const text = nodeRowText(node, index);
      return {
        label: `$(${text.icon.codicon}) ${text.label}`,
        description: text.description,
        target: { topologyId: snapshot.id, subject: node.id },
      };
    });
  const text = topologyRowText(snapshot, { remoteName: null, folderName: null });
  const whole: TargetItem = {
    label: `$(${text.icon.codicon}) ${text.label}`,
    description: text.description,
    target: { topologyId: snapshot.id, subject: null },
  };
  const separator = { label: snapshot.topology.name, kind: QuickPickItemKind.Separator };
  return [separator, ...(withTopology ? [whole] : []), ...nodes];
}

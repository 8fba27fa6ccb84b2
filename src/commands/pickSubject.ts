import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { nodePicks, type NodePick, type NodePicks } from '../core/describe/nodePicks';
import { say } from '../core/say';
import type { CommandDeps } from './commandDeps';
import type { Target } from './target';

/** A line of a pick that stands for a node, edge, slot or queue. */
export interface SubjectItem extends QuickPickItem {
  readonly target?: Target;
}

/** Everything there is, the worst first: what needs a person, what is healthy, what is not known. */
export function subjectItems({
  monitor,
  clock,
}: Pick<CommandDeps, 'monitor' | 'clock'>): readonly SubjectItem[] {
  const all = monitor.current().map((snapshot) => ({
    topologyId: snapshot.id,
    picks: nodePicks(snapshot, clock.nowMs()),
  }));
  const section = (label: string, list: keyof NodePicks): readonly SubjectItem[] => {
    const items = all.flatMap(({ topologyId, picks }) =>
      picks[list].map((pick) => toItem(pick, topologyId)),
    );
    return items.length === 0 ? [] : [separator(label), ...items];
  };
  return [
    ...section(say`Needs attention`, 'attention'),
    ...section(say`Healthy`, 'healthy'),
    ...section(say`Not known`, 'unknown'),
  ];
}

/** Asks what is meant. @returns `null` when dismissed */
export async function pickSubject(
  deps: Pick<CommandDeps, 'monitor' | 'clock'>,
  title: string,
  question: string,
): Promise<Target | null> {
  const picked = await window.showQuickPick(subjectItems(deps), {
    title,
    placeHolder: question,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.target ?? null;
}

export function separator(label: string): QuickPickItem {
  return { label, kind: QuickPickItemKind.Separator };
}

function toItem(pick: NodePick, topologyId: string): SubjectItem {
  return {
    label: `$(${pick.icon.codicon}) ${pick.label}`,
    description: pick.description,
    ...(pick.cause === null ? {} : { detail: pick.cause }),
    target: { topologyId, subject: pick.subject },
  };
}

import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { nodePicks, type NodePick, type NodePicks } from '../core/describe/nodePicks';
import { defineCommand } from './defineCommand';
import { showTarget } from './showDetails';
import type { Target } from './target';

interface Item extends QuickPickItem {
  readonly target?: Target;
  /** Started with the target; without it the dashboard opens. */
  readonly command?: string;
}

/** The pick behind the status bar: the worst first, then the healthy, last the dashboard. Two steps from red to the cause. */
export const showNodes = defineCommand('showNodes', {
  title: 'Show Nodes…',
  needs: 'topology',
  run: async (deps) => {
    // Asked without waiting: the list shows what is known while servers answer.
    void deps.contact.act();
    const items = itemsOf(deps);
    const picked = await window.showQuickPick(items, {
      title: 'Show Nodes',
      placeHolder: 'Choose a node to see why',
      matchOnDescription: true,
    });
    if (picked?.target === undefined) return;
    const { topologyId, subject } = picked.target;
    if (picked.command !== undefined) {
      await deps.runCommand(picked.command, picked.target);
      return;
    }
    showTarget(deps, picked.target);
    if (subject !== null) await deps.explorer.reveal(topologyId, subject);
  },
});

function itemsOf({ monitor, clock }: Parameters<typeof showNodes.run>[0]): Item[] {
  const snapshots = monitor.current();
  const all = snapshots.map((snapshot) => ({
    snapshot,
    picks: nodePicks(snapshot, clock.nowMs()),
  }));
  const section = (label: string, list: keyof NodePicks): Item[] => {
    const items = all.flatMap(({ snapshot, picks }) =>
      picks[list].map((pick) => toItem(pick, snapshot.id)),
    );
    return items.length === 0 ? [] : [separator(label), ...items];
  };
  const whole = snapshots.flatMap((snapshot): Item[] => {
    const description = snapshots.length === 1 ? '' : snapshot.topology.name;
    const target = { topologyId: snapshot.id, subject: null };
    return [
      { label: '$(graph-line) Open Dashboard', description, target },
      { label: '$(pulse) Run Checks', description, target, command: 'runChecks' },
    ];
  });
  return [
    ...section('Needs attention', 'attention'),
    ...section('Healthy', 'healthy'),
    ...section('Not known', 'unknown'),
    separator('Topology'),
    ...whole,
  ];
}

function toItem(pick: NodePick, topologyId: string): Item {
  return {
    label: `$(${pick.icon.codicon}) ${pick.label}`,
    description: pick.description,
    target: { topologyId, subject: pick.subject },
  };
}

function separator(label: string): Item {
  return { label, kind: QuickPickItemKind.Separator };
}

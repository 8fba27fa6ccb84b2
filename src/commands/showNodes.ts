import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { nodePicks, type NodePick, type NodePicks } from '../core/describe/nodePicks';
import { defineCommand } from './defineCommand';
import { showTarget } from './showDetails';
import type { Target } from './target';

interface Item extends QuickPickItem {
  readonly target?: Target;
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
  const dashboards = snapshots.map((snapshot): Item => {
    const name = snapshots.length === 1 ? '' : snapshot.topology.name;
    return {
      label: '$(graph-line) Open Dashboard',
      description: name,
      target: { topologyId: snapshot.id, subject: null },
    };
  });
  return [
    ...section('Needs attention', 'attention'),
    ...section('Healthy', 'healthy'),
    ...section('Not known', 'unknown'),
    separator('Topology'),
    ...dashboards,
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

import { window, type QuickPickItem } from 'vscode';
import { say } from '../core/say';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';
import { separator, subjectItems } from './pickSubject';
import { showTarget } from './showDetails';
import type { Target } from './target';

interface Item extends QuickPickItem {
  readonly target?: Target;
  /** Started with the target; without it the subject is explained, or the dashboard opened. */
  readonly command?: string;
}

/** The pick behind the status bar: the worst first, then the healthy, last the dashboard. Two steps from red to the cause. */
export const showNodes = defineCommand('showNodes', {
  title: say`Show Nodes…`,
  needs: 'topology',
  run: async (deps) => {
    // Asked without waiting: the list shows what is known while servers answer.
    void deps.contact.act();
    const picked = await window.showQuickPick(itemsOf(deps), {
      title: say`Show Nodes`,
      placeHolder: say`Choose a node to see why`,
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (picked?.target === undefined) return;
    const { topologyId, subject } = picked.target;
    if (picked.command !== undefined) await deps.runCommand(picked.command, picked.target);
    else if (subject === null) showTarget(deps, picked.target);
    else {
      await deps.explorer.reveal(topologyId, subject);
      await deps.runCommand('explain', picked.target);
    }
  },
});

function itemsOf(deps: Pick<CommandDeps, 'monitor' | 'clock'>): readonly Item[] {
  const snapshots = deps.monitor.current();
  const whole = snapshots.flatMap((snapshot): Item[] => {
    const description = snapshots.length === 1 ? '' : snapshot.topology.name;
    const target = { topologyId: snapshot.id, subject: null };
    return [
      { label: say`$(graph-line) Open Dashboard`, description, target },
      { label: say`$(pulse) Run Checks`, description, target, command: 'runChecks' },
      { label: say`$(bell-slash) Mute…`, description, target, command: 'muteNotifications' },
    ];
  });
  return [...subjectItems(deps), separator(say`Topology`), ...whole];
}

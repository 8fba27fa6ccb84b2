import { window, type QuickPickItem } from 'vscode';
import { muteChoices, type MuteChoice } from '../core/attention/muteChoices';
import { plainMessage } from '../core/attention/plainMessage';
import { say } from '../core/say';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';
import { pickTopology } from './pickTopology';

interface Item extends QuickPickItem {
  readonly choice: MuteChoice;
}

const TITLE = say`Mute Notifications`;

/** Silences notifications of a node or a slot for a while, or all of them; tells them again where they are muted. */
export const muteNotifications = defineCommand('muteNotifications', {
  title: say`Mute Notifications…`,
  needs: 'topology',
  argument: 'optional',
  run: async (deps, target) => {
    const snapshots = deps.monitor.current();
    const topologyId = target?.topologyId ?? (await pickTopology(snapshots, TITLE));
    const snapshot = snapshots.find(({ id }) => id === topologyId);
    if (snapshot === undefined) return;
    const { attention, clock } = deps;
    const choices = muteChoices(snapshot, attention.of(snapshot.id), {
      subject: target?.subject ?? null,
      nowMs: clock.nowMs(),
      mutedGroups: attention.mutedIn(snapshot.id),
      isAllMuted: attention.isAllMuted,
    });
    const items = choices.map((choice): Item => ({
      label: `${iconOf(choice)} ${plainMessage(choice.label)}`,
      choice,
    }));
    const picked = await window.showQuickPick(items, {
      title: TITLE,
      placeHolder: say`What should be silent?`,
      ignoreFocusOut: true,
    });
    if (picked !== undefined) carryOut(attention, snapshot.id, picked.choice);
  },
});

function iconOf({ kind }: MuteChoice): string {
  return kind === 'unmute' || kind === 'unmuteAll' ? '$(bell)' : '$(bell-slash)';
}

function carryOut(
  attention: CommandDeps['attention'],
  topologyId: string,
  { kind, group, until }: MuteChoice,
): void {
  switch (kind) {
    case 'mute':
      attention.mute(topologyId, group, until ?? 'recovery');
      break;
    case 'unmute':
      attention.unmute(topologyId, group);
      break;
    case 'muteAll':
      attention.setAllMuted(true);
      break;
    case 'unmuteAll':
      attention.setAllMuted(false);
      break;
  }
}

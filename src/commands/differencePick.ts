import {
  QuickPickItemKind,
  ThemeIcon,
  window,
  type QuickInputButton,
  type QuickPickItem,
} from 'vscode';
import type { Difference, NotCompared } from '../core/differences/difference';
import { serverWay, type WayCommand, type WayStep } from '../core/differences/serverWay';
import { takeOverTitle } from '../core/differences/takeOverTitle';
import { say } from '../core/say';
import { showEscaped } from '../core/visibleText';
import { DisposableStore } from '../host/disposableStore';

/** What the user does about a difference, or about all. */
export type DifferenceChoice =
  | { readonly kind: 'document' }
  /** Of all nodes. */
  | { readonly kind: 'plan' }
  | { readonly kind: 'command'; readonly step: WayStep }
  | { readonly kind: 'takeOver' | 'reveal'; readonly difference: Difference };

export interface DifferenceList {
  readonly title: string;
  /** How much differs, in one sentence. */
  readonly summary: string;
  readonly differences: readonly Difference[];
  readonly notCompared: readonly NotCompared[];
  readonly hasCommand: (id: WayCommand) => boolean;
}

interface Button extends QuickInputButton {
  readonly choice: DifferenceChoice;
}

interface Item extends QuickPickItem {
  readonly choice?: DifferenceChoice;
  readonly buttons?: readonly Button[];
}

/** A list by node: an entry goes to its line, its buttons end it one way or the other. @returns `null` when dismissed */
export async function pickDifference(list: DifferenceList): Promise<DifferenceChoice | null> {
  const store = new DisposableStore();
  const pick = store.add(window.createQuickPick<Item>());
  pick.title = showEscaped(list.title);
  pick.placeholder = list.summary;
  pick.matchOnDetail = true;
  pick.items = itemsOf(list);
  try {
    return await new Promise<DifferenceChoice | null>((resolve) => {
      store.add(pick.onDidAccept(() => resolve(pick.selectedItems[0]?.choice ?? null)));
      store.add(
        pick.onDidTriggerItemButton(({ item, button }) =>
          resolve(item.buttons?.find((own) => own === button)?.choice ?? null),
        ),
      );
      store.add(pick.onDidHide(() => resolve(null)));
      pick.show();
    });
  } finally {
    store.dispose();
  }
}

function itemsOf({ differences, notCompared, hasCommand }: DifferenceList): readonly Item[] {
  const nodeIds = [...new Set(differences.map(({ nodeId }) => nodeId))];
  const byPlan = differences.some((difference) => difference.byPlan);
  return [
    ...nodeIds.flatMap((nodeId) => [
      separator(nodeId),
      ...differences
        .filter((difference) => difference.nodeId === nodeId)
        .map((difference) => differenceItem(difference, hasCommand)),
    ]),
    ...(notCompared.length === 0
      ? []
      : [
          separator(say`Not compared`),
          ...notCompared.map(({ why }): Item => ({ label: `$(question) ${showEscaped(why)}` })),
        ]),
    separator(say`Topology`),
    ...(byPlan && hasCommand('planChanges')
      ? [
          {
            label: say`$(play) Plan Changes…`,
            description: say`makes the servers as the file says`,
            choice: { kind: 'plan' as const },
          },
        ]
      : []),
    { label: say`$(markdown) Open as Document`, choice: { kind: 'document' } },
  ];
}

const ICONS: Readonly<Record<Difference['severity'], string>> = {
  error: 'error',
  warning: 'git-compare',
  information: 'info',
};

function differenceItem(difference: Difference, hasCommand: DifferenceList['hasCommand']): Item {
  const { message, declared, live, fileChanges, severity } = difference;
  const { steps, advice } = serverWay(difference);
  const sides = [
    ...(declared === null ? [] : [say`file: ${declared}`]),
    ...(live === null ? [] : [say`server: ${live}`]),
    ...(advice === null ? [] : [advice]),
  ];
  const button = (icon: string, tooltip: string, choice: DifferenceChoice): Button => {
    return { iconPath: new ThemeIcon(icon), tooltip, choice };
  };
  return {
    label: `$(${ICONS[severity]}) ${message}`,
    detail: sides.join(' · '),
    choice: { kind: 'reveal', difference },
    buttons: [
      ...steps
        .filter(({ command }) => hasCommand(command))
        .map((step) => button(iconOf(step), step.title, { kind: 'command', step })),
      ...(fileChanges.length > 0
        ? [button('arrow-down', takeOverTitle(difference), { kind: 'takeOver', difference })]
        : []),
    ],
  };
}

function iconOf({ command }: WayStep): string {
  if (command === 'acceptServer' || command === 'choosePrimary') return 'check';
  if (command === 'setUpEdge') return 'tools';
  return /^(?:drop|remove)/u.test(command) ? 'trash' : 'play';
}

function separator(label: string): Item {
  return { label, kind: QuickPickItemKind.Separator };
}

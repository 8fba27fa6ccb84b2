import {
  QuickPickItemKind,
  ThemeIcon,
  window,
  type QuickInputButton,
  type QuickPickItem,
} from 'vscode';
import type { Difference, NotCompared } from '../core/differences/difference';
import { takeOverTitle } from '../core/differences/takeOverTitle';
import { showEscaped } from '../core/visibleText';
import { DisposableStore } from '../host/disposableStore';

/** What the user does about a difference, or about all. */
export type DifferenceChoice =
  | { readonly kind: 'document' }
  /** `nodeId` is `null` for all nodes. */
  | { readonly kind: 'plan'; readonly nodeId: string | null }
  | {
      readonly kind: 'command';
      readonly command: 'acceptServer' | 'choosePrimary';
      readonly nodeId: string;
    }
  | { readonly kind: 'takeOver' | 'reveal'; readonly difference: Difference };

export interface DifferenceList {
  readonly title: string;
  /** How much differs, in one sentence. */
  readonly summary: string;
  readonly differences: readonly Difference[];
  readonly notCompared: readonly NotCompared[];
  readonly canPlan: boolean;
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

function itemsOf({ differences, notCompared, canPlan }: DifferenceList): readonly Item[] {
  const nodeIds = [...new Set(differences.map(({ nodeId }) => nodeId))];
  const byPlan = differences.some((difference) => difference.byPlan);
  return [
    ...nodeIds.flatMap((nodeId) => [
      separator(nodeId),
      ...differences
        .filter((difference) => difference.nodeId === nodeId)
        .map((difference) => differenceItem(difference, canPlan)),
    ]),
    ...(notCompared.length === 0
      ? []
      : [
          separator('Not compared'),
          ...notCompared.map(({ why }): Item => ({ label: `$(question) ${showEscaped(why)}` })),
        ]),
    separator('Topology'),
    ...(canPlan && byPlan
      ? [
          {
            label: '$(play) Plan Changes…',
            description: 'makes the servers as the file says',
            choice: { kind: 'plan' as const, nodeId: null },
          },
        ]
      : []),
    { label: '$(markdown) Open as Document', choice: { kind: 'document' } },
  ];
}

const ICONS: Readonly<Record<Difference['severity'], string>> = {
  error: 'error',
  warning: 'git-compare',
  information: 'info',
};

function differenceItem(difference: Difference, canPlan: boolean): Item {
  const { nodeId, code, message, declared, live, byPlan, fileChanges, severity } = difference;
  const sides = [
    ...(declared === null ? [] : [`file: ${declared}`]),
    ...(live === null ? [] : [`server: ${live}`]),
  ];
  const button = (icon: string, tooltip: string, choice: DifferenceChoice): Button => {
    return { iconPath: new ThemeIcon(icon), tooltip, choice };
  };
  const settle = { splitBrain: 'choosePrimary', otherSystem: 'acceptServer' } as const;
  const command = code === 'splitBrain' || code === 'otherSystem' ? settle[code] : null;
  return {
    label: `$(${ICONS[severity]}) ${message}`,
    detail: sides.join(' · '),
    choice: { kind: 'reveal', difference },
    buttons: [
      ...(command === null
        ? []
        : [
            button('check', command === 'acceptServer' ? 'Accept Server…' : 'Choose Primary…', {
              kind: 'command',
              command,
              nodeId,
            }),
          ]),
      ...(byPlan && canPlan
        ? [button('play', 'Make the server so: Plan Changes…', { kind: 'plan', nodeId })]
        : []),
      ...(fileChanges.length > 0
        ? [button('arrow-down', takeOverTitle(difference), { kind: 'takeOver', difference })]
        : []),
    ],
  };
}

function separator(label: string): Item {
  return { label, kind: QuickPickItemKind.Separator };
}

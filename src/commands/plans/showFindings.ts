import { QuickPickItemKind, ThemeIcon, commands, env, window, type QuickPickItem } from 'vscode';
import type { Finding } from '../../core/plan/finding';
import type { Plan } from '../../core/plan/plan';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';
import { DisposableStore } from '../../host/disposableStore';
import type { FindingsChoice } from './planDialogs';

interface FindingItem extends QuickPickItem {
  readonly copy?: string | null;
  readonly choice?: FindingsChoice;
  /** A command that settles it, and what it acts on; then the plan is made anew. */
  readonly settle?: Settling;
}

interface Settling {
  readonly command: 'choosePrimary' | 'acceptServer';
  readonly nodeId: string | null;
}

/** Lists what speaks against a plan, with each fix to copy, and the ways on. */
export async function showFindings(plan: Plan): Promise<FindingsChoice> {
  const pick = window.createQuickPick<FindingItem>();
  const store = new DisposableStore();
  store.add(pick);
  pick.title = say`${showEscaped(plan.title)}: not possible as it is`;
  pick.placeholder = say`Nothing was changed. Choose an entry to copy its fix.`;
  pick.ignoreFocusOut = true;
  pick.items = [
    ...plan.findings.filter(({ severity }) => severity !== 'note').map(findingItem),
    { label: say`Then`, kind: QuickPickItemKind.Separator },
    ...settlingItems(plan),
    { label: say`$(refresh) Check Again`, choice: { kind: 'again' } },
    ...nodesWithoutPrivilege(plan).map((nodeId): FindingItem => {
      return {
        label: say`$(account) Run as Another Role on ${nodeId}…`,
        choice: { kind: 'runAs', nodeId },
      };
    }),
  ];
  const copy = async (text: string): Promise<void> => {
    await env.clipboard.writeText(text);
    pick.placeholder = say`Copied. Run it there, then check again.`;
  };
  let isSettling = false;
  const settle = async ({ command, nodeId }: Settling): Promise<FindingsChoice> => {
    isSettling = true;
    const target = { topologyId: plan.topologyId, subject: nodeId };
    await commands.executeCommand(`pgTopology.${command}`, target);
    return { kind: 'again' };
  };
  try {
    return await new Promise<FindingsChoice>((resolve, reject) => {
      store.add(
        pick.onDidAccept(() => {
          const [item] = pick.selectedItems;
          if (item?.choice !== undefined) resolve(item.choice);
          else if (item?.settle !== undefined) settle(item.settle).then(resolve, reject);
          else if (typeof item?.copy === 'string') void copy(item.copy);
        }),
      );
      store.add(
        pick.onDidTriggerItemButton(({ item }) => {
          if (typeof item.copy === 'string') void copy(item.copy);
        }),
      );
      store.add(
        pick.onDidHide(() => {
          // Another question in its place hides it, too.
          if (!isSettling) resolve(null);
        }),
      );
      pick.show();
    });
  } finally {
    store.dispose();
  }
}

function findingItem({ severity, text, fix }: Finding): FindingItem {
  const copy = fix?.copy ?? null;
  return {
    label: `$(${severity === 'error' ? 'error' : 'warning'}) ${showEscaped(text)}`,
    copy,
    ...(fix === null ? {} : { detail: showEscaped(fix.text) }),
    ...(copy === null
      ? {}
      : { buttons: [{ iconPath: new ThemeIcon('copy'), tooltip: say`Copy Fix` }] }),
  };
}

/** What only a person can settle: which of two servers is the primary, and whether another server is the right one. */
function settlingItems({ findings }: Plan): readonly FindingItem[] {
  const ofCode = (code: Finding['code']) => findings.filter((finding) => finding.code === code);
  const isOpen = ofCode('splitBrain').some(({ nodeId }) => nodeId === null);
  return [
    ...(isOpen
      ? [
          {
            label: say`$(repo-forked) Choose Primary…`,
            settle: { command: 'choosePrimary' as const, nodeId: null },
          },
        ]
      : []),
    ...ofCode('otherServer').map(({ nodeId }): FindingItem => {
      return {
        label: say`$(git-compare) Accept Server ${nodeId ?? ''}…`,
        settle: { command: 'acceptServer', nodeId },
      };
    }),
  ];
}

/** Nodes where the present role may not do what the plan needs. */
function nodesWithoutPrivilege({ findings }: Plan): readonly string[] {
  const ids = findings
    .filter(({ code, severity }) => code === 'privilege' && severity === 'error')
    .flatMap(({ nodeId }) => nodeId ?? []);
  return [...new Set(ids)];
}

import { QuickPickItemKind, ThemeIcon, env, window, type QuickPickItem } from 'vscode';
import type { Finding } from '../../core/plan/finding';
import type { Plan } from '../../core/plan/plan';
import { showEscaped } from '../../core/visibleText';
import { DisposableStore } from '../../host/disposableStore';
import type { FindingsChoice } from './planDialogs';

interface FindingItem extends QuickPickItem {
  readonly copy?: string | null;
  readonly choice?: FindingsChoice;
}

/** Lists what speaks against a plan, with each fix to copy, and the ways on. */
export async function showFindings(plan: Plan): Promise<FindingsChoice> {
  const pick = window.createQuickPick<FindingItem>();
  const store = new DisposableStore();
  store.add(pick);
  pick.title = `${showEscaped(plan.title)}: not possible as it is`;
  pick.placeholder = 'Nothing was changed. Choose an entry to copy its fix.';
  pick.ignoreFocusOut = true;
  pick.items = [
    ...plan.findings.filter(({ severity }) => severity !== 'note').map(findingItem),
    { label: 'Then', kind: QuickPickItemKind.Separator },
    { label: '$(refresh) Check Again', choice: { kind: 'again' } },
    ...nodesWithoutPrivilege(plan).map((nodeId): FindingItem => {
      return {
        label: `$(account) Run as Another Role on ${nodeId}…`,
        choice: { kind: 'runAs', nodeId },
      };
    }),
  ];
  const copy = async (text: string): Promise<void> => {
    await env.clipboard.writeText(text);
    pick.placeholder = 'Copied. Run it there, then check again.';
  };
  try {
    return await new Promise<FindingsChoice>((resolve) => {
      store.add(
        pick.onDidAccept(() => {
          const [item] = pick.selectedItems;
          if (item?.choice !== undefined) resolve(item.choice);
          else if (typeof item?.copy === 'string') void copy(item.copy);
        }),
      );
      store.add(
        pick.onDidTriggerItemButton(({ item }) => {
          if (typeof item.copy === 'string') void copy(item.copy);
        }),
      );
      store.add(pick.onDidHide(() => resolve(null)));
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
      : { buttons: [{ iconPath: new ThemeIcon('copy'), tooltip: 'Copy Fix' }] }),
  };
}

/** Nodes where the present role may not do what the plan needs. */
function nodesWithoutPrivilege({ findings }: Plan): readonly string[] {
  const ids = findings
    .filter(({ code, severity }) => code === 'privilege' && severity === 'error')
    .flatMap(({ nodeId }) => nodeId ?? []);
  return [...new Set(ids)];
}

import { window, type QuickPickItem } from 'vscode';
import { concernAbout } from '../core/contactRule';
import { formatEndpoint } from '../core/endpoint';
import { formatCounted } from '../core/format';
import { say } from '../core/say';
import type { Waiting } from './contactDesk';

interface ConsentItem extends QuickPickItem {
  readonly waiting: Waiting;
}

/**
 * Asks in one list which endpoints may be contacted. What looks odd is marked and not ticked beforehand.
 * @returns what the user ticked; nothing when he dismissed the list.
 */
export async function askConsent(waiting: readonly Waiting[]): Promise<readonly Waiting[]> {
  const items = waiting.map((item): ConsentItem => {
    const concern = concernAbout(item.endpoint);
    return {
      label: formatEndpoint(item.endpoint),
      description: item.nodeIds.join(', '),
      ...(concern === null ? {} : { detail: `$(warning) ${concern}` }),
      picked: concern === null,
      waiting: item,
    };
  });
  const picked = await window.showQuickPick(items, {
    title: say`Connect to ${formatCounted(items.length, 'Host')}?`,
    placeHolder: say`Which of these may be contacted from this folder? The answer is remembered.`,
    canPickMany: true,
    ignoreFocusOut: true,
    matchOnDescription: true,
  });
  return (picked ?? []).map((item) => item.waiting);
}

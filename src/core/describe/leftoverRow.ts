import type { Leftover } from '../plan/leftover';
import { say } from '../say';
import type { FailureRow } from './failureRow';
import { contextValue, icon, ROLE_ICONS } from './rowText';

/** The row below a publisher for a slot that nobody needs any more; its command drops it. */
export function leftoverRow({ slotName, subscription, why }: Leftover): FailureRow {
  const from =
    why === 'createFailed'
      ? say`of ${subscription}, which was never created`
      : say`from a dropped subscription`;
  const label = say`Slot ${slotName} is left ${from}`;
  const title = say`Drop Slot…`;
  return {
    text: {
      label,
      description: title,
      icon: icon(ROLE_ICONS.fix, null),
      contextValue: contextValue('failure', [], null, {}),
      accessibleLabel: `${label}, ${title}`,
    },
    fix: 'dropSlot',
  };
}

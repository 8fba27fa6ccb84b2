import { formatBytes, speak } from '../format';
import { say } from '../say';
import type { SlotSnapshot } from '../snapshot';
import { elapsed } from './edgeWords';
import { tableSyncWords } from './slotFacts';
import { nearLimitWords } from './slotLimitText';
import { contextValue, facts, iconOf, type RowText } from './rowText';

/**
 * A replication slot below its node: `physical · active · keeps 16 MB`.
 * @param isUnlimited whether the server is known to set no limit on what slots keep.
 * @param isExtra whether it is known that the file does not mention it
 */
export function slotRowText(
  slot: SlotSnapshot,
  isUnlimited: boolean,
  nowMs: number,
  isExtra = false,
): RowText {
  const description = facts(
    slot.type === 'physical' ? say`physical` : say`logical`,
    ...slotWords(slot, isUnlimited, nowMs, isExtra),
  );
  return {
    label: slot.name,
    description,
    icon: iconOf('slot', slot.verdict.code),
    contextValue: contextValue('slot', [], slot.verdict.health, {
      active: slot.isActive,
      inactive: !slot.isActive,
      lost: slot.verdict.code === 'slotLost',
      physical: slot.type === 'physical',
      logical: slot.type === 'logical',
      declared: slot.isDeclared,
      undeclared: !slot.isDeclared,
    }),
    accessibleLabel: say`${slot.name}, slot, ${speak(description)}`,
  };
}

function slotWords(
  slot: SlotSnapshot,
  isUnlimited: boolean,
  nowMs: number,
  isExtra: boolean,
): (string | null)[] {
  const kept = slot.retainedWalBytes;
  const keeps = kept === null ? null : say`keeps ${formatBytes(kept)}`;
  switch (slot.verdict.code) {
    case 'slotLost': {
      const age = elapsed(slot, nowMs);
      return [age === null ? say`lost` : say`lost ${age} ago`, slot.invalidationReason];
    }
    case 'nearLimit': {
      const { size, time } = nearLimitWords(slot);
      const isPassed = slot.toLimit?.leftBytes === 0;
      return [size ?? keeps, time ?? (isPassed ? say`past its limit` : say`near its limit`)];
    }
    case 'orphan':
      if (slot.tableSync?.isLeft === true) return [tableSyncWords(slot), keeps];
      return [keeps === null ? say`kept for nobody` : say`${keeps} for nobody`];
    default:
      if (slot.tableSync !== null && !slot.isActive) return [tableSyncWords(slot), keeps];
      if (isExtra) return [say`not in the file`, keeps];
      if (slot.isActive && isUnlimited && slot.type === 'logical') return [keeps, say`no limit`];
      return [slot.isActive ? say`active` : say`inactive`, keeps];
  }
}

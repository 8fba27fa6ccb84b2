import { formatBytes, formatCount, formatDuration, speak } from '../format';
import { say } from '../say';
import type { NodeSnapshot } from '../snapshot';
import { nodeStateOf } from './nodeState';
import { contextValue, icon, ROLE_ICONS, type RowText } from './rowText';
import type { SnapshotIndex } from './snapshotIndex';

/** From so many siblings on the healthy ones stand behind one row. */
const FOLDED_FROM = 30;

/**
 * Which of many siblings are drawn, and which stand behind one row: those that nothing is to be said of. With fewer siblings
 * nobody is folded, so that no row hides two names.
 * @param isQuiet whether a node, and all below it, need nobody
 */
export function foldSiblings(
  siblings: readonly NodeSnapshot[],
  isQuiet: (node: NodeSnapshot) => boolean,
): { readonly drawn: readonly NodeSnapshot[]; readonly folded: readonly NodeSnapshot[] } {
  if (siblings.length < FOLDED_FROM) return { drawn: siblings, folded: [] };
  const folded = siblings.filter(isQuiet);
  if (folded.length < 2) return { drawn: siblings, folded: [] };
  return { drawn: siblings.filter((node) => !isQuiet(node)), folded };
}

/** The row of healthy siblings: `22 healthy`, `worst 61 ms`. */
export function foldRowText(folded: readonly NodeSnapshot[], index: SnapshotIndex): RowText {
  const label = say`${formatCount(folded.length)} healthy`;
  const description = worstWords(folded, index);
  return {
    label,
    description,
    icon: icon(ROLE_ICONS.group, null),
    contextValue: contextValue('group', [], 'healthy', {}),
    accessibleLabel: description === '' ? label : `${label}, ${speak(description)}`,
  };
}

/** A node is quiet while its row tells no trouble, and nothing that is under way. */
export function isQuietNode(node: NodeSnapshot, index: SnapshotIndex): boolean {
  return node.isDeclared && nodeStateOf(node, index).verdict.health === 'healthy';
}

function worstWords(folded: readonly NodeSnapshot[], index: SnapshotIndex): string {
  const edges = folded.flatMap(({ id }) => index.incoming(id));
  const times = edges.flatMap(({ lagMs }) => lagMs ?? []);
  const sizes = edges.flatMap(({ lagBytes }) => lagBytes ?? []);
  const worstMs = times.reduce((worst, next) => Math.max(worst, next), 0);
  if (worstMs > 0) return say`worst ${formatDuration(worstMs)}`;
  const worstBytes = sizes.reduce((worst, next) => Math.max(worst, next), 0);
  if (worstBytes > 0) return say`worst ${formatBytes(worstBytes)}`;
  return times.length + sizes.length === 0 ? '' : say`caught up`;
}

import type { NodeSnapshot, TopologySnapshot } from '../snapshot';
import { nodeHealthOf } from './nodeState';
import { facts, type RowIcon } from './rowText';
import { SnapshotIndex } from './snapshotIndex';
import { subjectText } from './subjectText';

/** One line of the pick behind the status bar. */
export interface NodePick {
  readonly icon: RowIcon;
  readonly label: string;
  readonly description: string;
  readonly subject: string;
}

/** The pick of one topology: what needs a person, worst first, then everything else by node. */
export interface NodePicks {
  readonly attention: readonly NodePick[];
  readonly healthy: readonly NodePick[];
  /** Not asked, stale, or not known. */
  readonly unknown: readonly NodePick[];
}

export function nodePicks(snapshot: TopologySnapshot, nowMs: number): NodePicks {
  const index = new SnapshotIndex(snapshot, nowMs);
  const pick = (subject: string): NodePick[] => {
    const found = subjectText(index, subject);
    if (found === null) return [];
    const { text, on } = found;
    const { icon, label } = text;
    return [{ icon, label, description: facts(on, text.description), subject }];
  };
  const attention = snapshot.summary.problems.flatMap(pick);
  const told = new Set(snapshot.summary.problems);
  for (const { to, kind, id } of snapshot.edges)
    if (kind === 'streaming' && told.has(id)) told.add(to);
  const rest = snapshot.nodes.filter((node) => !told.has(node.id));
  const isUnknown = (node: NodeSnapshot) => nodeHealthOf(node, index) === 'unknown';
  return {
    attention,
    healthy: rest.filter((node) => !isUnknown(node)).flatMap((node) => pick(node.id)),
    unknown: rest.filter(isUnknown).flatMap((node) => pick(node.id)),
  };
}

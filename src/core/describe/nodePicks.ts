import type { Health, NodeSnapshot, TopologySnapshot } from '../snapshot';
import { nodeHealthOf, nodeStateOf } from './nodeState';
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
  const rest = snapshot.nodes.filter((node) => !told.has(node.id) && !isTold(node, index, told));
  const picksOf = (...healths: readonly Health[]): NodePick[] =>
    rest
      .filter((node) => healths.includes(nodeHealthOf(node, index)))
      .flatMap((node) => pick(node.id));
  return {
    // Nodes cut off by another's fault are no problems of their own, but healthy they are not.
    attention: [...attention, ...picksOf('error'), ...picksOf('warning')],
    healthy: picksOf('healthy', 'busy'),
    unknown: picksOf('unknown'),
  };
}

/** Whether all that speaks against a node is a problem that has a line of its own. */
function isTold(node: NodeSnapshot, index: SnapshotIndex, told: ReadonlySet<string>): boolean {
  const state = nodeStateOf(node, index);
  if (state.about === 'node') return false;
  return told.has(state.about === 'edge' ? state.edge.id : state.queue.id);
}

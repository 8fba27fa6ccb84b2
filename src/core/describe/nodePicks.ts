import type { Health, TopologySnapshot } from '../snapshot';
import { causeOf } from './causeText';
import { nodeStateOf, type NodeState } from './nodeState';
import { facts, type RowIcon } from './rowText';
import { SnapshotIndex } from './snapshotIndex';
import { subjectText } from './subjectText';

/** One line of the pick behind the status bar. */
export interface NodePick {
  readonly icon: RowIcon;
  readonly label: string;
  readonly description: string;
  readonly subject: string;
  /** Why it needs somebody, as a sentence; `null` for what is well, and for what stands too far down to be read. */
  readonly cause: string | null;
}

/** So many of what needs attention are told with their cause: a list shows no more at once. */
const TOLD_CAUSES = 12;

/** The parts of one topology by what they need: of each a node, edge, slot or queue. */
export interface Grouped<T> {
  /** Needs a person, worst first. */
  readonly attention: readonly T[];
  readonly healthy: readonly T[];
  /** Not asked, stale, or not known. */
  readonly unknown: readonly T[];
}

export type NodePicks = Grouped<NodePick>;

export function nodePicks(snapshot: TopologySnapshot, nowMs: number): NodePicks {
  const index = new SnapshotIndex(snapshot, nowMs);
  const { attention, healthy, unknown } = groupSubjects(index);
  const pickAll = (subjects: readonly string[]) =>
    subjects.flatMap((subject) => pickOf(index, subject) ?? []);
  const withCauses = pickAll(attention).map((pick, at) =>
    at < TOLD_CAUSES ? { ...pick, cause: causeLine(snapshot, pick.subject, nowMs) } : pick,
  );
  return { attention: withCauses, healthy: pickAll(healthy), unknown: pickAll(unknown) };
}

function causeLine(snapshot: TopologySnapshot, subject: string, nowMs: number): string | null {
  return causeOf(snapshot, subject, 'warning', nowMs)?.lines[0] ?? null;
}

/** One line, as the tree would say it; `null` for what the snapshot does not have. */
export function pickOf(index: SnapshotIndex, subject: string): NodePick | null {
  const found = subjectText(index, subject);
  if (found === null) return null;
  const { icon, label, description } = found.text;
  return { icon, label, description: facts(found.on, description), subject, cause: null };
}

/** Sorts without describing, so that who shows eight of 500 describes eight. */
export function groupSubjects(index: SnapshotIndex): Grouped<string> {
  const { problems } = index.snapshot.summary;
  const told = new Set(problems);
  for (const { to, kind, id } of index.snapshot.edges)
    if (kind === 'streaming' && told.has(id)) told.add(to);
  const byHealth: Record<Health, string[]> = {
    error: [],
    warning: [],
    unknown: [],
    busy: [],
    healthy: [],
  };
  for (const node of index.snapshot.nodes) {
    if (told.has(node.id)) continue;
    const state = nodeStateOf(node, index);
    if (!isTold(state, told)) byHealth[state.verdict.health].push(node.id);
  }
  return {
    // Nodes cut off by another's fault are no problems of their own, but healthy they are not.
    attention: [...problems, ...byHealth.error, ...byHealth.warning],
    healthy: [...byHealth.healthy, ...byHealth.busy],
    unknown: byHealth.unknown,
  };
}

/** Whether all that speaks against a node is a problem that has a line of its own. */
function isTold(state: NodeState, told: ReadonlySet<string>): boolean {
  if (state.about === 'node') return false;
  return told.has(state.about === 'edge' ? state.edge.id : state.queue.id);
}

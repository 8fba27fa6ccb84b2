import { publicationOf } from '../core/describe/publicationSubject';
import type { NodeRef } from '../core/ports/topologyMonitor';
import { queueIdOf } from '../core/queue/queueSubject';
import { setupOf } from '../core/setup/setupSubject';
import type { TopologySnapshot } from '../core/snapshot';

/** What a command was asked to act on. Ids alone: hosts, SQL and passwords never travel in an argument. */
export interface Target {
  readonly topologyId: string;
  /**
   * A node, edge, queue, `queue/<node>/<operation>`, `queue/<node>/all/<kind>` with or without a table, `slot/<node>/<name>`, `publication/<node>/<name>` or an item of the set-up;
   * `null`: the whole topology.
   */
  readonly subject: string | null;
}

/**
 * Reads a command's argument, which any extension can send.
 * @returns `null` for what names nothing in these snapshots, so that the command asks.
 */
export function readTarget(value: unknown, snapshots: readonly TopologySnapshot[]): Target | null {
  if (typeof value !== 'object' || value === null) return null;
  const topologyId = textOf(value, 'topologyId');
  const snapshot = snapshots.find((candidate) => candidate.id === topologyId);
  if (topologyId === null || snapshot === undefined) return null;
  const subject: unknown = Reflect.get(value, 'subject') ?? null;
  if (subject === null) return { topologyId, subject };
  return typeof subject === 'string' && isKnown(snapshot, subject) ? { topologyId, subject } : null;
}

/** The node that a subject belongs to; `null` for a whole topology. */
export function toNodeRef(target: Target, snapshots: readonly TopologySnapshot[]): NodeRef {
  const { topologyId, subject } = target;
  if (subject === null) return { topologyId, nodeId: null };
  const snapshot = snapshots.find((candidate) => candidate.id === topologyId);
  return { topologyId, nodeId: snapshot === undefined ? null : nodeOf(snapshot, subject) };
}

/** The node whose place in the file, or whose server, a subject is told of. */
export function nodeOf(snapshot: TopologySnapshot, subject: string): string | null {
  if (snapshot.nodes.some((node) => node.id === subject)) return subject;
  const edge = snapshot.edges.find((candidate) => candidate.id === subject);
  if (edge !== undefined) return edge.kind === 'consumer' ? edge.from : edge.to;
  const queueId = queueIdOf(subject) ?? subject;
  const queue = snapshot.queues.find((candidate) => candidate.id === queueId);
  if (queue !== undefined) return queue.nodeId;
  const slot = snapshot.slots.find(({ nodeId, name }) => `slot/${nodeId}/${name}` === subject);
  if (slot !== undefined) return slot.nodeId;
  const ofSetup = setupOf(subject)?.nodeId;
  if (snapshot.nodes.some(({ id }) => id === ofSetup)) return ofSetup ?? null;
  return publicationOf(snapshot, subject)?.nodeId ?? null;
}

/** What can be explained of a target: a node, edge, slot or queue itself, else the node it belongs to; of a whole topology its worst problem. */
export function explained(
  { topologyId, subject }: Target,
  snapshots: readonly TopologySnapshot[],
): string | null {
  const snapshot = snapshots.find(({ id }) => id === topologyId);
  if (snapshot === undefined) return null;
  if (subject === null) return snapshot.summary.problems[0] ?? null;
  const own = queueIdOf(subject) ?? subject;
  const isOwn =
    [...snapshot.edges, ...snapshot.queues].some(({ id }) => id === own) ||
    snapshot.slots.some(({ nodeId, name }) => `slot/${nodeId}/${name}` === own);
  return isOwn ? own : nodeOf(snapshot, subject);
}

function isKnown(snapshot: TopologySnapshot, subject: string): boolean {
  return nodeOf(snapshot, subject) !== null || setupOf(subject)?.nodeId === null;
}

function textOf(value: object, key: string): string | null {
  const found: unknown = Reflect.get(value, key);
  return typeof found === 'string' ? found : null;
}

import type { QueueAddress } from '../../core/queue/drain';
import { readOnlySentence } from '../../core/plan/readOnlyFindings';
import { say } from '../../core/say';
import type { Topology, TopologyNode } from '../../core/topology';
import { DrainRefused, type DrainJob } from './drainJob';

/** Who drains, and how, beside what the file says. */
export interface JobSettings {
  readonly who: string;
  readonly isStrict: boolean;
}

/**
 * What the file says of a queue. Any node of the primary's family of standbys may have taken its place.
 * @throws DrainRefused
 */
export function jobOf(
  topology: Topology,
  address: QueueAddress,
  { who, isStrict }: JobSettings,
): DrainJob {
  const edge = topology.nodes.find(({ id }) => id === address.nodeId);
  const queue = edge?.pendingSync ?? null;
  if (edge === undefined || queue === null) {
    throw new DrainRefused([say`The file names no queue on ${address.nodeId}.`]);
  }
  const primaries = primariesOf(topology, queue.primary, edge.id);
  const declared = primaries[0];
  if (declared === undefined) {
    throw new DrainRefused([
      say`The file has no node ${queue.primary}, which ${edge.id} drains to.`,
    ]);
  }
  const closed = [edge, declared].filter(({ access }) => access === 'readOnly');
  if (closed.length > 0) throw new DrainRefused(closed.map(({ id }) => readOnlySentence(id)));
  const { environment } = topology;
  return {
    address,
    environment,
    edge,
    queue,
    primaries: primaries.filter(({ access }) => access !== 'readOnly'),
    who,
    isStrict,
  };
}

/** The declared primary, then nodes that may have taken its place. */
export function primariesOf(
  topology: Topology,
  primaryId: string,
  edgeId: string,
): readonly TopologyNode[] {
  return familyOf(topology, primaryId).filter(({ id }) => id !== edgeId);
}

/** A node, then those that stream from it or that it streams from, over however many. */
function familyOf(topology: Topology, id: string): readonly TopologyNode[] {
  const family: TopologyNode[] = [];
  const add = (nodeId: string): void => {
    const node = topology.nodes.find((candidate) => candidate.id === nodeId);
    if (node === undefined || family.includes(node)) return;
    family.push(node);
    for (const { id: standby, standbyOf } of topology.nodes) if (standbyOf === nodeId) add(standby);
    if (node.standbyOf !== null) add(node.standbyOf);
  };
  add(id);
  return family;
}

import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';
import { compareDiagnoses, diagnoseEdge } from './diagnoseTopology';
import type { Diagnosis } from './diagnosis';
import { anchorOf } from './makeDiagnosis';
import { diagnoseNode } from './nodeDiagnosis';
import { Picture } from './picture';
import { diagnoseQueue } from './queueDiagnosis';
import { diagnoseSlot } from './slotDiagnosis';

/**
 * The worst that is said of one subject. A node speaks for what arrives at it and for its queue, too: its worst may be about one of those,
 * and its `subject` then names that.
 * @param subject a node, edge, queue, or `slot/<node>/<name>`; of anything else nothing is known
 */
export function diagnosisOf(snapshot: TopologySnapshot, subject: string): Diagnosis {
  const [worst] = diagnosesOf(new Picture(snapshot), subject).toSorted(compareDiagnoses);
  return worst ?? nothingKnown(subject);
}

function diagnosesOf(picture: Picture, subject: string): readonly Diagnosis[] {
  const edge = picture.edge(subject);
  if (edge !== null) return diagnoseEdge(picture, edge);
  const queue = picture.queue(subject);
  if (queue !== null) return diagnoseQueue(picture, queue);
  const slot = picture.slot(subject);
  if (slot !== null) return diagnoseSlot(picture, slot);
  const node = picture.node(subject);
  if (node === null) return [];
  return [
    ...diagnoseNode(picture, node),
    ...picture.incoming(node.id).flatMap((into) => diagnoseEdge(picture, into)),
    ...picture.snapshot.queues
      .filter(({ nodeId }) => nodeId === node.id)
      .flatMap((own) => diagnoseQueue(picture, own)),
  ];
}

function nothingKnown(subject: string): Diagnosis {
  return {
    subject,
    nodeId: null,
    code: 'unknown',
    health: 'unknown',
    title: say`Nothing is known of this any more.`,
    detail: say`It is neither in the topology file nor on a server that was read.`,
    sinceMs: null,
    evidence: [],
    actions: [],
    anchor: anchorOf('unknown'),
  };
}

import { diagnoseTopology } from '../core/diagnosis/diagnoseTopology';
import type { Diagnosis } from '../core/diagnosis/diagnosis';
import { consumerRowText, subscriptionRowText } from '../core/describe/childTexts';
import { edgeWords } from '../core/describe/edgeWords';
import { nodeHealthOf } from '../core/describe/nodeState';
import { nodeRowText, serverVersion } from '../core/describe/nodeText';
import { facts } from '../core/describe/rowText';
import { slotRowText } from '../core/describe/slotText';
import { SnapshotIndex } from '../core/describe/snapshotIndex';
import { formatAgo } from '../core/format';
import { HEALTHS_WORST_FIRST } from './healthOrder';
import type { EdgeSnapshot, NodeSnapshot, SlotSnapshot } from '../core/snapshot';
import type { Answer, BuildAnswer } from './answer';
import type { Told } from './notTold';
import { queueAnswer } from './queueAnswer';

/** What a topology is and how it does: problems with their causes, nodes, links, slots and queues, each the worst first. */
export function topologyAnswer(told: Told, nowMs: number): BuildAnswer {
  const { snapshot, isPart } = told;
  const index = new SnapshotIndex(snapshot, nowMs);
  const diagnoses = diagnoseTopology(snapshot).filter(needsSomebody);
  return (take) => ({
    topology: snapshot.topology.name,
    environment: snapshot.topology.environment,
    replicas: snapshot.summary.replicas,
    healthyReplicas: snapshot.summary.healthyReplicas,
    ...(isPart
      ? { isPart: 'Some nodes may not be told to language models; nothing here says how they are.' }
      : {}),
    problems: take(diagnoses, ({ subject, title, code, health }) => ({
      about: subject,
      health,
      code,
      what: title,
    })),
    nodes: take(
      worstFirst(snapshot.nodes, (node) => nodeHealthOf(node, index)),
      (node) => nodeAnswer(node, index, told),
    ),
    links: take(
      worstFirst(snapshot.edges, ({ verdict }) => verdict.health),
      (edge) => edgeAnswer(edge, nowMs),
    ),
    slots: take(
      worstFirst(snapshot.slots, ({ verdict }) => verdict.health),
      (slot) => slotAnswer(slot, nowMs),
    ),
    queues: take(
      worstFirst(snapshot.queues, ({ verdict }) => verdict.health),
      (queue) => queueAnswer(queue, nowMs, null),
    ),
  });
}

function nodeAnswer(node: NodeSnapshot, index: SnapshotIndex, { cutOff }: Told): Answer {
  const { fastAtMs } = node.sample;
  const isCutOff = cutOff.has(node.id);
  const health = nodeHealthOf(node, index);
  return {
    name: node.id,
    // Nobody may say that data arrives from a node that may not be told.
    health: isCutOff && health === 'healthy' ? 'unknown' : health,
    state: nodeRowText(node, index).description,
    postgres: serverVersion(node),
    read: fastAtMs === null ? 'never' : formatAgo(fastAtMs, index.nowMs),
    ...(isCutOff ? { source: 'what it takes its data from may not be told' } : {}),
  };
}

export function edgeAnswer(edge: EdgeSnapshot, nowMs: number): Readonly<Record<string, Answer>> {
  const { id, kind, from, to, isDeclared, lagMs, lagBytes, unknownBecause, verdict } = edge;
  return {
    id,
    kind,
    from,
    to,
    inFile: isDeclared,
    health: verdict.health,
    state: stateOf(edge, nowMs),
    lagMs,
    lagBytes,
    ...(unknownBecause === null ? {} : { lagUnknownBecause: unknownBecause }),
  };
}

function stateOf(edge: EdgeSnapshot, nowMs: number): string {
  if (edge.kind === 'logical') return subscriptionRowText(edge, nowMs).description;
  if (edge.kind === 'consumer') return consumerRowText(edge, nowMs).description;
  const { state, measure } = edgeWords(edge, nowMs);
  return facts(state, measure);
}

function slotAnswer(slot: SlotSnapshot, nowMs: number): Answer {
  const { nodeId, name, verdict, consumer } = slot;
  const state = slotRowText(slot, false, nowMs).description;
  return {
    id: `slot/${nodeId}/${name}`,
    node: nodeId,
    health: verdict.health,
    state,
    readBy: consumer,
  };
}

export function needsSomebody({ health }: Diagnosis): boolean {
  return health === 'error' || health === 'warning';
}

function worstFirst<T>(
  items: readonly T[],
  healthOf: (item: T) => (typeof HEALTHS_WORST_FIRST)[number],
): readonly T[] {
  return HEALTHS_WORST_FIRST.flatMap((health) => items.filter((item) => healthOf(item) === health));
}

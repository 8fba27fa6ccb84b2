import type { NodeSample, TopologySnapshot } from '../snapshot';
import type { Topology } from '../topology';
import { declaredConsumers, joinConsumerEdges } from './consumerEdges';
import { VerdictBook } from './draft';
import { joinLogicalEdges } from './logicalEdges';
import type { JoinMemory, WalReading } from './memory';
import { joinNodes } from './nodeVerdict';
import { joinQueues } from './queues';
import { buildScene, type Scene } from './scene';
import { joinSlots } from './slots';
import { joinStreamingEdges } from './streamingEdges';
import { summarize } from './summary';
import { joinUndeclaredStandbys, undeclaredConsumers } from './undeclared';
import { followWal } from './walRate';

export interface JoinInput {
  /** URI of the topology file. */
  readonly entryId: string;
  readonly topology: Topology;
  /** By node id; a node without one has not been asked. */
  readonly samples: ReadonlyMap<string, NodeSample>;
  /** Of the last join of this topology; at first `emptyMemory()`. */
  readonly memory: JoinMemory;
  readonly nowMs: number;
  /** As it is in force now: samples older than three of these are stale. */
  readonly pollIntervalMs: number;
  readonly version: number;
}

export interface JoinResult {
  readonly snapshot: TopologySnapshot;
  /** For the next join. */
  readonly memory: JoinMemory;
}

/**
 * Holds what the file declares and what every server says together: one immutable picture, in which what is not known is `null`
 * with a reason. Pure; joining the same samples again changes no count, so it may be called as often as wanted.
 */
export function joinTopology(input: JoinInput): JoinResult {
  const { topology, nowMs } = input;
  const scene = buildScene(topology, input.samples, input.memory, nowMs, input.pollIntervalMs);
  const book = new VerdictBook(input.memory, nowMs);
  const streaming = joinStreamingEdges(scene, book);
  const logical = joinLogicalEdges(scene, book);
  const undeclared = joinUndeclaredStandbys(scene, streaming, book);
  const declared = declaredConsumers(scene);
  const readers = [...declared, ...undeclaredConsumers(scene, logical.edges, declared)];
  const consumers = joinConsumerEdges(scene, readers, book);
  const edges = [...streaming.edges, ...logical.edges, ...consumers.edges, ...undeclared.edges];
  const wal = rememberWal(scene);
  const nodes = [...joinNodes(scene, edges, book, wal), ...undeclared.nodes];
  const { slots, readings: kept } = joinSlots(scene, edges, book, wal);
  const { queues, readings } = joinQueues(scene, book);
  const summary = summarize(scene, { nodes, edges, slots, queues });
  return {
    snapshot: {
      id: input.entryId,
      topology,
      version: input.version,
      takenAtMs: nowMs,
      nodes,
      edges,
      slots,
      queues,
      summary,
    },
    memory: {
      verdicts: book.remembered(),
      edges: new Map([
        ...streaming.memories,
        ...logical.memories,
        ...undeclared.memories,
        ...consumers.memories,
      ]),
      queues: readings,
      wal,
      slots: kept,
      systemIdentifiers: rememberSystems(scene),
      timelines: rememberTimelines(scene),
    },
  };
}

function rememberWal(scene: Scene): JoinMemory['wal'] {
  const known = new Map<string, readonly WalReading[]>();
  for (const [id, view] of scene.views) {
    known.set(id, followWal(scene.memory.wal.get(id) ?? [], view));
  }
  return known;
}

function rememberSystems(scene: Scene): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const [id, { fast }] of scene.views) {
    const first = scene.memory.systemIdentifiers.get(id) ?? fast?.systemIdentifier ?? null;
    if (first !== null) known.set(id, first);
  }
  return known;
}

function rememberTimelines(scene: Scene): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  for (const [id, { timeline }] of scene.views) if (timeline !== null) known.set(id, timeline);
  return known;
}

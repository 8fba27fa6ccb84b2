import { lastDrainedAtMs } from '../core/describe/queueText';
import type { TopologySnapshot, Verdict } from '../core/snapshot';
import type { ApiSnapshot, ApiTopology, ApiVerdict } from './api';

/** Copies member by member, so that nothing new in a snapshot leaves the extension unnoticed. */
export function toApiSnapshot(snapshots: readonly TopologySnapshot[]): ApiSnapshot {
  return { topologies: snapshots.map(toApiTopology) };
}

function toApiTopology(snapshot: TopologySnapshot): ApiTopology {
  const { summary, topology } = snapshot;
  return {
    id: snapshot.id,
    name: topology.name,
    environment: topology.environment,
    version: snapshot.version,
    takenAtMs: snapshot.takenAtMs,
    health: summary.health,
    isContacted: summary.isContacted,
    replicas: summary.replicas,
    healthyReplicas: summary.healthyReplicas,
    worstLagMs: summary.worstLagMs,
    worstLagBytes: summary.worstLagBytes,
    nodes: snapshot.nodes.map((node) => ({
      ...toApiVerdict(node.verdict),
      id: node.id,
      role: node.role,
      isDeclared: node.isDeclared,
      contact: node.sample.contact,
      answeredAtMs: node.sample.fastAtMs,
      serverVersionNum: node.sample.fast?.serverVersionNum ?? null,
    })),
    edges: snapshot.edges.map((edge) => ({
      ...toApiVerdict(edge.verdict),
      id: edge.id,
      kind: edge.kind,
      name: edge.name,
      from: edge.from,
      to: edge.to,
      lagMs: edge.lagMs,
      lagBytes: edge.lagBytes,
    })),
    queues: snapshot.queues.map((queue) => ({
      ...toApiVerdict(queue.verdict),
      id: queue.id,
      nodeId: queue.nodeId,
      waiting: queue.facts?.waiting ?? null,
      conflicts: queue.facts?.conflicts ?? null,
      dead: queue.facts?.dead ?? null,
      oldestAtMs: queue.facts?.oldestAtMs ?? null,
      perMinute: queue.perMinute,
      lastError: queue.facts?.lastError ?? null,
      lastDrainedAtMs: lastDrainedAtMs(queue),
      isOnline: queue.isOnline,
      drainerPid: queue.facts?.identity?.drainer?.pid ?? null,
    })),
  };
}

function toApiVerdict(verdict: Verdict): ApiVerdict {
  return { verdict: verdict.code, health: verdict.health, sinceMs: verdict.sinceMs };
}

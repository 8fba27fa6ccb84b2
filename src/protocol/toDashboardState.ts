import type { DrainState } from '../core/queue/drain';
import type { NodeSnapshot, SlotSnapshot, TopologySnapshot } from '../core/snapshot';
import type { Diagnosis } from '../core/diagnosis/diagnosis';
import { diagnoseTopology } from '../core/diagnosis/diagnoseTopology';
import { diagnosisOf } from '../core/diagnosis/diagnosisOf';
import { stopEvidence } from '../core/describe/stopText';
import { lossReport } from '../core/loss/makeLossReport';
import { stopOf, type StopRecord } from '../core/stopRecord';
import { NO_CHECKS, type TopologyChecks } from '../core/describe/topologyChecks';
import type { DashboardState, DetailsState, NodeState, SlotState } from './dashboardState';
import { grantActions } from './grantAction';
import { lastCheckEvidence, toChecksState } from './toChecksState';
import { toDetails } from './toDetails';
import { toDiagnosisState, toLossState } from './toDiagnosisState';
import { toProblems } from './toProblems';
import { toQueueState } from './toQueueState';
import type { DiagnosisState, EvidenceState } from './diagnosisState';
import { toVerdictState } from './toVerdictState';
import { withQueries } from './withQueries';

/**
 * Cuts a snapshot down to what the dashboard draws: no connection parameters, no LSN but in finished text.
 * @param selectedId whose evidence goes along; `null` for none.
 * @param checks what is known of this topology's checks
 * @param stops why its subscriptions stopped, where it was read
 * @param drains those of this window, of this topology
 */
export function toDashboardState(
  snapshot: TopologySnapshot,
  selectedId: string | null,
  checks: TopologyChecks = NO_CHECKS,
  stops: readonly StopRecord[] = [],
  drains: readonly DrainState[] = [],
): DashboardState {
  const { topology, summary } = snapshot;
  return {
    topologyId: snapshot.id,
    version: snapshot.version,
    takenAtMs: snapshot.takenAtMs,
    name: topology.name,
    environment: topology.environment,
    thresholds: { ...topology.thresholds },
    summary: {
      health: summary.health,
      replicas: summary.replicas,
      healthyReplicas: summary.healthyReplicas,
      worstLagMs: summary.worstLagMs,
      worstLagBytes: summary.worstLagBytes,
      worstEdgeId: summary.worstEdgeId,
      isContacted: summary.isContacted,
    },
    nodes: snapshot.nodes.map((node) => toNodeState(node, snapshot)),
    consumers: topology.consumers.map(({ id, node, slot }) => ({ id, node, slot })),
    edges: snapshot.edges.map(({ evidence: _evidence, verdict, ...edge }) => ({
      ...edge,
      verdict: toVerdictState(verdict),
    })),
    slots: snapshot.slots.map(toSlotState),
    queues: snapshot.queues.map((queue) =>
      toQueueState(queue, drains.find(({ address }) => address.nodeId === queue.nodeId) ?? null),
    ),
    checks: toChecksState(snapshot, checks),
    problems: toProblems(diagnoseTopology(snapshot)),
    ...toLossState(lossReport(snapshot)),
    details: selectedId === null ? null : detailsOf(snapshot, selectedId, checks, stops),
  };
}

/** Why one thing is as it is, and what else is known of it. @returns `null` when the snapshot does not have it */
export function detailsOf(
  snapshot: TopologySnapshot,
  id: string,
  checks: TopologyChecks = NO_CHECKS,
  stops: readonly StopRecord[] = [],
): DetailsState | null {
  return withDiagnosis(snapshot, id, diagnosisOf(snapshot, id), checks, stops);
}

/** The same of every node, edge, slot and queue, with one diagnosis of the whole. */
export function detailsOfAll(
  snapshot: TopologySnapshot,
  checks: TopologyChecks = NO_CHECKS,
  stops: readonly StopRecord[] = [],
): DetailsState[] {
  const edges = new Map(snapshot.edges.map((edge) => [edge.id, edge.to]));
  const queues = new Map(snapshot.queues.map((queue) => [queue.id, queue.nodeId]));
  const worst = new Map<string, Diagnosis>();
  // Worst first; a node speaks for what arrives at it, and for its queue.
  for (const diagnosis of diagnoseTopology(snapshot)) {
    const { subject } = diagnosis;
    for (const id of [subject, edges.get(subject), queues.get(subject)]) {
      if (id !== undefined && !worst.has(id)) worst.set(id, diagnosis);
    }
  }
  return [...worst].flatMap(
    ([id, diagnosis]) => withDiagnosis(snapshot, id, diagnosis, checks, stops) ?? [],
  );
}

function withDiagnosis(
  snapshot: TopologySnapshot,
  id: string,
  found: Diagnosis,
  checks: TopologyChecks,
  stops: readonly StopRecord[],
): DetailsState | null {
  const known = toDetails(snapshot, id);
  if (known === null) return null;
  const made = toDiagnosisState(found);
  const diagnosis = { ...made, actions: [...made.actions, ...grantActions(snapshot, made)] };
  const edge = snapshot.edges.find((candidate) => candidate.id === id);
  const stop = edge === undefined ? null : stopOf(stops, edge);
  const check = lastCheckEvidence(snapshot, id, checks);
  const facts = [
    ...(edge === undefined || stop === null ? [] : stopEvidence(edge, stop)),
    ...known,
    ...(check === null ? [] : [check]),
  ];
  return { id, diagnosis, facts: beside(diagnosis, withQueries(snapshot, facts)) };
}

/** What the diagnosis shows already is not shown twice. */
function beside(diagnosis: DiagnosisState, facts: readonly EvidenceState[]): EvidenceState[] {
  const shown = new Set(diagnosis.evidence.map(({ label, value }) => `${label}\n${value}`));
  return facts.filter(({ label, value }) => !shown.has(`${label}\n${value}`));
}

function toNodeState(node: NodeSnapshot, snapshot: TopologySnapshot): NodeState {
  const { sample } = node;
  const declared = snapshot.topology.nodes.find((candidate) => candidate.id === node.id);
  const failure = sample.failure;
  const connectionsMax = Number(sample.slow?.settings['max_connections'] ?? Number.NaN);
  return {
    id: node.id,
    isDeclared: node.isDeclared,
    role: node.role,
    declaredRoles: [...node.declaredRoles],
    contact: sample.contact,
    verdict: toVerdictState(node.verdict),
    failure:
      failure === null
        ? null
        : { reason: failure.reason, text: failure.text, advice: failure.advice },
    failingSinceMs: sample.failingSinceMs,
    nextTryAtMs: sample.nextTryAtMs,
    asOfMs: sample.fastAtMs,
    isPollingPaused: sample.isPollingPaused,
    roundTripMs: sample.roundTripMs,
    version: versionOf(node),
    publications: sample.slow?.publications.length ?? declared?.publications.length ?? null,
    slots: sample.fast?.slots.length ?? null,
    connectionsUsed: sample.fast?.connectionsUsed ?? null,
    connectionsMax: Number.isFinite(connectionsMax) ? connectionsMax : null,
    walBytesPerSecond: node.walBytesPerSecond ?? null,
  };
}

/** What the table shows; the rest is told with the details. */
function toSlotState(slot: SlotSnapshot): SlotState {
  return {
    nodeId: slot.nodeId,
    name: slot.name,
    type: slot.type,
    isActive: slot.isActive,
    isDeclared: slot.isDeclared,
    consumer: slot.consumer,
    retainedWalBytes: slot.retainedWalBytes,
    safeWalBytes: slot.safeWalBytes,
    limitBytes: slot.limitBytes,
    walStatus: slot.walStatus,
    invalidationReason: slot.invalidationReason,
    toLimit: slot.toLimit === undefined ? null : { ...slot.toLimit },
    verdict: toVerdictState(slot.verdict),
  };
}

/** `17.2`; the server's own words where read (`17.2 (Debian …)` without its end), else from the number. */
export function versionOf(node: NodeSnapshot): string | null {
  const spoken = node.sample.slow?.serverVersion.split(' ')[0];
  if (spoken !== undefined && spoken !== '') return spoken;
  const number = node.sample.fast?.serverVersionNum;
  return number === undefined ? null : `${Math.floor(number / 10_000)}.${number % 10_000}`;
}

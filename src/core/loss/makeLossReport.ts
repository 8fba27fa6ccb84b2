import { DEPTH_CAP } from '../facts';
import { formatBytes, formatCounted } from '../format';
import { healthRank, worstHealth } from '../join/severity';
import type { EdgeSnapshot, QueueSnapshot, TopologySnapshot } from '../snapshot';
import type { LossReport, LossRow } from './lossReport';

/** What exists at one place only, by what was read of each. Pure. */
export function lossReport(snapshot: TopologySnapshot): LossReport {
  const rows = [
    ...snapshot.edges.map((edge) => edgeRow(snapshot, edge)),
    ...snapshot.queues.map(queueRow),
  ].toSorted(
    (a, b) => healthRank(a.health) - healthRank(b.health) || (b.bytes ?? 0) - (a.bytes ?? 0),
  );
  const times = rows.flatMap(({ atMs }) => (atMs === null ? [] : [atMs]));
  const health = worstHealth(rows.map((row) => row.health));
  return {
    topologyName: snapshot.topology.name,
    asOfMs: times.length === 0 ? null : Math.min(...times),
    health,
    answer:
      health === 'healthy'
        ? 'Nothing is missing anywhere.'
        : 'Something has not arrived everywhere.',
    lead: 'What is committed later than the time given is not in it.',
    rows,
  };
}

function edgeRow(snapshot: TopologySnapshot, edge: EdgeSnapshot): LossRow {
  const atMs = snapshot.nodes.find(({ id }) => id === edge.from)?.sample.fastAtMs ?? null;
  return {
    subject: edge.id,
    where: edge.name,
    notArrived:
      edge.lagBytes === null
        ? 'unknown'
        : edge.lagBytes === 0
          ? 'nothing'
          : formatBytes(edge.lagBytes),
    bytes: edge.lagBytes,
    ms: edge.lagMs,
    atMs,
    health:
      edge.lagBytes === null ? worstHealth(['unknown', edge.verdict.health]) : edge.verdict.health,
    note:
      edge.lagBytes === null
        ? `Not known: ${edge.unknownBecause ?? 'it was not read'}.`
        : `What ${edge.to} has not got would be lost with ${edge.from ?? 'its upstream'}.`,
  };
}

function queueRow(queue: QueueSnapshot): LossRow {
  const open = queue.facts?.waiting ?? null;
  return {
    subject: queue.id,
    where: `queue of ${queue.nodeId}`,
    notArrived:
      open === null
        ? 'unknown'
        : open === 0
          ? 'nothing'
          : open >= DEPTH_CAP
            ? 'more than 10,000 operations'
            : formatCounted(open, 'operation'),
    bytes: null,
    ms: null,
    atMs: queue.atMs,
    health:
      open === null
        ? 'unknown'
        : open === 0
          ? queue.verdict.health
          : worstHealth(['warning', queue.verdict.health]),
    note: `They exist on ${queue.nodeId} alone.`,
  };
}

import { UNKNOWN, formatBytes, formatPart } from '../format';
import { Picture } from '../diagnosis/picture';
import { healthRank, worstHealth } from '../join/severity';
import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';
import { showEscaped } from '../visibleText';
import { edgeRows } from './edgeRows';
import { failoverSlotRows } from './failoverSlotRows';
import { NOTHING, type LossReport, type LossRow } from './lossReport';
import { queueRows } from './queueRows';
import { sequenceRows } from './sequenceRows';

/**
 * What exists at one place only, by the last answer of each server: what standbys, subscribers and other readers have not got, logical
 * slots that no standby keeps, operations that wait on edges, sequences that do not follow. Pure; asks nobody.
 */
export function lossReport(snapshot: TopologySnapshot): LossReport {
  const picture = new Picture(snapshot);
  const data = [...edgeRows(picture), ...queueRows(picture)];
  const rows = [...data, ...failoverSlotRows(picture), ...sequenceRows(picture)]
    .map(shown)
    .toSorted(compareRows);
  const asOfMs = oldest(data.filter(isKnown)) ?? oldest(data);
  return {
    topologyName: snapshot.topology.name,
    asOfMs,
    health: worstHealth(rows.map(({ health }) => health)),
    answer: answerOf(data, asOfMs),
    lead: leadOf(data),
    rows,
  };
}

function oldest(rows: readonly LossRow[]): number | null {
  const times = rows.flatMap(({ atMs }) => (atMs === null ? [] : [atMs]));
  return times.length === 0 ? null : Math.min(...times);
}

function isKnown({ notArrived }: LossRow): boolean {
  return !notArrived.startsWith(UNKNOWN);
}

function shown(row: LossRow): LossRow {
  return { ...row, where: showEscaped(row.where), note: showEscaped(row.note) };
}

/** Worst first; among equals what is most. */
function compareRows(a: LossRow, b: LossRow): number {
  return (
    healthRank(a.health) - healthRank(b.health) ||
    (b.bytes ?? -1) - (a.bytes ?? -1) ||
    (b.ms ?? -1) - (a.ms ?? -1) ||
    (a.where < b.where ? -1 : 1)
  );
}

function answerOf(rows: readonly LossRow[], asOfMs: number | null): string {
  if (rows.length === 0)
    return say`This topology keeps nothing at a second place that could be behind.`;
  if (asOfMs === null) return say`Not known: no server has been read.`;
  const known = rows.filter(isKnown);
  if (known.length === 0) return say`Not known now: nobody that could tell can be asked.`;
  const [most] = known.toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
  const queued = known.filter((row) => row.bytes === null && row.notArrived !== NOTHING);
  const parts = [
    ...(most?.bytes === undefined || most.bytes === null || most.bytes === 0
      ? []
      : [say`up to ${formatBytes(most.bytes)} (${most.where})`]),
    ...queued.slice(0, 2).map((row) => `${row.notArrived} (${row.where})`),
  ];
  if (parts.length > 0) {
    return showEscaped(say`Yes: ${parts.join(say` and `)} had not arrived elsewhere.`);
  }
  return known.length < rows.length
    ? say`Where it is known, nothing was missing elsewhere.`
    : say`No: nothing that was read was missing elsewhere.`;
}

function leadOf(rows: readonly LossRow[]): string {
  const unknown = rows.filter((row) => !isKnown(row)).length;
  const counted = say`Counted is the WAL that had not arrived, by the last answer of each server, and what waits on edges.`;
  if (unknown === 0) return counted;
  return say`${counted} Of ${unknown === rows.length ? say`all` : formatPart(unknown, rows.length)} places it is not known now.`;
}

import type { Picture } from '../diagnosis/picture';
import { sequenceGaps, type SequenceGap } from '../diagnosis/sequenceCauses';
import { formatCount } from '../format';
import { say } from '../say';
import type { EdgeSnapshot } from '../snapshot';
import type { LossRow } from './lossReport';

/** More of one subscription are told as a number. */
const TOLD = 10;

/** Sequences of subscribers that did not follow: no data is lost by that, until somebody writes there. */
export function sequenceRows(picture: Picture): readonly LossRow[] {
  return picture.snapshot.edges
    .filter(({ kind }) => kind === 'logical')
    .flatMap((edge) => rowsOf(picture, edge));
}

function rowsOf(picture: Picture, edge: EdgeSnapshot): readonly LossRow[] {
  const gaps = sequenceGaps(picture, edge);
  const atMs = picture.node(edge.to)?.sample.slowAtMs ?? null;
  const rows = gaps.slice(0, TOLD).map((gap) => rowOf(edge, gap, atMs));
  if (gaps.length <= TOLD) return rows;
  const others = gaps.length - TOLD;
  return [
    ...rows,
    {
      subject: edge.id,
      bytes: null,
      ms: null,
      atMs,
      where: say`${formatCount(others)} more sequences on ${edge.to}`,
      notArrived: say`behind`,
      health: 'healthy',
      note: setFirst(edge),
    },
  ];
}

function rowOf(
  edge: EdgeSnapshot,
  { sequence, theirs }: SequenceGap,
  atMs: number | null,
): LossRow {
  const wasUsed = sequence.lastValue !== null;
  return {
    subject: edge.id,
    bytes: null,
    ms: null,
    atMs,
    where: say`sequence ${sequence.schema}.${sequence.name} on ${edge.to}`,
    notArrived: wasUsed
      ? say`at ${sequence.lastValue} instead of ${theirs}`
      : say`not begun instead of ${theirs}`,
    health: wasUsed ? 'warning' : 'healthy',
    note: setFirst(edge),
  };
}

function setFirst({ to }: EdgeSnapshot): string {
  return say`No row is lost by that; set it before anything but the subscription writes on ${to}, or keys collide.`;
}

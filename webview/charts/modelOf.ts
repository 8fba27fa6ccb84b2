import type { HistoryRange } from '../../src/core/history';
import { say } from '../../src/core/say';
import { axisFor, type ChartKind, spellValue } from './axes';
import {
  type ChartModel,
  type Line,
  type Past,
  type Source,
  type Threshold,
  WIDE,
} from './chartModel';
import { type Gap, gapsOf } from './gaps';
import type { Grid, GridValue } from './grid';
import { gapName, linesOf } from './lines';

/** What one chart is to show. */
export interface ChartWish {
  readonly kind: ChartKind;
  readonly sources: readonly Source[];
  readonly focusId: string | null;
  readonly limits: readonly Threshold[];
  /** What every gap is called; absent: by what was asked, and what is wrong now. */
  readonly gapName?: string;
  readonly emptyText?: string;
}

const TITLES: Readonly<Record<ChartKind, readonly [string, string]>> = {
  lag: [say`Lag`, say`log scale`],
  bytes: [say`Behind`, say`bytes, log scale`],
  depth: [say`Queue depth`, say`operations`],
  wal: [say`WAL rate`, say`bytes a second`],
  latency: [say`Sentinel latency`, say`log scale`],
  dayDepth: [say`Depth at drains`, say`operations still queued`],
  dayLatency: [say`Latency of drains`, say`age when sent, log scale`],
};

const SPANS: Readonly<Record<HistoryRange, string>> = {
  '15min': say`15 minutes`,
  '1h': say`hour`,
  '24h': say`24 hours`,
};

const NOTHING_YET = say`Nothing measured yet. A line begins with the second answer.`;

export function modelOf(wish: ChartWish, past: Past, grid: Grid): ChartModel {
  const { kind, sources, focusId, limits } = wish;
  const lines = linesOf(kind, sources, past, grid, focusId);
  const focusLine = lines.find((line) => WIDE.has(line.style)) ?? lines[0];
  const worst = lines.map((line) => line.statistics.worst ?? 0);
  const [title, unit] = TITLES[kind];
  const axis = axisFor(kind, Math.max(0, ...worst));
  const source = sources.find(({ id }) => id === focusLine?.id) ?? sources[0];
  return {
    kind,
    title,
    unit,
    span: SPANS[past.range],
    grid,
    axis,
    lines,
    focusName: focusLine?.name ?? '',
    gaps: focusLine === undefined ? [] : gapsIn(wish, focusLine, lines, source, past, grid),
    thresholds: limits
      .filter(({ value }) => value <= axis.high)
      .map(({ value, label }) => ({ value, label: `${label} ${spellValue(kind, value)}` })),
    note: kind === 'latency' && focusLine !== undefined ? sharesOf(focusLine) : null,
    hasValues: lines.some(({ statistics, late }) => statistics.worst !== null || late.size > 0),
    emptyText: wish.emptyText ?? NOTHING_YET,
  };
}

function gapsIn(
  wish: ChartWish,
  focusLine: Line,
  lines: readonly Line[],
  source: Source | undefined,
  past: Past,
  grid: Grid,
): readonly Gap[] {
  const lastName = source === undefined ? say`unknown` : gapName(source);
  const others = lines.map((line) => line.values);
  const hasFocus = focusLine.statistics.worst !== null || focusLine.late.size > 0;
  // A check that was late is no time without checks. Of a line that was never known, only what was not asked at all is a gap.
  const known = hasFocus
    ? focusLine.values.map((value, at) => (focusLine.late.has(at) ? 0 : value))
    : focusLine.values.map((_, at) => others.map((line) => line[at]).find(isKnown) ?? null);
  const gaps = gapsOf(known, others, grid, lastName, past.pauses);
  return wish.gapName === undefined
    ? gaps
    : gaps.map((gap) => ({ ...gap, name: wish.gapName ?? '' }));
}

/** `central-read: p50 12 ms · p95 19 ms · p99 41 ms`, as far as there is enough for each. */
function sharesOf({ name, statistics }: Line): string | null {
  const { median, p95, p99, late } = statistics;
  const share = (label: string, value: number | null) =>
    value === null ? [] : [`${label} ${spellValue('latency', value)}`];
  const parts = [
    ...share('p50', median),
    ...share('p95', p95),
    ...share('p99', p99),
    ...(late === null || late === 0 ? [] : [say`${late} late`]),
  ];
  return parts.length === 0 ? null : `${name}: ${parts.join(' · ')}`;
}

function isKnown(value: GridValue): boolean {
  return value !== null;
}

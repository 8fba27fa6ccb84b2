import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatDuration } from '../../src/core/format';
import type { HistoryMeasure, HistorySeries } from '../../src/core/history';
import { isNotAsked, isOld, toneOf } from '../text/glyphs';
import { type ChartKind, spellValue } from './axes';
import type { Line, LineStyle, Source } from './chartModel';
import { alignToGrid, type Grid, type GridValue, valueAt } from './grid';
import { foldLines, latencyStatistics, statisticsOf } from './statistics';

/** More lines than this cannot be told apart: then worst, p95 and median stand for all. */
const MOST_LINES = 8;
const PLAIN_STYLES = ['plain', 'dash', 'dot', 'dashDot'] as const;
/** Checks are made now and then: between two that are closer than this the line goes on. */
const CHECK_HOLD_MS = 60_000;

const MEASURES: Readonly<Record<ChartKind, HistoryMeasure>> = {
  lag: 'lagMs',
  bytes: 'lagBytes',
  depth: 'depth',
  wal: 'walBytesPerSecond',
  latency: 'arrivedMs',
  dayDepth: 'depth',
  dayLatency: 'lagMs',
};

/** What stands for many lines. */
const FOLDS = [
  { name: 'worst', quantile: 1, style: 'plain' },
  { name: 'p95', quantile: 0.95, style: 'dash' },
  { name: 'median', quantile: 0.5, style: 'dot' },
] as const;

/** A source put on the grid. */
interface Aligned {
  readonly source: Source;
  readonly points: HistorySeries | undefined;
  readonly values: readonly GridValue[];
  readonly late: ReadonlyMap<number, number>;
}

const NOTHING_LATE: ReadonlyMap<number, number> = new Map();

/**
 * Lines of a chart: one a source, or of many what stands for them and the selected one.
 * @param focusId the emphasised source; the first when it is none of them
 */
export function linesOf(
  kind: ChartKind,
  sources: readonly Source[],
  series: ReadonlyMap<string, HistorySeries>,
  grid: Grid,
  focusId: string | null,
): readonly Line[] {
  const aligned = sources.map((source) => align(kind, source, series.get(source.seriesId), grid));
  const chosen = aligned.find(({ source }) => source.id === focusId);
  if (aligned.length > MOST_LINES) return foldedLines(kind, aligned, grid, chosen);
  const focus = chosen ?? aligned[0];
  let plain = 0;
  return aligned.map((one) => {
    const style = one === focus ? focusStyle(one.source) : PLAIN_STYLES[plain++ % 4];
    return lineOf(kind, one, grid, style ?? 'plain');
  });
}

function align(
  kind: ChartKind,
  source: Source,
  points: HistorySeries | undefined,
  grid: Grid,
): Aligned {
  const atMs = points?.atMs ?? [];
  const column = points?.columns[MEASURES[kind]] ?? [];
  if (kind === 'dayDepth' || kind === 'dayLatency') {
    // Nothing is known of the time between two drains.
    const values = alignToGrid(atMs, column, grid, 1);
    return { source, points, values, late: NOTHING_LATE };
  }
  if (kind !== 'latency') {
    return { source, points, values: alignToGrid(atMs, column, grid), late: NOTHING_LATE };
  }
  const hold = Math.max(grid.holdSteps, Math.ceil(CHECK_HOLD_MS / grid.stepMs));
  const late = new Map<number, number>();
  alignToGrid(atMs, points?.columns.lateMs ?? [], grid).forEach((limit, at) => {
    if (typeof limit === 'number') late.set(at, limit);
  });
  const values = alignToGrid(atMs, column, grid, hold).map((value, at) =>
    // What was late in this step may be worse than what arrived, so the line has no value there.
    late.has(at) ? null : value,
  );
  return { source, points, values, late };
}

function foldedLines(
  kind: ChartKind,
  aligned: readonly Aligned[],
  grid: Grid,
  chosen: Aligned | undefined,
): readonly Line[] {
  const folded = foldLines(
    aligned.map(({ values }) => values),
    FOLDS.map(({ quantile }) => quantile),
  );
  const late = new Map(aligned.flatMap((one) => [...one.late]));
  const folds = FOLDS.map(({ name, style }, index): Line => {
    const values = folded[index] ?? [];
    const now = valueAt(values, values.length - 1);
    return {
      id: `fold/${name}`,
      name,
      style: style === 'plain' && chosen === undefined ? 'focus' : style,
      values,
      now: now === null ? 'unknown' : spellValue(kind, now),
      isKnownNow: now !== null,
      statistics: statisticsOf(values, grid),
      late: style === 'plain' ? late : NOTHING_LATE,
    };
  });
  return chosen === undefined
    ? folds
    : [lineOf(kind, chosen, grid, focusStyle(chosen.source)), ...folds];
}

function lineOf(
  kind: ChartKind,
  { source, points, values, late }: Aligned,
  grid: Grid,
  style: LineStyle,
): Line {
  const statistics =
    kind === 'latency'
      ? latencyStatistics(points?.columns.arrivedMs ?? [], points?.columns.lateMs ?? [])
      : statisticsOf(values, grid);
  const now = kind === 'latency' ? checkedNow(source, points) : nowOf(kind, source, values);
  return { id: source.id, name: source.name, style, values, ...now, statistics, late };
}

type Now = Pick<Line, 'now' | 'isKnownNow'>;

function nowOf(kind: ChartKind, { subject, now }: Source, values: readonly GridValue[]): Now {
  const { code } = subject.verdict;
  if (isOld(code)) {
    const last = values.findLast((value) => typeof value === 'number');
    const spelled = (value: number) =>
      kind === 'lag' && value === 0 ? 'idle' : spellValue(kind, value);
    const text = typeof last === 'number' ? `was ${spelled(last)}` : 'unknown';
    return { now: text, isKnownNow: false };
  }
  if (now !== null) {
    const isIdle = kind === 'lag' && code === 'idle';
    return { now: isIdle ? 'idle' : spellValue(kind, now), isKnownNow: true };
  }
  return { now: gapName({ subject }), isKnownNow: false };
}

/** The last check. What did not arrive is never told as a number. */
function checkedNow({ now }: Source, points: HistorySeries | undefined): Now {
  const late = points?.columns.lateMs?.at(-1) ?? null;
  if (late !== null) return { now: spellLate(late), isKnownNow: true };
  const last = now ?? points?.columns.arrivedMs?.at(-1) ?? null;
  if (last === null) return { now: 'not checked', isKnownNow: false };
  return { now: spellValue('latency', last), isKnownNow: true };
}

/** `over 10 s` */
export function spellLate(limitMs: number): string {
  return `over ${formatDuration(limitMs, 'fine')}`;
}

/** What a gap that reaches the present is called. */
export function gapName({ subject }: Pick<Source, 'subject'>): string {
  const { code, health } = subject.verdict;
  if (code === 'stoppedByError') return 'stopped';
  if (isNotAsked(code)) return 'not asked';
  if (health === 'error' || code === 'paused' || code === 'blocked') return verdictWord(code);
  return 'unknown';
}

function focusStyle({ subject }: Source): LineStyle {
  const tone = toneOf(subject.verdict.health);
  return tone === 'bad' || tone === 'warn' ? tone : 'focus';
}

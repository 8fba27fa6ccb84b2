import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatDuration } from '../../src/core/format';
import type { HistoryMeasure, HistorySeries } from '../../src/core/history';
import { say } from '../../src/core/say';
import { isNotAsked, isOld, toneOf } from '../text/glyphs';
import { type ChartKind, spellValue } from './axes';
import type { Line, LineStyle, Past, Source } from './chartModel';
import { alignToGrid, type Grid, type GridValue, valueAt } from './grid';
import { latencyStatistics, statisticsOf } from './statistics';

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
  { name: say`worst`, quantile: 1, style: 'plain' },
  { name: 'p95', quantile: 0.95, style: 'dash' },
  { name: say`median`, quantile: 0.5, style: 'dot' },
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
  past: Pick<Past, 'series' | 'folds'>,
  grid: Grid,
  focusId: string | null,
): readonly Line[] {
  const alignOne = (source: Source): Aligned =>
    align(kind, source, past.series.get(source.seriesId), grid);
  const chosen = sources.find(({ id }) => id === focusId);
  if (sources.length > MOST_LINES) {
    const folds = foldedLines(kind, sources, past, grid, chosen === undefined);
    if (chosen === undefined) return folds;
    return [lineOf(kind, alignOne(chosen), grid, focusStyle(chosen)), ...folds];
  }
  const focus = chosen ?? sources[0];
  let plain = 0;
  return sources.map((source) => {
    const style = source === focus ? focusStyle(source) : PLAIN_STYLES[plain++ % 4];
    return lineOf(kind, alignOne(source), grid, style ?? 'plain');
  });
}

function align(
  kind: ChartKind,
  source: Source,
  points: HistorySeries | undefined,
  grid: Grid,
): Aligned {
  return { source, points, ...placed(kind, points, grid) };
}

function placed(
  kind: ChartKind,
  points: HistorySeries | undefined,
  grid: Grid,
): Pick<Aligned, 'values' | 'late'> {
  const column = points?.columns[MEASURES[kind]] ?? [];
  const values = alignToGrid(points?.atMs ?? [], column, grid, holdOf(kind, grid));
  if (kind !== 'latency') return { values, late: NOTHING_LATE };
  const late = new Map<number, number>();
  addLate(late, points, grid);
  // What was late in a step may be worse than what arrived in it, so the line has no value there.
  for (const at of late.keys()) values[at] = null;
  return { values, late };
}

/** Over how many empty places a line goes on. */
function holdOf(kind: ChartKind, grid: Grid): number {
  if (kind === 'latency') return Math.max(grid.holdSteps, Math.ceil(CHECK_HOLD_MS / grid.stepMs));
  // Nothing is known of the time between two drains.
  return kind === 'dayDepth' || kind === 'dayLatency' ? 1 : grid.holdSteps;
}

/** Notes the limits that were exceeded, by place. */
function addLate(late: Map<number, number>, points: HistorySeries | undefined, grid: Grid): void {
  points?.columns.lateMs?.forEach((limit, index) => {
    if (limit === null) return;
    const at = Math.round(((points.atMs[index] ?? 0) - grid.fromMs) / grid.stepMs);
    if (at >= 0 && at < grid.count) late.set(at, limit);
  });
}

/** @param isFocus whether the worst of them is the emphasised line */
function foldedLines(
  kind: ChartKind,
  sources: readonly Source[],
  { series, folds }: Pick<Past, 'series' | 'folds'>,
  grid: Grid,
  isFocus: boolean,
): readonly Line[] {
  const points = sources.map(({ seriesId }) => series.get(seriesId));
  const wish = {
    kind,
    ids: sources.map(({ id }) => id),
    quantiles: FOLDS.map(({ quantile }) => quantile),
    align: (index: number, part: Grid) => placed(kind, points[index], part).values,
    holdSteps: holdOf(kind, grid),
  };
  const folded = folds.fold(wish, grid);
  const late = new Map<number, number>();
  if (kind === 'latency') for (const one of points) addLate(late, one, grid);
  return FOLDS.map(({ name, style }, index): Line => {
    const values = folded[index] ?? [];
    const now = valueAt(values, values.length - 1);
    return {
      id: `fold/${name}`,
      name,
      style: style === 'plain' && isFocus ? 'focus' : style,
      values,
      now: now === null ? say`unknown` : spellValue(kind, now),
      isKnownNow: now !== null,
      statistics: statisticsOf(values, grid),
      late: style === 'plain' ? late : NOTHING_LATE,
    };
  });
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
      kind === 'lag' && value === 0 ? say`idle` : spellValue(kind, value);
    const text = typeof last === 'number' ? say`was ${spelled(last)}` : say`unknown`;
    return { now: text, isKnownNow: false };
  }
  if (now !== null) {
    const isIdle = kind === 'lag' && code === 'idle';
    return { now: isIdle ? say`idle` : spellValue(kind, now), isKnownNow: true };
  }
  return { now: gapName({ subject }), isKnownNow: false };
}

/** The last check. What did not arrive is never told as a number. */
function checkedNow({ now }: Source, points: HistorySeries | undefined): Now {
  const late = points?.columns.lateMs?.at(-1) ?? null;
  if (late !== null) return { now: spellLate(late), isKnownNow: true };
  const last = now ?? points?.columns.arrivedMs?.at(-1) ?? null;
  if (last === null) return { now: say`not checked`, isKnownNow: false };
  return { now: spellValue('latency', last), isKnownNow: true };
}

/** `over 10 s` */
export function spellLate(limitMs: number): string {
  return say`over ${formatDuration(limitMs, 'fine')}`;
}

/** What a gap that reaches the present is called. */
export function gapName({ subject }: Pick<Source, 'subject'>): string {
  const { code, health } = subject.verdict;
  if (code === 'stoppedByError') return say`stopped`;
  if (isNotAsked(code)) return say`not asked`;
  if (health === 'error' || code === 'paused' || code === 'blocked') return verdictWord(code);
  return say`unknown`;
}

function focusStyle({ subject }: Source): LineStyle {
  const tone = toneOf(subject.verdict.health);
  return tone === 'bad' || tone === 'warn' ? tone : 'focus';
}

import { verdictWord } from '../../src/core/describe/verdictWord';
import { HISTORY_SPAN_MS } from '../../src/core/history';
import type { DashboardState, EdgeState, QueueState } from '../../src/protocol/dashboardState';
import { displayName } from '../text/names';
import { isNotAsked, isOld, toneOf } from '../text/glyphs';
import { findSubject } from '../text/subject';
import { type Axis, axisFor, type ChartKind, isTime, spellValue } from './axes';
import { type Gap, gapsOf } from './gaps';
import { alignToGrid, type Grid, gridFor, type GridValue, valueAt } from './grid';
import type { SeriesPoints } from './historyStore';
import { foldLines, type Statistics, statisticsOf } from './statistics';

/** How a line is drawn: `focus` wide and blue, `warn` and `bad` wide and coloured, else thin with one of the dashes. */
export type LineStyle = 'focus' | 'warn' | 'bad' | 'plain' | 'dash' | 'dot' | 'dashDot';

export interface Line {
  readonly id: string;
  readonly name: string;
  readonly style: LineStyle;
  readonly values: readonly GridValue[];
  /** `12 ms`, or a word where it is not known now. */
  readonly now: string;
  readonly isKnownNow: boolean;
  readonly statistics: Statistics;
}

export interface Threshold {
  readonly value: number;
  readonly label: string;
}

export interface ChartModel {
  readonly kind: ChartKind;
  readonly title: string;
  readonly unit: string;
  readonly grid: Grid;
  readonly axis: Axis;
  readonly lines: readonly Line[];
  /** Name of the emphasised line. */
  readonly focusName: string;
  readonly gaps: readonly Gap[];
  readonly thresholds: readonly Threshold[];
  /** False until something was measured: the chart then shows a sentence. */
  readonly hasValues: boolean;
  readonly emptyText: string;
}

/** More lines than this cannot be told apart: then worst, p95 and median stand for all. */
const MOST_LINES = 8;
const PLAIN_STYLES = ['plain', 'dash', 'dot', 'dashDot'] as const;

export interface Source {
  readonly id: string;
  readonly name: string;
  readonly subject: EdgeState | QueueState;
  readonly now: number | null;
}

/** Lag, bytes and queue depth of the last 15 minutes; a chart without anything to show is left out. */
export function chartModels(
  state: DashboardState,
  series: ReadonlyMap<string, SeriesPoints>,
  selectedId: string | null,
  toMs: number,
): readonly ChartModel[] {
  const times = [...series.values()].map(({ atMs }) => atMs);
  const grid = gridFor(toMs, HISTORY_SPAN_MS, times);
  const focusId = focusOf(state, selectedId);
  const { thresholds } = state;
  const edges = state.edges.map((edge): Omit<Source, 'now'> => ({
    id: edge.id,
    name: displayName(edge.name),
    subject: edge,
  }));
  const models: ChartModel[] = [];
  if (state.edges.length > 0) {
    // A reader that is no Postgres tells no time, so its line would always be empty.
    const lag = edges
      .map((source, index) => ({ ...source, now: state.edges[index]?.lagMs ?? null }))
      .filter((_source, index) => state.edges[index]?.kind !== 'consumer');
    const bytes = edges.map((source, index) => ({
      ...source,
      now: state.edges[index]?.lagBytes ?? null,
    }));
    models.push(
      modelOf('lag', lag, series, grid, focusId, [
        { value: thresholds.lagWarningMs, label: 'warning' },
        { value: thresholds.lagCriticalMs, label: 'critical' },
      ]),
      modelOf('bytes', bytes, series, grid, focusId, []),
    );
  }
  if (state.queues.length > 0) {
    const queues = state.queues.map((queue): Source => ({
      id: queue.id,
      name: displayName(queue.nodeId),
      subject: queue,
      now: queue.facts?.waiting ?? null,
    }));
    models.push(
      modelOf('depth', queues, series, grid, focusId, [
        { value: thresholds.queueDepthWarning, label: 'warning' },
        { value: thresholds.queueDepthCritical, label: 'critical' },
      ]),
    );
  }
  return models;
}

const TITLES: Readonly<Record<ChartKind, readonly [string, string]>> = {
  lag: ['Lag', 'log scale'],
  bytes: ['Behind', 'bytes, log scale'],
  depth: ['Queue depth', 'operations'],
  dayDepth: ['Depth', 'operations still queued'],
  dayLatency: ['Latency', 'age when sent, log scale'],
};

/** What differs in a chart that is not of our own readings. */
export interface ChartManner {
  readonly align: typeof alignToGrid;
  /** What every gap is called; `null`: by what was asked, and what is wrong now. */
  readonly gapName: string | null;
  readonly emptyText: string;
}

const OF_READINGS: ChartManner = {
  align: alignToGrid,
  gapName: null,
  emptyText: 'Nothing measured yet. A line begins with the second answer.',
};

export function modelOf(
  kind: ChartKind,
  sources: readonly Source[],
  series: ReadonlyMap<string, SeriesPoints>,
  grid: Grid,
  focusId: string | null,
  limits: readonly Threshold[],
  manner: ChartManner = OF_READINGS,
): ChartModel {
  const column = isTime(kind) ? 'lagMs' : kind === 'bytes' ? 'lagBytes' : 'depth';
  const raw = sources.map((source) => {
    const points = series.get(source.id);
    const values = manner.align(points?.atMs ?? [], points?.[column] ?? [], grid);
    return { source, values };
  });
  const focused = raw.find(({ source }) => source.id === focusId) ?? raw[0];
  const lines =
    raw.length > MOST_LINES
      ? foldedLines(kind, raw, grid, focused?.source.id === focusId ? focused : undefined)
      : plainLines(kind, raw, grid, focused?.source.id ?? null);
  const focusLine = lines.find((line) => WIDE.has(line.style)) ?? lines[0];
  const worst = lines.map((line) => line.statistics.worst ?? 0);
  const [title, unit] = TITLES[kind];
  const axis = axisFor(kind, Math.max(0, ...worst));
  const lastName = focused === undefined ? 'unknown' : gapName(focused.source);
  return {
    kind,
    title,
    unit,
    grid,
    axis,
    lines,
    focusName: focusLine?.name ?? '',
    gaps:
      focusLine === undefined
        ? []
        : gapsOf(
            focusLine.values,
            lines.map((line) => line.values),
            grid,
            lastName,
          ).map((gap) => (manner.gapName === null ? gap : { ...gap, name: manner.gapName })),
    thresholds: limits
      .filter(({ value }) => value <= axis.high)
      .map(({ value, label }) => ({ value, label: `${label} ${spellValue(kind, value)}` })),
    hasValues: lines.some((line) => line.statistics.worst !== null),
    emptyText: manner.emptyText,
  };
}

const WIDE: ReadonlySet<LineStyle> = new Set<LineStyle>(['focus', 'warn', 'bad']);

type Raw = readonly { readonly source: Source; readonly values: readonly GridValue[] }[];

function plainLines(
  kind: ChartKind,
  raw: Raw,
  grid: Grid,
  focusId: string | null,
): readonly Line[] {
  let plain = 0;
  return raw.map(({ source, values }) => {
    const isFocus = source.id === focusId;
    const style = isFocus ? focusStyle(source) : (PLAIN_STYLES[plain++ % 4] ?? 'plain');
    return lineOf(kind, source, values, grid, style);
  });
}

function foldedLines(
  kind: ChartKind,
  raw: Raw,
  grid: Grid,
  focused: Raw[number] | undefined,
): readonly Line[] {
  const folded = foldLines(
    raw.map(({ values }) => values),
    FOLDS.map(({ quantile }) => quantile),
  );
  const folds = FOLDS.map(({ name, style }, index): Line => {
    const values = folded[index] ?? [];
    const now = valueAt(values, values.length - 1);
    return {
      id: `fold/${name}`,
      name,
      style: style === 'plain' && focused === undefined ? 'focus' : style,
      values,
      now: now === null ? 'unknown' : spellValue(kind, now),
      isKnownNow: now !== null,
      statistics: statisticsOf(values, grid),
    };
  });
  if (focused === undefined) return folds;
  return [lineOf(kind, focused.source, focused.values, grid, focusStyle(focused.source)), ...folds];
}

/** What stands for many lines. */
const FOLDS = [
  { name: 'worst', quantile: 1, style: 'plain' },
  { name: 'p95', quantile: 0.95, style: 'dash' },
  { name: 'median', quantile: 0.5, style: 'dot' },
] as const;

function lineOf(
  kind: ChartKind,
  source: Source,
  values: readonly GridValue[],
  grid: Grid,
  style: LineStyle,
): Line {
  return {
    id: source.id,
    name: source.name,
    style,
    values,
    ...nowOf(kind, source, values),
    statistics: statisticsOf(values, grid),
  };
}

function nowOf(
  kind: ChartKind,
  { subject, now }: Source,
  values: readonly GridValue[],
): Pick<Line, 'now' | 'isKnownNow'> {
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

function gapName({ subject }: Pick<Source, 'subject'>): string {
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

/** The edge or queue that a selection is about: itself, the one into a node, the one that reads a slot. */
export function focusOf(state: DashboardState, selectedId: string | null): string | null {
  const subject = selectedId === null ? null : findSubject(state, selectedId);
  switch (subject?.kind) {
    case 'edge':
    case 'queue':
      return subject.value.id;
    case 'node':
      return (
        state.edges.find((edge) => edge.to === subject.value.id)?.id ??
        state.queues.find((queue) => queue.nodeId === subject.value.id)?.id ??
        null
      );
    case 'slot':
      return (
        state.edges.find(
          (edge) => edge.slotName === subject.value.name && edge.from === subject.value.nodeId,
        )?.id ?? null
      );
    case undefined:
      return null;
  }
}

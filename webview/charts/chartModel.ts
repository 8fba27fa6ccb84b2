import type { HistoryPause, HistoryRange, HistorySeries } from '../../src/core/history';
import type { EdgeState, NodeState, QueueState } from '../../src/protocol/dashboardState';
import type { Axis, ChartKind } from './axes';
import type { FoldCache } from './foldCache';
import type { Gap } from './gaps';
import type { Grid, GridValue } from './grid';
import type { Statistics } from './statistics';

/** How a line is drawn: `focus` wide and blue, `warn` and `bad` wide and coloured, else thin with one of the dashes. */
export type LineStyle = 'focus' | 'warn' | 'bad' | 'plain' | 'dash' | 'dot' | 'dashDot';

/** Styles of the emphasised line. */
export const WIDE: ReadonlySet<LineStyle> = new Set<LineStyle>(['focus', 'warn', 'bad']);

export interface Line {
  readonly id: string;
  readonly name: string;
  readonly style: LineStyle;
  readonly values: readonly GridValue[];
  /** `12 ms`, or a word where it is not known now. */
  readonly now: string;
  readonly isKnownNow: boolean;
  readonly statistics: Statistics;
  /** By place: a limit that was exceeded there. Drawn at the top edge, since how long it took is not known. */
  readonly late: ReadonlyMap<number, number>;
}

export interface Threshold {
  readonly value: number;
  readonly label: string;
}

/** Everything that one chart shows, and its table. */
export interface ChartModel {
  readonly kind: ChartKind;
  readonly title: string;
  readonly unit: string;
  /** `15 minutes`, for those who hear it. */
  readonly span: string;
  readonly grid: Grid;
  readonly axis: Axis;
  readonly lines: readonly Line[];
  /** Name of the emphasised line. */
  readonly focusName: string;
  readonly gaps: readonly Gap[];
  readonly thresholds: readonly Threshold[];
  /** Finished sentence below the key; `null` where there is nothing to add. */
  readonly note: string | null;
  /** False until something was measured: the chart then shows a sentence. */
  readonly hasValues: boolean;
  readonly emptyText: string;
}

/** What a line is of. */
export interface Source {
  /** As selections name it. */
  readonly id: string;
  readonly seriesId: string;
  readonly name: string;
  readonly subject: EdgeState | QueueState | NodeState;
  readonly now: number | null;
}

/** The past over one range, as it came. */
export interface Past {
  readonly range: HistoryRange;
  readonly series: ReadonlyMap<string, HistorySeries>;
  readonly pauses: readonly HistoryPause[];
  /** Remembers, of this past alone, what stands for many lines. */
  readonly folds: FoldCache;
}

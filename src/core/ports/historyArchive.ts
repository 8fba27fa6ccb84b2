import type { HistoryMeasure, HistoryPause } from '../history';
import type { Disposable } from './disposable';

/** What is kept of one series over a reload of the window. NaN is unknown. */
export interface SavedSeries {
  readonly measures: readonly HistoryMeasure[];
  /** Epoch ms of each reading of the last 15 minutes, ascending. */
  readonly recentAtMs: Float64Array;
  /** Those readings: one column a measure. */
  readonly recent: readonly Float32Array[];
  /** Minutes since the epoch. */
  readonly firstMinute: number;
  /** The worst of each minute from `firstMinute` on: one column a measure. */
  readonly minutes: readonly Float32Array[];
}

/** What is kept of one topology: ids and numbers alone. */
export interface SavedHistory {
  readonly topologyId: string;
  readonly savedAtMs: number;
  readonly pauses: readonly HistoryPause[];
  readonly series: ReadonlyMap<string, SavedSeries>;
}

/** The histories of all topologies, for whoever keeps them over a reload. */
export interface HistoryArchive {
  /** Fires when something was added to a topology's history. */
  onDidAdd(listener: (topologyId: string) => void): Disposable;
  /** @returns `null` when there is nothing to keep. */
  save(topologyId: string): SavedHistory | null;
  /** Puts what an earlier window saw before what this one has. */
  restore(saved: SavedHistory): void;
  /** Frees what is kept of topologies other than these. */
  keep(topologyIds: readonly string[]): void;
}

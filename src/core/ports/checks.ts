import type { CheckResult } from '../checks/checkResult';
import type { CancelSignal } from './cancelSignal';
import type { Disposable } from './disposable';

/** What can be known of an edge's checks without asking a server. */
export interface EdgeChecks {
  readonly edgeId: string;
  /** Last results, oldest first, bounded. */
  readonly results: readonly CheckResult[];
  readonly isRunning: boolean;
}

/** Runs checks and keeps their last results. Contact is the caller's to ask for first, as for every act. */
export interface Checks {
  /** One entry for each edge of the topology that was checked. Same object until something changed. */
  of(topologyId: string): readonly EdgeChecks[];
  /** Fires when a check began or ended, or when continuous checking was turned on or off. */
  onDidChange(listener: (topologyId: string) => void): Disposable;
  /**
   * Checks these edges, all of the topology when `null`; edges of one upstream share one token. Resolves with one result
   * an edge; rejects only for a defect.
   */
  run(
    topologyId: string,
    edgeIds: readonly string[] | null,
    signal: CancelSignal,
    onResult?: (result: CheckResult) => void,
  ): Promise<readonly CheckResult[]>;
  /**
   * Checks these edges again and again, over the same sessions, until the signal is given or the topology is gone; tells each round.
   * Other rounds of the same edges, continuous or not, go on beside it.
   */
  repeat(
    topologyId: string,
    edgeIds: readonly string[] | null,
    signal: CancelSignal,
    onRound: (results: readonly CheckResult[]) => void,
  ): Promise<void>;
  /** Checks all edges of the topology again and again, the next round an interval after the last has ended. Who looks is the caller's to know. */
  setContinuous(topologyId: string, isOn: boolean): void;
  isContinuous(topologyId: string): boolean;
}

import type { HistoryRange, TopologyHistory } from '../history';
import type { TopologySnapshot } from '../snapshot';
import type { Topology } from '../topology';
import type { Disposable } from './disposable';

/** Why something is read again. */
export type RefreshReason = 'manual' | 'visible' | 'interval' | 'fileChanged' | 'afterCommand';

/** Who looks. Decides how often servers are asked: see `core/audience.ts`. */
export interface Audience {
  readonly explorer: boolean;
  readonly dashboard: boolean;
  readonly statusBar: boolean;
  readonly isWindowFocused: boolean;
}

export interface TopologyEntry {
  /** URI of the topology file, as text. */
  readonly id: string;
  readonly topology: Topology;
}

export interface NodeRef {
  readonly topologyId: string;
  /** `null` means every node of the topology. */
  readonly nodeId: string | null;
}

/** What the rest of the extension sees of the monitor: the latest snapshots, and ways to ask for more. */
export interface TopologyMonitor {
  /** Latest snapshot of each topology, in the order of `setTopologies`. Same object until something changed. */
  current(): readonly TopologySnapshot[];
  /**
   * What was seen of a topology; empty for one that is not known.
   * @param range by default the last 15 minutes.
   * @param afterMs only what may have changed since; by default all.
   */
  history(topologyId: string, range?: HistoryRange, afterMs?: number | null): TopologyHistory;
  /**
   * Called after a snapshot was replaced, with that snapshot. `isNews` is false when nothing but times differ from the
   * one before: charts take their next point, and what shows states and numbers need not be drawn again.
   * Listeners must not throw; a throwing one is logged.
   */
  onDidChange(listener: (snapshot: TopologySnapshot, isNews: boolean) => void): Disposable;
  /**
   * Replaces what is declared. Nodes that are gone are closed, new ones start when the gate allows, unchanged ones go on
   * undisturbed. A new topology has its first snapshot, made from the file alone, when this returns.
   */
  setTopologies(entries: readonly TopologyEntry[]): void;
  setAudience(audience: Audience): void;
  /** Seconds between two polls of a node, 1 to 3600, and whether polling goes on without focus. */
  setPolling(intervalSeconds: number, inBackground: boolean): void;
  /** Asks the gate again for every node: after consent, after trust was granted, after the first act. */
  recheckContact(): void;
  /** Ends a *Disconnect*, and tries at once. */
  connect(ref: NodeRef): void;
  /** Closes sessions and stays silent until `connect`. Resolves when the sessions are closed. */
  disconnect(ref: NodeRef): Promise<void>;
  /** Resolves when every node concerned has answered or failed once; never rejects. */
  refresh(ref: NodeRef | null, reason: RefreshReason): Promise<void>;
  /** From now on the node is the server that answers there now; without an answer nothing is accepted. */
  acceptServer(topologyId: string, nodeId: string): void;
  /** Publishes anew what is known, after this workspace was told who the primary is. Asks nobody. */
  retell(topologyId: string): void;
  /** Closes every session within a time limit and logs what did not close. */
  dispose(): Promise<void>;
}

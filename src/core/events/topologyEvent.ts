import type { Health } from '../snapshot';

/** `state`: a verdict changed. `change`: a plan, or one of its steps that failed. `drain`: a drain ended. `check`: a check ended otherwise than the one before it. */
export type EventKind = 'state' | 'change' | 'drain' | 'check';

/** Something that happened to a topology, as this window saw it. Plain data, so that it can be kept and exported. */
export interface TopologyEvent {
  /** Our clock. For a state the time since when it holds, as far as known. */
  readonly atMs: number;
  readonly kind: EventKind;
  /** Node, edge, slot (`slot/<node>/<name>`) or queue; `null`: the topology. */
  readonly subject: string | null;
  readonly health: Health;
  /** Code of the new state, for its glyph; `null` for what is no state. */
  readonly code: string | null;
  /** Finished sentence without secrets and without row data: `patterns_sub stopped by an error`. */
  readonly text: string;
  /** Of a subject that keeps changing: how often it became worse since `firstAtMs`. Absent: this once. */
  readonly times?: number;
  readonly firstAtMs?: number;
}

/** Somebody a slot is for, and whether it needs the slot. */
export interface SlotUser {
  /** For sentences: `central-read`, `patterns_sub on singularity`, `electric`. */
  readonly name: string;
  readonly kind: 'standby' | 'subscription' | 'consumer' | 'tableSync';
  /** The node that it is on; `null` for a consumer, and for one that is not in the file. */
  readonly nodeId: string | null;
  /** `null`: not known, since its node was not read. */
  readonly needsIt: boolean | null;
  /** Finished sentence: what tells so. */
  readonly why: string;
}

import type { Lsn } from '../lsn';
import type { Measure, VerdictCode } from '../snapshot';

/** One look at how far an edge is behind. */
export interface Reading {
  readonly atMs: number;
  readonly bytes: number;
  /** How far the downstream confirmed. */
  readonly position: Lsn;
  /** How far it received, where that moves while a large transaction is applied; `null` where it proves nothing. */
  readonly received: Lsn | null;
}

export interface Standstill {
  readonly sinceMs: number;
  readonly looks: number;
}

/** What the error counters of a subscription did, and when its worker was seen absent. */
export interface SubscriptionMemory {
  /** Sum of apply and table sync errors at that time; `null` before 15. */
  readonly errors: number | null;
  /** The same sum when the subscription was last seen enabled. */
  readonly errorsWhileEnabled: number | null;
  /** It is disabled, and an error came with that. */
  readonly hasFailed: boolean;
  readonly rises: readonly { readonly atMs: number; readonly by: number }[];
  readonly syncErrors: number | null;
  readonly absence: Absence | null;
  /** What the slot had confirmed when the apply worker failed last; `null` when it did not, or that is not known. */
  readonly confirmedAtFailure: Lsn | null;
}

/** Looks that found a subscription enabled without a worker while nobody read its slot; `null` once it is back. */
export interface Absence {
  readonly sinceMs: number;
  readonly lastAtMs: number;
}

export interface EdgeMemory {
  /** Oldest first, bounded. */
  readonly readings: readonly Reading[];
  /** Since when and at how many looks the downstream was seen where it is now, all of it with bytes waiting. */
  readonly standstill: Standstill | null;
  readonly lastKnown: (Measure & { readonly atMs: number }) | null;
  /** Distinct looks, in a row, that found a standby without a WAL receiver; `null` when the last one found one. */
  readonly receiverAbsence: {
    readonly sinceMs: number;
    readonly lookedAtMs: number;
    readonly looks: number;
  } | null;
  readonly subscription: SubscriptionMemory | null;
}

export interface QueueReading {
  readonly atMs: number;
  readonly waiting: number;
}

/** Where the WAL of a node ended. */
export interface WalReading {
  readonly atMs: number;
  readonly end: Lsn;
}

/** What a slot kept. */
export interface SlotReading {
  readonly atMs: number;
  readonly restart: Lsn;
  readonly retainedBytes: number;
}

/**
 * The past that verdicts need, between two snapshots of one topology. Plain data, bounded by the number of edges, nodes and
 * queues; what is gone from the topology is forgotten with the next join, but for `systemIdentifiers` of declared nodes.
 */
export interface JoinMemory {
  /** By id of a node (`node/<id>`), edge, slot or queue: its verdict and since when it holds. */
  readonly verdicts: ReadonlyMap<
    string,
    { readonly family: VerdictCode; readonly sinceMs: number }
  >;
  readonly edges: ReadonlyMap<string, EdgeMemory>;
  readonly queues: ReadonlyMap<string, readonly QueueReading[]>;
  /** By node id, the last minutes. */
  readonly wal: ReadonlyMap<string, readonly WalReading[]>;
  /** By `slot/<node>/<name>`, the last minutes. */
  readonly slots: ReadonlyMap<string, readonly SlotReading[]>;
  /** By node id, as first seen: another one later means that the file points at another server. */
  readonly systemIdentifiers: ReadonlyMap<string, string>;
  /** By node id, the highest timeline seen: a standby's last checkpoint may be older than what it streamed. */
  readonly timelines: ReadonlyMap<string, number>;
}

export function emptyMemory(): JoinMemory {
  return {
    verdicts: new Map(),
    edges: new Map(),
    queues: new Map(),
    wal: new Map(),
    slots: new Map(),
    systemIdentifiers: new Map(),
    timelines: new Map(),
  };
}

export const EMPTY_EDGE_MEMORY: EdgeMemory = {
  readings: [],
  standstill: null,
  lastKnown: null,
  receiverAbsence: null,
  subscription: null,
};

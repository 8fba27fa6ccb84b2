import type { Endpoint, FailureFacts } from './failure';
import type { CauseFacts } from './causeFacts';
import type { FastFacts, QueueFacts, QueueMetricFacts, SlowFacts } from './facts';
import type { DeclaredRole, Topology } from './topology';

/**
 * One immutable picture of a topology: the file and the servers held together. Made by `core/join` from samples;
 * drawn by tree, status bar and dashboard. Ages are computed by whoever draws, from the `…AtMs` members (epoch ms, our clock).
 */

/** How it stands between us and one node. */
export type Contact =
  | 'restricted' // Restricted Mode: never
  | 'notAsked' // nobody has asked for a connection in this folder yet
  | 'notApproved' // its endpoint waits for the user's consent
  | 'disconnected' // the user said *Disconnect*
  | 'connecting'
  | 'connected'
  | 'failed';

/** What the monitor knows of one node after its last attempt. Facts are the last good ones: see `fastAtMs` for their age. */
export interface NodeSample {
  readonly contact: Contact;
  readonly failure: FailureFacts | null;
  /** Start of the present outage. */
  readonly failingSinceMs: number | null;
  readonly fast: FastFacts | null;
  /** When the last good answer arrived. */
  readonly fastAtMs: number | null;
  readonly roundTripMs: number | null;
  readonly slow: SlowFacts | null;
  readonly slowAtMs: number | null;
  /** Why something is wrong, as it was read last; absent while nothing called for it. */
  readonly causes?: CauseFacts | null;
  readonly causesAtMs?: number | null;
  /** Address that answered. */
  readonly endpoint: Endpoint | null;
  readonly nextTryAtMs: number | null;
  /** True while nobody looks: values are kept but grow old on purpose. */
  readonly isPollingPaused: boolean;
}

export type Health = 'healthy' | 'busy' | 'warning' | 'error' | 'unknown';

/** What is said of a node, an edge, a slot or a queue; first match in this order wins for an edge. */
export type VerdictCode =
  | 'restricted'
  | 'notConnected'
  | 'notApproved'
  | 'disconnected'
  | 'connecting'
  | 'unreachable'
  | 'starting'
  | 'passwordNeeded'
  | 'tooOld'
  | 'notPostgres'
  | 'noPrivilege'
  | 'splitBrain'
  | 'roleMismatch'
  | 'wrongSystem'
  | 'diverged'
  | 'slotLost'
  | 'disabled'
  | 'stoppedByError'
  | 'applyErrorLoop'
  | 'noWorker'
  | 'notStreaming'
  | 'sourceCutOff'
  | 'notFound' // declared, never seen
  | 'ambiguous' // several senders fit: give the standbys a slot or a cluster_name
  | 'paused'
  | 'blocked'
  | 'copying'
  | 'catchingUp'
  | 'lagging'
  | 'stuck'
  | 'idle'
  | 'streaming'
  | 'stale'
  | 'unknown'
  // slots
  | 'orphan'
  | 'nearLimit'
  // queues
  | 'queueEmpty'
  | 'queueWaiting'
  | 'queueGrowing'
  | 'queueDraining'
  | 'queueFailedOver' // nothing waits, but another server was promoted since the last drain
  | 'queueConflicts'
  | 'queueDead'
  | 'queueAbsent'
  // nodes
  | 'healthy';

/** Values that a verdict's text needs; only those that its code uses are set. */
export interface VerdictParams {
  readonly pids?: readonly number[];
  readonly retries?: number;
  readonly readyTables?: number;
  readonly totalTables?: number;
  readonly queuedTables?: number;
  readonly workersUsed?: number;
  readonly workersMax?: number;
  readonly upstreamTimeline?: number;
  readonly downstreamTimeline?: number;
  readonly role?: string;
  readonly otherNodes?: readonly string[];
  readonly perMinute?: number;
  readonly reason?: string;
}

export interface Verdict {
  readonly code: VerdictCode;
  readonly health: Health;
  /** Since when this code holds, as far as we saw it; `null` when not known. */
  readonly sinceMs: number | null;
  readonly params: VerdictParams;
}

/** One fact that led to a verdict, for tooltip and details. `value` is finished text. */
export interface Evidence {
  readonly label: string;
  readonly value: string;
  /** Catalog view or function and node: `pg_stat_replication on central`. */
  readonly source: string;
  readonly atMs: number | null;
}

export interface Measure {
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
}

/** A way that data takes: WAL to a standby, changes to a subscription, a slot's reader that is no Postgres. */
export interface EdgeSnapshot {
  /** Path in the topology, without state: `streaming/central-read`, `logical/genesis/metrics_sub`, `consumer/electric`. */
  readonly id: string;
  readonly kind: 'streaming' | 'logical' | 'consumer';
  /** What people call it: the standby's id, the subscription's name, the consumer's id. */
  readonly name: string;
  /** Node id of the upstream; `null` when it is not in the file. */
  readonly from: string | null;
  /** Node or consumer id of the downstream; for one that is not in the file `undeclared/<name>`. */
  readonly to: string;
  readonly isDeclared: boolean;
  readonly slotName: string | null;
  readonly verdict: Verdict;
  /** Now. `null` is unknown (see `unknownBecause`), never zero. */
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
  /** Finished text, lower case, for people: "source cut off"; `null` when the lag is known. */
  readonly unknownBecause: string | null;
  /** Measured against a standby's own position, not the root's (cascades). */
  readonly isRelativeToUpstream: boolean;
  /** Last numbers that were true, for "was 12 ms, 2 min ago". */
  readonly lastKnown: (Measure & { readonly atMs: number }) | null;
  /**
   * WAL that the downstream has not flushed, so that it is gone with the upstream; what is received but not replayed is not in it.
   * Absent where `lagBytes` is the nearest that is known.
   */
  readonly notArrivedBytes?: number;
  /** WAL that its slot keeps; not lag. */
  readonly retainedWalBytes: number | null;
  readonly syncState: string | null;
  readonly evidence: readonly Evidence[];
}

export interface SlotSnapshot {
  readonly nodeId: string;
  readonly name: string;
  readonly type: 'physical' | 'logical';
  readonly isActive: boolean;
  readonly isDeclared: boolean;
  /** Who reads it: a node id, `node/subscription`, a consumer id; `null` when nobody is known. */
  readonly consumer: string | null;
  readonly retainedWalBytes: number | null;
  readonly safeWalBytes: number | null;
  /** max_slot_wal_keep_size in bytes; `null` when unlimited or unknown. */
  readonly limitBytes: number | null;
  readonly walStatus: string | null;
  readonly invalidationReason: string | null;
  /** The process that reads it now; `null` when none does. */
  readonly reader: SlotReader | null;
  /** Since when nobody reads it, by our clock; `null` while it is read, before 17, and when it is not known. */
  readonly inactiveSinceMs: number | null;
  /** `null` for any slot but those of table copies. */
  readonly tableSync: TableSyncSlot | null;
  /** How long until it reaches its limit; absent where there is none. */
  readonly toLimit?: SlotLimit;
  readonly verdict: Verdict;
}

/** Time until a slot is invalidated, or passes `thresholds.retainedWal` of the file, at the rate that was seen. */
export interface SlotLimit {
  /** `server`: max_slot_wal_keep_size, beyond which WAL is removed. `file`: the user's own threshold, beyond which nothing happens by itself. */
  readonly by: 'server' | 'file';
  readonly limitBytes: number;
  /** Bytes that may still be written; 0 once it is passed. `null` when not known. */
  readonly leftBytes: number | null;
  /** `steady`: the reader keeps up, or it takes more than 48 hours. `unknown`: not seen for a minute yet. */
  readonly pace: 'approaching' | 'steady' | 'unknown';
  /** Only while approaching. */
  readonly ms: number | null;
}

/** @see pg_replication_slots.active_pid, pg_stat_replication */
export interface SlotReader {
  readonly pid: number;
  /** False: no WAL sender by that pid is told, as when a function reads the slot. */
  readonly isSender: boolean;
  /** `null` where the role may not see it. */
  readonly applicationName: string | null;
  /** `null` over a Unix socket, and where the role may not see it. */
  readonly clientAddress: string | null;
}

/** A slot `pg_<oid>_sync_<table>_<system>`: a worker copies one table by it. */
export interface TableSyncSlot {
  /** `node/subscription`; `null` when no node that was read has it. */
  readonly of: string | null;
  /** Whether its copy is done, or its subscription gone; `null` when the nodes that could tell were not read. */
  readonly isLeft: boolean | null;
}

export interface QueueSnapshot {
  /** `queue/vengeance`. */
  readonly id: string;
  readonly nodeId: string;
  readonly primaryId: string;
  /** Schema-qualified, for people. */
  readonly table: string;
  readonly facts: QueueFacts | null;
  readonly atMs: number | null;
  /** Operations a minute by which it grew, or with a minus shrank, over the last minutes; `null` until it was seen for one. */
  readonly perMinute: number | null;
  /** Whether this machine reaches both ends, which is what a drain needs; `null` where an end was not asked or is not known. */
  readonly isOnline: boolean | null;
  /**
   * Whether another server was promoted since the last drain: what the former primary took with it is not known until the queue is
   * drained again, also while nothing waits.
   */
  readonly isPrimaryReplaced: boolean;
  /** What its drains wrote on the primary in the last 24 hours; `null` where that is not known. */
  readonly past: QueuePast | null;
  readonly verdict: Verdict;
}

/** Five minutes each, oldest first; those without a drain are left out. */
export interface QueuePast {
  /** When it was read. */
  readonly atMs: number;
  readonly points: readonly QueueMetricFacts[];
}

export interface NodeSnapshot {
  readonly id: string;
  readonly isDeclared: boolean;
  readonly declaredRoles: readonly DeclaredRole[];
  /** By what the server says, else by the file. */
  readonly role: 'primary' | 'standby' | 'subscriber' | 'edge';
  readonly sample: NodeSample;
  readonly verdict: Verdict;
  /** Ids of nodes that are the same server (identifier, start time and port equal) seen through another database, or through the same one. */
  readonly sameServerAs: readonly string[];
  /** Server clock minus ours, at the middle of the round trip; `null` when unknown. */
  readonly clockSkewMs: number | null;
  /** WAL written, or on a standby received, a second over the last minute; `null` until it was seen for 10 s, absent where it was not computed. */
  readonly walBytesPerSecond?: number | null;
}

export interface TopologySummary {
  readonly health: Health;
  /** Declared downstream Postgres nodes (standbys and subscribers). */
  readonly replicas: number;
  readonly healthyReplicas: number;
  /** Things that need a person, worst first: ids of nodes, edges, slots (`slot/<node>/<name>`) and queues. */
  readonly problems: readonly string[];
  /** Largest lag among edges whose lag is known; `null` when none is. */
  readonly worstLagMs: number | null;
  readonly worstLagBytes: number | null;
  readonly worstEdgeId: string | null;
  readonly publications: number | null;
  readonly subscriptions: number;
  readonly activeSubscriptions: number | null;
  readonly isContacted: boolean;
}

/** What a person said of two writable servers of one system: this one is the primary. */
export interface ChosenPrimary {
  readonly systemIdentifier: string;
  readonly nodeId: string;
  /** The nodes that it was chosen against. A third one asks anew. */
  readonly others: readonly string[];
}

export interface TopologySnapshot {
  /** URI of the topology file, as text. */
  readonly id: string;
  readonly topology: Topology;
  /** Rises by one with every published snapshot of this topology. */
  readonly version: number;
  readonly takenAtMs: number;
  readonly nodes: readonly NodeSnapshot[];
  readonly edges: readonly EdgeSnapshot[];
  readonly slots: readonly SlotSnapshot[];
  readonly queues: readonly QueueSnapshot[];
  readonly summary: TopologySummary;
  /** Who was said to be the primary in a split brain; absent: nobody. It may be over already. */
  readonly chosenPrimary?: ChosenPrimary;
}

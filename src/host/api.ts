import type { Event } from 'vscode';
import type { CheckKind, CheckOutcome } from '../core/checks/checkResult';
import type { Contact, Health, VerdictCode } from '../core/snapshot';

/**
 * What `activate()` returns to other extensions: state as plain JSON, without secrets, connection strings or server
 * messages. Obtain it with `vscode.extensions.getExtension('pg-topology.pg-topology')?.exports`.
 */
export interface PgTopologyApi {
  /** Rises only with a change that breaks callers. */
  readonly apiVersion: 1;
  /** The latest picture; one entry a topology file. Asks no server. */
  getSnapshot(): ApiSnapshot;
  /** Fires after a picture was replaced. */
  readonly onDidChangeSnapshot: Event<ApiSnapshot>;
  /** Polls now and resolves when every node has answered or failed. Contacts nothing that the user has not allowed. */
  refresh(): Promise<void>;
  /**
   * Checks every declared edge of every topology once: writes a token upstream and waits for it downstream, ten seconds at
   * most. Contacts nothing that the user has not allowed: an edge with such a node is `notPossible`. Calls that come while
   * one is under way share its results.
   * @throws in Restricted Mode
   */
  runChecks(): Promise<readonly ApiCheck[]>;
}

export interface ApiSnapshot {
  readonly topologies: readonly ApiTopology[];
}

export interface ApiTopology {
  /** URI of the topology file. */
  readonly id: string;
  readonly name: string;
  readonly environment: 'development' | 'staging' | 'production';
  /** Rises by one with every new picture of this topology. */
  readonly version: number;
  /** Epoch milliseconds, like every `…AtMs` and `…sinceMs` here. */
  readonly takenAtMs: number;
  readonly health: Health;
  readonly isContacted: boolean;
  readonly replicas: number;
  readonly healthyReplicas: number;
  /** Largest known lag; `null` when no lag is known. */
  readonly worstLagMs: number | null;
  readonly worstLagBytes: number | null;
  readonly nodes: readonly ApiNode[];
  readonly edges: readonly ApiEdge[];
  readonly queues: readonly ApiQueue[];
}

export interface ApiVerdict {
  readonly verdict: VerdictCode;
  readonly health: Health;
  readonly sinceMs: number | null;
}

export interface ApiNode extends ApiVerdict {
  readonly id: string;
  readonly role: string;
  readonly isDeclared: boolean;
  readonly contact: Contact;
  /** When the server last answered; `null` when it never did. */
  readonly answeredAtMs: number | null;
  readonly serverVersionNum: number | null;
}

export interface ApiEdge extends ApiVerdict {
  readonly id: string;
  readonly kind: 'streaming' | 'logical' | 'consumer';
  readonly name: string;
  readonly from: string | null;
  readonly to: string;
  /** `null` is unknown, never zero. */
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
}

export interface ApiQueue extends ApiVerdict {
  readonly id: string;
  readonly nodeId: string;
  /** Operations that wait; counting stops at 10,001. */
  readonly waiting: number | null;
  readonly conflicts: number | null;
  readonly dead: number | null;
  /** When the oldest operation that waits was written, by the edge's clock. */
  readonly oldestAtMs: number | null;
  /** By how many operations a minute it grows, or with a minus shrinks. */
  readonly perMinute: number | null;
  readonly lastError: string | null;
  /** By the edge's clock. */
  readonly lastDrainedAtMs: number | null;
  /** Whether this machine reaches the edge and its primary. */
  readonly isOnline: boolean | null;
  /** Process on the edge's server that drains it now; `null` when none is known to. */
  readonly drainerPid: number | null;
}

/** What the check of one edge came to. */
export interface ApiCheck {
  readonly topologyId: string;
  readonly edgeId: string;
  /** `row`: a token in a replicated table was read downstream. `marker`: a position was passed; proves no row. */
  readonly kind: CheckKind;
  readonly outcome: CheckOutcome;
  /** From commit upstream to visible downstream; `null` unless it arrived. */
  readonly arrivedMs: number | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** How long it was waited for at most. */
  readonly limitMs: number;
  /** The edge's verdict when it had not arrived; `null` otherwise. */
  readonly verdict: VerdictCode | null;
}

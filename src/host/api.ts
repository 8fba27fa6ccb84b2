import type { Event } from 'vscode';
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
  /** Not available in this version: always rejects. */
  runChecks(): Promise<never>;
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
}

import type { ConflictPolicy, ConnectionParams, TableName } from '../topology';

/**
 * What discovery and the imports come to: a topology that a person looks at before it becomes a file. Plain data, without
 * secrets: a password that came along is handed on apart from it (`ProposalSecrets`).
 */

/** Where a piece of the proposal comes from, so that a person can judge it and the file can say it. */
export interface Evidence {
  /** A clause without a full stop: `client_addr 10.0.0.7 in pg_stat_replication on central`, `MASTER_DB_HOST in .env`. */
  readonly text: string;
  /** When a server said it, by our clock; `null` for what a file says. */
  readonly atMs: number | null;
}

/**
 * `seen`: two servers say it, or the one that must know (a standby of its sender that we spoke to, too).
 * `guessed`: an address alone, a name alike, a file.
 */
export type Certainty = 'seen' | 'guessed';

interface Shown {
  readonly certainty: Certainty;
  /** The most telling first; never empty. */
  readonly evidence: readonly Evidence[];
}

export interface ProposedNode extends Shown {
  /** Key in the file; unique within the proposal. For a node of the file, its key there. */
  readonly id: string;
  /** As it would be dialled from here: host, port, dbname, user, sslmode and the like. Empty when no address is known. */
  readonly connection: ConnectionParams;
  /** Finished sentence: why it was not reached, or why its address may not lead there from here (NAT, a container); `null`. */
  readonly problem: string | null;
  /** pg_control_system(); `null` when it was not read. */
  readonly systemIdentifier: string | null;
  /** True when the file already has it. */
  readonly isInFile: boolean;
  /** Present where the connection needs another source than `auto`: `env:NAME`, `pgpass`. */
  readonly passwordSource?: string;
  readonly publications: readonly ProposedPublication[];
  readonly queue: ProposedQueue | null;
}

export interface ProposedPublication {
  readonly name: string;
  readonly allTables: boolean;
  readonly schemas: readonly string[];
  readonly tables: readonly TableName[];
  readonly evidence: readonly Evidence[];
}

export interface ProposedQueue {
  readonly table: TableName;
  readonly capture: 'trigger' | 'application';
  readonly tables: readonly (TableName & { readonly policy: ConflictPolicy })[];
  readonly evidence: readonly Evidence[];
}

/** One way that data takes, between two nodes of the proposal. */
export type ProposedEdge =
  | (Shown & {
      readonly kind: 'streaming';
      /** The upstream. */
      readonly from: string;
      readonly to: string;
      readonly slot: string | null;
    })
  | (Shown & {
      readonly kind: 'logical';
      /** The publisher. */
      readonly from: string;
      readonly to: string;
      readonly subscription: string;
      readonly publications: readonly string[];
      /** `null`: named as the subscription. */
      readonly slot: string | null;
      /** How the subscriber's server dials, without secrets, where that differs from how we do; `null` else or unknown. */
      readonly connection: string | null;
    })
  | (Shown & {
      readonly kind: 'queue';
      /** The edge, whose queue is drained. */
      readonly from: string;
      /** The primary. */
      readonly to: string;
    });

/** A slot that something reads which is no Postgres, or nobody. */
export interface ProposedConsumer extends Shown {
  readonly id: string;
  readonly node: string;
  readonly slot: string;
}

export interface TopologyProposal {
  /** Name for the topology; `null`: none suggests itself. */
  readonly name: string | null;
  readonly nodes: readonly ProposedNode[];
  readonly edges: readonly ProposedEdge[];
  readonly consumers: readonly ProposedConsumer[];
  /** Finished sentences about what was left out, and why; nothing is left out silently. */
  readonly skipped: readonly string[];
  /** Finished sentences about what is wrong with what was found: two primaries of one system, an orphan slot. */
  readonly warnings: readonly string[];
}

/** Passwords that came along, by node id. For SecretStorage alone: never in a file, a message or a log. */
export type ProposalSecrets = ReadonlyMap<string, string>;

/** What a person changed before writing. */
export interface ProposalChoices {
  /** Ids of the nodes to write; what hangs on others is left out. */
  readonly nodeIds: ReadonlySet<string>;
  /** New names by proposed id. */
  readonly names: ReadonlyMap<string, string>;
  /** Other addresses by proposed id. */
  readonly addresses: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
}

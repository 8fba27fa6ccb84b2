import type { FastFacts, PublicationFacts } from '../facts';
import type { Endpoint } from '../failure';
import type { TableName } from '../topology';

/**
 * What one look at one server tells of the topology around it. Read-only, by few statements; what our role may not see is `null`.
 * No secret ever: of conninfos host, port, database and a few names alone leave the server.
 */
export interface DiscoveryFacts {
  /** Where we dialled, and when, by our clock. */
  readonly endpoint: Endpoint;
  readonly atMs: number;
  /** The address as the server itself has it, which others on its network may say: inet_server_addr(); `null` by a Unix socket. */
  readonly self: Endpoint | null;
  /** Databases of this server that have subscriptions: pg_subscription is shared, what is in them is not. */
  readonly subscribedDatabases: readonly string[];
  readonly fast: FastFacts;
  /** Role and database of the session. */
  readonly role: string;
  /** cluster_name; empty when it is not set. */
  readonly clusterName: string;
  readonly publications: readonly PublicationFacts[];
  /** Walsenders with what they were told to do: slot and publications are in it. Source: pg_stat_activity.query by pid. */
  readonly senderCommands: readonly { readonly pid: number; readonly query: string | null }[];
  /** primary_conninfo: where a standby receives from, as its own host dials; `null` on a primary or where it may not be read. */
  readonly upstream: Partial<Endpoint> | null;
  readonly primarySlotName: string | null;
  /** Where each subscription of this database subscribes, as its own host dials; those whose conninfo may not be read are missing. */
  readonly publishers: readonly PublisherAddress[];
  /** Tables that look like a queue, in any schema, and which of our shapes they have. */
  readonly queues: readonly { readonly table: TableName; readonly shape: 'current' | 'old' }[];
  /** Tables whose edits our triggers queue. */
  readonly capturedTables: readonly TableName[];
  /** What a cluster manager's own tables list: `repmgr.nodes`, `pgautofailover.node`. */
  readonly members: readonly ClusterMember[];
  /** Whether its settings are given as Patroni gives them. */
  readonly looksLikePatroni: boolean;
  /** Finished sentences: what could not be read, and what would allow it. */
  readonly notes: readonly string[];
}

export interface PublisherAddress {
  readonly subscription: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly database: string | null;
}

/** One node as a cluster manager lists it. */
export interface ClusterMember {
  readonly source: 'repmgr' | 'pg_auto_failover' | 'Patroni';
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Of the member it follows; `null`: a primary, or not said. */
  readonly upstream: string | null;
  readonly isPrimary: boolean | null;
}

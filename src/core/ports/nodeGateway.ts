import type { CauseFacts, CauseWants } from '../causeFacts';
import type { Endpoint } from '../failure';
import type { FastFacts, SlowFacts } from '../facts';
import type { TopologyNode } from '../topology';
import type { CancelSignal } from './cancelSignal';

/** The one door through which the monitor reads servers. Implemented by `pg/`; every rejection is a `ServerFailure`. */
export interface NodeGateway {
  /**
   * Addresses that a connection to this node would dial, in order, completed from service file and environment.
   * Reads local files, never a socket. For a Unix socket `host` is its directory.
   */
  endpointsOf(node: TopologyNode): Promise<readonly Endpoint[]>;

  /**
   * Dials the node as its watching user and opens one read-only session. Never prompts: without a password it fails with
   * `passwordNeeded`. Limits on dialling and on every statement are set.
   */
  open(node: TopologyNode, signal: CancelSignal): Promise<NodeSession>;
}

/** One held, read-only connection to one node. At most one statement is under way at a time. */
export interface NodeSession {
  readonly endpoint: Endpoint;
  /** One statement, one row, one round trip. After a time-out the session is destroyed and must be opened anew. */
  readFast(signal: CancelSignal): Promise<FastFacts>;
  /** What changes rarely; also looks anew whether the queue table exists and in which shape, which `readFast` then follows. */
  readSlow(signal: CancelSignal): Promise<SlowFacts>;
  /** Why something is wrong, as far as our role may see: one statement, and one for the log. What it may not see is `null`. */
  readCauses(wants: CauseWants, signal: CancelSignal): Promise<CauseFacts>;
  /**
   * Takes over other edges and drain roles of the same node from the file, for the next `readSlow`. Not another connection or
   * queue table: these need a session of their own.
   */
  follow(node: TopologyNode): void;
  /** True once the connection is gone; it never comes back. */
  readonly isClosed: boolean;
  /** Ends the session within a second, cancelling what runs. Never rejects. */
  close(): Promise<void>;
}

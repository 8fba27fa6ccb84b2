import type { ClusterMember, DiscoveryFacts } from '../discovery/discoveryFacts';
import type { Endpoint } from '../failure';
import type { TopologyNode } from '../topology';
import type { CancelSignal } from './cancelSignal';

/** The door through which discovery reads servers that no file names yet. Every rejection is a `ServerFailure`. */
export interface DiscoveryGateway {
  /** Addresses that would be dialled, completed from service file and environment; opens no socket. */
  endpointsOf(node: TopologyNode): Promise<readonly Endpoint[]>;
  /**
   * Dials once, read-only, reads all that leads to other nodes, and closes. Never prompts.
   * @param password for this session alone; `null`: as the monitor finds one
   */
  look(node: TopologyNode, password: string | null, signal: CancelSignal): Promise<DiscoveryFacts>;
  /**
   * Asks Patroni's REST interface for its members: one GET of `/cluster`, within 5 s, never led elsewhere by a redirect. Without
   * credentials, and over plain HTTP, which is how it is served unless somebody changed that.
   * @throws ServerFailure whose text names what was answered instead
   */
  readMembers(endpoint: Endpoint, signal: CancelSignal): Promise<readonly ClusterMember[]>;
}

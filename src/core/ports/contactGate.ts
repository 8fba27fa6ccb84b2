import type { Endpoint } from '../failure';

/** Whether this machine may talk to a server now: trust, the user's first act, and consent per folder and endpoint. */
export type ContactDecision = 'allowed' | 'restricted' | 'notAsked' | 'notApproved';

/** Asked before every dial, in code, whatever the user interface shows. */
export interface ContactGate {
  /**
   * Trust and the first act alone; answers before any file is read to find endpoints.
   * @param topologyId URI of the topology file; consent is kept for the folder that holds it.
   */
  decideBeforeResolving(topologyId: string): ContactDecision;
  /** The whole rule for these endpoints: every one must be loopback, a Unix socket, or approved. */
  decide(topologyId: string, endpoints: readonly Endpoint[]): ContactDecision;
}

import type { Endpoint } from '../failure';
import type { CancelSignal } from '../ports/cancelSignal';
import type { TopologyProposal } from './proposal';

/** What looking at one node again came to. */
export interface LookedAtAgain {
  readonly proposal: TopologyProposal;
  /** Names that the file gives to what is not of the proposal. */
  readonly takenNames: readonly string[];
  /** Finished sentence: what came of it. */
  readonly said: string;
}

/** Looks at servers while a proposal is shown, where a person says that they are. */
export interface LookAgain {
  /** What each node of the proposal as it is now is known by from one look to the next, by its id. */
  keys(): ReadonlyMap<string, string>;
  /**
   * Dials an address for a node, once it is allowed, and goes on from there. Never rejects because a server did not answer.
   * @param nodeId in the proposal as it is now
   */
  look(nodeId: string, address: Endpoint, signal: CancelSignal): Promise<LookedAtAgain>;
}

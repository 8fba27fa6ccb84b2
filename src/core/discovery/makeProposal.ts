import { Draft } from './draft';
import type { Look, ProposalOptions } from './look';
import { presentDraft } from './presentDraft';
import type { TopologyProposal } from './proposal';
import { addReachedNodes } from './reachedNodes';
import { recogniseServers } from './servers';

/**
 * What a topology looks like by what servers said. Pure; the same looks come to the same proposal, whatever their order.
 * An edge is never made up: what only an address or a name speaks for is guessed, with the reason, and what nothing decides is
 * left out with a sentence.
 */
export function makeProposal(
  looks: readonly Look[],
  options: ProposalOptions = {},
): TopologyProposal {
  return presentDraft(draftTopology(looks, options), options).proposal;
}

/** The same before names are chosen, for who looks further. */
export function draftTopology(looks: readonly Look[], _options: ProposalOptions): Draft {
  const draft = new Draft(looks, recogniseServers(looks));
  addReachedNodes(draft);
  return draft;
}

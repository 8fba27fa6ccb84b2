import { Draft } from './draft';
import { judge } from './judge';
import { addUnreached } from './leftovers';
import { databaseNode, joinSubscribers } from './logical';
import type { Look, ProposalOptions } from './look';
import { addMembers } from './members';
import { presentDraft } from './presentDraft';
import type { TopologyProposal } from './proposal';
import { joinQueues } from './queues';
import { addReachedNodes } from './reachedNodes';
import { recogniseServers } from './servers';
import { joinStandbys } from './streaming';

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
export function draftTopology(looks: readonly Look[], options: ProposalOptions): Draft {
  const draft = new Draft(looks, recogniseServers(looks));
  addReachedNodes(draft);
  joinStandbys(draft);
  joinSubscribers(draft);
  addUnreached(draft);
  addSubscribedDatabases(draft);
  addMembers(draft, options.members ?? []);
  spreadStreaming(draft);
  joinQueues(draft);
  judge(draft);
  return draft;
}

/** Databases of a server that have subscriptions, of which the catalog of another tells no more. */
function addSubscribedDatabases(draft: Draft): void {
  for (const server of draft.servers) {
    const names = server.answers.flatMap(({ facts }) => facts.subscribedDatabases);
    for (const name of new Set(names)) databaseNode(draft, server, name);
  }
}

/** What one database of a standby receives, all of its databases do. */
function spreadStreaming(draft: Draft): void {
  for (const edge of [...draft.edges]) {
    const server = draft.nodes.get(edge.to)?.server ?? null;
    const upstream = draft.nodes.get(edge.from)?.server ?? null;
    if (edge.kind !== 'streaming' || server === null) continue;
    for (const node of draft.nodes.values()) {
      if (node.server !== server || node.key === edge.to) continue;
      const from = upstream === null ? null : draft.nodeOf(upstream, node.database);
      draft.edges.push({ ...edge, from: from?.key ?? edge.from, to: node.key });
    }
  }
}

import type { ProposalChoices, TopologyProposal } from '../../../src/core/discovery/proposal';
import { DiscoverySession } from '../../../src/panels/discoverySession';
import { toDiscoveryState } from '../../../src/protocol/toDiscoveryState';
import type { OpenDashboard, OpenOptions, Rig } from './rig';

export interface OpenDiscovery extends Omit<OpenDashboard, 'host'> {
  /** What was decided so far; `null` stands for a cancellation. */
  readonly decisions: readonly (ProposalChoices | null)[];
  readonly warnings: readonly string[];
}

/** The map of a proposal in a real browser, with the real host session behind it. */
export async function openDiscovery(
  rig: Rig,
  proposal: TopologyProposal,
  options: OpenOptions & { readonly takenNames?: readonly string[] } = {},
): Promise<OpenDiscovery> {
  const decisions: (ProposalChoices | null)[] = [];
  const warnings: string[] = [];
  const state = toDiscoveryState(proposal, 'Discovered Topology', options.takenNames);
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message: string) => void warnings.push(message),
    error: (message: string) => void warnings.push(message),
  };
  const opened = await rig.openWith(
    (post) =>
      new DiscoverySession(state, {
        log,
        post,
        decide: (choices) => void decisions.push(choices),
      }),
    { ...options, page: 'discovery' },
  );
  return { ...opened, decisions, warnings };
}

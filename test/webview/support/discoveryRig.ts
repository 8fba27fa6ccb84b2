import type { Endpoint } from '../../../src/core/failure';
import type { CancelSignal } from '../../../src/core/ports/cancelSignal';
import type { ProposalChoices, TopologyProposal } from '../../../src/core/discovery/proposal';
import type { DiscoveryState } from '../../../src/protocol/discoveryState';
import { DiscoverySession } from '../../../src/panels/discoverySession';
import { toDiscoveryState } from '../../../src/protocol/toDiscoveryState';
import type { OpenDashboard, OpenOptions, Rig } from './rig';

export interface OpenDiscovery extends Omit<OpenDashboard, 'host'> {
  /** What was decided so far; `null` stands for a cancellation. */
  readonly decisions: readonly (ProposalChoices | null)[];
  readonly warnings: readonly string[];
  /** What was asked to be looked at, each with the way to say what came of it. */
  readonly looks: readonly AskedLook[];
}

export interface AskedLook {
  readonly nodeId: string;
  readonly address: Endpoint;
  readonly signal: CancelSignal;
  /** @param keys ids that nodes have now, by what they were called at first */
  readonly come: (
    to: TopologyProposal,
    said: string,
    keys?: Readonly<Record<string, string>>,
  ) => void;
}

/** The map of a proposal in a real browser, with the real host session behind it. */
export async function openDiscovery(
  rig: Rig,
  proposal: TopologyProposal,
  options: OpenOptions & {
    readonly takenNames?: readonly string[];
    /** Whether servers can be looked at from it. */
    readonly canLook?: boolean;
  } = {},
): Promise<OpenDiscovery> {
  const decisions: (ProposalChoices | null)[] = [];
  const warnings: string[] = [];
  const looks: AskedLook[] = [];
  const title = 'Discovered Topology';
  const keysOf = ({ nodes }: TopologyProposal, renamed: Readonly<Record<string, string>> = {}) =>
    new Map(nodes.map(({ id }) => [id, renamed[id] ?? id]));
  const state = toDiscoveryState(
    proposal,
    title,
    options.takenNames,
    options.canLook === true ? keysOf(proposal) : null,
  );
  const lookAgain = async (nodeId: string, address: Endpoint, signal: CancelSignal) =>
    new Promise<DiscoveryState>((resolve) => {
      looks.push({
        nodeId,
        address,
        signal,
        come: (to, said, keys) =>
          resolve({
            ...toDiscoveryState(to, title, options.takenNames, keysOf(to, keys)),
            look: { key: null, said },
          }),
      });
    });
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
        ...(options.canLook === true ? { lookAgain } : {}),
      }),
    { ...options, page: 'discovery' },
  );
  return { ...opened, decisions, warnings, looks };
}

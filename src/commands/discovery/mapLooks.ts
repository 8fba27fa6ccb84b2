import { bareNode } from '../../core/bareNode';
import type { ProposalSecrets, TopologyProposal } from '../../core/discovery/proposal';
import { isSameAddress } from '../../core/discovery/servers';
import { formatEndpoint } from '../../core/endpoint';
import { isServerFailure, type Endpoint } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import { say } from '../../core/say';
import { MOST_LOOKS } from '../../operations/discovery/crawlLooks';
import type { LookedAgain, WantedAgain } from '../../operations/discovery/waitingEndpoint';
import type { CommandDeps } from '../commandDeps';
import { askFurther } from './askFurther';
import { askPassword, asksForPassword } from './askPassword';
import { goFurther, type Crawled } from './crawlServers';
import { furtherServers } from './furtherServers';
import { withCancel } from './withCancel';

interface Found {
  readonly proposal: TopologyProposal;
  readonly secrets: ProposalSecrets;
  readonly approved: readonly Endpoint[];
}

/** Goes on with a crawl from the map: looks at a node where a person says that it is, in a trusted folder and after the same consent. */
export class MapLooks {
  constructor(
    private readonly deps: Pick<CommandDeps, 'endpointsOf' | 'isTrusted'>,
    private readonly crawled: Crawled,
  ) {}

  /** What the crawl came to by now. */
  found(): Found {
    const { crawl, approved } = this.crawled;
    return { proposal: crawl.proposal(), secrets: crawl.secrets(), approved };
  }

  /** @see LookAgain */
  keys(): ReadonlyMap<string, string> {
    return this.crawled.crawl.keys();
  }

  /** @returns finished sentence: what came of it */
  async look(nodeId: string, address: Endpoint, signal: CancelSignal): Promise<string> {
    try {
      return await this.lookAt(nodeId, address, signal);
    } catch (error) {
      // A connection that cannot be completed, as without the certificate that it names.
      if (isServerFailure(error)) return error.facts.text;
      throw error;
    }
  }

  private async lookAt(nodeId: string, address: Endpoint, signal: CancelSignal): Promise<string> {
    const where = formatEndpoint(address);
    if (!this.deps.isTrusted()) {
      return say`${where} was not looked at: in Restricted Mode no server is dialled.`;
    }
    if (!(await this.isAllowed({ nodeId, address })) || signal.aborted) {
      return say`${where} was not looked at: it was not allowed.`;
    }
    const key = this.keys().get(nodeId);
    const outcome = await this.dial({ nodeId, address }, where, signal);
    if (outcome === 'notLookedAt') {
      return say`${where} was not looked at: discovery looks at ${MOST_LOOKS} servers at most.`;
    }
    if (outcome === 'cancelled') return say`Looking at ${where} was cancelled.`;
    if (outcome === 'answered') await goFurther(this.crawled, signal);
    return this.outcomeOf(key, nodeId, where);
  }

  /** Asks about what nobody allowed yet, in the list in which further servers are asked about. */
  private async isAllowed(wanted: WantedAgain): Promise<boolean> {
    const { crawl, approved } = this.crawled;
    const connection = crawl.connectionAt(wanted);
    if (connection === null) return false;
    // What is dialled decides, not what was typed: a host may be a list of them.
    const endpoints = await this.deps.endpointsOf(bareNode(wanted.nodeId, connection));
    const open = endpoints.filter(
      (one) => crawl.needsConsent(one) && !approved.some((other) => isSameAddress(one, other)),
    );
    if (open.length === 0) return true;
    const servers = furtherServers(open.flatMap((one) => crawl.placeAt(wanted.nodeId, one) ?? []));
    // Nothing to ask about is no consent.
    if (servers.length === 0) return false;
    const ticked = await askFurther(servers, say`May this server be looked at?`);
    if (ticked === null || ticked.length < servers.length) return false;
    approved.push(...ticked.map(({ endpoint }) => endpoint));
    return true;
  }

  private async dial(
    wanted: WantedAgain,
    where: string,
    signal: CancelSignal,
  ): Promise<LookedAgain | 'cancelled'> {
    const { crawl } = this.crawled;
    const stays = this.keys().get(wanted.nodeId);
    let { nodeId, password } = wanted;
    for (;;) {
      let outcome: LookedAgain = 'notLookedAt';
      const next = { ...wanted, nodeId, ...(password === undefined ? {} : { password }) };
      const work = async (either: CancelSignal): Promise<void> => {
        outcome = await crawl.lookAgain(next, either);
      };
      const isDone = await withCancel(say`Looking at ${where}`, work, signal);
      if (!isDone) return 'cancelled';
      const failure = failureIn(outcome);
      if (failure === null || !asksForPassword(failure.reason)) return outcome;
      const answer = await askPassword(where, failure.reason);
      if (answer === null || signal.aborted) return outcome;
      password = answer;
      // A look that failed may have given it another name.
      nodeId = this.idOf(stays) ?? nodeId;
    }
  }

  private idOf(stays: string | undefined): string | null {
    return [...this.keys()].find(([, key]) => key === stays)?.[0] ?? null;
  }

  private outcomeOf(key: string | undefined, before: string, where: string): string {
    const id = this.idOf(key);
    const node = this.crawled.crawl.proposal().nodes.find((one) => one.id === id);
    if (node === undefined) {
      return say`A server answered at ${where}, and ${before} is not on the map any more.`;
    }
    return node.problem ?? say`A server answered at ${where}.`;
  }
}

/** The compiler does not see what a function assigned. */
function failureIn(outcome: LookedAgain): Exclude<LookedAgain, string> | null {
  return typeof outcome === 'string' ? null : outcome;
}

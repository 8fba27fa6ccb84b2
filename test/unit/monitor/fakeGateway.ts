import type { CauseFacts, CauseWants } from '../../../src/core/causeFacts';
import type { FastFacts, SlowFacts } from '../../../src/core/facts';
import { ServerFailure, type Endpoint, type FailureReason } from '../../../src/core/failure';
import type { CancelSignal } from '../../../src/core/ports/cancelSignal';
import type { NodeGateway, NodeSession } from '../../../src/core/ports/nodeGateway';
import type { TopologyNode } from '../../../src/core/topology';

export function failure(reason: FailureReason): ServerFailure {
  return new ServerFailure({
    reason,
    text: `Could not read the node: ${reason}.`,
    advice: null,
    sqlstate: null,
    serverMessage: null,
    endpoint: null,
    user: null,
  });
}

export function fastFacts(changes: Partial<FastFacts> = {}): FastFacts {
  return {
    serverVersionNum: 180_000,
    isInRecovery: false,
    systemIdentifier: '1',
    postmasterStartedAtMs: 0,
    serverTimeMs: 0,
    database: 'app',
    timeline: 1,
    currentLsn: 1n,
    receiveLsn: null,
    replayLsn: null,
    lastReplayedCommitAtMs: null,
    replayPauseState: null,
    canSeeReplication: true,
    senders: [],
    receiver: null,
    slots: [],
    subscriptions: [],
    queue: null,
    connectionsUsed: null,
    ...changes,
  };
}

export const SLOW_FACTS: SlowFacts = {
  serverVersion: '18.0',
  role: 'monitor',
  isSuperuser: false,
  hasMonitorRole: true,
  serverPort: 5432,
  publications: [],
  subscriptionTables: [],
  settings: {},
  queueShape: null,
};

export const NO_CAUSES: CauseFacts = {
  blockers: null,
  replay: null,
  tables: null,
  oldestWalLsn: null,
  log: null,
};

/** How one fake server behaves; a test changes it as it goes. */
export interface ServerScript extends Outcomes {
  facts: FastFacts;
}

interface Outcomes {
  /** Why dialling fails; `null`: it works. `hang`: it never answers. */
  dial: FailureReason | 'hang' | null;
  fast: FailureReason | 'hang' | null;
  slow: FailureReason | 'hang' | null;
  causes: FailureReason | 'hang' | null;
}

/** Counts what the monitor did to one node. */
export interface Tally {
  dials: number;
  fast: number;
  slow: number;
  causes: number;
  /** Sessions open now, and the most there ever were at once. */
  open: number;
  mostOpen: number;
  /** Dials and statements under way now, and the most at once. */
  busy: number;
  mostBusy: number;
}

/** Servers by node id, without a network. */
export class FakeGateway implements NodeGateway {
  private readonly scripts = new Map<string, ServerScript>();
  private readonly tallies = new Map<string, Tally>();
  /** Node ids in the order in which fast statements were sent. */
  readonly sent: string[] = [];
  /** What was wanted of causes, in the order in which it was asked for. */
  readonly wants: CauseWants[] = [];
  readonly sessions: FakeSession[] = [];
  /** How often files would have been read. */
  resolutions = 0;

  server(nodeId: string): ServerScript {
    const known = this.scripts.get(nodeId);
    if (known !== undefined) return known;
    const script = { dial: null, fast: null, slow: null, causes: null, facts: fastFacts() };
    this.scripts.set(nodeId, script);
    return script;
  }

  tally(nodeId: string): Tally {
    const known = this.tallies.get(nodeId);
    if (known !== undefined) return known;
    const tally = {
      dials: 0,
      fast: 0,
      slow: 0,
      causes: 0,
      open: 0,
      mostOpen: 0,
      busy: 0,
      mostBusy: 0,
    };
    this.tallies.set(nodeId, tally);
    return tally;
  }

  total(what: keyof Tally): number {
    return [...this.tallies.values()].reduce((sum, tally) => sum + tally[what], 0);
  }

  endpointsOf(node: TopologyNode): Promise<readonly Endpoint[]> {
    this.resolutions += 1;
    return Promise.resolve([endpointOf(node)]);
  }

  async open(node: TopologyNode, signal: CancelSignal): Promise<NodeSession> {
    const tally = this.tally(node.id);
    tally.dials += 1;
    await this.act(node.id, 'dial', signal);
    tally.open += 1;
    tally.mostOpen = Math.max(tally.mostOpen, tally.open);
    const session = new FakeSession(this, node, endpointOf(node));
    this.sessions.push(session);
    return session;
  }

  /** One dial or statement: fails, hangs until cancelled, or ends well, as the script says when it begins. */
  async act(nodeId: string, what: keyof Outcomes, signal: CancelSignal): Promise<void> {
    const tally = this.tally(nodeId);
    const outcome = this.server(nodeId)[what];
    tally.busy += 1;
    tally.mostBusy = Math.max(tally.mostBusy, tally.busy);
    try {
      if (outcome === 'hang') await aborted(signal);
      await Promise.resolve();
      if (signal.aborted) throw failure('cancelled');
      if (outcome !== null) throw failure(outcome === 'hang' ? 'cancelled' : outcome);
    } finally {
      tally.busy -= 1;
    }
  }
}

class FakeSession implements NodeSession {
  isClosed = false;

  constructor(
    private readonly gateway: FakeGateway,
    public node: TopologyNode,
    readonly endpoint: Endpoint,
  ) {}

  follow(node: TopologyNode): void {
    this.node = node;
  }

  async readFast(signal: CancelSignal): Promise<FastFacts> {
    this.gateway.tally(this.node.id).fast += 1;
    this.gateway.sent.push(this.node.id);
    await this.act('fast', signal);
    return this.gateway.server(this.node.id).facts;
  }

  async readSlow(signal: CancelSignal): Promise<SlowFacts> {
    this.gateway.tally(this.node.id).slow += 1;
    await this.act('slow', signal);
    return SLOW_FACTS;
  }

  async readCauses(wants: CauseWants, signal: CancelSignal): Promise<CauseFacts> {
    this.gateway.tally(this.node.id).causes += 1;
    this.gateway.wants.push(wants);
    await this.act('causes', signal);
    return NO_CAUSES;
  }

  /** The server, or the network, gives the connection up. */
  drop(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.gateway.tally(this.node.id).open -= 1;
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.drop();
  }

  private async act(what: Exclude<keyof Outcomes, 'dial'>, signal: CancelSignal): Promise<void> {
    try {
      if (this.isClosed) throw failure('lost');
      await this.gateway.act(this.node.id, what, signal);
    } catch (error) {
      const outcome = this.gateway.server(this.node.id)[what];
      if (outcome === 'lost' || outcome === 'readTimeout') this.drop();
      throw error;
    }
  }
}

function endpointOf(node: TopologyNode): Endpoint {
  return { host: node.connection['host'] ?? 'localhost', port: 5432 };
}

function aborted(signal: CancelSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end);
  });
}

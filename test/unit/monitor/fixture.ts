import type { CauseWants } from '../../../src/core/causeFacts';
import { joinTopology, type JoinInput, type JoinResult } from '../../../src/core/join/joinTopology';
import type { Endpoint } from '../../../src/core/failure';
import type { ContactDecision, ContactGate } from '../../../src/core/ports/contactGate';
import type { Log } from '../../../src/core/ports/log';
import type { Audience } from '../../../src/core/ports/topologyMonitor';
import type { NodeSample, TopologySnapshot } from '../../../src/core/snapshot';
import { DEFAULT_THRESHOLDS, type Topology, type TopologyNode } from '../../../src/core/topology';
import { Monitor } from '../../../src/monitor/monitor';
import { FakeClock } from './fakeClock';
import { FakeGateway } from './fakeGateway';

export const ID = 'file:///folder/pg-topology.json';

export const NOBODY: Audience = {
  explorer: false,
  dashboard: false,
  statusBar: false,
  isWindowFocused: true,
};
export const EXPLORER: Audience = { ...NOBODY, explorer: true };
export const STATUS_BAR: Audience = { ...NOBODY, statusBar: true };

export function node(id: string, changes: Partial<TopologyNode> = {}): TopologyNode {
  return {
    id,
    connection: { host: `${id}.example` },
    adminUser: null,
    passwordSource: { kind: 'auto' },
    standbyOf: null,
    slot: null,
    publications: [],
    subscriptions: [],
    pendingSync: null,
    ...changes,
  };
}

export function topology(...nodes: readonly TopologyNode[]): Topology {
  return {
    name: 'Test',
    environment: 'development',
    nodes,
    consumers: [],
    thresholds: DEFAULT_THRESHOLDS,
  };
}

/** A gate that a test opens and shuts. */
export class FakeGate implements ContactGate {
  before: ContactDecision = 'allowed';
  forEndpoints: ContactDecision = 'allowed';
  readonly decided: (readonly Endpoint[])[] = [];

  decideBeforeResolving(): ContactDecision {
    return this.before;
  }

  decide(_topologyId: string, endpoints: readonly Endpoint[]): ContactDecision {
    this.decided.push(endpoints);
    return this.before === 'allowed' ? this.forEndpoints : this.before;
  }
}

export class FakeLog implements Log {
  readonly lines: { readonly level: string; readonly text: string }[] = [];
  debug = (text: string): void => this.add('debug', text);
  info = (text: string): void => this.add('info', text);
  warn = (text: string): void => this.add('warn', text);
  error = (text: string): void => this.add('error', text);

  count(level: string): number {
    return this.lines.filter((line) => line.level === level).length;
  }

  private add(level: string, text: string): void {
    this.lines.push({ level, text });
  }
}

/** A monitor with everything around it in the hands of the test. */
export class Rig {
  readonly clock = new FakeClock();
  readonly gateway = new FakeGateway();
  readonly gate = new FakeGate();
  readonly log = new FakeLog();
  readonly published: { readonly snapshot: TopologySnapshot; readonly isNews: boolean }[] = [];
  joins = 0;
  /** What a diagnosis wants to know, by node id; a test changes it as it goes. */
  readonly wanted = new Map<string, CauseWants>();
  readonly monitor = new Monitor({
    gateway: this.gateway,
    gate: this.gate,
    clock: this.clock,
    log: this.log,
    random: () => 0,
    wantedCauses: () => this.wanted,
    join: (input) => {
      this.joins += 1;
      return this.join(input);
    },
  });

  constructor(private readonly join: (input: JoinInput) => JoinResult = joinTopology) {
    this.monitor.onDidChange((snapshot, isNews) => this.published.push({ snapshot, isNews }));
  }

  /** Declares one topology of these nodes, and opens the explorer on it. */
  async show(...nodes: readonly TopologyNode[]): Promise<void> {
    this.declare(...nodes);
    this.monitor.setAudience(EXPLORER);
    await this.clock.advance(60);
  }

  declare(...nodes: readonly TopologyNode[]): void {
    this.monitor.setTopologies([{ id: ID, topology: topology(...nodes) }]);
  }

  sample(nodeId: string): NodeSample {
    const found = this.monitor.current()[0]?.nodes.find((candidate) => candidate.id === nodeId);
    if (found === undefined) throw new Error(`no node ${nodeId} in the snapshot`);
    return found.sample;
  }

  /** Ends the monitor, and proves that it left nothing behind. */
  async dispose(): Promise<void> {
    const disposed = this.monitor.dispose();
    await this.clock.advance(2_000);
    await disposed;
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers left`);
    if (this.gateway.total('open') > 0) throw new Error('sessions left open');
    if (this.gateway.total('busy') > 0) throw new Error('statements left under way');
  }
}

import { joinTopology } from '../../../src/core/join/joinTopology';
import { emptyMemory, type JoinMemory } from '../../../src/core/join/memory';
import type { Clock } from '../../../src/core/ports/clock';
import type { ContactGate } from '../../../src/core/ports/contactGate';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import type { Topology } from '../../../src/core/topology';
import { DialPace } from '../../../src/monitor/dialPace';
import { NodePoller } from '../../../src/monitor/nodePoller';
import { CLOSE_LIMIT_MS } from '../../../src/monitor/sessionHolder';
import { makeGateway, MemoryLog } from '../pg/support';
import { dialledPatiently, PATIENT_LIMITS } from './patience';

export const POLL_MS = 5_000;

const OPEN_GATE: ContactGate = {
  decideBeforeResolving: () => 'allowed',
  decide: () => 'allowed',
};

/** Stands still while real servers answer, and is moved from one timer to the next. */
class DrivenClock implements Clock {
  private readonly timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  private movedMs = Date.now();

  nowMs = (): number => this.movedMs;
  monotonicMs = (): number => this.movedMs;

  schedule(delayMs: number, run: () => void): () => void {
    // A limit on something that is under way, which real time ends: no poller waits for this one.
    if (delayMs === CLOSE_LIMIT_MS) return () => undefined;
    const timer = { atMs: this.movedMs + delayMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Pollers that wait; one that dials or reads has no timer. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Goes to the next timer and runs it. @returns false, and goes to `endMs`, where there is none before that. */
  step(endMs: number): boolean {
    const [next] = [...this.timers].sort((a, b) => a.atMs - b.atMs);
    this.movedMs = next === undefined || next.atMs > endMs ? endMs : next.atMs;
    if (next === undefined || next.atMs > endMs) return false;
    this.timers.delete(next);
    next.run();
    return true;
  }
}

/** The real pollers of a topology on its real servers, for outages that last longer than a test may wait. */
export class DrivenPollers {
  private readonly clock = new DrivenClock();
  private readonly pollers: ReadonlyMap<string, NodePoller>;
  private memory: JoinMemory = emptyMemory();
  private version = 0;

  constructor(private readonly topology: Topology) {
    const { clock } = this;
    const deps = {
      // Its clock stands still while a server answers: only the limits of a session would know how long that takes.
      gateway: makeGateway({ limits: PATIENT_LIMITS }),
      gate: OPEN_GATE,
      clock,
      pace: new DialPace(clock),
      log: new MemoryLog(),
      random: () => 0,
    };
    this.pollers = new Map(
      topology.nodes.map((node) => {
        const dialled = dialledPatiently(node);
        return [node.id, new NodePoller(deps, 'driven', dialled, POLL_MS, () => undefined)];
      }),
    );
  }

  async start(): Promise<void> {
    for (const poller of this.pollers.values()) poller.start();
    await this.untilAtRest();
  }

  /** Lets so much time pass, in which each poller does what it does. */
  async pass(ms: number): Promise<void> {
    const endMs = this.clock.nowMs() + ms;
    while (this.clock.step(endMs)) await this.untilAtRest();
  }

  snapshot(): TopologySnapshot {
    this.version += 1;
    const { snapshot, memory } = joinTopology({
      entryId: 'file:///driven/pg-topology.json',
      topology: this.topology,
      samples: new Map([...this.pollers].map(([id, poller]) => [id, poller.sample()])),
      memory: this.memory,
      nowMs: this.clock.nowMs(),
      pollIntervalMs: POLL_MS,
      version: this.version,
    });
    this.memory = memory;
    return snapshot;
  }

  private async untilAtRest(): Promise<void> {
    while (this.clock.waiting < this.pollers.size) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.pollers.values()].map((poller) => poller.dispose()));
  }
}

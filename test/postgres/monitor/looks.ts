import { joinTopology } from '../../../src/core/join/joinTopology';
import { emptyMemory, type JoinMemory } from '../../../src/core/join/memory';
import { UNASKED_SAMPLE } from '../../../src/core/join/scene';
import { isServerFailure } from '../../../src/core/failure';
import type { NodeSession } from '../../../src/core/ports/nodeGateway';
import type { NodeSample, TopologySnapshot } from '../../../src/core/snapshot';
import { DEFAULT_THRESHOLDS, type TopologyNode } from '../../../src/core/topology';
import { makeGateway, never } from '../pg/support';
import { dialledPatiently, PATIENT_LIMITS } from './patience';

const POLL_MS = 1_000;

/** Reads real servers by the real gateway and joins what they say, by a clock that the test gives: the monitor without its timers and limits. */
export class Looks {
  private readonly gateway = makeGateway({ limits: PATIENT_LIMITS });
  private readonly sessions = new Map<string, NodeSession>();
  private readonly samples = new Map<string, NodeSample>();
  private memory: JoinMemory = emptyMemory();
  private version = 0;

  constructor(
    private readonly nodes: readonly TopologyNode[],
    private readonly nowMs: () => number,
  ) {}

  /** Asks every node once, the last of the file first. */
  async look(): Promise<TopologySnapshot> {
    const beganAtMs = this.nowMs();
    for (const node of this.nodes.toReversed()) await this.read(node);
    const nowMs = this.nowMs();
    this.version += 1;
    const { snapshot, memory } = joinTopology({
      entryId: 'file:///looks/pg-topology.json',
      topology: {
        name: 'Looks',
        environment: 'development',
        nodes: this.nodes,
        consumers: [],
        thresholds: DEFAULT_THRESHOLDS,
      },
      samples: this.samples,
      memory: this.memory,
      nowMs,
      // Where a look takes longer than a poll, polls are as far apart: what it read first is not out of date at its end.
      pollIntervalMs: Math.max(POLL_MS, nowMs - beganAtMs),
      version: this.version,
    });
    this.memory = memory;
    return snapshot;
  }

  async close(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((session) => session.close()));
    this.sessions.clear();
  }

  private async read(node: TopologyNode): Promise<void> {
    const before = this.samples.get(node.id) ?? UNASKED_SAMPLE;
    try {
      const open = this.sessions.get(node.id);
      const session =
        open?.isClosed === false ? open : await this.gateway.open(dialledPatiently(node), never());
      this.sessions.set(node.id, session);
      const slow = before.slow ?? (await session.readSlow(never()));
      const askedAtMs = this.nowMs();
      const fast = await session.readFast(never());
      const fastAtMs = this.nowMs();
      this.samples.set(node.id, {
        ...UNASKED_SAMPLE,
        contact: 'connected',
        fast,
        fastAtMs,
        roundTripMs: fastAtMs - askedAtMs,
        slow,
        slowAtMs: before.slowAtMs ?? fastAtMs,
        endpoint: session.endpoint,
      });
    } catch (error) {
      if (!isServerFailure(error)) throw error;
      this.samples.set(node.id, {
        ...before,
        contact: 'failed',
        failure: error.facts,
        failingSinceMs: before.failingSinceMs ?? this.nowMs(),
      });
    }
  }
}

import { joinTopology } from '../../../src/core/join/joinTopology';
import type { NodeSnapshot, TopologySnapshot } from '../../../src/core/snapshot';
import { SystemClock } from '../../../src/host/systemClock';
import { Monitor } from '../../../src/monitor/monitor';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import type { RunningTopology } from '../../clusters/topology/runningTopology';
import { waitFor } from '../../clusters/waitFor';
import { makeGateway, MemoryLog } from '../pg/support';

const ID = 'file:///example/pg-topology.json';
const INTERVAL_S = 1;

/** The file of a running topology under the real monitor, as the extension has it while its view is open. */
export class LiveTopology {
  private readonly monitor: Monitor;

  constructor(running: RunningTopology) {
    const { topology, problems } = parseTopologyFile(running.topologyFileText);
    if (topology === null) throw new Error(`not valid: ${JSON.stringify(problems)}`);
    this.monitor = new Monitor({
      gateway: makeGateway(),
      gate: { decideBeforeResolving: () => 'allowed', decide: () => 'allowed' },
      clock: new SystemClock(),
      log: new MemoryLog(),
      join: joinTopology,
      random: Math.random,
    });
    this.monitor.setPolling(INTERVAL_S, true);
    this.monitor.setTopologies([{ id: ID, topology }]);
    this.monitor.setAudience({
      explorer: true,
      dashboard: false,
      statusBar: true,
      isWindowFocused: true,
    });
  }

  snapshot(): TopologySnapshot {
    const [snapshot] = this.monitor.current();
    if (snapshot === undefined) throw new Error('no snapshot yet');
    return snapshot;
  }

  node(id: string): NodeSnapshot {
    const node = this.snapshot().nodes.find((candidate) => candidate.id === id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  /** Waits until everything that the file declares reads healthy. */
  untilHealthy(): Promise<TopologySnapshot> {
    const isHealthy = ({ summary }: TopologySnapshot): boolean => {
      const { health, healthyReplicas, replicas, problems } = summary;
      return health === 'healthy' && problems.length === 0 && healthyReplicas === replicas;
    };
    return this.until('all is healthy', isHealthy);
  }

  /** Waits until it holds. @returns that snapshot. */
  until(what: string, holds: (snapshot: TopologySnapshot) => boolean): Promise<TopologySnapshot> {
    const probe = (): TopologySnapshot | null => {
      const snapshot = this.snapshot();
      return holds(snapshot) ? snapshot : null;
    };
    return waitFor(probe, { what }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.describe()}`, { cause: error });
    });
  }

  /** Lets each of these nodes answer twice more. */
  async twoPollsOf(ids: readonly string[]): Promise<void> {
    for (let poll = 0; poll < 2; poll += 1) {
      const before = new Map(ids.map((id) => [id, this.node(id).sample.fastAtMs]));
      await waitFor(() => ids.every((id) => this.node(id).sample.fastAtMs !== before.get(id)), {
        what: `${ids.join(', ')} answer again`,
      });
    }
  }

  /** Every verdict, for messages of failed tests. */
  describe(): string {
    const { nodes, edges, slots, queues } = this.snapshot();
    return [...nodes, ...edges, ...queues]
      .map(({ id, verdict }) => `${id}: ${verdict.code} (${verdict.health})`)
      .concat(slots.map(({ name, verdict }) => `slot ${name}: ${verdict.code} (${verdict.health})`))
      .join('\n');
  }

  async close(): Promise<void> {
    await this.monitor.dispose();
  }
}

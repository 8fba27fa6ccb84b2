import { joinTopology } from '../../src/core/join/joinTopology';
import { DEFAULT_THRESHOLDS, type Topology, type TopologyNode } from '../../src/core/topology';
import type { NodeSample, TopologySnapshot } from '../../src/core/snapshot';
import { SystemClock } from '../../src/host/systemClock';
import { Monitor } from '../../src/monitor/monitor';
import { PgNodeGateway } from '../../src/pg/pgNodeGateway';
import { waitFor } from '../clusters/waitFor';

const ID = 'file:///bench/pg-topology.json';

export function benchNode(
  id: string,
  address: { readonly host: string; readonly port: number },
  changes: Partial<TopologyNode> = {},
): TopologyNode {
  return {
    id,
    connection: {
      host: address.host,
      port: String(address.port),
      user: 'postgres',
      dbname: 'postgres',
      sslmode: 'disable',
    },
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

export function benchTopology(nodes: readonly TopologyNode[]): Topology {
  return {
    name: 'Bench',
    environment: 'development',
    nodes,
    consumers: [],
    thresholds: DEFAULT_THRESHOLDS,
  };
}

/** The real monitor over the real gateway, as the extension has them while its view is open. */
export class Watch {
  readonly monitor: Monitor;

  /** @param intervalSeconds long by default, so that only the polls that a benchmark asks for happen. */
  constructor(topology: Topology, intervalSeconds = 3_600) {
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (text: string) => process.stderr.write(`${text}\n`),
      error: (text: string) => process.stderr.write(`${text}\n`),
    };
    this.monitor = new Monitor({
      gateway: new PgNodeGateway({
        environment: {
          variables: {},
          homeDirectory: '/nonexistent',
          userName: 'postgres',
          platform: process.platform,
        },
        secrets: {
          get: () => Promise.resolve(undefined),
          store: () => Promise.resolve(),
          delete: () => Promise.resolve(),
        },
        paths: { baseDirectory: () => null, isAllowed: () => true },
        log,
      }),
      gate: { decideBeforeResolving: () => 'allowed', decide: () => 'allowed' },
      clock: new SystemClock(),
      log,
      join: joinTopology,
      random: () => Math.random(),
    });
    this.monitor.setPolling(intervalSeconds, true);
    this.monitor.setTopologies([{ id: ID, topology }]);
    this.monitor.setAudience({
      explorer: true,
      dashboard: false,
      statusBar: false,
      isWindowFocused: true,
    });
  }

  /** One poll of every node: ends when all have answered and the snapshot is published. */
  poll(): Promise<void> {
    return this.monitor.refresh(null, 'interval');
  }

  pollNode(nodeId: string): Promise<void> {
    return this.monitor.refresh({ topologyId: ID, nodeId }, 'interval');
  }

  snapshot(): TopologySnapshot {
    const [snapshot] = this.monitor.current();
    if (snapshot === undefined) throw new Error('There is no snapshot.');
    return snapshot;
  }

  sample(nodeId: string): NodeSample {
    const node = this.snapshot().nodes.find(({ id }) => id === nodeId);
    if (node === undefined) throw new Error(`There is no node ${nodeId}.`);
    return node.sample;
  }

  async untilConnected(timeoutMs = 60_000): Promise<void> {
    await waitFor(
      () =>
        this.snapshot().nodes.every(
          ({ isDeclared, sample }) => !isDeclared || sample.contact === 'connected',
        ),
      {
        what: 'every node is connected',
        timeoutMs,
      },
    );
  }

  async close(): Promise<void> {
    await this.monitor.dispose();
  }
}

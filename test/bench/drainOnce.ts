import type { DrainReport } from '../../src/core/queue/drain';
import type { TopologyNode } from '../../src/core/topology';
import { SystemClock } from '../../src/host/systemClock';
import { Drainer } from '../../src/operations/drain/drainer';
import { PgDrainGateway } from '../../src/pg/drain/pgDrainGateway';
import { PgNodeGateway } from '../../src/pg/pgNodeGateway';
import { JOBS_QUEUE } from './queueServers';
import { benchNode } from './watch';

/** Both ends of a queue, on this machine. */
export interface QueuePorts {
  readonly edge: { readonly port: number };
  readonly primary: { readonly port: number };
}

/** One whole drain, its sessions included. */
export function drain({ edge, primary }: QueuePorts): Promise<DrainReport> {
  const node = (id: string, { port }: { readonly port: number }): TopologyNode =>
    benchNode(id, { host: '127.0.0.1', port }, id === 'edge' ? { pendingSync: JOBS_QUEUE } : {});
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  };
  const gateway = new PgNodeGateway({
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
  });
  const drainer = new Drainer(
    {
      gateway: new PgDrainGateway(gateway.dialer),
      clock: new SystemClock(),
      log,
      regainMs: 0,
      random: Math.random,
    },
    {
      address: { topologyId: 'file:///bench/pg-topology.json', nodeId: 'edge' },
      environment: 'development',
      edge: node('edge', edge),
      queue: JOBS_QUEUE,
      primaries: [node('primary', primary)],
      who: 'the benchmark',
      isStrict: false,
    },
  );
  return drainer.run(new AbortController().signal);
}

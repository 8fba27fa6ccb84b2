import type { DrainProgress, DrainReport } from '../../../../src/core/queue/drain';
import type { DeclaredQueue, TopologyNode } from '../../../../src/core/topology';
import { SystemClock } from '../../../../src/host/systemClock';
import { Drainer } from '../../../../src/operations/drain/drainer';
import type { DrainerDeps, DrainJob } from '../../../../src/operations/drain/drainJob';
import { PgDrainGateway } from '../../../../src/pg/drain/pgDrainGateway';
import type { Cluster } from '../../../clusters/cluster';
import { makeGateway, MemoryLog, never, nodeAt } from '../../pg/support';
import type { QueueRig } from '../queueRig';

export const TOPOLOGY_ID = 'file:///pg-topology.json';

export interface DrainOptions {
  readonly edge?: string;
  /** Nodes that may be the primary, the declared one first. */
  readonly primaries?: readonly TopologyNode[];
  /** The edge by another address, such as a proxy's. */
  readonly edgeNode?: TopologyNode;
  readonly isStrict?: boolean;
  readonly regainMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DrainProgress) => void;
}

/** A gateway of drains that sees nothing of the tester's own home. */
export function makeDrainGateway(): PgDrainGateway {
  return new PgDrainGateway(makeGateway().dialer);
}

/** What a drain of a rig's edge needs. */
export function drainDeps(options: DrainOptions = {}): DrainerDeps & { readonly log: MemoryLog } {
  return {
    gateway: makeDrainGateway(),
    clock: new SystemClock(),
    log: new MemoryLog(),
    regainMs: options.regainMs ?? 30_000,
    random: Math.random,
  };
}

export function drainJob(rig: QueueRig, options: DrainOptions = {}): DrainJob {
  const edge = options.edgeNode ?? rig.edgeNode(options.edge);
  return {
    address: { topologyId: TOPOLOGY_ID, nodeId: edge.id },
    environment: 'development',
    edge,
    queue: queueOf(edge),
    primaries: options.primaries ?? [rig.primaryNode],
    who: 'a test',
    isStrict: options.isStrict ?? false,
  };
}

/** Drains an edge once, through real sessions. */
export function drain(rig: QueueRig, options: DrainOptions = {}): Promise<DrainReport> {
  const drainer = new Drainer(drainDeps(options), drainJob(rig, options), options.onProgress);
  return drainer.run(options.signal ?? never());
}

/** A node of the rig behind another port. */
export function through(node: TopologyNode, target: Pick<Cluster, 'port'>): TopologyNode {
  return { ...nodeAt(target, { id: node.id }), pendingSync: node.pendingSync };
}

function queueOf(edge: TopologyNode): DeclaredQueue {
  if (edge.pendingSync === null) throw new Error(`${edge.id} has no queue.`);
  return edge.pendingSync;
}

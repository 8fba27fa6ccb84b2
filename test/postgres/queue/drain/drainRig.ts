import type { DrainPreview, DrainProgress, DrainReport } from '../../../../src/core/queue/drain';
import { DRAIN_LOCK } from '../../../../src/core/queue/drainLock';
import type { DeclaredQueue, TopologyNode } from '../../../../src/core/topology';
import { SystemClock } from '../../../../src/host/systemClock';
import { Drainer } from '../../../../src/operations/drain/drainer';
import type { DrainerDeps, DrainJob } from '../../../../src/operations/drain/drainJob';
import { previewDrain } from '../../../../src/operations/drain/drainPreview';
import { PgDrainGateway } from '../../../../src/pg/drain/pgDrainGateway';
import type { Cluster } from '../../../clusters/cluster';
import { waitFor } from '../../../clusters/waitFor';
import { MemoryLog, never, nodeAt } from '../../pg/support';
import { makeGateways } from '../../plans/changeSupport';
import type { QueueRig } from '../queueRig';

export const TOPOLOGY_ID = 'file:///pg-topology.json';

export interface DrainOptions {
  readonly edge?: string;
  /** Nodes that may be the primary, the declared one first. */
  readonly primaries?: readonly TopologyNode[];
  /** The edge by another address, such as a proxy's. */
  readonly edgeNode?: TopologyNode;
  readonly isStrict?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DrainProgress) => void;
}

/** How long a drain of a test tries to get lost servers back: a busy machine needs a while to start one again. */
export const REGAIN_MS = 120_000;

/** A gateway of drains that sees nothing of the tester's own home, and waits for a connection as long as plans of tests do. */
export function makeDrainGateway(): PgDrainGateway {
  return new PgDrainGateway(makeGateways().gateway.dialer);
}

/** What a drain of a rig's edge needs. */
export function drainDeps(): DrainerDeps & { readonly log: MemoryLog } {
  return {
    gateway: makeDrainGateway(),
    clock: new SystemClock(),
    log: new MemoryLog(),
    regainMs: REGAIN_MS,
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

/** Drains an edge once, through real sessions. Returns when the next one may drain. */
export async function drain(rig: QueueRig, options: DrainOptions = {}): Promise<DrainReport> {
  const drainer = new Drainer(drainDeps(), drainJob(rig, options), options.onProgress);
  const report = await drainer.run(options.signal ?? never());
  await untilUnlocked(rig, options);
  return report;
}

/** Says what a drain would do. Returns when somebody may drain: it takes the lock as well. */
export async function preview(rig: QueueRig, options: DrainOptions = {}): Promise<DrainPreview> {
  const found = await previewDrain(drainDeps(), drainJob(rig, options), never());
  await untilUnlocked(rig, options);
  return found;
}

/** The lock goes with its session, which a drain gives up after a moment and a busy server may end later. */
export async function untilUnlocked(
  rig: QueueRig,
  { edge, edgeNode }: DrainOptions = {},
): Promise<void> {
  const server = rig.edgeOf(edgeNode?.id ?? edge);
  await waitFor(async () => (await server.query(LOCKED_SQL)).length === 0, {
    what: `no drain of ours has the lock of ${server.name}`,
  });
}

/** Of any database. Source: pg_locks, pg_stat_activity. */
const LOCKED_SQL = `
  SELECT FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
   WHERE l.locktype = 'advisory' AND l.classid = ${DRAIN_LOCK.classId} AND l.objid = ${DRAIN_LOCK.objectId} AND l.granted
     AND a.application_name = 'pg-topology'`;

/** A node of the rig behind another port. */
export function through(node: TopologyNode, target: Pick<Cluster, 'port'>): TopologyNode {
  return { ...nodeAt(target, { id: node.id }), pendingSync: node.pendingSync };
}

function queueOf(edge: TopologyNode): DeclaredQueue {
  if (edge.pendingSync === null) throw new Error(`${edge.id} has no queue.`);
  return edge.pendingSync;
}

import type {
  FastFacts,
  QueueFacts,
  ReceiverFacts,
  SenderFacts,
  SlotFacts,
  SlowFacts,
  SubscriptionFacts,
} from '../../../../src/core/facts';
import type { FailureReason } from '../../../../src/core/failure';
import { joinTopology } from '../../../../src/core/join/joinTopology';
import { emptyMemory, type JoinMemory } from '../../../../src/core/join/memory';
import type {
  Contact,
  EdgeSnapshot,
  NodeSample,
  NodeSnapshot,
  QueueSnapshot,
  SlotSnapshot,
  TopologySnapshot,
} from '../../../../src/core/snapshot';
import {
  DEFAULT_THRESHOLDS,
  type DeclaredConsumer,
  type DeclaredQueue,
  type DeclaredSubscription,
  type Topology,
  type TopologyNode,
} from '../../../../src/core/topology';

/** Builders of plain samples: each gives the quiet, healthy case and takes what a test wants otherwise. Times are epoch ms, LSNs bigint. */

export const T0 = 1_800_000_000_000;
export const POLL_MS = 1_000;
export const SYSTEM = '7710400000000000001';

export function node(id: string, differs: Partial<TopologyNode> = {}): TopologyNode {
  return {
    id,
    connection: {},
    adminUser: null,
    passwordSource: { kind: 'auto' },
    standbyOf: null,
    slot: null,
    publications: [],
    subscriptions: [],
    pendingSync: null,
    ...differs,
  };
}

export function subscribes(
  name: string,
  publisher: string,
  slotName: string = name,
): DeclaredSubscription {
  return { name, publisher, publications: ['pub'], connection: null, slotName, options: {} };
}

export function queueTo(primary: string): DeclaredQueue {
  const table = { schema: 'public', name: 'pending_sync' };
  return { primary, table, capture: 'application', tables: [] };
}

export function topology(
  nodes: readonly TopologyNode[],
  consumers: readonly DeclaredConsumer[] = [],
): Topology {
  return {
    name: 'Test',
    environment: 'development',
    nodes,
    consumers,
    thresholds: DEFAULT_THRESHOLDS,
  };
}

export function primary(differs: Partial<FastFacts> = {}): FastFacts {
  return {
    serverVersionNum: 170_002,
    isInRecovery: false,
    systemIdentifier: SYSTEM,
    postmasterStartedAtMs: T0 - 3_600_000,
    serverTimeMs: T0,
    database: 'app',
    timeline: 1,
    currentLsn: 1_000_000n,
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
    connectionsUsed: 5,
    ...differs,
  };
}

/** Started a little later than the primary, as another server is. */
export function standby(differs: Partial<FastFacts> = {}): FastFacts {
  return primary({
    isInRecovery: true,
    postmasterStartedAtMs: T0 - 3_500_000,
    currentLsn: null,
    receiveLsn: 1_000_000n,
    replayLsn: 1_000_000n,
    lastReplayedCommitAtMs: T0 - 500,
    replayPauseState: 'not paused',
    receiver: receiver(),
    ...differs,
  });
}

/** A system of its own. */
export function subscriber(differs: Partial<FastFacts> = {}): FastFacts {
  return primary({
    systemIdentifier: '7710400000000000002',
    postmasterStartedAtMs: T0 - 3_400_000,
    ...differs,
  });
}

export function sender(differs: Partial<SenderFacts> = {}): SenderFacts {
  return {
    pid: 101,
    applicationName: 'walreceiver',
    clientAddress: '10.0.0.7',
    state: 'streaming',
    sentLsn: 1_000_000n,
    writeLsn: 1_000_000n,
    flushLsn: 1_000_000n,
    replayLsn: 1_000_000n,
    replayLagMs: null,
    syncState: 'async',
    replyAtMs: T0 - 100,
    ...differs,
  };
}

/** As a role without pg_read_all_stats sees the same row. */
export function hiddenSender(differs: Partial<SenderFacts> = {}): SenderFacts {
  return sender({
    clientAddress: null,
    state: null,
    sentLsn: null,
    writeLsn: null,
    flushLsn: null,
    replayLsn: null,
    syncState: null,
    replyAtMs: null,
    ...differs,
  });
}

export function receiver(differs: Partial<ReceiverFacts> = {}): ReceiverFacts {
  return {
    pid: 201,
    isVisible: true,
    status: 'streaming',
    receivedTimeline: 1,
    flushedLsn: 1_000_000n,
    latestEndLsn: 1_000_000n,
    latestEndAtMs: T0 - 400,
    lastMessageAtMs: T0 - 400,
    slotName: null,
    senderHost: '10.0.0.1',
    senderPort: 5432,
    applicationName: 'walreceiver',
    ...differs,
  };
}

export function slot(name: string, differs: Partial<SlotFacts> = {}): SlotFacts {
  return {
    name,
    type: 'physical',
    plugin: null,
    database: null,
    isTemporary: false,
    isActive: true,
    activePid: 101,
    restartLsn: 900_000n,
    confirmedFlushLsn: null,
    walStatus: 'reserved',
    safeWalBytes: null,
    inactiveSinceMs: null,
    invalidationReason: null,
    ...differs,
  };
}

export function logicalSlot(name: string, differs: Partial<SlotFacts> = {}): SlotFacts {
  return slot(name, {
    type: 'logical',
    plugin: 'pgoutput',
    database: 'app',
    confirmedFlushLsn: 1_000_000n,
    ...differs,
  });
}

export const INACTIVE = { isActive: false, activePid: null } as const;

export function subscription(
  name: string,
  differs: Partial<SubscriptionFacts> = {},
): SubscriptionFacts {
  return {
    oid: 16_400,
    name,
    isEnabled: true,
    slotName: name,
    publications: ['pub'],
    disablesOnError: false,
    workerPid: 301,
    receivedLsn: 1_000_000n,
    latestEndLsn: 1_000_000n,
    lastMessageAtMs: T0 - 400,
    workerWaitEventType: 'Activity',
    workerWaitEvent: 'LogicalApplyMain',
    blockingPids: [],
    applyErrorCount: 0,
    syncErrorCount: 0,
    tableStates: { i: 0, d: 0, f: 0, s: 0, r: 3 },
    syncWorkers: 0,
    ...differs,
  };
}

export function queue(differs: Partial<QueueFacts> = {}): QueueFacts {
  return {
    shape: 'current',
    waiting: 0,
    conflicts: 0,
    dead: 0,
    failed: 0,
    oldestAtMs: null,
    lastDoneAtMs: null,
    lastError: null,
    ...differs,
  };
}

export function slow(differs: Partial<SlowFacts> = {}): SlowFacts {
  return {
    serverVersion: '17.2',
    role: 'monitor',
    isSuperuser: false,
    hasMonitorRole: true,
    serverPort: 5432,
    publications: [],
    subscriptionTables: [],
    settings: {},
    queueShape: null,
    ...differs,
  };
}

/** A connected node that answered at `atMs`; its server's clock agrees with ours. */
export function answered(
  fast: FastFacts,
  atMs: number = T0,
  differs: Partial<NodeSample> = {},
): NodeSample {
  return {
    contact: 'connected',
    failure: null,
    failingSinceMs: null,
    fast,
    fastAtMs: atMs,
    roundTripMs: 2,
    slow: slow(),
    slowAtMs: atMs,
    endpoint: { host: '10.0.0.1', port: 5432 },
    nextTryAtMs: null,
    isPollingPaused: false,
    ...differs,
  };
}

/** A node whose last attempt failed; `last` is what it said before. */
export function failed(
  reason: FailureReason = 'refused',
  last: NodeSample | null = null,
  sinceMs: number = T0,
): NodeSample {
  return {
    ...(last ?? noContact('failed')),
    contact: 'failed',
    failure: {
      reason,
      text: 'Could not reach it.',
      advice: null,
      sqlstate: null,
      serverMessage: null,
      endpoint: null,
      user: null,
    },
    failingSinceMs: sinceMs,
  };
}

export function noContact(contact: Contact): NodeSample {
  return {
    contact,
    failure: null,
    failingSinceMs: null,
    fast: null,
    fastAtMs: null,
    roundTripMs: null,
    slow: null,
    slowAtMs: null,
    endpoint: null,
    nextTryAtMs: null,
    isPollingPaused: false,
  };
}

export type Samples = Readonly<Record<string, NodeSample>>;

/** Joins look after look with the memory of the one before, as the monitor does. */
export class Joiner {
  memory: JoinMemory = emptyMemory();
  private version = 0;

  constructor(
    readonly topology: Topology,
    private readonly pollIntervalMs: number = POLL_MS,
  ) {}

  join(samples: Samples, nowMs: number = T0): TopologySnapshot {
    this.version += 1;
    const result = joinTopology({
      entryId: 'file:///pg-topology.json',
      topology: this.topology,
      samples: new Map(Object.entries(samples)),
      memory: this.memory,
      nowMs,
      pollIntervalMs: this.pollIntervalMs,
      version: this.version,
    });
    this.memory = result.memory;
    return result.snapshot;
  }
}

export function edgeOf(snapshot: TopologySnapshot, id: string): EdgeSnapshot {
  return found(snapshot.edges, (edge) => edge.id === id, `edge ${id}`);
}

export function nodeOf(snapshot: TopologySnapshot, id: string): NodeSnapshot {
  return found(snapshot.nodes, (candidate) => candidate.id === id, `node ${id}`);
}

export function slotOf(snapshot: TopologySnapshot, name: string): SlotSnapshot {
  return found(snapshot.slots, (candidate) => candidate.name === name, `slot ${name}`);
}

export function queueOf(snapshot: TopologySnapshot, nodeId: string): QueueSnapshot {
  return found(snapshot.queues, (candidate) => candidate.nodeId === nodeId, `queue of ${nodeId}`);
}

function found<T>(items: readonly T[], fits: (item: T) => boolean, what: string): T {
  const item = items.find(fits);
  if (item === undefined) throw new Error(`no ${what} in the snapshot`);
  return item;
}

/** One line for golden tables: `code health ms bytes because`. */
export function say(edge: EdgeSnapshot): string {
  const { verdict, lagMs, lagBytes, unknownBecause } = edge;
  const lag = `${lagMs ?? '?'} ms, ${lagBytes ?? '?'} B`;
  const because = unknownBecause === null ? '' : ` because ${unknownBecause}`;
  return `${verdict.code} (${verdict.health}): ${lag}${because}`;
}

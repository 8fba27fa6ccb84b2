import type { FastFacts, QueueFacts, SlowFacts } from '../../../../src/core/facts';
import type { FailureFacts } from '../../../../src/core/failure';
import type {
  EdgeSnapshot,
  NodeSample,
  NodeSnapshot,
  QueueSnapshot,
  SlotSnapshot,
  TopologySnapshot,
  TopologySummary,
  Verdict,
  VerdictCode,
  VerdictParams,
} from '../../../../src/core/snapshot';
import { healthOfCode } from '../../../../src/core/join/severity';
import {
  DEFAULT_THRESHOLDS,
  declaredRoles,
  type Topology,
  type TopologyNode,
} from '../../../../src/core/topology';

/** Half past two in the afternoon, wherever the test runs. */
export const NOW = new Date(2026, 10, 21, 14, 30, 0).getTime();
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const KB = 1024;
export const MB = 1024 * KB;
export const GB = 1024 * MB;

/** Golden text is written with ordinary spaces. */
export const plain = (text: string) => text.replaceAll('\u00a0', ' ');

export function verdict(
  code: VerdictCode,
  params: VerdictParams = {},
  sinceMs: number | null = null,
): Verdict {
  return { code, health: healthOfCode(code), sinceMs, params };
}

export function declared(id: string, change: Partial<TopologyNode> = {}): TopologyNode {
  return {
    id,
    connection: { host: `${id}.example.com`, user: 'monitor', dbname: 'app' },
    adminUser: null,
    passwordSource: { kind: 'auto' },
    standbyOf: null,
    slot: null,
    publications: [],
    subscriptions: [],
    pendingSync: null,
    ...change,
  };
}

export function subscription(name: string, publisher: string) {
  return {
    name,
    publisher,
    publications: ['app_pub'],
    connection: null,
    slotName: name,
    options: {},
  };
}

export function fast(change: Partial<FastFacts> = {}): FastFacts {
  return {
    serverVersionNum: 170_002,
    isInRecovery: false,
    systemIdentifier: '1',
    postmasterStartedAtMs: 0,
    serverTimeMs: NOW,
    database: 'app',
    timeline: 1,
    currentLsn: null,
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
    ...change,
  };
}

export function slow(change: Partial<SlowFacts> = {}): SlowFacts {
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
    ...change,
  };
}

export function sample(change: Partial<NodeSample> = {}): NodeSample {
  return {
    contact: 'connected',
    failure: null,
    failingSinceMs: null,
    fast: fast(),
    fastAtMs: NOW - SECOND,
    roundTripMs: 1,
    slow: slow(),
    slowAtMs: NOW - SECOND,
    endpoint: { host: 'db.example.com', port: 5432 },
    nextTryAtMs: null,
    isPollingPaused: false,
    ...change,
  };
}

/** A node that nobody asked. */
export const UNASKED: Partial<NodeSample> = {
  contact: 'notAsked',
  fast: null,
  fastAtMs: null,
  slow: null,
  slowAtMs: null,
  endpoint: null,
};

export function failure(change: Partial<FailureFacts> = {}): FailureFacts {
  return {
    reason: 'refused',
    text: 'Could not reach central (db.example.com:5432): connection refused.',
    advice: 'The server is down or listens elsewhere.',
    sqlstate: null,
    serverMessage: null,
    endpoint: null,
    user: null,
    ...change,
  };
}

export function edge(change: Partial<EdgeSnapshot> & Pick<EdgeSnapshot, 'id'>): EdgeSnapshot {
  const [kind = 'streaming', to = '', name = to] = change.id.split('/');
  return {
    kind: kind === 'logical' ? 'logical' : kind === 'consumer' ? 'consumer' : 'streaming',
    name,
    from: 'central',
    to,
    isDeclared: true,
    slotName: null,
    verdict: verdict('streaming'),
    lagMs: 12,
    lagBytes: 14 * KB,
    unknownBecause: null,
    isRelativeToUpstream: false,
    lastKnown: null,
    retainedWalBytes: null,
    syncState: null,
    evidence: [],
    ...change,
  };
}

export function slot(change: Partial<SlotSnapshot> = {}): SlotSnapshot {
  return {
    nodeId: 'central',
    name: 'central_read',
    type: 'physical',
    isActive: true,
    isDeclared: true,
    consumer: 'central-read',
    retainedWalBytes: 16 * MB,
    safeWalBytes: null,
    limitBytes: null,
    walStatus: 'reserved',
    invalidationReason: null,
    reader: null,
    inactiveSinceMs: null,
    tableSync: null,
    verdict: verdict('healthy'),
    ...change,
  };
}

export function queueFacts(change: Partial<QueueFacts> = {}): QueueFacts {
  return {
    shape: 'current',
    waiting: 3,
    conflicts: 0,
    dead: 0,
    failed: 0,
    oldestAtMs: NOW - 1_800,
    lastDoneAtMs: null,
    lastError: null,
    ...change,
  };
}

export function queue(change: Partial<QueueSnapshot> = {}): QueueSnapshot {
  return {
    id: 'queue/vengeance',
    nodeId: 'vengeance',
    primaryId: 'central',
    table: 'public.pending_sync',
    facts: queueFacts(),
    atMs: NOW - SECOND,
    perMinute: null,
    isOnline: true,
    isPrimaryReplaced: false,
    past: null,
    verdict: verdict('queueWaiting'),
    ...change,
  };
}

const EMPTY_SUMMARY: TopologySummary = {
  health: 'healthy',
  replicas: 0,
  healthyReplicas: 0,
  problems: [],
  worstLagMs: null,
  worstLagBytes: null,
  worstEdgeId: null,
  publications: null,
  subscriptions: 0,
  activeSubscriptions: null,
  isContacted: true,
};

interface Parts {
  readonly nodes: readonly TopologyNode[];
  /** What the servers said, by node id; the others are healthy and connected. */
  readonly seen?: Readonly<Record<string, Partial<NodeSnapshot>>>;
  readonly undeclared?: readonly NodeSnapshot[];
  readonly edges?: readonly EdgeSnapshot[];
  readonly slots?: readonly SlotSnapshot[];
  readonly queues?: readonly QueueSnapshot[];
  readonly summary?: Partial<TopologySummary>;
  readonly topology?: Partial<Topology>;
}

/** A snapshot as the join makes it, with only what a test is about spelled out. */
export function snapshot(parts: Parts): TopologySnapshot {
  const topology: Topology = {
    name: 'Central cloud',
    environment: 'production',
    nodes: parts.nodes,
    consumers: [],
    thresholds: DEFAULT_THRESHOLDS,
    ...parts.topology,
  };
  return {
    id: 'file:///folder/pg-topology.json',
    topology,
    version: 1,
    takenAtMs: NOW,
    nodes: [
      ...parts.nodes.map((node) => nodeSnapshot(topology, node, parts.seen?.[node.id] ?? {})),
      ...(parts.undeclared ?? []),
    ],
    edges: parts.edges ?? [],
    slots: parts.slots ?? [],
    queues: parts.queues ?? [],
    summary: { ...EMPTY_SUMMARY, ...parts.summary },
  };
}

function nodeSnapshot(
  topology: Topology,
  node: TopologyNode,
  seen: Partial<NodeSnapshot>,
): NodeSnapshot {
  const roles = declaredRoles(topology, node.id);
  const [first = 'primary'] = roles;
  return {
    id: node.id,
    isDeclared: true,
    declaredRoles: roles,
    role: first === 'publisher' ? 'primary' : first,
    sample: sample({ fast: fast({ isInRecovery: first === 'standby' }) }),
    verdict: verdict('healthy'),
    sameServerAs: [],
    clockSkewMs: null,
    ...seen,
  };
}

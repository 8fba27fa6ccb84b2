import type { FastFacts, QueueFacts, SlowFacts, SubscriptionFacts } from '../../../src/core/facts';
import { parseLsn } from '../../../src/core/lsn';
import type { FailureFacts } from '../../../src/core/failure';
import type {
  Contact,
  EdgeSnapshot,
  Health,
  NodeSample,
  NodeSnapshot,
  QueueSnapshot,
  SlotSnapshot,
  TopologySnapshot,
  Verdict,
  VerdictCode,
  VerdictParams,
} from '../../../src/core/snapshot';
import {
  DEFAULT_THRESHOLDS,
  type DeclaredRole,
  type Topology,
  type TopologyNode,
} from '../../../src/core/topology';

/** 21 November 2026, 14:32:05 UTC: "now" of every recorded state. */
export const NOW_MS = Date.UTC(2026, 10, 21, 14, 32, 5);

export function verdict(
  code: VerdictCode,
  health: Health,
  sinceS: number | null = null,
  params: VerdictParams = {},
): Verdict {
  return { code, health, sinceMs: sinceS === null ? null : NOW_MS - sinceS * 1000, params };
}

export const HEALTHY = verdict('healthy', 'healthy', 5 * 3600 + 12 * 60);
export const STREAMING = verdict('streaming', 'healthy', 5 * 3600 + 12 * 60);

export interface NodeOptions {
  readonly role?: NodeSnapshot['role'];
  readonly roles?: readonly DeclaredRole[];
  readonly contact?: Contact;
  readonly verdict?: Verdict;
  readonly version?: string;
  readonly asOfS?: number | null;
  readonly slots?: number;
  readonly publications?: number;
  readonly connections?: readonly [number, number];
  readonly failure?: FailureFacts | null;
  readonly failingSinceS?: number | null;
  readonly hasMonitorRole?: boolean;
  readonly isDeclared?: boolean;
}

export function node(id: string, options: NodeOptions = {}): NodeSnapshot {
  const role = options.role ?? 'standby';
  const asOfS = options.asOfS === undefined ? 1 : options.asOfS;
  const asOfMs = asOfS === null ? null : NOW_MS - asOfS * 1000;
  const sample: NodeSample = {
    contact: options.contact ?? 'connected',
    failure: options.failure ?? null,
    failingSinceMs:
      options.failingSinceS === undefined || options.failingSinceS === null
        ? null
        : NOW_MS - options.failingSinceS * 1000,
    fast: asOfMs === null ? null : fastFacts(options),
    fastAtMs: asOfMs,
    roundTripMs: asOfMs === null ? null : 3.4,
    slow: asOfMs === null ? null : slowFacts(options),
    slowAtMs: asOfMs === null ? null : asOfMs - 40_000,
    endpoint: asOfMs === null ? null : { host: `${id}.example.com`, port: 5432 },
    nextTryAtMs: NOW_MS + 3000,
    isPollingPaused: false,
  };
  return {
    id,
    isDeclared: options.isDeclared ?? true,
    declaredRoles: options.roles ?? [role],
    role,
    sample,
    verdict: options.verdict ?? HEALTHY,
    sameServerAs: [],
    clockSkewMs: 12,
  };
}

function fastFacts(options: NodeOptions): FastFacts {
  const isStandby = options.role === undefined || options.role === 'standby';
  return {
    serverVersionNum: 170002,
    isInRecovery: isStandby,
    systemIdentifier: '7301122334455667788',
    postmasterStartedAtMs: NOW_MS - 86_400_000,
    serverTimeMs: NOW_MS,
    database: 'central_services',
    timeline: 3,
    currentLsn: isStandby ? null : parseLsn('3A/7F21C8D0'),
    receiveLsn: isStandby ? parseLsn('3A/7F21C8D0') : null,
    replayLsn: isStandby ? parseLsn('3A/7F2190A8') : null,
    lastReplayedCommitAtMs: null,
    replayPauseState: isStandby ? 'not paused' : null,
    canSeeReplication: options.hasMonitorRole ?? true,
    senders: [],
    receiver: null,
    slots: Array.from({ length: options.slots ?? 0 }, (_, index) => ({
      name: `slot_${index}`,
      type: 'logical' as const,
      plugin: 'pgoutput',
      database: 'central_services',
      isTemporary: false,
      isActive: true,
      activePid: 1000 + index,
      restartLsn: null,
      confirmedFlushLsn: null,
      walStatus: 'reserved',
      safeWalBytes: null,
      inactiveSinceMs: null,
      invalidationReason: null,
    })),
    subscriptions: [],
    queue: null,
    connectionsUsed: options.connections?.[0] ?? 12,
  };
}

/** What a subscriber says of a subscription that runs. */
export function subscription(
  name: string,
  change: Partial<SubscriptionFacts> = {},
): SubscriptionFacts {
  return {
    oid: 16_412,
    name,
    isEnabled: true,
    slotName: name,
    publications: ['pub'],
    disablesOnError: true,
    workerPid: 4711,
    receivedLsn: null,
    latestEndLsn: null,
    lastMessageAtMs: null,
    workerWaitEventType: null,
    workerWaitEvent: null,
    blockingPids: [],
    applyErrorCount: 0,
    syncErrorCount: 0,
    tableStates: { i: 0, d: 0, f: 0, s: 0, r: 1 },
    syncWorkers: 0,
    ...change,
  };
}

function slowFacts(options: NodeOptions): SlowFacts {
  return {
    serverVersion: `${options.version ?? '17.2'} (Debian 17.2-1.pgdg120+1)`,
    role: 'monitor',
    isSuperuser: false,
    hasMonitorRole: options.hasMonitorRole ?? true,
    serverPort: 5432,
    publications: Array.from({ length: options.publications ?? 0 }, (_, index) => ({
      name: `pub_${index}`,
      allTables: false,
      schemas: [],
      operations: ['insert' as const],
      viaPartitionRoot: false,
      tables: [],
    })),
    subscriptionTables: [],
    settings: { max_connections: String(options.connections?.[1] ?? 100) },
    queueShape: null,
  };
}

export function edge(
  kind: EdgeSnapshot['kind'],
  name: string,
  from: string | null,
  to: string,
  options: Partial<EdgeSnapshot> = {},
): EdgeSnapshot {
  return {
    id: kind === 'logical' ? `logical/${to}/${name}` : `${kind}/${name}`,
    kind,
    name,
    from,
    to,
    isDeclared: true,
    slotName: kind === 'logical' ? name : name.replaceAll('-', '_'),
    verdict: STREAMING,
    lagMs: null,
    lagBytes: null,
    unknownBecause: null,
    isRelativeToUpstream: false,
    lastKnown: null,
    retainedWalBytes: 16 * 1024 * 1024,
    syncState: kind === 'streaming' ? 'async' : null,
    evidence: [],
    ...options,
  };
}

export function slot(
  nodeId: string,
  name: string,
  options: Partial<SlotSnapshot> = {},
): SlotSnapshot {
  return {
    nodeId,
    name,
    type: 'logical',
    isActive: true,
    isDeclared: true,
    consumer: null,
    retainedWalBytes: 24 * 1024 ** 2,
    safeWalBytes: 10 * 1024 ** 3 - 24 * 1024 ** 2,
    limitBytes: 10 * 1024 ** 3,
    walStatus: 'reserved',
    invalidationReason: null,
    reader: null,
    inactiveSinceMs: null,
    tableSync: null,
    toLimit: {
      by: 'server',
      limitBytes: 10 * 1024 ** 3,
      leftBytes: 10 * 1024 ** 3 - 24 * 1024 ** 2,
      pace: 'steady',
      ms: null,
    },
    verdict: HEALTHY,
    ...options,
  };
}

export function queue(
  nodeId: string,
  primaryId: string,
  facts: Partial<QueueFacts> | null,
  state: Verdict,
): QueueSnapshot {
  return {
    id: `queue/${nodeId}`,
    nodeId,
    primaryId,
    table: 'public.pending_sync',
    facts:
      facts === null
        ? null
        : {
            shape: 'current',
            waiting: 0,
            conflicts: 0,
            dead: 0,
            failed: 0,
            oldestAtMs: null,
            lastDoneAtMs: NOW_MS - 660_000,
            lastError: null,
            ...facts,
          },
    atMs: facts === null ? null : NOW_MS - 1000,
    perMinute: null,
    isOnline: facts === null ? null : true,
    isPrimaryReplaced: false,
    past: null,
    verdict: state,
  };
}

export interface SnapshotParts {
  readonly name: string;
  readonly environment?: Topology['environment'];
  readonly nodes: readonly NodeSnapshot[];
  readonly edges: readonly EdgeSnapshot[];
  readonly slots?: readonly SlotSnapshot[];
  readonly queues?: readonly QueueSnapshot[];
  readonly consumers?: Topology['consumers'];
  readonly problems?: readonly string[];
  readonly healthyReplicas?: number;
  readonly health?: Health;
  readonly declared?: Readonly<Record<string, Partial<TopologyNode>>>;
}

export function snapshot(parts: SnapshotParts): TopologySnapshot {
  const replicas = parts.nodes.filter(
    ({ role, isDeclared }) => isDeclared && (role === 'standby' || role === 'subscriber'),
  ).length;
  const known = parts.edges.filter((one) => one.lagMs !== null);
  const worst = known.reduce<EdgeSnapshot | null>(
    (best, one) => (best === null || (one.lagMs ?? 0) > (best.lagMs ?? 0) ? one : best),
    null,
  );
  const problems = parts.problems ?? [];
  return {
    id: 'file:///workspace/pg-topology.json',
    topology: {
      name: parts.name,
      environment: parts.environment ?? 'production',
      nodes: parts.nodes.filter(({ isDeclared }) => isDeclared).map((one) => declared(one, parts)),
      consumers: parts.consumers ?? [],
      thresholds: DEFAULT_THRESHOLDS,
    },
    version: 41,
    takenAtMs: NOW_MS,
    nodes: parts.nodes,
    edges: parts.edges,
    slots: parts.slots ?? [],
    queues: parts.queues ?? [],
    summary: {
      health: parts.health ?? (problems.length > 0 ? 'error' : 'healthy'),
      replicas,
      healthyReplicas: parts.healthyReplicas ?? replicas,
      problems,
      worstLagMs: worst?.lagMs ?? null,
      worstLagBytes: worst?.lagBytes ?? null,
      worstEdgeId: worst?.id ?? null,
      publications: 4,
      subscriptions: 3,
      activeSubscriptions: 3,
      isContacted: parts.nodes.some(({ sample }) => sample.fastAtMs !== null),
    },
  };
}

function declared(one: NodeSnapshot, parts: SnapshotParts): TopologyNode {
  return {
    id: one.id,
    connection: { host: `${one.id}.example.com`, dbname: 'central_services', user: 'monitor' },
    adminUser: null,
    passwordSource: { kind: 'auto' },
    standbyOf: parts.edges.find((e) => e.kind === 'streaming' && e.to === one.id)?.from ?? null,
    slot: parts.edges.find((e) => e.kind === 'streaming' && e.to === one.id)?.slotName ?? null,
    publications: [],
    subscriptions: [],
    pendingSync: null,
    ...parts.declared?.[one.id],
  };
}

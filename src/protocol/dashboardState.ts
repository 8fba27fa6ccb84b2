import './jitless';
import * as z from 'zod/mini';
import type { FailureReason } from '../core/failure';
import type { Contact, VerdictCode } from '../core/snapshot';
import type { DeclaredRole, Environment } from '../core/topology';
import { DIAGNOSIS, EVIDENCE, HEALTH, LOSS, PROBLEM } from './diagnosisState';

/**
 * A snapshot as it travels to the dashboard: JSON alone (times are epoch ms of the host's clock, LSNs only inside finished
 * text), no secrets, and evidence only for what is selected, so that 500 nodes stay small. `null` is unknown, never zero.
 */

const MS = z.nullable(z.number());
const BYTES = z.nullable(z.number());
const TEXT = z.nullable(z.string());

// Records rather than lists: the compiler then refuses a code that core knows and the wire does not.
const CONTACTS: Record<Contact, Contact> = {
  restricted: 'restricted',
  notAsked: 'notAsked',
  notApproved: 'notApproved',
  disconnected: 'disconnected',
  connecting: 'connecting',
  connected: 'connected',
  failed: 'failed',
};
const ROLES: Record<DeclaredRole, DeclaredRole> = {
  primary: 'primary',
  standby: 'standby',
  publisher: 'publisher',
  subscriber: 'subscriber',
  edge: 'edge',
};
const ENVIRONMENTS: Record<Environment, Environment> = {
  development: 'development',
  staging: 'staging',
  production: 'production',
};

// Open on purpose: a code or reason is only looked up in tables that have a default.
const CODE = z.custom<VerdictCode>((value) => typeof value === 'string');
const REASON = z.custom<FailureReason>((value) => typeof value === 'string');

const PARAMS = z.object({
  pids: z.exactOptional(z.array(z.number())),
  retries: z.exactOptional(z.number()),
  readyTables: z.exactOptional(z.number()),
  totalTables: z.exactOptional(z.number()),
  queuedTables: z.exactOptional(z.number()),
  workersUsed: z.exactOptional(z.number()),
  workersMax: z.exactOptional(z.number()),
  upstreamTimeline: z.exactOptional(z.number()),
  downstreamTimeline: z.exactOptional(z.number()),
  role: z.exactOptional(z.string()),
  otherNodes: z.exactOptional(z.array(z.string())),
  perMinute: z.exactOptional(z.number()),
  reason: z.exactOptional(z.string()),
});

// Most verdicts have no values, and a fleet has thousands of verdicts: these are not looked through key by key.
const ANY_PARAMS = z.custom<z.infer<typeof PARAMS>>(
  (value) => isEmpty(value) || z.safeParse(PARAMS, value).success,
);

const VERDICT = z.object({ code: CODE, health: HEALTH, sinceMs: MS, params: ANY_PARAMS });

const NODE = z.object({
  id: z.string(),
  isDeclared: z.boolean(),
  role: z.enum(['primary', 'standby', 'subscriber', 'edge']),
  declaredRoles: z.array(z.enum(ROLES)),
  contact: z.enum(CONTACTS),
  verdict: VERDICT,
  failure: z.nullable(z.object({ reason: REASON, text: z.string(), advice: TEXT })),
  failingSinceMs: MS,
  nextTryAtMs: MS,
  /** When the facts were read; `null` before the first answer. */
  asOfMs: MS,
  isPollingPaused: z.boolean(),
  roundTripMs: MS,
  /** `17.2` */
  version: TEXT,
  publications: z.nullable(z.number()),
  slots: z.nullable(z.number()),
  connectionsUsed: z.nullable(z.number()),
  connectionsMax: z.nullable(z.number()),
  /** WAL written or received a second; `null` until it was seen for a while. */
  walBytesPerSecond: z.nullable(z.number()),
});

const EDGE = z.object({
  id: z.string(),
  kind: z.enum(['streaming', 'logical', 'consumer']),
  name: z.string(),
  from: TEXT,
  to: z.string(),
  isDeclared: z.boolean(),
  slotName: TEXT,
  verdict: VERDICT,
  lagMs: MS,
  lagBytes: BYTES,
  unknownBecause: TEXT,
  isRelativeToUpstream: z.boolean(),
  lastKnown: z.nullable(z.object({ lagMs: MS, lagBytes: BYTES, atMs: z.number() })),
  retainedWalBytes: BYTES,
  syncState: TEXT,
});

const SLOT = z.object({
  nodeId: z.string(),
  name: z.string(),
  type: z.enum(['physical', 'logical']),
  isActive: z.boolean(),
  isDeclared: z.boolean(),
  consumer: TEXT,
  retainedWalBytes: BYTES,
  safeWalBytes: BYTES,
  limitBytes: BYTES,
  walStatus: TEXT,
  invalidationReason: TEXT,
  /** How long until it reaches its limit; `null` where there is none. */
  toLimit: z.nullable(
    z.object({
      by: z.enum(['server', 'file']),
      limitBytes: z.number(),
      leftBytes: BYTES,
      pace: z.enum(['approaching', 'steady', 'unknown']),
      ms: MS,
    }),
  ),
  verdict: VERDICT,
});

const QUEUE = z.object({
  id: z.string(),
  nodeId: z.string(),
  primaryId: z.string(),
  table: z.string(),
  facts: z.nullable(
    z.object({
      shape: z.enum(['current', 'old']),
      waiting: z.number(),
      conflicts: z.number(),
      dead: z.number(),
      failed: z.number(),
      oldestAtMs: MS,
      lastDoneAtMs: MS,
      lastError: TEXT,
    }),
  ),
  atMs: MS,
  perMinute: z.nullable(z.number()),
  /** Whether the host reaches both ends; `null`: an end was not asked. */
  isOnline: z.nullable(z.boolean()),
  lastDrainedAtMs: MS,
  /** Who drains it now, finished text: `draining · 3,500 of 9,999`, `drained by pid 4711 since 12:03`. */
  draining: TEXT,
  isAutomatic: z.boolean(),
  /** When its past was read (`fetchQueuePast`); `null`: there is none. */
  pastAtMs: MS,
  verdict: VERDICT,
});

const CHECK_RESULT = z.object({
  /** `row`: a token in a replicated table was read downstream. `marker`: a WAL position was passed. */
  kind: z.enum(['row', 'marker']),
  outcome: z.enum(['arrived', 'notArrived', 'notPossible', 'cancelled']),
  /** Only when it arrived. */
  arrivedMs: MS,
  endedAtMs: z.number(),
  limitMs: z.number(),
  /** What the file allowed it to take; absent without a budget. */
  budgetMs: z.exactOptional(z.number()),
  /** Why it had not arrived, as far as known. */
  verdict: z.nullable(VERDICT),
  failure: z.nullable(z.object({ text: z.string(), advice: TEXT })),
  /** Why a marker was used though a sentinel table is there. */
  note: TEXT,
});

const EDGE_CHECKS = z.object({
  edgeId: z.string(),
  isRunning: z.boolean(),
  last: z.nullable(CHECK_RESULT),
  /** Of the kept results, those that arrived; the shares below are theirs. */
  arrivals: z.number(),
  checks: z.number(),
  /** `null` while too few arrived to say so. */
  medianMs: MS,
  p95Ms: MS,
  p99Ms: MS,
  worstMs: MS,
  /** What the file allows; `null` without a budget. */
  budgetMs: MS,
});

const CHECKS = z.object({
  /** They go on by themselves until somebody stops them. */
  isContinuous: z.boolean(),
  /** In the order of the edges; only those that were checked. */
  edges: z.array(EDGE_CHECKS),
});

export const DETAILS = z.object({
  /** Id of the selected node, edge, slot (`slot/<node>/<name>`) or queue. */
  id: z.string(),
  /** Why it is as it is. */
  diagnosis: DIAGNOSIS,
  /** What else is known of it, and is no evidence of that. */
  facts: z.array(EVIDENCE),
});

export const DASHBOARD_STATE = z.object({
  topologyId: z.string(),
  version: z.number(),
  takenAtMs: z.number(),
  name: z.string(),
  environment: z.enum(ENVIRONMENTS),
  thresholds: z.object({
    lagWarningMs: z.number(),
    lagCriticalMs: z.number(),
    queueDepthWarning: z.number(),
    queueDepthCritical: z.number(),
    retainedWalBytes: z.exactOptional(z.number()),
  }),
  summary: z.object({
    health: HEALTH,
    replicas: z.number(),
    healthyReplicas: z.number(),
    worstLagMs: MS,
    worstLagBytes: BYTES,
    worstEdgeId: TEXT,
    isContacted: z.boolean(),
  }),
  nodes: z.array(NODE),
  consumers: z.array(z.object({ id: z.string(), node: z.string(), slot: z.string() })),
  edges: z.array(EDGE),
  slots: z.array(SLOT),
  queues: z.array(QUEUE),
  checks: CHECKS,
  /** What needs a person, worst first. */
  problems: z.array(PROBLEM),
  /** What could be lost now; at most `LOSS_ROWS` rows. */
  loss: LOSS,
  /** How many rows of `loss` were left out. */
  lossRowsMore: z.number(),
  details: z.nullable(DETAILS),
});

export type DashboardState = z.infer<typeof DASHBOARD_STATE>;
export type NodeState = z.infer<typeof NODE>;
export type EdgeState = z.infer<typeof EDGE>;
export type SlotState = z.infer<typeof SLOT>;
export type QueueState = z.infer<typeof QUEUE>;
export type EdgeChecksState = z.infer<typeof EDGE_CHECKS>;
export type DetailsState = z.infer<typeof DETAILS>;

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).length === 0;
}

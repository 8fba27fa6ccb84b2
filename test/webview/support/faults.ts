import type { BlockerFacts, CauseFacts, LogFacts } from '../../../src/core/causeFacts';
import type { EdgeSnapshot, NodeSnapshot, TopologySnapshot } from '../../../src/core/snapshot';
import { NOW_MS, slot, subscription, verdict } from './build';
import { healthy } from './states';

/** A fault as the monitor reports it, with the cause that was read, and the words that a person must find. */
export interface RecordedFault {
  readonly name: string;
  readonly snapshot: TopologySnapshot;
  /** Subject that the list of problems leads with. */
  readonly subject: string;
  /** In the title of the details. */
  readonly named: RegExp;
  /** Somewhere in the details: evidence or next step. */
  readonly shown: RegExp;
}

const NOTHING: CauseFacts = {
  blockers: null,
  replay: null,
  tables: null,
  oldestWalLsn: null,
  log: null,
};

export const BLOCKER: BlockerFacts = {
  waitingPid: 4711,
  pid: 8114,
  user: 'analytics',
  applicationName: 'nightly report',
  clientAddress: '10.0.0.9',
  state: 'idle in transaction',
  query: 'LOCK TABLE public.job_statistics IN SHARE MODE',
  transactionStartedAtMs: NOW_MS - 130_000,
  relation: 'public.job_statistics',
  mode: 'RowExclusiveLock',
};

const DUPLICATE: LogFacts = {
  path: 'log/postgresql.log',
  problem: null,
  entries: [
    {
      at: '2026-11-21 14:27:57.120 UTC',
      pid: 815,
      level: 'ERROR',
      sqlstate: '23505',
      text: [
        'duplicate key value violates unique constraint "approved_patterns_name_key"',
        'DETAIL: Key (name, ecosystem)=(retry-backoff, node) already exists.',
        'CONTEXT: processing remote data for replication origin "pg_16412" during message type "INSERT" for replication target relation "public.approved_patterns" in transaction 771, finished at 3A/7E0B11F8',
      ].join('\n'),
    },
  ],
};

/** The healthy topology with one edge changed, and what was read of why on its downstream. */
function changed(
  edgeId: string,
  change: Partial<EdgeSnapshot>,
  causes: Partial<CauseFacts> | null,
  more: Partial<TopologySnapshot> = {},
): TopologySnapshot {
  const edge = healthy.edges.find(({ id }) => id === edgeId);
  const withCauses = (node: NodeSnapshot): NodeSnapshot =>
    node.id !== edge?.to || causes === null
      ? node
      : {
          ...node,
          sample: {
            ...node.sample,
            fast:
              node.sample.fast === null || edge.kind !== 'logical'
                ? node.sample.fast
                : { ...node.sample.fast, subscriptions: [subscription(edge.name)] },
            causes: { ...NOTHING, ...causes },
            causesAtMs: NOW_MS - 2_000,
          },
        };
  return {
    ...healthy,
    nodes: healthy.nodes.map(withCauses),
    edges: healthy.edges.map((one) => (one.id === edgeId ? { ...one, ...change } : one)),
    summary: { ...healthy.summary, health: 'error', problems: [edgeId], healthyReplicas: 3 },
    ...more,
  };
}

const PATTERNS = 'logical/singularity/patterns_sub';
const JOBS = 'logical/genesis/job_stats_sub';
const READ = 'streaming/central-read';
const GB = 1024 ** 3;

export const FAULTS: readonly RecordedFault[] = [
  {
    name: 'a duplicate key that the server log tells',
    subject: PATTERNS,
    named: /patterns_sub.*same key exists/u,
    shown: /retry-backoff/u,
    snapshot: changed(
      PATTERNS,
      { verdict: verdict('stoppedByError', 'error', 248), lagMs: null, lagBytes: 291 * 1024 ** 2 },
      { log: DUPLICATE },
    ),
  },
  {
    name: 'an apply worker that waits for a lock',
    subject: JOBS,
    named: /job_stats_sub.*8114/u,
    shown: /pg_terminate_backend\(8114\)/u,
    snapshot: changed(
      JOBS,
      {
        verdict: verdict('blocked', 'warning', 130, { pids: [8114] }),
        lagMs: null,
        lagBytes: 4_000_000,
      },
      { blockers: [BLOCKER] },
    ),
  },
  {
    name: 'a replay that somebody paused',
    subject: READ,
    named: /central-read.*paused/u,
    shown: /Resume Replay…|pg_wal_replay_resume/u,
    snapshot: changed(
      READ,
      { verdict: verdict('paused', 'warning', 1320), lagMs: null, lagBytes: 10 * GB },
      null,
    ),
  },
  {
    name: 'a replay that waits for a query',
    subject: READ,
    named: /central-read.*(?:9001|report)/u,
    shown: /pg_(?:cancel|terminate)_backend\(9001\)|select pg_sleep/u,
    snapshot: changed(
      READ,
      { verdict: verdict('stuck', 'warning', 95), lagMs: null, lagBytes: 22_000_000 },
      {
        replay: {
          waitEventType: 'IPC',
          waitEvent: 'RecoveryConflictSnapshot',
          queries: [
            {
              pid: 9001,
              user: 'report',
              applicationName: 'psql',
              state: 'active',
              query: 'select pg_sleep(600)',
              startedAtMs: NOW_MS - 95_000,
              snapshotAge: 812,
            },
          ],
          cancelled: { snapshot: 0 },
          maxStandbyStreamingDelayMs: -1,
        },
      },
    ),
  },
  {
    name: 'a slot that is lost in minutes',
    subject: 'slot/central/electric_slot_default',
    named: /electric_slot_default.*13/u,
    shown: /max_slot_wal_keep_size|9\.1/u,
    snapshot: changed(READ, {}, null, {
      slots: [
        ...healthy.slots.filter(({ name }) => name !== 'electric_slot_default'),
        slot('central', 'electric_slot_default', {
          consumer: 'electric',
          isActive: false,
          retainedWalBytes: 9.1 * GB,
          safeWalBytes: 0.9 * GB,
          toLimit: {
            by: 'server',
            limitBytes: 10 * GB,
            leftBytes: 0.9 * GB,
            pace: 'approaching',
            ms: 13.4 * 60_000,
          },
          verdict: verdict('nearLimit', 'error', 7560),
        }),
      ],
      summary: {
        ...healthy.summary,
        health: 'error',
        problems: ['slot/central/electric_slot_default'],
      },
    }),
  },
];

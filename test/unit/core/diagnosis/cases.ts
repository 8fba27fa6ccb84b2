import type { BlockerFacts, CauseFacts, LogEntryFacts } from '../../../../src/core/causeFacts';
import type { DiagnosisCode } from '../../../../src/core/diagnosis/diagnosis';
import type {
  FastFacts,
  SequenceFacts,
  SlowFacts,
  SubscriptionFacts,
} from '../../../../src/core/facts';
import type {
  EdgeSnapshot,
  Health,
  NodeSample,
  NodeSnapshot,
  TopologySnapshot,
  VerdictCode,
  VerdictParams,
} from '../../../../src/core/snapshot';
import type { Thresholds } from '../../../../src/core/topology';
import { DEFAULT_THRESHOLDS } from '../../../../src/core/topology';
import {
  declared,
  edge,
  failure,
  fast,
  GB,
  MB,
  MINUTE,
  NOW,
  queue,
  queueFacts,
  sample,
  SECOND,
  slot,
  slow,
  snapshot,
  subscription as declaredSubscription,
  verdict,
} from '../describe/makeSnapshot';
import { sender, slot as slotFacts, subscription } from '../join/builders';

/** One state of a topology, and what is to be said of a part of it. */
export interface Case {
  readonly code: DiagnosisCode;
  readonly what: string;
  readonly snapshot: TopologySnapshot;
  readonly subject: string;
  readonly health: Health;
  readonly title: RegExp;
}

const CENTRAL = declared('central');
const READ = declared('central-read', { standbyOf: 'central', slot: 'central_read' });
const GENESIS = declared('genesis', {
  subscriptions: [declaredSubscription('metrics_sub', 'central')],
});
const VENGEANCE = declared('vengeance');

interface Seen {
  readonly fast?: Partial<FastFacts>;
  readonly slow?: Partial<SlowFacts>;
  readonly causes?: Partial<CauseFacts>;
  readonly sample?: Partial<NodeSample>;
  readonly node?: Partial<NodeSnapshot>;
}

const NO_CAUSES: CauseFacts = {
  blockers: null,
  replay: null,
  tables: null,
  oldestWalLsn: null,
  log: null,
};

/** A node as it is seen, healthy but for what is said. */
export function seen({ node: change = {}, ...parts }: Seen = {}): Partial<NodeSnapshot> {
  const causes =
    parts.causes === undefined
      ? {}
      : { causes: { ...NO_CAUSES, ...parts.causes }, causesAtMs: NOW - SECOND };
  return {
    sample: sample({ fast: fast(parts.fast), slow: slow(parts.slow), ...causes, ...parts.sample }),
    ...change,
  };
}

interface World {
  readonly central?: Seen;
  readonly read?: Seen;
  readonly genesis?: Seen;
  readonly edges?: readonly EdgeSnapshot[];
  readonly slots?: TopologySnapshot['slots'];
  readonly queues?: TopologySnapshot['queues'];
  readonly thresholds?: Partial<Thresholds>;
}

export function world(parts: World): TopologySnapshot {
  return snapshot({
    nodes: [CENTRAL, READ, GENESIS, VENGEANCE],
    seen: {
      central: seen(parts.central),
      'central-read': seen({ ...parts.read, fast: { isInRecovery: true, ...parts.read?.fast } }),
      genesis: seen(parts.genesis),
      vengeance: seen(),
    },
    edges: parts.edges ?? [],
    slots: parts.slots ?? [],
    queues: parts.queues ?? [],
    topology: { thresholds: { ...DEFAULT_THRESHOLDS, ...parts.thresholds } },
  });
}

export const STREAMING = 'streaming/central-read';
export const LOGICAL = 'logical/genesis/metrics_sub';

function streaming(
  code: VerdictCode,
  params: VerdictParams = {},
  change: Partial<EdgeSnapshot> = {},
) {
  return edge({ id: STREAMING, verdict: verdict(code, params, NOW - MINUTE), ...change });
}

function logical(
  code: VerdictCode,
  params: VerdictParams = {},
  change: Partial<EdgeSnapshot> = {},
) {
  return edge({
    id: LOGICAL,
    slotName: 'metrics_sub',
    verdict: verdict(code, params, NOW - MINUTE),
    ...change,
  });
}

const SUB: SubscriptionFacts = subscription('metrics_sub', { publications: ['app_pub'] });

/** An entry of the present stop, as the server writes it. */
export function logged(text: string, change: Partial<LogEntryFacts> = {}): LogEntryFacts {
  const at = `${new Date(NOW - 10 * SECOND).toISOString().replace('T', ' ').slice(0, 23)} UTC`;
  return { at, pid: 4711, level: 'ERROR', sqlstate: null, text, ...change };
}

export function log(...entries: readonly LogEntryFacts[]): Partial<CauseFacts> {
  return { log: { path: 'log/postgresql.log', entries, problem: null } };
}

const ORIGIN =
  'processing remote data for replication origin "pg_16400" during message type "INSERT" for replication target relation "public.jobs" in transaction 740, finished at 0/157E708';

const HOLDER: BlockerFacts = {
  waitingPid: 301,
  pid: 8114,
  user: 'app',
  applicationName: 'migrate',
  clientAddress: '10.0.0.9',
  state: 'idle in transaction',
  query: 'LOCK TABLE public.jobs',
  transactionStartedAtMs: NOW - 2 * MINUTE,
  relation: 'public.jobs',
  mode: 'RowExclusiveLock',
};

const REPLAY = {
  waitEventType: null,
  waitEvent: null,
  queries: [
    {
      pid: 900,
      user: 'report',
      applicationName: 'bi',
      state: 'active',
      query: 'SELECT * FROM jobs',
      startedAtMs: NOW - 5 * MINUTE,
      snapshotAge: 12,
    },
  ],
  cancelled: { snapshot: 3, lock: 0 },
  maxStandbyStreamingDelayMs: 30_000,
} as const;

const jobs = (columns: readonly string[], of: readonly string[]) => ({
  schema: 'public',
  name: 'jobs',
  of,
  columns: columns.map((name) => ({ name, type: 'text', isGenerated: false })),
});

const sequence = (lastValue: string | null): SequenceFacts => ({
  schema: 'public',
  name: 'jobs_id_seq',
  table: { schema: 'public', name: 'jobs' },
  column: 'id',
  lastValue,
  increment: '1',
});

const away = (reason: Parameters<typeof failure>[0], others?: readonly string[]): Seen => ({
  sample: { contact: 'failed', failure: failure(reason), failingSinceMs: NOW - MINUTE },
  node: {
    verdict: verdict(
      'unreachable',
      others === undefined ? {} : { otherNodes: others },
      NOW - MINUTE,
    ),
  },
});

function contact(code: VerdictCode, title: RegExp, change: Partial<NodeSample> = {}): Case {
  const found = verdict(code, {}, NOW - MINUTE);
  return {
    code,
    what: 'a node',
    snapshot: world({
      central: {
        sample: { contact: 'failed', failure: failure({ text: 'central failed.' }), ...change },
        node: { verdict: found },
      },
    }),
    subject: 'central',
    health: found.health,
    title,
  };
}

function onNode(
  code: DiagnosisCode,
  health: Health,
  title: RegExp,
  parts: Seen,
  rest: World = {},
): Case {
  return {
    code,
    what: 'a node',
    snapshot: world({ ...rest, central: parts }),
    subject: 'central',
    health,
    title,
  };
}

function onEdge(
  code: DiagnosisCode,
  health: Health,
  title: RegExp,
  found: EdgeSnapshot,
  parts: Omit<World, 'edges'> = {},
): Case {
  return {
    code,
    what: found.kind,
    snapshot: world({ ...parts, edges: [found] }),
    subject: found.id,
    health,
    title,
  };
}

function onSlot(
  code: DiagnosisCode,
  health: Health,
  title: RegExp,
  change: Parameters<typeof slot>[0],
  parts: World = {},
): Case {
  return {
    code,
    what: 'a slot',
    snapshot: world({ ...parts, slots: [slot(change)] }),
    subject: 'slot/central/central_read',
    health,
    title,
  };
}

function onQueue(
  code: DiagnosisCode,
  health: Health,
  title: RegExp,
  change: Parameters<typeof queue>[0],
  parts: World = {},
): Case {
  return {
    code,
    what: 'a queue',
    snapshot: world({ ...parts, queues: [queue(change)] }),
    subject: 'queue/vengeance',
    health,
    title,
  };
}

const stoppedWith = (text: string, change: Partial<LogEntryFacts> = {}): Omit<World, 'edges'> => ({
  genesis: { fast: { subscriptions: [SUB] }, causes: log(logged(text, change)) },
});

const WAITS = { lagMs: null, lagBytes: 291 * MB };

/** At least one state for every code that there is. */
export const CASES: readonly Case[] = [
  contact('restricted', /restricted mode/u, { contact: 'restricted', failure: null }),
  contact('notConnected', /has not been asked yet/u, { contact: 'notAsked', failure: null }),
  contact('notApproved', /never approved/u, { contact: 'notApproved', failure: null }),
  contact('disconnected', /is disconnected/u, { contact: 'disconnected', failure: null }),
  contact('connecting', /is being connected/u, { contact: 'connecting', failure: null }),
  contact('starting', /does not accept connections yet/u),
  contact('passwordNeeded', /central failed/u),
  contact('tooOld', /central failed/u),
  contact('notPostgres', /central failed/u),
  contact('stale', /has not been read lately/u, { contact: 'connected', failure: null }),
  contact('unknown', /is unknown/u),
  onNode('unreachable', 'error', /^central is unreachable from here\.$/u, away({})),
  onNode(
    'unreachableFromHere',
    'error',
    /but it runs: central-read receives from it/u,
    away({}, ['central-read']),
  ),
  onNode('noPrivilege', 'warning', /^Role monitor may not see replication state on central\.$/u, {
    node: { verdict: verdict('noPrivilege', { role: 'monitor' }) },
  }),
  onNode('healthy', 'healthy', /^central answers, Postgres 17\.2\.$/u, {}),
  onNode('splitBrain', 'error', /^central and central-read take writes and are of one system\.$/u, {
    node: { verdict: verdict('splitBrain', { otherNodes: ['central-read'] }) },
  }),
  onNode('roleMismatch', 'error', /declares central no standby, but it is a standby/u, {
    fast: { isInRecovery: true },
    node: { verdict: verdict('roleMismatch', { role: 'standby' }) },
  }),
  onNode('wrongSystem', 'error', /system 1 was seen here before/u, {
    node: { verdict: verdict('wrongSystem', { reason: 'system 1 was seen here before, now 2' }) },
  }),
  onNode('clockSkew', 'warning', /clock of central is 10\u00a0min ahead of/u, {
    node: { clockSkewMs: 10 * MINUTE },
  }),
  {
    code: 'sameNode',
    what: 'a node',
    snapshot: world({ genesis: { node: { sameServerAs: ['central'] } } }),
    subject: 'genesis',
    health: 'warning',
    title: /^central and genesis are the same node: database/u,
  },
  onNode('connectionsNearlyUsedUp', 'warning', /90 of 97 are in use/u, {
    fast: { connectionsUsed: 90 },
    slow: { settings: { max_connections: '100', superuser_reserved_connections: '3' } },
  }),
  onNode('sendersUsedUp', 'warning', /no WAL sender left: 2 of 2/u, {
    fast: { senders: [sender(), sender({ pid: 102 })] },
    slow: { settings: { max_wal_senders: '2' } },
  }),
  onNode('slotsUsedUp', 'warning', /no replication slot left: 1 of 1/u, {
    fast: { slots: [slotFacts('a')] },
    slow: { settings: { max_replication_slots: '1' } },
  }),
  onNode(
    'walLevelTooLow',
    'warning',
    /wal_level is replica/u,
    { slow: { settings: { wal_level: 'replica' } } },
    { edges: [logical('streaming')] },
  ),
  onNode(
    'replicaIdentityMissing',
    'warning',
    /UPDATE and DELETE fail on central for public\.audit/u,
    {
      slow: {
        publications: [
          {
            name: 'app_pub',
            allTables: false,
            schemas: [],
            operations: ['insert', 'update', 'delete'],
            viaPartitionRoot: false,
            tables: [
              {
                schema: 'public',
                name: 'jobs',
                columns: null,
                rowFilter: null,
                hasReplicaIdentity: true,
              },
              {
                schema: 'public',
                name: 'audit',
                columns: null,
                rowFilter: null,
                hasReplicaIdentity: false,
              },
            ],
          },
        ],
      },
    },
  ),
  onEdge(
    'streaming',
    'healthy',
    /^central-read replays what central writes, 12\u00a0ms later\.$/u,
    streaming('streaming'),
  ),
  onEdge(
    'streaming',
    'healthy',
    /^metrics_sub on genesis applies what central publishes/u,
    logical('streaming'),
  ),
  onEdge('idle', 'healthy', /^central-read has all that central wrote\.$/u, streaming('idle')),
  onEdge('catchingUp', 'busy', /comes closer to central/u, streaming('catchingUp')),
  onEdge(
    'lagging',
    'warning',
    /is 8\.4\u00a0s behind central/u,
    streaming('lagging', {}, { lagMs: 8_400 }),
  ),
  onEdge('stuck', 'warning', /^central-read is stuck/u, streaming('stuck', {}, WAITS)),
  onEdge('stuck', 'warning', /^metrics_sub on genesis is stuck/u, logical('stuck', {}, WAITS)),
  onEdge('paused', 'warning', /^Replay on central-read is paused\.$/u, streaming('paused')),
  onEdge(
    'recoveryConflict',
    'warning',
    /^Replay on central-read waits for pid 900 of report/u,
    streaming('stuck'),
    {
      read: {
        causes: {
          replay: { ...REPLAY, waitEventType: 'IPC', waitEvent: 'RecoveryConflictSnapshot' },
        },
      },
    },
  ),
  onEdge(
    'longQuery',
    'warning',
    /while pid 900 of report has been reading there for 4\u00a0min/u,
    streaming('lagging'),
    {
      read: { causes: { replay: REPLAY } },
    },
  ),
  onEdge(
    'applyDelay',
    'warning',
    /replays 1\u00a0h later than central on purpose/u,
    streaming('stuck'),
    {
      read: { slow: { settings: { recovery_min_apply_delay: '1h' } } },
    },
  ),
  onEdge(
    'notStreaming',
    'error',
    /^central-read is not streaming from central\.$/u,
    streaming('notStreaming'),
  ),
  onEdge('notStreaming', 'error', /its server log says why/u, streaming('notStreaming'), {
    read: {
      causes: log(
        logged('could not connect to the primary server: FATAL:  password authentication failed', {
          level: 'FATAL',
        }),
      ),
    },
  }),
  onEdge(
    'sendersUsedUp',
    'error',
    /cannot stream: central has no WAL sender left/u,
    streaming('notStreaming'),
    {
      central: { fast: { senders: [sender()] }, slow: { settings: { max_wal_senders: '1' } } },
    },
  ),
  onEdge('walRemoved', 'error', /central has removed the WAL/u, streaming('notStreaming'), {
    central: { causes: { oldestWalLsn: 0x3000000n } },
    read: { fast: { replayLsn: 0x2ffff00n, receiveLsn: null } },
  }),
  onEdge('walRemoved', 'error', /central has removed the WAL/u, streaming('notStreaming'), {
    read: {
      causes: log(
        logged(
          'could not receive data from WAL stream: ERROR:  requested WAL segment 000000010000000000000003 has already been removed',
          { level: 'FATAL' },
        ),
      ),
    },
  }),
  onEdge(
    'sourceCutOff',
    'unknown',
    /which feeds it, is cut off itself/u,
    streaming('sourceCutOff'),
  ),
  onEdge(
    'diverged',
    'error',
    /timeline 3 against 2/u,
    streaming('diverged', { upstreamTimeline: 2, downstreamTimeline: 3 }),
  ),
  onEdge(
    'slotLost',
    'error',
    /^central-read lost its slot central_read/u,
    streaming('slotLost', {}, { slotName: 'central_read' }),
  ),
  onEdge('ambiguous', 'warning', /Several senders of central/u, streaming('ambiguous')),
  onEdge(
    'notFound',
    'warning',
    /declares subscription metrics_sub on genesis, but it is not there/u,
    {
      ...logical('notFound'),
      verdict: { ...verdict('notFound'), health: 'warning' },
    },
  ),
  onEdge(
    'roleMismatch',
    'error',
    /declared a standby of central, but is a primary/u,
    streaming('roleMismatch', { role: 'primary' }),
  ),
  onEdge('wrongSystem', 'error', /another system than central/u, streaming('wrongSystem')),
  onEdge(
    'noPrivilege',
    'warning',
    /role monitor may not see/u,
    streaming('noPrivilege', { role: 'monitor', otherNodes: ['central'] }),
  ),
  onEdge(
    'copying',
    'busy',
    /is copying 2 of 7 tables from central/u,
    logical('copying', { readyTables: 5, totalTables: 7 }),
  ),
  onEdge(
    'copyFails',
    'error',
    /cannot copy public\.jobs from central/u,
    logical('copying', { readyTables: 5, totalTables: 7 }),
    {
      genesis: {
        fast: {
          subscriptions: [
            { ...SUB, syncErrorCount: 4, tableStates: { i: 0, d: 1, f: 0, s: 0, r: 6 } },
          ],
        },
        causes: log(
          logged(
            'could not start initial contents copy for table "public.jobs": ERROR:  permission denied for table jobs',
          ),
        ),
      },
    },
  ),
  // Whatever kept the row out, it is the copy that fails, and not the subscription that stopped.
  onEdge(
    'copyFails',
    'error',
    /cannot copy jobs from central/u,
    logical('copying', { readyTables: 5, totalTables: 7 }),
    {
      genesis: {
        fast: { subscriptions: [{ ...SUB, applyErrorCount: 3, syncErrorCount: 4 }] },
        causes: log(
          logged(
            'duplicate key value violates unique constraint "jobs_pkey"\nKey (id)=(1) already exists.\nCOPY jobs, line 1',
            { sqlstate: '23505', subscription: 'metrics_sub' },
          ),
        ),
      },
    },
  ),
  // Before 15 an error names neither subscription nor origin: the worker that wrote it did, as it started.
  onEdge('duplicateKey', 'error', /a row with the same key exists/u, logical('applyErrorLoop'), {
    genesis: {
      fast: { subscriptions: [SUB] },
      causes: log(
        logged('duplicate key value violates unique constraint "jobs_pkey"', {
          sqlstate: '23505',
          subscription: 'metrics_sub',
        }),
        logged('new row for relation "jobs" violates check constraint "small"', {
          sqlstate: '23514',
          subscription: 'another_sub',
        }),
      ),
    },
  }),
  onEdge(
    'blocked',
    'warning',
    /^The apply worker of metrics_sub on genesis waits for pid 8114 \(app, idle in transaction\), for a lock on public\.jobs\.$/u,
    logical('blocked', { pids: [8114] }),
    { genesis: { fast: { subscriptions: [SUB] }, causes: { blockers: [HOLDER] } } },
  ),
  onEdge('blocked', 'warning', /waits for pid 8114\.$/u, logical('blocked', { pids: [8114] })),
  onEdge(
    'disabled',
    'warning',
    /^Subscription metrics_sub on genesis is disabled\.$/u,
    logical('disabled'),
  ),
  onEdge('stoppedByError', 'error', /disabled itself/u, logical('stoppedByError')),
  onEdge(
    'applyErrorLoop',
    'error',
    /starts, fails and starts again/u,
    logical('applyErrorLoop', { retries: 12 }),
  ),
  onEdge(
    'duplicateKey',
    'error',
    /a row of public\.jobs with the same key exists there already/u,
    logical('applyErrorLoop'),
    stoppedWith(
      `duplicate key value violates unique constraint "jobs_pkey"\nKey (id)=(7) already exists.\n${ORIGIN}`,
      {
        sqlstate: '23505',
      },
    ),
  ),
  onEdge(
    'duplicateKey',
    'error',
    /a row of public\.jobs with the same key/u,
    logical('stoppedByError'),
    stoppedWith(`conflict detected on relation "public.jobs": conflict=insert_exists\n${ORIGIN}`),
  ),
  onEdge(
    'constraintViolated',
    'error',
    /violates a constraint there/u,
    logical('applyErrorLoop'),
    stoppedWith(
      `null value in column "x" of relation "jobs" violates not-null constraint\n${ORIGIN}`,
      { sqlstate: '23502' },
    ),
  ),
  onEdge(
    'applyDenied',
    'error',
    /its owner lacks a privilege there/u,
    logical('applyErrorLoop'),
    stoppedWith(`role "sub" cannot SET ROLE to "owner"\n${ORIGIN}`, { sqlstate: '42501' }),
  ),
  onEdge(
    'missingTable',
    'error',
    /table public\.jobs does not exist there/u,
    logical('applyErrorLoop'),
    stoppedWith(`logical replication target relation "public.jobs" does not exist\n${ORIGIN}`, {
      sqlstate: '55000',
    }),
  ),
  onEdge(
    'missingTable',
    'error',
    /public\.jobs, which central publishes, does not exist there/u,
    logical('applyErrorLoop'),
    {
      central: { causes: { tables: [jobs(['id'], ['app_pub'])] } },
      genesis: { fast: { subscriptions: [SUB] }, causes: { tables: [], otherTables: [] } },
    },
  ),
  onEdge(
    'missingColumn',
    'error',
    /public\.jobs\.extra, which central sends, is not there/u,
    logical('applyErrorLoop'),
    {
      central: { causes: { tables: [jobs(['id', 'extra'], ['app_pub'])] } },
      genesis: {
        fast: { subscriptions: [SUB] },
        causes: { tables: [jobs(['id'], ['metrics_sub'])] },
      },
    },
  ),
  onEdge(
    'missingColumn',
    'error',
    /public\.jobs lacks a column there/u,
    logical('applyErrorLoop'),
    stoppedWith(
      `logical replication target relation "public.jobs" is missing replicated column: "extra"\n${ORIGIN}`,
    ),
  ),
  onEdge(
    'publicationMissing',
    'error',
    /asks for publication app_pub, which does not exist on central/u,
    logical('applyErrorLoop'),
    stoppedWith(
      'could not receive data from WAL stream: ERROR:  publication "app_pub" does not exist',
      { sqlstate: '42704' },
    ),
  ),
  onEdge('publicationMissing', 'error', /asks for publication app_pub/u, logical('notStreaming'), {
    genesis: { fast: { subscriptions: [SUB] } },
  }),
  onEdge('publicationMissing', 'error', /asks for publication app_pub/u, logical('streaming'), {
    genesis: { fast: { subscriptions: [SUB] } },
  }),
  onEdge(
    'noWorker',
    'warning',
    /no logical replication worker free for metrics_sub: 4 of 4/u,
    logical('noWorker', { workersUsed: 4, workersMax: 4 }),
  ),
  onEdge('notStreaming', 'error', /nobody reads its slot/u, logical('notStreaming')),
  onEdge(
    'slotLost',
    'error',
    /changes that it had not applied are gone/u,
    logical('slotLost', { reason: 'wal_removed' }),
  ),
  onEdge(
    'slotsUsedUp',
    'error',
    /has no slot, and central has none left/u,
    logical('notStreaming'),
    {
      central: {
        fast: { slots: [slotFacts('a')] },
        slow: { settings: { max_replication_slots: '1' } },
      },
    },
  ),
  onEdge('walLevelTooLow', 'error', /wal_level is replica/u, logical('notStreaming'), {
    central: { slow: { settings: { wal_level: 'replica' } } },
  }),
  onEdge(
    'sequenceBehind',
    'warning',
    /public\.jobs_id_seq on genesis is behind central/u,
    logical('streaming'),
    {
      central: { slow: { sequences: [sequence('412')] } },
      genesis: { slow: { sequences: [sequence('7')] } },
    },
  ),
  onEdge(
    'stuck',
    'warning',
    /confirms nothing/u,
    edge({ id: 'consumer/electric', slotName: 'e', verdict: verdict('stuck') }),
  ),
  onEdge(
    'notStreaming',
    'error',
    /electric does not read slot e on central/u,
    edge({ id: 'consumer/electric', slotName: 'e', verdict: verdict('notStreaming') }),
  ),
  onSlot(
    'healthy',
    'healthy',
    /^Slot central_read on central is read by central-read; it keeps 16\u00a0MB of WAL\.$/u,
    {},
  ),
  onSlot('slotLost', 'error', /is lost/u, {
    verdict: verdict('slotLost', { reason: 'wal_removed' }),
  }),
  onSlot('nearLimit', 'error', /is lost in about 13\u00a0min: it keeps 9\.1 of 10\u00a0GB/u, {
    verdict: verdict('nearLimit'),
    retainedWalBytes: 9.1 * GB,
    limitBytes: 10 * GB,
    toLimit: {
      by: 'server',
      limitBytes: 10 * GB,
      leftBytes: 0.9 * GB,
      pace: 'approaching',
      ms: 13.5 * MINUTE,
    },
  }),
  onSlot(
    'nearFileLimit',
    'warning',
    /keeps 9\.1\u00a0GB: more than the 8\.0\u00a0GB of thresholds\.retainedWal/u,
    {
      retainedWalBytes: 9.1 * GB,
    },
    { thresholds: { retainedWalBytes: 8 * GB } },
  ),
  onSlot('orphan', 'warning', /Nobody reads slot central_read/u, {
    isActive: false,
    consumer: null,
    verdict: verdict('orphan'),
  }),
  onSlot('notStreaming', 'error', /central-read does not read slot/u, {
    isActive: false,
    verdict: verdict('notStreaming'),
  }),
  onQueue('queueEmpty', 'healthy', /^Nothing waits in the queue of vengeance for central\.$/u, {
    facts: queueFacts({ waiting: 0, oldestAtMs: null }),
    verdict: verdict('queueEmpty'),
  }),
  onQueue('queueWaiting', 'healthy', /^3 operations wait on vengeance for central\.$/u, {}),
  onQueue(
    'queueGrowing',
    'warning',
    /412 operations wait on vengeance for central, 29 more a minute/u,
    {
      facts: queueFacts({ waiting: 412 }),
      perMinute: 29,
      verdict: verdict('queueGrowing', { perMinute: 29 }),
    },
  ),
  onQueue('queueDraining', 'busy', /is drained to central by pid 4711/u, {
    verdict: verdict('queueDraining', { pids: [4711] }),
  }),
  onQueue('queueFailedOver', 'warning', /Another server was promoted/u, {
    verdict: verdict('queueFailedOver'),
  }),
  onQueue('queueConflicts', 'warning', /3 conflicts in the queue of vengeance wait/u, {
    facts: queueFacts({ conflicts: 3 }),
    verdict: verdict('queueConflicts'),
  }),
  onQueue('queuePoisoned', 'error', /refuses 2 operations/u, {
    facts: queueFacts({ dead: 2, lastError: 'no such column' }),
    verdict: verdict('queueDead'),
  }),
  onQueue('queuePoisoned', 'warning', /1 operation of the queue of vengeance failed on central/u, {
    facts: queueFacts({ failed: 1, lastError: 'deadlock detected' }),
  }),
  onQueue('queueStuck', 'warning', /though both answer; the oldest for 6\u00a0min/u, {
    facts: queueFacts({
      failed: 1,
      lastError: 'permission denied',
      oldestAtMs: NOW - 6 * MINUTE - SECOND,
    }),
  }),
  onQueue(
    'edgeOffline',
    'warning',
    /3 operations of vengeance cannot be drained to central: central is unreachable/u,
    { isOnline: false },
    { central: away({}) },
  ),
  onQueue('queueAbsent', 'unknown', /public\.pending_sync is not there/u, {
    facts: null,
    verdict: verdict('queueAbsent'),
  }),
];

/** Codes that are told under another. */
export const TOLD_AS: Readonly<Record<string, DiagnosisCode>> = { queueDead: 'queuePoisoned' };

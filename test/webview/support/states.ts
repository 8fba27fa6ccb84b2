import type { EdgeSnapshot, Evidence, TopologySnapshot } from '../../../src/core/snapshot';
import { edge, node, NOW_MS, queue, slot, snapshot, verdict } from './build';

const KB = 1024;
const MB = 1024 ** 2;
const GB = 1024 ** 3;
const at = (secondsAgo: number) => NOW_MS - secondsAgo * 1000;
const evidence = (label: string, value: string, source: string, secondsAgo = 1): Evidence => ({
  label,
  value,
  source,
  atMs: at(secondsAgo),
});
const CONSUMERS = [{ id: 'electric', node: 'central', slot: 'electric_slot_default' }];

const CENTRAL = node('central', {
  role: 'primary',
  roles: ['primary', 'publisher'],
  publications: 4,
  slots: 5,
  connections: [41, 200],
});
const NODES = [
  CENTRAL,
  node('central-read'),
  node('central-archive'),
  node('singularity', { role: 'subscriber', version: '16.6' }),
  node('genesis', { role: 'subscriber' }),
  node('vengeance', { role: 'edge', version: '15.10' }),
];

const READ = edge('streaming', 'central-read', 'central', 'central-read', {
  lagMs: 12,
  lagBytes: 14 * KB,
  evidence: [
    evidence('Behind', '12 ms · 14 kB', 'pg_stat_replication on central'),
    evidence('Sender', 'streaming, sent 3A/7F21C8D0', 'pg_stat_replication on central'),
    evidence(
      'Receiver',
      'streaming, last message 0.4 s ago',
      'pg_stat_wal_receiver on central-read',
    ),
    evidence('Slot', 'active, keeps 16 MB of at most 10 GB', 'pg_replication_slots on central'),
    evidence('Timeline', '3 on both', 'pg_walfile_name, timeline of the receiver'),
  ],
});
const ARCHIVE = edge('streaming', 'central-archive', 'central-read', 'central-archive', {
  lagMs: 38,
  lagBytes: 45 * KB,
});
const PATTERNS = edge('logical', 'patterns_sub', 'central', 'singularity', {
  lagMs: 9,
  lagBytes: 11 * KB,
});
const JOBS = edge('logical', 'job_stats_sub', 'central', 'genesis', {
  lagMs: 14,
  lagBytes: 17 * KB,
});
const METRICS = edge('logical', 'metrics_sub', 'central', 'genesis', {
  verdict: verdict('idle', 'healthy', 6),
  lagMs: 0,
  lagBytes: 0,
});
const ELECTRIC = edge('consumer', 'electric', 'central', 'electric', {
  slotName: 'electric_slot_default',
  lagBytes: 24 * KB,
});
const HEALTHY_EDGES = [READ, ARCHIVE, PATTERNS, JOBS, METRICS, ELECTRIC];
const HEALTHY_SLOTS = [
  slot('central', 'central_read', {
    type: 'physical',
    consumer: 'central-read',
    retainedWalBytes: 16 * MB,
  }),
  slot('central', 'patterns_sub', { consumer: 'singularity/patterns_sub' }),
  slot('central', 'job_stats_sub', { consumer: 'genesis/job_stats_sub' }),
  slot('central', 'metrics_sub', { consumer: 'genesis/metrics_sub' }),
  slot('central', 'electric_slot_default', { consumer: 'electric', retainedWalBytes: 32 * MB }),
  slot('central-read', 'central_archive', {
    type: 'physical',
    consumer: 'central-archive',
    retainedWalBytes: 16 * MB,
  }),
];

/** Everything streams. */
export const healthy: TopologySnapshot = snapshot({
  name: 'Central cloud',
  nodes: NODES,
  edges: HEALTHY_EDGES,
  consumers: CONSUMERS,
  slots: HEALTHY_SLOTS,
  queues: [
    queue(
      'vengeance',
      'central',
      { waiting: 3, oldestAtMs: at(1.8) },
      verdict('queueWaiting', 'healthy', 40),
    ),
  ],
});

/** A stopped subscription, a slot near its limit, a cut standby with a cascade behind it, a growing queue. */
export const trouble: TopologySnapshot = snapshot({
  name: 'Central cloud',
  nodes: NODES,
  consumers: CONSUMERS,
  edges: [
    {
      ...READ,
      verdict: verdict('notStreaming', 'error', 12),
      lagMs: null,
      lagBytes: 14 * MB,
      unknownBecause: 'not streaming',
      lastKnown: { lagMs: 12, lagBytes: 14 * KB, atMs: at(13) },
    },
    {
      ...ARCHIVE,
      verdict: verdict('sourceCutOff', 'unknown', 12),
      lagMs: null,
      lagBytes: null,
      unknownBecause: 'source cut off',
    },
    {
      ...PATTERNS,
      verdict: verdict('stoppedByError', 'error', 248),
      lagMs: null,
      lagBytes: 291 * MB,
      unknownBecause: 'stopped by an error',
      evidence: [
        evidence(
          'Subscription',
          'disabled, 1 apply error',
          'pg_subscription, pg_stat_subscription_stats on singularity',
        ),
        evidence('Waiting', '291 MB', 'slot patterns_sub on central'),
        evidence('Apply worker', 'none', 'pg_stat_subscription on singularity'),
      ],
    },
    JOBS,
    METRICS,
    {
      ...ELECTRIC,
      verdict: verdict('notStreaming', 'error', 7560),
      lagBytes: 9.1 * GB,
      unknownBecause: null,
    },
  ],
  slots: [
    ...HEALTHY_SLOTS.filter(
      ({ name }) => !['electric_slot_default', 'patterns_sub', 'central_read'].includes(name),
    ),
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
    slot('central', 'patterns_sub', {
      isActive: false,
      retainedWalBytes: 291 * MB,
      toLimit: {
        by: 'file',
        limitBytes: 2 * GB,
        leftBytes: 2 * GB - 291 * MB,
        pace: 'approaching',
        ms: 138 * 60_000,
      },
      verdict: verdict('notStreaming', 'warning', 248),
    }),
    slot('central', 'central_read', {
      type: 'physical',
      isActive: false,
      retainedWalBytes: 30 * MB,
      verdict: verdict('notStreaming', 'warning', 12),
    }),
  ],
  queues: [
    queue(
      'vengeance',
      'central',
      { waiting: 412, oldestAtMs: at(842) },
      verdict('queueGrowing', 'warning', 842, { perMinute: 29 }),
    ),
  ],
  problems: [
    'logical/singularity/patterns_sub',
    'slot/central/electric_slot_default',
    'streaming/central-read',
    'queue/vengeance',
  ],
  healthyReplicas: 1,
});

const stale = (secondsAgo: number, one: EdgeSnapshot): EdgeSnapshot => ({
  ...one,
  verdict: verdict('stale', 'unknown', secondsAgo),
  lagMs: null,
  lagBytes: null,
  unknownBecause: 'not read since the reconnect',
  lastKnown: { lagMs: one.lagMs, lagBytes: one.lagBytes, atMs: at(secondsAgo) },
});
const connecting = (id: string, role: 'standby' | 'subscriber' | 'edge') =>
  node(id, {
    role,
    contact: 'connecting',
    asOfS: 130,
    verdict: verdict('connecting', 'unknown', 3),
  });

/** After a reload: two nodes have answered, the rest is from before. */
export const reconnecting: TopologySnapshot = snapshot({
  name: 'Central cloud',
  nodes: [
    CENTRAL,
    node('central-read'),
    connecting('central-archive', 'standby'),
    connecting('singularity', 'subscriber'),
    connecting('genesis', 'subscriber'),
    connecting('vengeance', 'edge'),
  ],
  consumers: CONSUMERS,
  edges: [
    { ...READ, lagMs: 14, lagBytes: 16 * KB },
    ...HEALTHY_EDGES.slice(1).map((one) => stale(130, one)),
  ],
  slots: HEALTHY_SLOTS.map((one) =>
    one.nodeId === 'central' ? one : { ...one, verdict: verdict('stale', 'unknown', 130) },
  ),
  queues: [
    {
      ...queue('vengeance', 'central', { waiting: 3 }, verdict('stale', 'unknown', 130)),
      atMs: at(130),
    },
  ],
  healthyReplicas: 1,
  health: 'unknown',
});

const untouched = (contact: 'restricted' | 'notAsked', code: 'restricted' | 'notConnected') =>
  snapshot({
    name: 'Central cloud',
    nodes: NODES.map((one) =>
      node(one.id, {
        role: one.role,
        roles: one.declaredRoles,
        contact,
        asOfS: null,
        verdict: verdict(code, 'unknown'),
      }),
    ),
    consumers: CONSUMERS,
    edges: HEALTHY_EDGES.map((one) => ({
      ...one,
      verdict: verdict(code, 'unknown'),
      lagMs: null,
      lagBytes: null,
      retainedWalBytes: null,
      syncState: null,
      unknownBecause: 'not asked',
      evidence: [],
    })),
    queues: [queue('vengeance', 'central', null, verdict(code, 'unknown'))],
    health: 'unknown',
    healthyReplicas: 0,
  });

/** Restricted Mode: the file alone. */
export const restricted: TopologySnapshot = untouched('restricted', 'restricted');
/** Trusted, but nobody has asked for a connection. */
export const notConnected: TopologySnapshot = untouched('notAsked', 'notConnected');

const TROUBLES: Readonly<Record<string, Partial<EdgeSnapshot> | undefined>> = {
  'eu-11': { verdict: verdict('lagging', 'warning', 150), lagMs: 8400, lagBytes: 68 * MB },
  'eu-20': {
    verdict: verdict('noPrivilege', 'warning', 600, { role: 'monitor' }),
    lagMs: null,
    lagBytes: null,
    unknownBecause: 'needs pg_monitor',
  },
  'us-7': { verdict: verdict('notStreaming', 'error', 184), lagMs: null, lagBytes: 1.5 * GB },
  'us-19': { verdict: verdict('slotLost', 'error', 1560), lagMs: null, lagBytes: null },
  'ap-2': { verdict: verdict('paused', 'warning', 1320), lagMs: null, lagBytes: 10.8 * GB },
};

/** One primary with four relays and 24 standbys below each, five of them in trouble. */
export const hundred: TopologySnapshot = (() => {
  const relays = ['eu', 'us', 'ap', 'sa'];
  const nodes = [node('core-1', { role: 'primary', slots: 5, connections: [31, 400] })];
  const edges: EdgeSnapshot[] = [];
  const problems: string[] = [];
  relays.forEach((region, group) => {
    const relay = `${region}-relay`;
    nodes.push(node(relay));
    edges.push(
      edge('streaming', relay, 'core-1', relay, { lagMs: 31 + group * 40, lagBytes: 260 * KB }),
    );
    for (let index = 1; index <= 24; index += 1) {
      const name = `${region}-edge-${String(index).padStart(2, '0')}`;
      nodes.push(node(name, { version: index === 19 ? '15.10' : '17.2' }));
      const trouble = TROUBLES[`${region}-${index}`];
      const one = edge('streaming', name, relay, name, {
        lagMs: 40 + index + group * 30,
        lagBytes: 300 * KB + index * 9 * KB,
        ...trouble,
      });
      edges.push(one);
      if (trouble !== undefined) problems.push(one.id);
    }
  });
  return snapshot({
    name: 'Edge fleet',
    environment: 'staging',
    nodes,
    edges,
    problems,
    healthyReplicas: 95,
    slots: edges.map((one) =>
      slot(one.from ?? '', one.slotName ?? '', { type: 'physical', retainedWalBytes: 16 * MB }),
    ),
  });
})();

/** Names that would be markup, a link or a command if anything took them for it. */
export const malicious: TopologySnapshot = (() => {
  const html = '<img src=x onerror=window.__pwned=1>';
  const link = '[x](command:workbench.action.terminal.new)';
  const script = '</title></script><script>window.__pwned=1</script>';
  return snapshot({
    name: html,
    nodes: [node(html, { role: 'primary', slots: 1 }), node(link), node(script)],
    edges: [
      edge('streaming', link, html, link, {
        verdict: verdict('lagging', 'warning', 40),
        lagMs: 9000,
        slotName: html,
        evidence: [evidence(html, link, script)],
      }),
      edge('streaming', script, html, script, { lagMs: 3, slotName: script }),
    ],
    slots: [slot(html, script, { consumer: html, invalidationReason: html })],
    queues: [],
    problems: [`streaming/${link}`],
    healthyReplicas: 1,
  });
})();

/** The watching role may not see replication. */
export const noPrivilege: TopologySnapshot = snapshot({
  name: 'Pulse',
  environment: 'development',
  nodes: [
    node('primary', {
      role: 'primary',
      hasMonitorRole: false,
      verdict: verdict('noPrivilege', 'warning', 60, { role: 'monitor' }),
    }),
    node('replica'),
  ],
  edges: [
    edge('streaming', 'replica', 'primary', 'replica', {
      verdict: verdict('noPrivilege', 'warning', 60, { role: 'monitor' }),
      unknownBecause: 'needs pg_monitor',
      evidence: [evidence('Sender', 'not visible to monitor', 'pg_stat_replication on primary')],
    }),
  ],
  problems: ['primary', 'streaming/replica'],
  healthyReplicas: 0,
  health: 'warning',
});

/** Two nodes that subscribe to each other, one that takes from both, a standby that is not in the file, an unreachable one. */
export const tangled: TopologySnapshot = snapshot({
  name: 'Tangled',
  environment: 'development',
  nodes: [
    node('east', { role: 'primary', roles: ['primary', 'publisher', 'subscriber'] }),
    node('west', { role: 'primary', roles: ['primary', 'publisher', 'subscriber'] }),
    node('report', { role: 'subscriber' }),
    node('far', {
      role: 'subscriber',
      contact: 'failed',
      asOfS: 130,
      failingSinceS: 120,
      verdict: verdict('unreachable', 'error', 120),
      failure: {
        reason: 'refused',
        text: 'Could not reach far (far.example.com:5432): connection refused.',
        advice: 'The server is down or listens elsewhere.',
        sqlstate: null,
        serverMessage: null,
        endpoint: { host: 'far.example.com', port: 5432 },
        user: null,
      },
    }),
    node('undeclared/10.0.0.7', { isDeclared: false, asOfS: null, contact: 'notAsked' }),
  ],
  edges: [
    edge('logical', 'from_east', 'east', 'west', { lagMs: 4, lagBytes: 900 }),
    edge('logical', 'from_west', 'west', 'east', { lagMs: 6, lagBytes: 1200 }),
    edge('logical', 'report_east', 'east', 'report', { lagMs: 40, lagBytes: 9000 }),
    edge('logical', 'report_west', 'west', 'report', { lagMs: 60, lagBytes: 8000 }),
    edge('logical', 'far_sub', 'report', 'far', {
      verdict: verdict('notStreaming', 'error', 120),
      unknownBecause: 'far is unreachable from here',
      lagBytes: 3 * MB,
    }),
    edge('streaming', 'undeclared/10.0.0.7', 'east', 'undeclared/10.0.0.7', {
      isDeclared: false,
      slotName: null,
      lagMs: 2,
      lagBytes: 100,
    }),
  ],
  problems: ['far', 'logical/far/far_sub'],
  healthyReplicas: 1,
});

/** Every recorded state by its name; `empty` is no topology at all. */
export const STATES = {
  healthy,
  trouble,
  stale: reconnecting,
  restricted,
  notConnected,
  hundred,
  malicious,
  noPrivilege,
  tangled,
  empty: null,
} as const;

export type StateName = keyof typeof STATES;

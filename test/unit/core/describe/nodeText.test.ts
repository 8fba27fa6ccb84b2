import assert from 'node:assert/strict';
import { nodeRowText } from '../../../../src/core/describe/nodeText';
import { SnapshotIndex } from '../../../../src/core/describe/snapshotIndex';
import type { EdgeSnapshot, NodeSnapshot, QueueSnapshot } from '../../../../src/core/snapshot';
import {
  declared,
  edge,
  failure,
  fast,
  GB,
  KB,
  MINUTE,
  NOW,
  plain,
  queue,
  queueFacts,
  sample,
  SECOND,
  slow,
  snapshot,
  subscription,
  UNASKED,
  verdict,
} from './makeSnapshot';

const NODES = [
  declared('central'),
  declared('central-read', { standbyOf: 'central' }),
  declared('central-archive', { standbyOf: 'central-read' }),
  declared('singularity', { subscriptions: [subscription('patterns_sub', 'central')] }),
  declared('vengeance', {
    pendingSync: {
      primary: 'central',
      table: { schema: 'public', name: 'pending_sync' },
      capture: 'application',
      tables: [],
    },
  }),
];

interface Case {
  readonly seen?: Partial<NodeSnapshot>;
  readonly edges?: readonly EdgeSnapshot[];
  readonly queues?: readonly QueueSnapshot[];
}

/** Label, description, icon and flags of one node's row, as a person reads them. */
function rowOf(id: string, { seen = {}, edges = [], queues = [] }: Case = {}): readonly string[] {
  const index = new SnapshotIndex(
    snapshot({ nodes: NODES, seen: { [id]: seen }, edges, queues }),
    NOW,
  );
  const node = index.node(id);
  assert.ok(node);
  const text = nodeRowText(node, index);
  const colour = text.icon.themeColor === null ? '' : ` ${text.icon.themeColor}`;
  return [plain(text.description), `${text.icon.codicon}${colour}`, text.contextValue];
}

const WARNING = 'problemsWarningIcon.foreground';
const ERROR = 'problemsErrorIcon.foreground';
const QUIET = 'descriptionForeground';

describe('describe: rows of standbys', () => {
  const read = (change: Partial<EdgeSnapshot>) =>
    rowOf('central-read', { edges: [edge({ id: 'streaming/central-read', ...change })] });

  it('tells each state in the words, icon and flags of its row', () => {
    const healthy = 'node standby healthy connected production declared';
    assert.deepEqual(read({}), ['standby · streaming · 12 ms', 'server', healthy]);
    assert.deepEqual(read({ verdict: verdict('idle'), lagMs: 0, lagBytes: 0 }), [
      'standby · idle · caught up',
      'server',
      healthy,
    ]);
    assert.deepEqual(read({ verdict: verdict('catchingUp'), lagBytes: 1.2 * GB, lagMs: null }), [
      'standby · catching up · 1.2 GB',
      'run-all charts.blue',
      'node standby busy connected production declared',
    ]);
    assert.deepEqual(read({ verdict: verdict('lagging'), lagMs: 8_400 }), [
      'standby · lagging · 8.4 s',
      `warning ${WARNING}`,
      'node standby warning connected production declared',
    ]);
    const stuck = verdict('stuck', {}, NOW - 3 * MINUTE);
    assert.deepEqual(read({ verdict: stuck, lagMs: null, lagBytes: 159 * KB }), [
      'standby · stuck for 3 min · 159 kB',
      `warning ${WARNING}`,
      'node standby warning connected production declared',
    ]);
    assert.deepEqual(read({ verdict: verdict('paused', {}, NOW - 22 * MINUTE) }), [
      'standby · replay paused · 22 min',
      `debug-pause ${WARNING}`,
      'node standby warning connected production declared paused',
    ]);
    assert.deepEqual(read({ verdict: verdict('notStreaming', {}, NOW - 12 * SECOND) }), [
      'standby · not streaming for 12 s',
      `debug-disconnect ${ERROR}`,
      'node standby error connected production declared',
    ]);
    const diverged = verdict('diverged', { downstreamTimeline: 2, upstreamTimeline: 3 });
    assert.deepEqual(read({ verdict: diverged }), [
      'standby · diverged, timeline 2 against 3',
      `git-compare ${ERROR}`,
      'node standby error connected production declared',
    ]);
  });

  it('never puts a number where the lag is unknown', () => {
    const [description] = read({
      verdict: verdict('unknown'),
      lagMs: null,
      lagBytes: null,
      unknownBecause: 'central is not reachable',
    });
    assert.equal(description, 'standby · lag unknown · central is not reachable');
  });

  it('names the upstream of a cascade', () => {
    const id = 'streaming/central-archive';
    const archive = (change: Partial<EdgeSnapshot>) =>
      rowOf('central-archive', { edges: [edge({ id, from: 'central-read', ...change })] })[0];
    assert.equal(archive({ lagMs: 38 }), 'standby of central-read · 38 ms');
    assert.equal(
      archive({ verdict: verdict('sourceCutOff'), lagMs: null, lagBytes: null }),
      'standby of central-read · lag unknown · source cut off',
    );
  });

  it('says who it is when the server is another role than the file says', () => {
    const seen = {
      role: 'primary' as const,
      sample: sample({ fast: fast() }),
      verdict: verdict('roleMismatch', { role: 'primary' }),
    };
    assert.deepEqual(rowOf('central-read', { seen }), [
      'declared standby · is a primary',
      `git-compare ${ERROR}`,
      'node standby error connected production declared writable',
    ]);
    const split = { ...seen, verdict: verdict('splitBrain', { otherNodes: ['central'] }) };
    assert.deepEqual(rowOf('central-read', { seen: split }).slice(0, 2), [
      'primary · 2 writable nodes of one system',
      `repo-forked ${ERROR}`,
    ]);
  });

  it('says how old a value is that nobody reads any more', () => {
    const seen = { verdict: verdict('stale', {}, NOW - 2 * MINUTE) };
    const lastKnown = { lagMs: 12, lagBytes: 0, atMs: NOW - 2 * MINUTE };
    const edges = [
      edge({ id: 'streaming/central-read', verdict: verdict('stale'), lagMs: null, lastKnown }),
    ];
    assert.deepEqual(rowOf('central-read', { seen, edges }).slice(0, 2), [
      'standby · was 12 ms, 2 min ago',
      'server',
    ]);
  });
});

describe('describe: rows of servers', () => {
  it('counts the replicas of a primary', () => {
    const edges = [
      edge({ id: 'streaming/central-read' }),
      edge({ id: 'logical/singularity/patterns_sub', from: 'central' }),
      edge({ id: 'consumer/electric', from: 'central' }),
    ];
    assert.deepEqual(rowOf('central', { edges }), [
      'primary · publisher · 2 replicas',
      'database',
      'node primary publisher healthy connected production declared writable',
    ]);
  });

  it('tells what keeps a server from being read', () => {
    const failed = (reason: 'refused' | 'passwordRefused' | 'passwordNeeded') =>
      sample({ contact: 'failed', failure: failure({ reason }), fast: null });
    const away = verdict('unreachable', {}, NOW - 2 * MINUTE);
    assert.deepEqual(rowOf('singularity', { seen: { sample: failed('refused'), verdict: away } }), [
      'unreachable from here · 2 min',
      `sync-ignored ${ERROR}`,
      'node subscriber error production declared',
    ]);
    const seenByOthers = verdict('unreachable', { otherNodes: ['a', 'b'] });
    const central = { sample: failed('refused'), verdict: seenByOthers };
    assert.equal(
      rowOf('central', { seen: central })[0],
      'unreachable from here · 2 standbys stream',
    );
    const needed = { sample: failed('passwordNeeded'), verdict: verdict('passwordNeeded') };
    assert.deepEqual(rowOf('singularity', { seen: needed }), [
      'subscriber · needs a password',
      `key ${WARNING}`,
      'node subscriber warning production declared',
    ]);
    const refused = { sample: failed('passwordRefused'), verdict: verdict('passwordNeeded') };
    assert.equal(rowOf('singularity', { seen: refused })[0], 'subscriber · password refused');
    const starting = { sample: failed('refused'), verdict: verdict('starting') };
    assert.deepEqual(rowOf('central', { seen: starting }).slice(0, 2), [
      'starting, not yet accepting connections',
      `history ${QUIET}`,
    ]);
    assert.equal(
      rowOf('central', { seen: { verdict: verdict('noPrivilege') } })[0],
      'primary · publisher · lag unknown · needs pg_monitor',
    );
  });

  it('names versions that are too old or not tested', () => {
    const old = sample({ slow: slow({ serverVersion: '13.14' }) });
    assert.deepEqual(
      rowOf('central', { seen: { sample: old, verdict: verdict('tooOld') } }).slice(0, 2),
      ['Postgres 13.14 · needs 14 or newer', `circle-slash ${QUIET}`],
    );
    const lab = sample({
      slow: slow({ serverVersion: '19.0' }),
      fast: fast({ serverVersionNum: 190_000 }),
    });
    assert.equal(
      rowOf('central', { seen: { sample: lab } })[0],
      'primary · Postgres 19.0, not yet tested',
    );
  });

  it('draws what nobody asked from the file alone, without alarm', () => {
    const seen = { sample: sample(UNASKED), verdict: verdict('notConnected') };
    assert.deepEqual(rowOf('central-read', { seen }), [
      'standby · not connected',
      'server',
      'node standby unknown production declared',
    ]);
    const restricted = {
      sample: sample({ ...UNASKED, contact: 'restricted' }),
      verdict: verdict('restricted'),
    };
    assert.equal(rowOf('central-archive', { seen: restricted })[0], 'standby of central-read');
  });
});

describe('describe: rows of subscribers and edges', () => {
  const subscriber = (change: Partial<EdgeSnapshot>) =>
    rowOf('singularity', { edges: [edge({ id: 'logical/singularity/patterns_sub', ...change })] });

  it('tells the worst of the subscriptions', () => {
    assert.equal(subscriber({ lagMs: 9 })[0], 'subscriber · streaming · 9 ms');
    assert.deepEqual(subscriber({ verdict: verdict('stoppedByError', {}, NOW - 4 * MINUTE) }), [
      'subscriber · patterns_sub stopped · 4 min',
      `error ${ERROR}`,
      'node subscriber error connected production declared',
    ]);
    const copying = verdict('copying', { readyTables: 5, totalTables: 7, queuedTables: 0 });
    assert.deepEqual(subscriber({ verdict: copying, lagMs: null, lagBytes: null }), [
      'subscriber · copying 2 of 7 tables',
      'cloud-download charts.blue',
      'node subscriber busy connected production declared',
    ]);
    const blocked = verdict('blocked', { pids: [8114] }, NOW - 2 * MINUTE);
    assert.deepEqual(subscriber({ verdict: blocked }).slice(0, 2), [
      'subscriber · blocked by pid 8114 · 2 min',
      `lock ${WARNING}`,
    ]);
  });

  it('tells the queue of an edge', () => {
    assert.deepEqual(rowOf('vengeance', { queues: [queue()] }), [
      'edge · 3 queued · 1.8 s',
      'inbox',
      'node edge healthy connected production declared drainable',
    ]);
    const growing = queue({
      facts: queueFacts({ waiting: 412 }),
      verdict: verdict('queueGrowing', { perMinute: 29 }),
    });
    assert.deepEqual(rowOf('vengeance', { queues: [growing] }), [
      'edge · 412 queued · +29/min',
      `warning ${WARNING}`,
      'node edge warning connected production declared drainable',
    ]);
  });
});

describe('describe: accessible names', () => {
  it('speaks units in words, in at most twelve words', () => {
    const edges = [edge({ id: 'streaming/central-read' })];
    const index = new SnapshotIndex(snapshot({ nodes: NODES, edges }), NOW);
    const node = index.node('central-read');
    assert.ok(node);
    const { accessibleLabel } = nodeRowText(node, index);
    assert.equal(accessibleLabel, 'central-read, standby, streaming, 12 milliseconds behind');
  });
});

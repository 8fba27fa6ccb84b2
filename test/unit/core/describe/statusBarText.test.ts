import assert from 'node:assert/strict';
import { statusBarText, type StatusContext } from '../../../../src/core/describe/statusBarText';
import { viewStateOf } from '../../../../src/core/describe/viewState';
import type { TopologySnapshot } from '../../../../src/core/snapshot';
import {
  declared,
  edge,
  failure,
  MINUTE,
  NOW,
  plain,
  queue,
  queueFacts,
  sample,
  SECOND,
  slot,
  snapshot,
  subscription,
  UNASKED,
  verdict,
} from './makeSnapshot';

const nodes = [
  declared('central'),
  declared('central-read', { standbyOf: 'central' }),
  declared('genesis', { subscriptions: [subscription('metrics_sub', 'central')] }),
];
const CONTEXT: StatusContext = { nowMs: NOW, pollIntervalSeconds: 5, hasInvalidFile: false };

type Parts = Omit<Parameters<typeof snapshot>[0], 'nodes'>;
const picture = (parts: Parts = {}) => snapshot({ nodes, ...parts });

/** Text, background and accessible name. */
function read(
  snapshots: readonly TopologySnapshot[],
  context: Partial<StatusContext> = {},
): readonly string[] | null {
  const shown = statusBarText(snapshots, { ...CONTEXT, ...context });
  return shown === null ? null : [plain(shown.text), shown.background, shown.accessibleName];
}

/** A topology with one problem: an edge, a queue, a slot or a node. */
const trouble = (
  id: string,
  parts: Parts,
  health: 'error' | 'warning' = 'error',
  problems = [id],
) => read([picture({ ...parts, summary: { replicas: 4, healthyReplicas: 3, problems, health } })]);

describe('describe: the status item', () => {
  it('is hidden without a topology', () => {
    assert.equal(read([]), null);
    assert.deepEqual(read([], { hasInvalidFile: true }), [
      '$(warning) topology file',
      'warning',
      'The topology file has errors',
    ]);
  });

  it('carries a bell while notifications are muted', () => {
    const healthy = { replicas: 4, healthyReplicas: 4, worstLagMs: 38 };
    assert.deepEqual(read([picture({ summary: healthy })], { isMuted: true }), [
      '$(pulse) 38 ms $(bell-slash)',
      'none',
      'Replication lag 38 milliseconds, 4 of 4 replicas healthy, notifications muted',
    ]);
  });

  it('is quiet while all is well', () => {
    const healthy = { replicas: 4, healthyReplicas: 4 };
    assert.deepEqual(read([picture({ summary: { ...healthy, worstLagMs: 38 } })]), [
      '$(pulse) 38 ms',
      'none',
      'Replication lag 38 milliseconds, 4 of 4 replicas healthy',
    ]);
    assert.deepEqual(
      read([picture({ summary: { ...healthy, worstLagMs: 0, worstLagBytes: 0 } })]),
      ['$(pulse) caught up', 'none', 'Replication idle and caught up, 4 of 4 replicas healthy'],
    );
    const copying = verdict('copying', { readyTables: 5, totalTables: 7, queuedTables: 0 });
    const edges = [edge({ id: 'logical/genesis/metrics_sub', verdict: copying })];
    assert.deepEqual(read([picture({ edges, summary: { ...healthy, health: 'busy' } })]), [
      '$(cloud-download) copying 2 of 7',
      'none',
      'genesis copying 2 of 7 tables',
    ]);
  });

  it('never shows a number where the lag is unknown', () => {
    assert.deepEqual(read([picture({ summary: { replicas: 4, health: 'unknown' } })]), [
      '$(question) unknown',
      'none',
      'Replication lag unknown',
    ]);
  });

  it('says that nothing was asked, may be asked, or has answered yet', () => {
    const all = (contact: 'restricted' | 'notAsked' | 'connecting', isContacted: boolean) =>
      read([
        picture({
          seen: Object.fromEntries(
            nodes.map(({ id }) => [id, { sample: sample({ ...UNASKED, contact }) }]),
          ),
          summary: { isContacted, health: 'unknown' },
        }),
      ])?.[0];
    assert.equal(all('restricted', false), '$(workspace-untrusted) topology');
    assert.equal(all('notAsked', false), '$(pulse) not connected');
    assert.equal(all('connecting', true), '$(pulse) connecting');
  });

  it('keeps the last value with its age', () => {
    const lastKnown = { lagMs: 38, lagBytes: 0, atMs: NOW - 2 * MINUTE };
    const edges = [
      edge({ id: 'streaming/central-read', verdict: verdict('stale'), lagMs: null, lastKnown }),
    ];
    const old = { sample: sample({ fastAtMs: NOW - 2 * MINUTE }), verdict: verdict('stale') };
    const seen = Object.fromEntries(nodes.map(({ id }) => [id, old]));
    assert.deepEqual(
      read([picture({ edges, seen, summary: { health: 'unknown', replicas: 2 } })]),
      ['$(history) 38 ms, 2 min ago', 'none', 'Last known lag 38 milliseconds, 2 minutes ago'],
    );
  });

  it('tells the worst problem and counts the others', () => {
    const sub = 'logical/singularity/patterns_sub';
    const stopped = edge({ id: sub, verdict: verdict('stoppedByError', {}, NOW - 4 * MINUTE) });
    assert.deepEqual(trouble(sub, { edges: [stopped] }, 'error', [sub, 'b', 'c', 'd']), [
      '$(error) patterns_sub +3',
      'error',
      'patterns_sub stopped 4 minutes ago, 3 more problems',
    ]);
    const read_ = 'streaming/central-read';
    const cut = edge({ id: read_, verdict: verdict('notStreaming', {}, NOW - 12 * SECOND) });
    assert.deepEqual(trouble(read_, { edges: [cut] }), [
      '$(debug-disconnect) central-read',
      'error',
      'central-read not streaming for 12 seconds',
    ]);
    const lagging = edge({ id: read_, verdict: verdict('lagging'), lagMs: 8_400 });
    assert.deepEqual(trouble(read_, { edges: [lagging] }, 'warning'), [
      '$(warning) central-read 8.4 s',
      'warning',
      'central-read lagging 8.4 seconds, 3 of 4 replicas healthy',
    ]);
    const near = slot({ name: 'electric', verdict: verdict('nearLimit') });
    assert.deepEqual(trouble('slot/central/electric', { slots: [near] }), [
      '$(watch) slot electric',
      'error',
      'Slot electric near its limit',
    ]);
    const toLimit = {
      limitBytes: 10,
      leftBytes: 1,
      pace: 'approaching',
      ms: 13.2 * MINUTE,
    } as const;
    const soon = slot({ ...near, toLimit: { ...toLimit, by: 'server' } });
    assert.deepEqual(trouble('slot/central/electric', { slots: [soon] }), [
      '$(watch) slot lost in 13 min',
      'error',
      'Slot electric lost in about 13 minutes',
    ]);
    // Beyond the file's own limit nothing is lost.
    const own = slot({ ...near, toLimit: { ...toLimit, by: 'file' } });
    assert.equal(trouble('slot/central/electric', { slots: [own] })?.[0], '$(watch) slot electric');
    const grows = queue({ facts: queueFacts({ waiting: 412 }), verdict: verdict('queueGrowing') });
    assert.deepEqual(trouble('queue/vengeance', { queues: [grows] }, 'warning'), [
      '$(warning) 412 queued',
      'warning',
      'Queue on vengeance growing, 412 waiting',
    ]);
    const dead = queue({ facts: queueFacts({ dead: 1 }), verdict: verdict('queueDead') });
    assert.deepEqual(trouble('queue/vengeance', { queues: [dead] }), [
      '$(error) 1 dead',
      'error',
      '1 dead operation in the queue of vengeance',
    ]);
  });

  it('tells what is wrong with a server', () => {
    const split = { verdict: verdict('splitBrain', { otherNodes: ['central'] }) };
    assert.deepEqual(trouble('central-read', { seen: { 'central-read': split } }), [
      '$(repo-forked) 2 primaries',
      'error',
      '2 writable nodes of one system',
    ]);
    const away = {
      sample: sample({ contact: 'failed', failure: failure() }),
      verdict: verdict('unreachable'),
    };
    assert.deepEqual(trouble('genesis', { seen: { genesis: away } }), [
      '$(sync-ignored) 1 of 3',
      'warning',
      '1 of 3 nodes unreachable from here',
    ]);
    assert.equal(trouble('central', { seen: { central: away } })?.[1], 'error');
    const blind = { verdict: verdict('noPrivilege', { role: 'monitor' }) };
    assert.deepEqual(trouble('central', { seen: { central: blind } }, 'warning'), [
      '$(key) no privilege',
      'none',
      'Lag unknown, role monitor needs pg_monitor',
    ]);
  });

  it('keeps to 24 characters after its icon', () => {
    const id = 'streaming/a-standby-with-a-very-long-name-indeed';
    const cut = edge({ id, verdict: verdict('notStreaming') });
    const [text = ''] = trouble(id, { edges: [cut] }, 'error', [id, 'other']) ?? [];
    const words = text.replace(/^\$\([^)]*\) /u, '');
    assert.ok(words.length <= 24, words);
    assert.match(words, /… \+1$/u);
  });

  it('lists at most eight lines, the worst first, with the age of the whole', () => {
    const many = Array.from({ length: 12 }, (_, at) => declared(`node-${at}`));
    const bad = verdict('unreachable');
    const shown = statusBarText(
      [
        snapshot({
          nodes: many,
          seen: { 'node-7': { verdict: bad } },
          summary: { problems: ['node-7'], health: 'error' },
        }),
      ],
      CONTEXT,
    );
    assert.equal(shown?.tooltip.rows.length, 8);
    assert.equal(shown.tooltip.rows[0]?.[0], 'node-7');
    assert.equal(plain(shown.tooltip.footer), 'and 4 more healthy. Polled 1 s ago, every 5 s');
  });

  it('lets the worst of several topologies speak, by name', () => {
    const good = picture({ summary: { replicas: 1, worstLagMs: 5 } });
    const cut = edge({ id: 'streaming/central-read', verdict: verdict('notStreaming') });
    const bad = picture({
      edges: [cut],
      topology: { name: 'Other cloud' },
      summary: { problems: [cut.id], health: 'error' },
    });
    const shown = statusBarText([good, bad], CONTEXT);
    assert.equal(shown?.text, '$(debug-disconnect) central-read');
    assert.equal(shown.tooltip.heading, 'Other cloud');
  });
});

describe('describe: the head of the explorer', () => {
  const valid = { name: 'pg-topology.json', error: null, lastValidAtMs: NOW };
  const message = (snapshots: readonly TopologySnapshot[], file = {}) =>
    viewStateOf(snapshots, [{ ...valid, ...file }], NOW).message;

  it('counts the nodes that need attention', () => {
    const bad = { verdict: verdict('noPrivilege') };
    const state = viewStateOf([picture({ seen: { central: bad } })], [valid], NOW);
    assert.equal(state.badge, 1);
    assert.equal(state.badgeTooltip, '1 node needs attention');
    assert.equal(state.description, 'pg-topology.json');
    const lost = slot({ verdict: verdict('slotLost') });
    const summary = { problems: ['slot/central/central_read'] };
    assert.equal(viewStateOf([picture({ slots: [lost], summary })], [valid], NOW).badge, 1);
    // A slot that waits for a standby that is away is told of as the standby's trouble.
    assert.equal(viewStateOf([picture({ slots: [lost] })], [valid], NOW).badge, 0);
    assert.equal(viewStateOf([picture()], [valid], NOW).badge, 0);
  });

  it('says one thing at a time, worst first', () => {
    const split = { verdict: verdict('splitBrain') };
    const two = picture({ seen: { central: split, 'central-read': split } });
    assert.equal(
      message([two], { error: 'x' }),
      '2 writable nodes of one system (central, central-read). Changes are refused until you choose one.',
    );
    const all = (contact: 'restricted' | 'notAsked') =>
      picture({
        seen: Object.fromEntries(
          nodes.map(({ id }) => [id, { sample: sample({ ...UNASKED, contact }) }]),
        ),
      });
    assert.equal(message([all('restricted')]), 'Restricted mode: not connecting to any server.');
    assert.equal(
      message([all('notAsked')]),
      '3 nodes on 3 hosts are declared. Nothing has been contacted.',
    );
    assert.equal(
      plain(message([picture()], { error: 'x', lastValidAtMs: NOW - 3 * MINUTE }) ?? ''),
      'pg-topology.json has errors. Showing the last valid version, 3 min old.',
    );
    assert.equal(
      message([], { error: 'expected `,` in line 14.', lastValidAtMs: null }),
      'pg-topology.json cannot be read: expected `,` in line 14.',
    );
    assert.equal(message([picture()]), null);
  });
});

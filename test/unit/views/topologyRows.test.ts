import assert from 'node:assert/strict';
import type { CheckResult } from '../../../src/core/checks/checkResult';
import type { EdgeChecks } from '../../../src/core/ports/checks';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import type { Row } from '../../../src/views/row';
import { changedRows } from '../../../src/views/rowDiff';
import { SteadyRows } from '../../../src/views/steadyRows';
import { fileRow, topologyRows } from '../../../src/views/topologyRows';
import {
  declared,
  edge,
  fast,
  NOW,
  plain,
  queue,
  sample,
  slot,
  slow,
  snapshot,
  subscription,
  UNASKED,
  verdict,
} from '../core/describe/makeSnapshot';

const around = { remoteName: null, folderName: null };
const rowsOf = (picture: TopologySnapshot) => topologyRows(picture, NOW, around);

/** The tree as indented lines, for a person to review. */
function draw(row: Row, depth = 0): string[] {
  const { label, description } = row.text;
  const line = `${'  '.repeat(depth)}${label}${description === '' ? '' : ` | ${plain(description)}`}`;
  return [line, ...row.children.flatMap((child) => draw(child, depth + 1))];
}

const publication = {
  name: 'app_pub',
  tables: [{ schema: 'public', name: 'users', columns: null, rowFilter: null }],
  schemas: [],
  allTables: false,
  options: {},
};
const nodes = [
  declared('singularity', { subscriptions: [subscription('patterns_sub', 'central')] }),
  declared('central', { publications: [publication] }),
  declared('central-archive', { standbyOf: 'central-read' }),
  declared('central-read', { standbyOf: 'central' }),
  declared('vengeance', {
    pendingSync: {
      primary: 'central',
      table: { schema: 'public', name: 'pending_sync' },
      capture: 'application',
      tables: [],
    },
  }),
];

const ARRIVED: Omit<CheckResult, 'edgeId'> = {
  kind: 'row',
  outcome: 'arrived',
  arrivedMs: 9,
  startedAtMs: NOW - 26_000,
  endedAtMs: NOW - 25_000,
  limitMs: 10_000,
  verdict: null,
  failure: null,
};

describe('rows of a topology', () => {
  it('says where reads and writes go, where the file has it', () => {
    const picture = snapshot({
      nodes: [declared('main'), declared('near', { standbyOf: 'main' })],
      edges: [edge({ id: 'streaming/near', from: 'main' })],
      topology: { routing: { reads: ['near', 'main'], maxLagMs: 5_000 } },
    });
    const root = rowsOf(picture);
    assert.deepEqual(draw(root).slice(1, 4), [
      '  Reads → near | 12 ms behind',
      '  Writes → main',
      '  main | primary · 1 replica',
    ]);
    assert.deepEqual(
      root.children.slice(0, 2).map(({ kind, subject }) => [kind, subject]),
      [
        ['route', 'near'],
        ['route', 'main'],
      ],
    );
  });

  it('are drawn from the file alone before anything was asked', () => {
    const unasked = { sample: sample(UNASKED), verdict: verdict('notConnected') };
    const seen = Object.fromEntries(nodes.map(({ id }) => [id, unasked]));
    const edges = [
      edge({
        id: 'logical/singularity/patterns_sub',
        verdict: verdict('notConnected'),
        lagMs: null,
        lagBytes: null,
      }),
    ];
    const queues = [queue({ facts: null, atMs: null, verdict: verdict('notConnected') })];
    const summary = { isContacted: false, health: 'unknown' as const };
    assert.deepEqual(draw(rowsOf(snapshot({ nodes, seen, edges, queues, summary }))), [
      'Central cloud | 5 nodes · not connected',
      '  Nothing has been contacted | Connect',
      '  central | primary · publisher · not connected',
      '    central-read | standby · not connected',
      '      central-archive | standby of central-read · not connected',
      '    Publications | 1',
      '      app_pub | 1 table · 1 subscriber',
      '        users',
      '  singularity | subscriber · not connected',
      '    patterns_sub | not connected',
      '  vengeance | edge · not connected',
      '    pending_sync | not connected',
    ]);
  });

  it('show both what the file declares and what the servers say', () => {
    const central = sample({
      slow: slow({
        publications: [
          {
            name: 'app_pub',
            allTables: false,
            schemas: [],
            operations: ['insert', 'update', 'delete', 'truncate'],
            viaPartitionRoot: false,
            tables: [
              {
                schema: 'public',
                name: 'users',
                columns: null,
                rowFilter: null,
                hasReplicaIdentity: true,
              },
            ],
          },
        ],
      }),
    });
    const singularity = sample({
      slow: slow({
        subscriptionTables: [
          { subscription: 'patterns_sub', schema: 'public', name: 'users', state: 'r' },
        ],
      }),
    });
    const picture = snapshot({
      nodes,
      seen: { central: { sample: central }, singularity: { sample: singularity } },
      undeclared: [
        {
          id: 'undeclared/10.0.0.7',
          isDeclared: false,
          declaredRoles: [],
          role: 'standby',
          sample: sample(UNASKED),
          verdict: verdict('unknown'),
          sameServerAs: [],
          clockSkewMs: null,
        },
      ],
      edges: [
        edge({ id: 'streaming/central-read' }),
        edge({ id: 'streaming/central-archive', from: 'central-read', lagMs: 38 }),
        edge({ id: 'logical/singularity/patterns_sub', lagMs: 9 }),
        edge({ id: 'consumer/electric', lagMs: null, lagBytes: 24 * 1024 }),
        edge({ id: 'streaming/undeclared/10.0.0.7', to: 'undeclared/10.0.0.7', isDeclared: false }),
      ],
      slots: [slot(), slot({ name: 'old', verdict: verdict('orphan'), consumer: null })],
      queues: [queue()],
      summary: { replicas: 3, healthyReplicas: 3, worstLagMs: 38 },
    });
    assert.deepEqual(draw(rowsOf(picture)), [
      'Central cloud | 3 of 3 replicas healthy · 38 ms',
      '  central | primary · publisher · 3 replicas',
      '    central-read | standby · streaming · 12 ms',
      '      central-archive | standby of central-read · 38 ms',
      '    10.0.0.7 | standby · not in the file',
      '    Publications | 1',
      '      app_pub | 1 table · 1 subscriber',
      '        users',
      '    Slots | 2 · 1 kept for nobody',
      '      central_read | physical · active · keeps 16 MB',
      '      old | physical · keeps 16 MB for nobody',
      '  singularity | subscriber · streaming · 9 ms',
      '    patterns_sub | streaming · 9 ms',
      '      users | ready',
      '  vengeance | edge · 3 queued · 1.8 s',
      '    pending_sync | 3 waiting · oldest 1.8 s',
      '      To central | online',
      '      Pending | 3 · oldest 1.8 s',
      '  electric | not Postgres · reads 24 kB behind',
    ]);
  });

  it('move a promoted standby up, with what streams from it', () => {
    const promoted = {
      role: 'primary' as const,
      sample: sample({ fast: fast() }),
      verdict: verdict('roleMismatch', { role: 'primary' }),
    };
    const picture = snapshot({ nodes, seen: { 'central-read': promoted } });
    const roots = rowsOf(picture).children.map((row) => row.text.label);
    assert.deepEqual(roots, ['central', 'central-read', 'singularity', 'vengeance']);
    const moved = rowsOf(picture).children[1];
    assert.deepEqual(
      moved?.children.map((row) => row.text.label),
      ['central-archive'],
    );
  });

  it('tell the last check below the edge that it checked', () => {
    const read = edge({ id: 'streaming/central-read' });
    const patterns = edge({
      id: 'logical/singularity/patterns_sub',
      kind: 'logical',
      name: 'patterns_sub',
      to: 'singularity',
    });
    const electric = edge({ id: 'consumer/electric', kind: 'consumer', name: 'electric' });
    const arrived = (edgeId: string, kind: CheckResult['kind']): [string, EdgeChecks] => [
      edgeId,
      {
        edgeId,
        isRunning: false,
        results: [{ ...ARRIVED, edgeId, kind }],
      },
    ];
    const checks = {
      isContinuous: false,
      edges: new Map([
        arrived(read.id, 'row'),
        arrived(patterns.id, 'row'),
        arrived(electric.id, 'marker'),
      ]),
    };
    const picture = snapshot({ nodes, edges: [read, patterns, electric] });
    const root = topologyRows(picture, NOW, around, checks);
    const lines = draw(root);
    const below = lines.flatMap((line, at) =>
      /Sentinel|WAL marker/u.test(line) ? [`${lines[at - 1] ?? ''} > ${line.trim()}`] : [],
    );
    assert.deepEqual(below, [
      '    central-read | standby · streaming · 12 ms > Sentinel | row arrived in 9 ms · 25 s ago',
      '    patterns_sub | streaming · 12 ms > Sentinel | row arrived in 9 ms · 25 s ago',
      '  electric | not Postgres · reads 14 kB behind > WAL marker | position passed in 9 ms · 25 s ago',
    ]);
    const all = (row: Row): Row[] => [row, ...row.children.flatMap(all)];
    const ids = all(root).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const subjects = all(root).flatMap((row) => (row.kind === 'check' ? [row.subject] : []));
    assert.deepEqual(subjects, [read.id, patterns.id, electric.id]);
  });

  it('stand nearly still while they are checked continuously', () => {
    const read = edge({ id: 'streaming/central-read' });
    const picture = snapshot({ nodes, edges: [read] });
    const steady = new SteadyRows();
    let shown: readonly Row[] = [];
    let redrawn = 0;
    const minutes = 10;
    for (let second = 0; second < minutes * 60; second += 1) {
      const nowMs = NOW + second * 1_000;
      const result = { ...ARRIVED, edgeId: read.id, arrivedMs: 8 + (second % 3), endedAtMs: nowMs };
      const edges = new Map([
        [read.id, { edgeId: read.id, isRunning: second % 2 === 0, results: [result] }],
      ]);
      const rows = steady.settle(
        [topologyRows(picture, nowMs, around, { isContinuous: true, edges })],
        nowMs,
      );
      redrawn += changedRows(shown, rows)?.length ?? 0;
      shown = rows;
    }
    assert.ok(redrawn <= minutes, `${redrawn} rows redrawn in ${minutes} min`);
  });

  it('put the healthy of thirty siblings and more behind one row, and leave out what needs somebody', () => {
    const names = (count: number) => Array.from({ length: count }, (_, at) => `r${at}`);
    const tree = (count: number, below: string | null = null) => {
      const standbys = names(count).map((id) => declared(id, { standbyOf: 'central' }));
      const cascade = below === null ? [] : [declared('far', { standbyOf: below })];
      const edges = names(count).map((id, at) =>
        edge({
          id: `streaming/${id}`,
          lagMs: 10 + at,
          verdict: verdict(at === 3 ? 'lagging' : at === 4 ? 'idle' : 'streaming'),
        }),
      );
      const cut =
        below === null
          ? []
          : [
              edge({
                id: 'streaming/far',
                from: below,
                verdict: verdict('notStreaming'),
                lagMs: null,
              }),
            ];
      return rowsOf(
        snapshot({
          nodes: [declared('central'), ...standbys, ...cascade],
          edges: [...edges, ...cut],
        }),
      );
    };
    const lines = (root: Row) =>
      (root.children[0]?.children ?? []).map(
        ({ text }) => `${text.label} | ${plain(text.description)}`,
      );
    assert.equal(lines(tree(29)).length, 29);
    assert.deepEqual(lines(tree(30)), [
      'r3 | standby · lagging · 13 ms',
      '29 healthy | worst 39 ms',
    ]);
    // One that feeds a cut off standby stays in sight with it.
    assert.deepEqual(lines(tree(30, 'r7')), [
      'r3 | standby · lagging · 13 ms',
      'r7 | standby · streaming · 17 ms',
      '28 healthy | worst 39 ms',
    ]);
    const fold = tree(30).children[0]?.children[1];
    assert.deepEqual(
      [fold?.kind, fold?.subject, fold?.text.contextValue, fold?.isExpanded, fold?.children.length],
      ['group', 'central', 'group healthy', false, 29],
    );
    const ids = (row: Row): string[] => [row.id, ...row.children.flatMap(ids)];
    const all = ids(tree(31, 'r7'));
    assert.equal(new Set(all).size, all.length);
    const subscribers = names(31).map((id) =>
      declared(id, { subscriptions: [subscription(`${id}_sub`, 'central')] }),
    );
    const roots = rowsOf(
      snapshot({
        nodes: [declared('central'), ...subscribers],
        edges: names(31).map((id) =>
          edge({ id: `logical/${id}/${id}_sub`, lagMs: 0, lagBytes: 0 }),
        ),
      }),
    ).children;
    assert.deepEqual(
      roots.map(({ text }) => `${text.label} | ${text.description}`),
      ['central | primary · publisher · 31 replicas', '31 healthy | caught up'],
    );
  });

  it('say on every row below a node that nothing may be changed there, and why', () => {
    const marked = nodes.map((node) =>
      node.id === 'singularity' ? { ...node, access: 'readOnly' as const } : node,
    );
    const inRecovery = sample({ fast: fast({ isInRecovery: true }) });
    const picture = snapshot({
      nodes: marked,
      seen: { central: { sample: inRecovery } },
      edges: [edge({ id: 'logical/singularity/patterns_sub' })],
    });
    const all = (row: Row): readonly Row[] => [row, ...row.children.flatMap(all)];
    const flagged = (flag: string) =>
      all(rowsOf(picture))
        .filter(({ text }) => text.contextValue.split(' ').includes(flag))
        .map(({ kind, text }) => `${kind} ${text.label}`);
    assert.deepEqual(flagged('readOnly'), ['node singularity', 'subscription patterns_sub']);
    assert.ok(flagged('inRecovery').includes('node central'));
    assert.ok(flagged('inRecovery').includes('publication app_pub'));
    assert.ok(!flagged('inRecovery').includes('node vengeance'));
  });

  it('keep their ids whatever their state, so that expansion survives', () => {
    const ids = (row: Row): string[] => [row.id, ...row.children.flatMap(ids)];
    const before = snapshot({
      nodes,
      slots: [slot()],
      edges: [edge({ id: 'streaming/central-read' })],
    });
    const after = snapshot({
      nodes,
      slots: [slot({ verdict: verdict('slotLost') })],
      edges: [
        edge({ id: 'streaming/central-read', verdict: verdict('notStreaming'), lagMs: null }),
      ],
    });
    assert.deepEqual(ids(rowsOf(before)), ids(rowsOf(after)));
    const all = ids(rowsOf(before));
    assert.equal(new Set(all).size, all.length);
  });

  it('offer the way to a file that never was valid', () => {
    const row = fileRow('file:///folder/pg-topology.json', 'pg-topology.json');
    assert.deepEqual(draw(row), ['pg-topology.json cannot be read | Open Topology File']);
    assert.equal(row.fix, 'openTopologyFile');
  });

  it('unfold where a node waits for consent, with the command that asks', () => {
    const waiting = {
      sample: sample({ ...UNASKED, contact: 'notApproved' }),
      verdict: verdict('notApproved'),
    };
    const root = rowsOf(snapshot({ nodes: [declared('far')], seen: { far: waiting } }));
    const [far] = root.children;
    assert.equal(far?.isExpanded, true);
    assert.deepEqual(
      far.children.map(({ fix }) => fix),
      ['connect'],
    );
  });

  it('end where standbys name each other in a circle', () => {
    const circle = [declared('a', { standbyOf: 'b' }), declared('b', { standbyOf: 'a' })];
    const lines = draw(rowsOf(snapshot({ nodes: circle })));
    assert.deepEqual(lines.filter((line) => /^ +[ab] /u.test(line)).length, 2);
  });
});

import assert from 'node:assert/strict';
import type { TopologyQueues } from '../../../src/core/describe/queueRows';
import type { QueueFacts } from '../../../src/core/facts';
import type { OperationEntry, QueueContents } from '../../../src/core/queue/drain';
import { operationGroupOf } from '../../../src/core/queue/queueSubject';
import type { Row } from '../../../src/views/row';
import { topologyRows } from '../../../src/views/topologyRows';
import {
  declared,
  edge,
  fast,
  MINUTE,
  NOW,
  plain,
  queue,
  queueFacts,
  sample,
  slow,
  snapshot,
  subscription,
  verdict,
} from '../core/describe/makeSnapshot';

const users = { schema: 'public', name: 'users' };
const publication = {
  name: 'app_pub',
  tables: [{ ...users, columns: null, rowFilter: null }],
  schemas: [],
  allTables: false,
  options: {},
};
const nodes = [
  declared('central', { publications: [publication] }),
  declared('vengeance', {
    subscriptions: [subscription('app_sub', 'central')],
    pendingSync: {
      primary: 'central',
      table: { schema: 'public', name: 'pending_sync' },
      capture: 'trigger',
      tables: [],
    },
  }),
];

function draw(facts: Partial<QueueFacts>, contents: QueueContents | string | null = null): Row {
  const queues: TopologyQueues = { drainOf: () => null, contentsOf: () => contents };
  const copied = {
    sample: sample({
      fast: fast(),
      slow: slow({
        subscriptionTables: [{ subscription: 'app_sub', ...users, state: 'r' }],
      }),
    }),
  };
  const picture = snapshot({
    nodes,
    seen: { vengeance: copied },
    edges: [
      edge({ id: 'logical/vengeance/app_sub', kind: 'logical', name: 'app_sub', to: 'vengeance' }),
    ],
    queues: [queue({ facts: queueFacts(facts), verdict: verdict('queueConflicts') })],
  });
  const around = { remoteName: null, folderName: null };
  return topologyRows(picture, NOW, around, undefined, queues);
}

function rowsOf(row: Row): readonly Row[] {
  return [row, ...row.children.flatMap(rowsOf)];
}

function below(root: Row): readonly string[] {
  const row = rowsOf(root).find(({ kind }) => kind === 'queue');
  const lines = (each: Row, depth: number): string[] => [
    `${'  '.repeat(depth)}${each.text.label} | ${plain(each.text.description)}`,
    ...each.children.flatMap((child) => lines(child, depth + 1)),
  ];
  return (row?.children ?? []).flatMap((child) => lines(child, 0));
}

const entry = (change: Partial<OperationEntry>): OperationEntry => ({
  id: 'a1',
  seq: 7n,
  table: users,
  operation: 'UPDATE',
  state: 'conflict',
  keyText: 'id = 7',
  bytes: 10,
  attempts: 1,
  error: 'the row is not on the primary any more',
  sqlstate: null,
  createdAtMs: NOW - 120 * MINUTE,
  ...change,
});

const table = (change: Partial<NonNullable<QueueFacts['tables']>[number]>) => ({
  ...users,
  open: 0,
  waiting: 0,
  oldestAtMs: null,
  ...change,
});

const HELD: Partial<QueueFacts> = {
  waiting: 412,
  conflicts: 2,
  dead: 1,
  oldestAtMs: NOW - 4 * MINUTE,
  tables: [
    table({ open: 410, waiting: 408, oldestAtMs: NOW - 4 * MINUTE }),
    table({ schema: 'app', name: 'jobs', open: 5, waiting: 4, oldestAtMs: NOW - 3_000 }),
  ],
};

describe('rows below a queue', () => {
  it('count what is in it before anything was read, and tables by the poll', () => {
    assert.deepEqual(below(draw(HELD)), [
      'To central | online',
      'Pending | 412 · oldest 4 min',
      '  users | 408 waiting · oldest 4 min',
      '  app.jobs | 4 waiting · oldest 3 s',
      'Conflicts | 2',
      '  Reading… | ',
      'Dead | 1',
      '  Reading… | ',
    ]);
  });

  it('list what waits for a person, and say how many are not listed', () => {
    const contents: QueueContents = {
      readAtMs: NOW,
      tables: [],
      conflicts: [entry({})],
      dead: [
        entry({ id: 'd1', state: 'dead', operation: 'DELETE', keyText: '', error: 'x'.repeat(80) }),
      ],
    };
    const root = draw(HELD, contents);
    assert.deepEqual(below(root).slice(4), [
      'Conflicts | 2 · oldest 2 h',
      '  users (id = 7) | UPDATE · the row is not on the primary any more · 2 h',
      '  and 1 more | ',
      'Dead | 1 · oldest 2 h',
      `  users #7 | DELETE · ${'x'.repeat(59)}… · 2 h`,
    ]);
    const [conflict, dead] = rowsOf(root).filter(({ kind }) => kind === 'queueOperation');
    assert.equal(conflict?.subject, 'queue/vengeance/a1');
    assert.equal(conflict.text.contextValue, 'operation conflict');
    assert.equal(dead?.text.contextValue, 'operation dead');
    const group = rowsOf(root).find(({ text }) => text.label === 'Conflicts');
    assert.equal(group?.text.contextValue, 'group conflicts');
    assert.equal(group.reads, 'vengeance');
    assert.equal(group.subject, 'queue/vengeance/all/conflict');
    assert.equal(new Set(rowsOf(root).map(({ id }) => id)).size, rowsOf(root).length);
  });

  it('go by table where there are several, each with commands for all of its own', () => {
    const jobs = { schema: 'app', name: 'a/b' };
    const counts = { pending: 0, dead: 0, oldestAtMs: null };
    const root = draw(
      { waiting: 0, conflicts: 4, oldestAtMs: null },
      {
        readAtMs: NOW,
        tables: [
          { ...counts, table: jobs, conflicts: 3 },
          { ...counts, table: users, conflicts: 1 },
        ],
        conflicts: [entry({}), entry({ id: 'a2', table: jobs }), entry({ id: 'a3', table: jobs })],
        dead: [],
      },
    );
    assert.deepEqual(below(root).slice(1), [
      'Conflicts | 4 · oldest 2 h',
      '  app.a/b | 3',
      '    app.a/b (id = 7) | UPDATE · the row is not on the primary any more · 2 h',
      '    app.a/b (id = 7) | UPDATE · the row is not on the primary any more · 2 h',
      '    and 1 more | ',
      '  users | 1',
      '    users (id = 7) | UPDATE · the row is not on the primary any more · 2 h',
    ]);
    const group = rowsOf(root).find(({ text }) => text.label === 'app.a/b');
    assert.equal(group?.text.contextValue, 'group conflicts ofTable');
    assert.equal(group.subject, 'queue/vengeance/all/conflict/app/a%2Fb');
    assert.deepEqual(operationGroupOf(group.subject), {
      queueId: 'queue/vengeance',
      state: 'conflict',
      table: jobs,
    });
    assert.equal(new Set(rowsOf(root).map(({ id }) => id)).size, rowsOf(root).length);
  });

  it('say why they could not be read', () => {
    assert.equal(
      below(draw({ conflicts: 1, waiting: 0 }, 'Could not reach vengeance.'))[2],
      '  Could not reach vengeance. | ',
    );
  });

  it('an empty queue has only where it goes', () => {
    assert.deepEqual(below(draw({ waiting: 0, oldestAtMs: null })), ['To central | online']);
  });

  it('tables with queued edits are marked on both ends', () => {
    const marked = rowsOf(draw(HELD)).filter(
      ({ kind, text }) => kind === 'table' && text.contextValue.includes('unsent'),
    );
    assert.deepEqual(
      marked.map(({ text }) => `${text.label} | ${text.description}`),
      ['users | 410 unsent edits on vengeance', 'users | 410 unsent edits on vengeance · ready'],
    );
    const other = rowsOf(draw({ tables: [table({ schema: 'other', open: 3 })] }));
    assert.equal(other.filter(({ text }) => text.contextValue.includes('unsent')).length, 0);
    for (const name of ['users', 'public.users']) {
      const old = rowsOf(draw({ tables: [table({ schema: null, name, open: 1 })] }));
      const texts = old.map(({ text }) => text.description);
      assert.ok(texts.includes('1 unsent edit on vengeance'), name);
    }
  });
});

import assert from 'node:assert/strict';
import type { NamedTableFacts, PublicationFacts } from '../../../src/core/facts';
import type { DeclaredQueue, DeclaredTable } from '../../../src/core/topology';
import type { Row } from '../../../src/views/row';
import { topologyRows } from '../../../src/views/topologyRows';
import {
  answered,
  Joiner,
  logicalSlot,
  node,
  primary,
  queue,
  sender,
  slow,
  subscriber,
  subscribes,
  subscription,
  T0,
  topology,
} from '../core/join/builders';

function declares(name: string, differs: Partial<DeclaredTable> = {}): DeclaredTable {
  return { schema: 'public', name, columns: null, rowFilter: null, ...differs };
}

function named(name: string): NamedTableFacts {
  return { schema: 'public', name, columns: null, rowFilter: null, isInherited: false };
}

function publishes(name: string, namedTables: readonly NamedTableFacts[]): PublicationFacts {
  return {
    name,
    allTables: false,
    schemas: [],
    operations: ['insert', 'update', 'delete', 'truncate'],
    viaPartitionRoot: false,
    tables: namedTables.map((table) => ({ ...table, hasReplicaIdentity: true })),
    namedTables,
  };
}

const QUEUE: DeclaredQueue = {
  primary: 'central',
  table: { schema: 'pgtopology', name: 'pending_sync' },
  capture: 'trigger',
  tables: [{ schema: 'public', name: 'jobs', policy: 'manual' }],
};

const lists = { schemas: [], allTables: false, options: {} };
const file = topology([
  node('central', {
    publications: [
      {
        ...lists,
        name: 'jobs_pub',
        tables: [declares('jobs'), declares('gone'), declares('parts', { columns: ['id'] })],
      },
      { ...lists, name: 'same_pub', tables: [declares('jobs')] },
      { ...lists, name: 'none_pub', tables: [declares('jobs')] },
    ],
  }),
  node('edge', {
    pendingSync: QUEUE,
    subscriptions: [
      { ...subscribes('jobs_sub', 'central'), options: { binary: true } },
      subscribes('lost_sub', 'central'),
    ],
  }),
]);

function rows(): readonly Row[] {
  const slots = [
    logicalSlot('jobs_sub'),
    logicalSlot('reader', { activePid: 102, isActive: true }),
  ];
  const snapshot = new Joiner(file).join({
    central: answered(primary({ slots, senders: [sender({ pid: 101 })] }), T0, {
      slow: slow({
        publications: [
          publishes('jobs_pub', [named('jobs'), named('parts'), named('extra')]),
          publishes('same_pub', [named('jobs')]),
          publishes('by_hand', [named('jobs')]),
        ],
      }),
    }),
    edge: answered(subscriber({ subscriptions: [subscription('jobs_sub')], queue: queue() }), T0, {
      slow: slow({
        subscriptionOptions: [{ subscription: 'jobs_sub', options: { binary: false } }],
        queueShape: 'current',
        queueObjects: { queue: QUEUE.table, triggers: [], tables: [], missingRoles: [] },
      }),
    }),
  });
  const all = (row: Row): readonly Row[] => [row, ...row.children.flatMap(all)];
  return all(topologyRows(snapshot, T0, { remoteName: null, folderName: null }));
}

function lines(kind: Row['kind']): readonly string[] {
  return rows()
    .filter((row) => row.kind === kind)
    .map(({ text }) =>
      [text.label, text.description, text.icon.codicon, text.contextValue]
        .join(' | ')
        .replaceAll('\u00a0', ' '),
    );
}

describe('Marks in the tree of what differs', () => {
  it('publications: otherwise than in the file, only there, only on the server', () => {
    assert.deepEqual(lines('publication'), [
      'jobs_pub | 3 differences from the file | git-compare | publication warning declared',
      'same_pub | 1 table | broadcast | publication healthy declared',
      'none_pub | in the file, not on the server | warning | publication warning declared',
      'by_hand | not in the file · 1 table | broadcast | publication healthy undeclared',
    ]);
  });

  it('a queue that is not as the file says', () => {
    assert.deepEqual(lines('queue'), [
      'pending_sync | empty · 2 differences from the file | git-compare | queue warning',
    ]);
  });

  it('tables of a publication, those that it lacks among them', () => {
    assert.deepEqual(lines('table').slice(0, 5), [
      'jobs |  | table | table healthy',
      'parts | not as in the file | git-compare | table warning declared',
      'extra | not in the file | table | table healthy undeclared',
      'gone | in the file, not on the server | git-compare | table warning declared',
      'jobs |  | table | table healthy',
    ]);
  });

  it('subscriptions that run, and not as the file says', () => {
    const [other, lost] = lines('subscription');
    assert.match(
      other ?? '',
      /^jobs_sub \| .*1 difference from the file \| git-compare \| subscription warning enabled declared$/u,
    );
    assert.match(lost ?? '', /^lost_sub \| .*does not exist on edge/u);
  });

  it('slots that the file does not mention', () => {
    assert.deepEqual(
      lines('slot').filter((line) => line.startsWith('reader')),
      [
        'reader | logical · not in the file · keeps 98 kB | bookmark | slot healthy active logical undeclared',
      ],
    );
  });
});

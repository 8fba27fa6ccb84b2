import assert from 'node:assert/strict';
import type { Difference } from '../../../../src/core/differences/difference';
import { differencesOf, notCompared } from '../../../../src/core/differences/differencesOf';
import type { NamedTableFacts, PublicationFacts, SlowFacts } from '../../../../src/core/facts';
import type { DeclaredPublication } from '../../../../src/core/topology';
import {
  answered,
  failed,
  INACTIVE,
  Joiner,
  logicalSlot,
  node,
  noContact,
  primary,
  receiver,
  sender,
  slot,
  slow,
  standby,
  subscriber,
  subscribes,
  subscription,
  SYSTEM,
  topology,
  T0,
  type Samples,
} from '../join/builders';

const JOBS = { schema: 'public', name: 'jobs' };

function publishes(differs: Partial<DeclaredPublication> = {}): DeclaredPublication {
  return {
    name: 'jobs_pub',
    tables: [{ ...JOBS, columns: null, rowFilter: null }],
    schemas: [],
    allTables: false,
    options: {},
    ...differs,
  };
}

function named(differs: Partial<NamedTableFacts> = {}): NamedTableFacts {
  return { ...JOBS, columns: null, rowFilter: null, isInherited: false, ...differs };
}

function found(differs: Partial<PublicationFacts> = {}): PublicationFacts {
  const namedTables = differs.namedTables ?? [named()];
  return {
    name: 'jobs_pub',
    allTables: false,
    schemas: [],
    operations: ['insert', 'update', 'delete', 'truncate'],
    viaPartitionRoot: false,
    generatedColumns: null,
    tables: namedTables.map((table) => ({ ...table, hasReplicaIdentity: true })),
    namedTables,
    ...differs,
  };
}

/** One publisher that is as the file says but for what is given. */
function ofPublisher(
  declared: readonly DeclaredPublication[],
  publications: readonly PublicationFacts[],
): readonly Difference[] {
  const file = topology([node('central', { publications: declared })]);
  const sample = answered(primary(), T0, { slow: slow({ publications }) });
  return differencesOf(new Joiner(file).join({ central: sample }));
}

function only(differences: readonly Difference[]): Difference {
  const [first] = differences;
  assert.ok(first !== undefined && differences.length === 1, JSON.stringify(differences, null, 1));
  return first;
}

describe('Differences of publications', () => {
  it('there is none where the server is as the file says', () => {
    assert.deepEqual(ofPublisher([publishes()], [found()]), []);
  });

  it('a missing one is said on its own place, made by a plan, or taken out of the file', () => {
    const difference = only(ofPublisher([publishes()], []));
    assert.deepEqual(difference, {
      id: 'missingPublication/central/jobs_pub',
      code: 'missingPublication',
      nodeId: 'central',
      subject: { kind: 'publication', name: 'jobs_pub' },
      path: ['nodes', 'central', 'publications', 'jobs_pub'],
      severity: 'warning',
      message: 'Publication jobs_pub is in the file, but not on central.',
      declared: 'public.jobs',
      live: null,
      byPlan: true,
      fileChanges: [{ path: ['nodes', 'central', 'publications', 'jobs_pub'], value: undefined }],
    });
  });

  it('one that the file does not mention is never taken away by a plan, and can be written down whole', () => {
    const facts = found({
      operations: ['insert'],
      viaPartitionRoot: true,
      generatedColumns: 'stored',
      schemas: ['extra'],
      namedTables: [
        named({ columns: ['id'], rowFilter: '(id > 5)' }),
        named({ name: 'child', isInherited: true }),
        named({ schema: 'pgtopology', name: 'sentinel_0a1b2c3d' }),
      ],
    });
    const difference = only(ofPublisher([], [facts]));
    assert.equal(difference.code, 'extraPublication');
    assert.equal(difference.byPlan, false);
    assert.equal(difference.severity, 'information');
    assert.deepEqual(difference.fileChanges, [
      {
        path: ['nodes', 'central', 'publications', 'jobs_pub'],
        value: {
          schemas: ['extra'],
          tables: [{ table: 'public.jobs', columns: ['id'], rowFilter: '(id > 5)' }],
          operations: ['insert'],
          viaPartitionRoot: true,
          generatedColumns: 'stored',
        },
      },
    ]);
  });

  it('tables are held against those that were named: more and fewer', () => {
    const differences = ofPublisher(
      [publishes()],
      [found({ namedTables: [named({ name: 'a.b' }), named({ name: 'c' })] })],
    );
    assert.deepEqual(
      differences.map(({ id, path, byPlan, fileChanges }) => [
        id,
        path.at(-1),
        byPlan,
        fileChanges,
      ]),
      [
        [
          'missingTable/central/jobs_pub/public.jobs',
          0,
          true,
          [
            {
              path: ['nodes', 'central', 'publications', 'jobs_pub', 'tables', 0],
              value: undefined,
            },
          ],
        ],
        [
          'extraTable/central/jobs_pub/public."a.b"',
          'tables',
          false,
          [
            {
              path: ['nodes', 'central', 'publications', 'jobs_pub', 'tables', 1],
              value: ['public', 'a.b'],
            },
          ],
        ],
        [
          'extraTable/central/jobs_pub/public.c',
          'tables',
          false,
          [
            {
              path: ['nodes', 'central', 'publications', 'jobs_pub', 'tables', 2],
              value: 'public.c',
            },
          ],
        ],
      ],
    );
  });

  it('a table that comes by its schema, children, and our own sentinel are no difference', () => {
    const children = [
      named(),
      named({ name: 'jobs_old', isInherited: true }),
      named({ schema: 'pgtopology', name: 'sentinel_0a1b2c3d' }),
    ];
    assert.deepEqual(ofPublisher([publishes()], [found({ namedTables: children })]), []);
    const bySchema = found({
      schemas: ['public'],
      namedTables: [],
      tables: [{ ...JOBS, columns: null, rowFilter: null, hasReplicaIdentity: true }],
    });
    const difference = only(ofPublisher([publishes()], [bySchema]));
    assert.equal(difference.code, 'extraSchema');
  });

  it('names are told apart by case', () => {
    const codes = ofPublisher([publishes()], [found({ namedTables: [named({ name: 'Jobs' })] })]);
    assert.deepEqual(
      codes.map(({ code }) => code),
      ['missingTable', 'extraTable'],
    );
  });

  it('columns are a set, and a filter that only looks otherwise is none', () => {
    const declared = publishes({
      tables: [{ ...JOBS, columns: ['id', 'region'], rowFilter: `region = 'eu'` }],
    });
    const live = named({ columns: ['region', 'id'], rowFilter: `((region)::text = 'eu'::text)` });
    assert.deepEqual(ofPublisher([declared], [found({ namedTables: [live] })]), []);
  });

  it('another column list and another filter are told apart, and each taken over alone', () => {
    const declared = publishes({
      tables: [{ ...JOBS, columns: ['id'], rowFilter: `region = 'eu'` }],
    });
    const live = named({ columns: null, rowFilter: `((region)::text = 'us'::text)` });
    const [columns, filter] = ofPublisher([declared], [found({ namedTables: [live] })]);
    assert.equal(
      columns?.message,
      'Publication jobs_pub on central publishes all columns of public.jobs; the file says the columns id.',
    );
    const table = ['nodes', 'central', 'publications', 'jobs_pub', 'tables', 0];
    assert.deepEqual(columns.fileChanges, [{ path: [...table, 'columns'], value: undefined }]);
    assert.deepEqual(filter?.fileChanges, [
      { path: [...table, 'rowFilter'], value: `(region)::text = 'us'::text` },
    ]);
    const plain = only(
      ofPublisher([publishes()], [found({ namedTables: [named({ columns: ['id'] })] })]),
    );
    assert.deepEqual(plain.fileChanges, [
      { path: table, value: { table: 'public.jobs', columns: ['id'] } },
    ]);
    assert.equal(filter.path.at(-1), 'rowFilter');
  });

  it('all tables or some is one difference, which no plan makes so', () => {
    const all = only(ofPublisher([publishes()], [found({ allTables: true, namedTables: [] })]));
    assert.equal(all.code, 'allTables');
    assert.equal(all.byPlan, false);
    assert.deepEqual(
      all.fileChanges.map(({ path, value }) => [path.at(-1), value]),
      [
        ['allTables', true],
        ['tables', undefined],
      ],
    );
    const some = only(ofPublisher([publishes({ allTables: true, tables: [] })], [found()]));
    assert.deepEqual(
      some.fileChanges.map(({ path, value }) => [path.at(-1), value]),
      [
        ['allTables', undefined],
        ['tables', ['public.jobs']],
      ],
    );
  });

  it('options are held against the server only where the file says them', () => {
    const live = found({
      operations: ['insert'],
      viaPartitionRoot: true,
      generatedColumns: 'stored',
    });
    assert.deepEqual(ofPublisher([publishes()], [live]), []);
    const options = {
      operations: ['update', 'insert'],
      viaPartitionRoot: false,
      generatedColumns: 'none',
    };
    assert.deepEqual(
      ofPublisher([publishes({ options })], [live]).map(({ id, declared, live: has }) => [
        id,
        declared,
        has,
      ]),
      [
        ['publicationOption/central/jobs_pub/operations', 'update, insert', 'insert'],
        ['publicationOption/central/jobs_pub/viaPartitionRoot', 'false', 'true'],
        ['publicationOption/central/jobs_pub/generatedColumns', 'none', 'stored'],
      ],
    );
    const before18 = found({ generatedColumns: null });
    assert.deepEqual(
      ofPublisher([publishes({ options: { generatedColumns: 'stored' } })], [before18]),
      [],
    );
  });
});

describe('Differences of subscriptions', () => {
  const file = topology([
    node('central'),
    node('edge', {
      subscriptions: [
        {
          ...subscribes('jobs_sub', 'central'),
          options: {
            enabled: true,
            streaming: true,
            binary: false,
            copyData: false,
            failover: true,
          },
        },
      ],
    }),
  ]);

  function ofEdge(
    differs: Parameters<typeof subscription>[1] | null,
    options: SlowFacts['subscriptionOptions'] = [
      { subscription: 'jobs_sub', options: { streaming: 'on', binary: false } },
    ],
    slots = [logicalSlot('jobs_sub')],
  ): readonly Difference[] {
    const samples: Samples = {
      central: answered(primary({ slots })),
      edge: answered(
        subscriber({ subscriptions: differs === null ? [] : [subscription('jobs_sub', differs)] }),
        T0,
        { slow: slow({ subscriptionOptions: options }) },
      ),
    };
    return differencesOf(new Joiner(file).join(samples));
  }

  it('there is none where all is as the file says; an option that the version lacks is no difference', () => {
    assert.deepEqual(ofEdge({}), []);
  });

  it('a missing one, other publications, state, options and slot', () => {
    assert.deepEqual(
      ofEdge(null, undefined, []).map(({ id }) => id),
      ['missingSubscription/edge/jobs_sub'],
    );
    const other = ofEdge(
      { publications: ['pub', 'more'], isEnabled: false, slotName: 'elsewhere' },
      [
        {
          subscription: 'jobs_sub',
          options: { streaming: 'parallel', binary: true, failover: false },
        },
      ],
    );
    assert.deepEqual(
      other.map(({ id, live, fileChanges }) => [id, live, fileChanges[0]?.value]),
      [
        ['subscribedPublications/edge/jobs_sub', 'pub, more', ['pub', 'more']],
        ['enabled/edge/jobs_sub', 'disabled', false],
        ['slotName/edge/jobs_sub', 'slot elsewhere', 'elsewhere'],
        ['subscriptionOption/edge/jobs_sub/streaming', 'parallel', 'parallel'],
        ['subscriptionOption/edge/jobs_sub/binary', 'on', true],
        ['subscriptionOption/edge/jobs_sub/failover', 'off', false],
      ],
    );
  });

  it('the order of publications says nothing', () => {
    const both = topology([
      node('edge', {
        subscriptions: [{ ...subscribes('s', 'edge'), publications: ['a', 'b'] }],
      }),
    ]);
    const sample = answered(
      subscriber({
        subscriptions: [subscription('s', { publications: ['b', 'a'] })],
        slots: [logicalSlot('s')],
      }),
    );
    assert.deepEqual(differencesOf(new Joiner(both).join({ edge: sample })), []);
  });

  it('one that the file does not mention is written down with the publisher that its slot tells', () => {
    const bare = topology([node('central'), node('edge')]);
    const samples = {
      central: answered(primary({ slots: [logicalSlot('by_hand')] })),
      edge: answered(subscriber({ subscriptions: [subscription('by_hand')] })),
    };
    const difference = only(differencesOf(new Joiner(bare).join(samples)));
    assert.equal(difference.code, 'extraSubscription');
    assert.deepEqual(difference.fileChanges, [
      {
        path: ['nodes', 'edge', 'subscriptions', 'by_hand'],
        value: { publisher: 'central', publications: ['pub'] },
      },
    ]);
    const alone = { ...samples, central: failed('refused', samples.central) };
    assert.deepEqual(only(differencesOf(new Joiner(bare).join(alone))).fileChanges, []);
  });

  it('a slot that is gone from the publisher', () => {
    assert.deepEqual(
      ofEdge({}, undefined, []).map(({ id }) => id),
      ['missingSlot/edge/jobs_sub/jobs_sub'],
    );
  });
});

describe('Differences of roles and slots', () => {
  const file = topology([
    node('central'),
    node('read', { standbyOf: 'central', slot: 'read_slot' }),
  ]);
  const streams = {
    central: answered(primary({ slots: [slot('read_slot')], senders: [sender()] })),
    read: answered(standby({ receiver: receiver({ slotName: 'read_slot' }) })),
  };

  it('there is none for a standby that streams as the file says', () => {
    assert.deepEqual(differencesOf(new Joiner(file).join(streams)), []);
  });

  it('a declared standby that is writable, and the file made to say so', () => {
    const promoted = answered(subscriber());
    const [difference] = differencesOf(
      new Joiner(topology([node('read', { standbyOf: 'gone', slot: 's' })])).join({
        read: promoted,
      }),
    );
    assert.equal(difference?.code, 'role');
    assert.equal(difference.message, 'read is declared a standby, but the server is a primary.');
    assert.deepEqual(
      difference.fileChanges.map(({ path, value }) => [path.at(-1), value]),
      [
        ['standbyOf', undefined],
        ['slot', undefined],
      ],
    );
  });

  it('a declared primary that is a standby takes over its upstream only where a slot tells it', () => {
    const bare = topology([node('central'), node('read')]);
    const ofRole = (samples: Samples) =>
      only(differencesOf(new Joiner(bare).join(samples)).filter(({ code }) => code === 'role'));
    assert.deepEqual(ofRole(streams).fileChanges, [
      { path: ['nodes', 'read', 'standbyOf'], value: 'central' },
    ]);
    const untold = {
      central: answered(primary({ senders: [sender()] })),
      read: answered(standby()),
    };
    assert.deepEqual(ofRole(untold).fileChanges, []);
  });

  it('another upstream than the file says', () => {
    const three = topology([
      node('central'),
      node('read', { standbyOf: 'central', slot: 'a' }),
      node('archive', { standbyOf: 'central', slot: 'b' }),
    ]);
    const difference = differencesOf(
      new Joiner(three).join({
        central: answered(primary({ slots: [slot('a'), slot('b', INACTIVE)] })),
        read: answered(standby({ receiver: receiver({ slotName: 'a' }), slots: [slot('b')] })),
        archive: answered(
          standby({
            postmasterStartedAtMs: T0 - 1_000,
            receiver: receiver({ slotName: 'b' }),
          }),
        ),
      }),
    ).filter(({ code }) => code === 'upstream');
    assert.equal(
      only(difference).message,
      'archive is declared a standby of central, but streams from read.',
    );
  });

  it('another slot, and one that the upstream does not have', () => {
    const other = {
      ...streams,
      read: answered(standby({ receiver: receiver({ slotName: null }) })),
    };
    const [slotName] = differencesOf(new Joiner(file).join(other));
    assert.equal(slotName?.message, 'read streams by no slot; the file says slot read_slot.');
    const waits = {
      central: answered(primary()),
      read: answered(standby({ receiver: null })),
    };
    const missing = only(differencesOf(new Joiner(file).join(waits)));
    assert.equal(missing.code, 'missingSlot');
    assert.equal(missing.byPlan, true);
  });

  it('a slot that the file does not mention, and that it can mention as a consumer’s', () => {
    const bare = topology([node('central')]);
    const samples = {
      central: answered(
        primary({
          slots: [
            logicalSlot('electric', INACTIVE),
            logicalSlot('pg_16400_sync_16391_771040000', INACTIVE),
            slot('old', INACTIVE),
          ],
        }),
      ),
    };
    assert.deepEqual(
      differencesOf(new Joiner(bare).join(samples)).map(({ id, fileChanges }) => [id, fileChanges]),
      [
        [
          'extraSlot/central/electric',
          [{ path: ['consumers', 'electric'], value: { node: 'central', slot: 'electric' } }],
        ],
        ['extraSlot/central/pg_16400_sync_16391_771040000', []],
        ['extraSlot/central/old', []],
      ],
    );
    const said = topology([node('central')], [{ id: 'electric', node: 'central', slot: 'gone' }]);
    const missing = differencesOf(new Joiner(said).join({ central: answered(primary()) }));
    assert.equal(only(missing).message, 'Slot gone of electric does not exist on central.');
  });

  it('two nodes that are one server and database; another database is allowed', () => {
    const twice = topology([node('a'), node('b')]);
    const both = { a: answered(primary()), b: answered(primary()) };
    assert.equal(
      only(differencesOf(new Joiner(twice).join(both))).message,
      'a and b are the same node: one server, one database.',
    );
    const databases = { ...both, b: answered(primary({ database: 'other' })) };
    assert.deepEqual(differencesOf(new Joiner(twice).join(databases)), []);
  });

  it('two writable servers of one system', () => {
    const two = topology([node('a'), node('b', { standbyOf: 'a' })]);
    const samples = {
      a: answered(primary()),
      b: answered(primary({ postmasterStartedAtMs: T0 - 1_000 })),
    };
    const split = differencesOf(new Joiner(two).join(samples)).filter(
      ({ code }) => code === 'splitBrain',
    );
    assert.deepEqual(
      split.map(({ nodeId, severity }) => [nodeId, severity]),
      [
        ['a', 'error'],
        ['b', 'error'],
      ],
    );
  });

  it('another system than before: nothing else of that node is held against the file', () => {
    const one = topology([node('central', { publications: [publishes()] })]);
    const joiner = new Joiner(one);
    const was = answered(primary(), T0, { slow: slow({ publications: [found()] }) });
    joiner.join({ central: was });
    const snapshot = joiner.join({ central: answered(primary({ systemIdentifier: '99' })) });
    const difference = only(differencesOf(snapshot));
    assert.equal(difference.code, 'otherSystem');
    assert.match(difference.message, new RegExp(`${SYSTEM} was seen here before, now 99`));
    assert.deepEqual(notCompared(snapshot), [
      { nodeId: 'central', why: 'central is not the server seen before' },
    ]);
  });
});

describe('What cannot be compared', () => {
  const file = topology([node('central', { publications: [publishes()] })]);

  it('says nothing, and why, of a node that cannot be read now', () => {
    const before = answered(primary());
    const cases: readonly (readonly [Samples, string])[] = [
      [{}, 'central is not connected'],
      [{ central: noContact('restricted') }, 'central is not contacted in restricted mode'],
      [{ central: noContact('disconnected') }, 'central is disconnected'],
      [{ central: failed('refused', before) }, 'central could not be read'],
      [{ central: failed('starting', before) }, 'central is starting'],
      [{ central: { ...before, isPollingPaused: true } }, 'central has not answered lately'],
    ];
    for (const [samples, why] of cases) {
      const snapshot = new Joiner(file).join(samples);
      assert.deepEqual(differencesOf(snapshot), []);
      assert.deepEqual(notCompared(snapshot), [{ nodeId: 'central', why }]);
    }
  });

  it('says nothing of publications that were not read yet', () => {
    const snapshot = new Joiner(file).join({ central: answered(primary(), T0, { slow: null }) });
    assert.deepEqual(differencesOf(snapshot), []);
    assert.match(notCompared(snapshot)[0]?.why ?? '', /were not read yet/);
  });

  it('a standby’s copy of its primary’s publications is not held against the file', () => {
    const pair = topology([node('a'), node('b', { standbyOf: 'a' })]);
    const copies = { slow: slow({ publications: [found()] }) };
    const samples = { a: failed(), b: answered(standby(), T0, copies) };
    assert.deepEqual(differencesOf(new Joiner(pair).join(samples)), []);
  });
});

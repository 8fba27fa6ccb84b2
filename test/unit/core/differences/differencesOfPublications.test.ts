import assert from 'node:assert/strict';
import { holderName } from '../../../../src/core/plan/resyncHolder';
import { JOBS, publishes, named, found, ofPublisher, only } from './publicationFacts';

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

  it('what a resync keeps is said as such, and is not for the file', () => {
    const holder = found({ name: holderName('jobs_pub'), operations: [] });
    const difference = only(ofPublisher([publishes()], [found(), holder]));
    assert.equal(difference.code, 'extraPublication');
    assert.equal(
      difference.message,
      `${holder.name} on central keeps how jobs_pub publishes public.jobs while a subscription copies it anew. If no resync runs, one was stopped half way: Resync Table… goes on from there.`,
    );
    assert.equal(difference.byPlan, false);
    assert.deepEqual(difference.fileChanges, []);
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

import assert from 'node:assert/strict';
import { isRunnable, type Plan } from '../../../../src/core/plan/plan';
import { planCreatePublication } from '../../../../src/core/plan/planCreatePublication';
import type { CreatePublicationRequest } from '../../../../src/core/plan/requests';
import { declared } from '../describe/makeSnapshot';
import {
  catalog,
  column,
  context,
  findingLines as allLines,
  plainRole,
  planSql,
  publication,
  table,
  undoSql,
  type CatalogChange,
} from './catalogs';

const JOBS = { schema: 'public', name: 'jobs', columns: null, rowFilter: null };

/** What no publication carries is said of every new one, and tested by itself. */
function findingLines(plan: Plan): readonly string[] {
  return allLines(plan).filter((line) => !line.startsWith('note notCarried'));
}

function request(change: Partial<CreatePublicationRequest> = {}): CreatePublicationRequest {
  return {
    nodeId: 'central',
    name: 'jobs_pub',
    allTables: false,
    schemas: [],
    tables: [JOBS],
    operations: ['insert', 'update', 'delete', 'truncate'],
    viaPartitionRoot: false,
    ...change,
  };
}

function planOf(change: Partial<CreatePublicationRequest> = {}, central: CatalogChange = {}) {
  const node = catalog('central', { relations: [table('jobs')], ...central });
  return planCreatePublication(request(change), context([node]));
}

describe('planCreatePublication', () => {
  it('one table: one statement, nothing found, and the file', () => {
    const plan = planOf();
    assert.equal(plan.title, 'Create publication jobs_pub on central');
    assert.deepEqual(planSql(plan), [
      'central: CREATE PUBLICATION "jobs_pub"\n  FOR TABLE "public"."jobs"',
    ]);
    assert.deepEqual(undoSql(plan), ['central: DROP PUBLICATION "jobs_pub"']);
    assert.deepEqual(findingLines(plan), []);
    assert.equal(isRunnable(plan), true);
    assert.equal(
      plan.steps[0]?.effect,
      'central offers insert, update, delete, truncate of 1 table; nothing is sent before somebody subscribes.',
    );
    assert.deepEqual(plan.privileges, [
      'central: the role must own the tables and may create in the database app. It runs as postgres, a superuser.',
    ]);
    assert.deepEqual(plan.fileChanges, [
      {
        path: ['nodes', 'central', 'publications', 'jobs_pub'],
        value: { tables: ['public.jobs'] },
      },
    ]);
  });

  it('tables with columns and filter, a schema beside them, and options', () => {
    const central = {
      relations: [
        table('jobs'),
        table('a.b', { schema: 'odd"schema' }),
        table('log', { schema: 'audit' }),
      ],
      schemas: [{ name: 'audit', owner: 'postgres', canCreate: true, canUse: true }],
    };
    const withList = planOf(
      {
        tables: [
          { ...JOBS, columns: ['id', 'name'], rowFilter: "id IS NOT NULL AND 'name' <> ')'" },
          { schema: 'odd"schema', name: 'a.b', columns: null, rowFilter: null },
          JOBS,
        ],
        operations: ['update', 'insert'],
        viaPartitionRoot: true,
      },
      central,
    );
    assert.deepEqual(planSql(withList), [
      `central: CREATE PUBLICATION "jobs_pub"
  FOR TABLE "public"."jobs" ("id", "name") WHERE (id IS NOT NULL AND 'name' <> ')'),
    "odd""schema"."a.b"
  WITH (publish = 'insert, update', publish_via_partition_root = true)`,
    ]);
    assert.deepEqual(findingLines(withList), []);
    assert.deepEqual(withList.fileChanges[0]?.value, {
      tables: [
        {
          table: 'public.jobs',
          columns: ['id', 'name'],
          rowFilter: "id IS NOT NULL AND 'name' <> ')'",
        },
        ['odd"schema', 'a.b'],
      ],
      operations: ['insert', 'update'],
      viaPartitionRoot: true,
    });
    const withSchema = planOf({ schemas: ['audit'] }, central);
    assert.deepEqual(planSql(withSchema), [
      'central: CREATE PUBLICATION "jobs_pub"\n  FOR TABLE "public"."jobs",\n  TABLES IN SCHEMA "audit"',
    ]);
    assert.deepEqual(findingLines(withSchema), []);
  });

  it('what the file says already is not offered again', () => {
    const node = declared('central', {
      publications: [
        {
          name: 'jobs_pub',
          tables: [JOBS],
          schemas: [],
          allTables: false,
          options: { operations: ['insert'] },
        },
      ],
    });
    const central = catalog('central', { relations: [table('jobs')] });
    const known = context([central], { nodes: [node] });
    assert.deepEqual(
      planCreatePublication(request({ operations: ['insert'] }), known).fileChanges,
      [],
    );
    assert.equal(planCreatePublication(request(), known).fileChanges.length, 1);
  });

  it('tables that cannot be published are named with their reason', () => {
    const tables = ['jobz', 'open_jobs', 'fast', 'far', 'sums', 'mine'].map((name) => ({
      ...JOBS,
      name,
    }));
    const plan = planOf(
      { tables },
      {
        relations: [
          table('jobs'),
          table('open_jobs', { kind: 'view', identityColumns: [] }),
          table('fast', { persistence: 'unlogged' }),
          table('far', { kind: 'foreign' }),
          table('sums', { kind: 'materializedView' }),
          table('mine', { persistence: 'temporary' }),
        ],
      },
    );
    assert.deepEqual(findingLines(plan), [
      'error missingTable central: public.jobz does not exist on central (42P01). / Did you mean public.jobs?',
      'error unfitTable central: public.open_jobs on central is a view, which cannot be published (22023). / Pick ordinary and partitioned tables only.',
      'error unfitTable central: public.fast on central is an unlogged table, which cannot be published (22023). / Pick ordinary and partitioned tables only.',
      'error unfitTable central: public.far on central is a foreign table, which cannot be published (22023). / Pick ordinary and partitioned tables only.',
      'error unfitTable central: public.sums on central is a materialized view, which cannot be published (22023). / Pick ordinary and partitioned tables only.',
      'error unfitTable central: public.mine on central is a temporary table, which cannot be published (22023). / Pick ordinary and partitioned tables only.',
    ]);
    assert.equal(isRunnable(plan), false);
  });

  it('no replica identity breaks the application, unless only inserts are published', () => {
    const bare = { relations: [table('jobs', { identityColumns: [] })] };
    const expected = [
      'error noReplicaIdentity central: public.jobs has no replica identity: UPDATE and DELETE on it would fail on central (55000). / Publish inserts only, add a primary key, or set REPLICA IDENTITY FULL (whole old rows go into the WAL).',
      '  ALTER TABLE "public"."jobs" REPLICA IDENTITY FULL;',
    ];
    assert.deepEqual(findingLines(planOf({}, bare)), expected);
    assert.deepEqual(findingLines(planOf({ operations: ['delete'] }, bare)), expected);
    assert.deepEqual(findingLines(planOf({ operations: ['insert', 'truncate'] }, bare)), []);
    const full = table('jobs', { replicaIdentity: 'full', identityColumns: ['id', 'name'] });
    assert.deepEqual(findingLines(planOf({}, { relations: [full] })), []);
    assert.deepEqual(findingLines(planOf({ allTables: true, tables: [] }, bare)).slice(0, 2), [
      'error noReplicaIdentity central: A table has no replica identity: UPDATE and DELETE on public.jobs would fail on central (55000). / Publish inserts only, add a primary key, or set REPLICA IDENTITY FULL (whole old rows go into the WAL).',
      '  ALTER TABLE "public"."jobs" REPLICA IDENTITY FULL;',
    ]);
  });

  it('column lists and filters must keep the replica identity', () => {
    assert.deepEqual(
      findingLines(
        planOf({ tables: [{ ...JOBS, columns: ['name', 'nmae'], rowFilter: 'lower(Name) = 1' }] }),
      ),
      [
        'error missingColumn central: public.jobs on central has no column nmae (42703). / Did you mean name?',
        'error noReplicaIdentity central: The column list of public.jobs leaves out id of its replica identity: UPDATE and DELETE on it would fail on central (55000). / Add id to the list, or publish inserts only.',
        'error noReplicaIdentity central: The row filter of public.jobs looks at name, which is not in its replica identity: UPDATE and DELETE on it would fail on central (55000). / Publish inserts only, filter by columns of the replica identity, or set REPLICA IDENTITY FULL.',
        '  ALTER TABLE "public"."jobs" REPLICA IDENTITY FULL;',
      ],
    );
    const generated = table('jobs', {
      columns: [column('id', 'uuid'), column('sum', 'integer', { isGenerated: true })],
    });
    const lists = { tables: [{ ...JOBS, columns: ['id', 'sum'] }] };
    assert.deepEqual(findingLines(planOf(lists, { relations: [generated] })), [
      'error missingColumn central: sum of public.jobs is a generated column: publishing it needs Postgres 18 or newer. / Leave sum out of the column list.',
    ]);
    const on18 = { relations: [generated], server: { versionNum: 180_000 } };
    assert.deepEqual(findingLines(planOf(lists, on18)), []);
    const parted = table('jobs', { kind: 'partitioned' });
    assert.deepEqual(
      findingLines(
        planOf({ tables: [{ ...JOBS, rowFilter: 'id IS NOT NULL' }] }, { relations: [parted] }),
      ),
      [
        'error unfitTable central: public.jobs is partitioned: a column list or row filter on it needs changes to be published by the root table. / Publish via the partition root, or leave out list and filter.',
      ],
    );
  });

  it('schemas, lists and filters need 15, and do not go together', () => {
    const asked = {
      schemas: ['public'],
      tables: [{ ...JOBS, columns: ['id'], rowFilter: 'id IS NOT NULL' }],
    };
    assert.deepEqual(findingLines(planOf(asked, { server: { versionNum: 140_010 } })), [
      'error unsupportedOption central: central runs Postgres 14: publishing schemas needs 15 or newer. / Pick whole tables one by one.',
      'error unsupportedOption central: central runs Postgres 14: a column list needs 15 or newer. / Pick whole tables one by one.',
      'error unsupportedOption central: central runs Postgres 14: a row filter needs 15 or newer. / Pick whole tables one by one.',
      'error unsupportedOption central: A publication of schemas takes no column lists. / Leave out the column lists, or make two publications.',
    ]);
    assert.deepEqual(findingLines(planOf(asked)), [
      'error unsupportedOption central: A publication of schemas takes no column lists. / Leave out the column lists, or make two publications.',
    ]);
    assert.deepEqual(findingLines(planOf({ schemas: ['audit', 'empty'] }, EMPTY_SCHEMA)), [
      'error notFound central: central has no schema audit.',
      'warning nothingToDo central: The schema empty on central holds no table yet; those made later are published.',
    ]);
  });

  it('privileges: ownership, CREATE on the database, superuser for wholesale publications', () => {
    const foreign = table('jobs', { owner: 'jobs_owner', isOwned: false });
    const change = { relations: [foreign], role: plainRole() };
    assert.deepEqual(findingLines(planOf({}, change)), [
      'error privilege central: deployer may not create anything in the database app on central (42501). / Grant it, or let another role do it ("adminUser" in the file).',
      '  GRANT CREATE ON DATABASE "app" TO "deployer";',
      'error privilege central: public.jobs on central belongs to jobs_owner, and only its owner may publish it: deployer may not (42501). / Let jobs_owner do it ("adminUser" in the file), or make deployer a member of it.',
      '  GRANT "jobs_owner" TO "deployer";',
    ]);
    const owner = { role: plainRole({ canCreateInDatabase: true }) };
    assert.deepEqual(findingLines(planOf({}, owner)), []);
    assert.deepEqual(findingLines(planOf({ schemas: ['public'] }, owner)), [
      'error privilege central: Only a superuser may publish the tables of a schema, and deployer on central is none (42501). / Pick the tables one by one, or name a superuser as "adminUser" in the file.',
    ]);
    assert.match(
      findingLines(planOf({ allTables: true, tables: [] }, owner))[0] ?? '',
      /^error privilege central: Only a superuser may publish all tables/,
    );
  });

  it('FOR ALL TABLES says what it takes in unasked', () => {
    const queue = table('pending_sync', { schema: 'pgtopology' });
    const plan = planOf({ allTables: true, tables: [] }, { relations: [table('jobs'), queue] });
    assert.deepEqual(planSql(plan), ['central: CREATE PUBLICATION "jobs_pub"\n  FOR ALL TABLES']);
    assert.deepEqual(findingLines(plan), [
      'warning allTables central: jobs_pub takes in every table that is made on central later: a subscriber that lacks a new table stops. Also taken in are pgtopology.pending_sync, which belong to this node alone. / Create new tables on every subscriber first, or pick the tables one by one.',
    ]);
    assert.equal(isRunnable(plan), true);
  });

  it('nothing to publish, a taken name, names that cannot be', () => {
    assert.deepEqual(findingLines(planOf({ tables: [], operations: [] })), [
      'error nothingToDo central: jobs_pub would publish no table. / Pick at least one table.',
      'error nothingToDo central: jobs_pub would publish no operation. / Pick at least one of insert, update, delete and truncate.',
    ]);
    assert.deepEqual(findingLines(planOf({}, { publications: [publication('jobs_pub', [])] })), [
      'error nameTaken central: central has a publication jobs_pub already (42710). / Choose another name.',
    ]);
    const long = 'p'.repeat(64);
    assert.deepEqual(findingLines(planOf({ name: long })), [
      `error illegalName central: The name of the publication, ${long}, has 64 bytes: the server would cut it to ${'p'.repeat(63)}. / Choose another name: letters, digits and _, at most 63 bytes.`,
    ]);
    const hidden = planOf({ name: 'a\u202eb\0' });
    assert.deepEqual(findingLines(hidden), [
      'error illegalName central: The name of the publication, a\\u202eb\\u0000, holds characters that nobody can see. / Choose another name: letters, digits and _, at most 63 bytes.',
    ]);
    assert.deepEqual(hidden.steps, []);
    assert.match(findingLines(planOf({ name: '' }))[0] ?? '', /The publication has no name/);
  });

  it('a standby takes no changes; wal_level is a warning here', () => {
    const standby = catalog('central-read', {
      relations: [table('jobs')],
      server: { isInRecovery: true },
    });
    const nodes = [declared('central'), declared('central-read', { standbyOf: 'central' })];
    assert.deepEqual(
      findingLines(
        planCreatePublication(request({ nodeId: 'central-read' }), context([standby], { nodes })),
      ),
      [
        'error standby central-read: central-read is a standby and takes no changes (25006). / Use its primary, central.',
      ],
    );
    const plan = planOf({}, { settings: { walLevel: 'replica' } });
    assert.deepEqual(findingLines(plan), [
      'warning walLevel central: central cannot publish: wal_level is replica. The publication can be made, but no subscription can take it. / Set it to logical and restart central.',
      "  ALTER SYSTEM SET wal_level = 'logical';",
    ]);
    assert.equal(isRunnable(plan), true);
  });

  it('a node that was not read is planned for by nobody', () => {
    const plan = planCreatePublication(request(), context([], { nodes: [declared('central')] }));
    assert.deepEqual(plan.steps, []);
    assert.deepEqual(findingLines(plan), [
      'error unknownServer central: Nothing could be read of central, so nothing can be planned for it. / Connect to central first.',
    ]);
  });

  it('what it does not carry is said, by name where it is known; not of one that the file declares', () => {
    const central = {
      relations: [
        table('jobs'),
        table('fast', { persistence: 'unlogged' }),
        table('sums', { kind: 'materializedView' }),
      ],
    };
    const said =
      'note notCarried central: jobs_pub carries rows of its tables alone: no sequences, large objects, unlogged tables, views, and no changes of structure (DDL).';
    assert.deepEqual(allLines(planOf({}, central)), [said]);
    assert.match(
      allLines(planOf({ allTables: true, tables: [], operations: ['insert'] }, central)).at(-1) ??
        '',
      /On central, public\.fast, public\.sums stays behind, being unlogged or a view\.$/u,
    );
    const declaring = declared('central', {
      publications: [
        { name: 'jobs_pub', tables: [JOBS], schemas: [], allTables: false, options: {} },
      ],
    });
    const known = context([catalog('central', central)], { nodes: [declaring] });
    assert.deepEqual(allLines(planCreatePublication(request(), known)), []);
  });

  it('functions whose value changes are no row filter; generated columns need 18', () => {
    for (const [rowFilter, words] of [
      ['id > 0 AND now() > name', 'now()'],
      ['name < current_date', 'current_date'],
    ] as const) {
      assert.deepEqual(findingLines(planOf({ tables: [{ ...JOBS, rowFilter }] })), [
        `error unfitTable central: The row filter of public.jobs uses ${words}, whose value changes: Postgres takes built-in functions only that always give the same (0A000). / Compare columns with constants.`,
      ]);
    }
    assert.deepEqual(findingLines(planOf({ generatedColumns: 'stored' })), [
      'error unsupportedOption central: central runs Postgres 17: publish_generated_columns needs 18 or newer. / Leave out the option generatedColumns.',
    ]);
    const on18 = { relations: [table('jobs')], server: { versionNum: 180_000 } };
    assert.deepEqual(planSql(planOf({ generatedColumns: 'stored' }, on18)), [
      'central: CREATE PUBLICATION "jobs_pub"\n  FOR TABLE "public"."jobs"\n  WITH (publish_generated_columns = stored)',
    ]);
  });
});

const EMPTY_SCHEMA = {
  relations: [table('jobs')],
  schemas: [{ name: 'empty', owner: 'postgres', canCreate: true, canUse: true }],
};

import assert from 'node:assert/strict';
import { planCreateSubscription } from '../../../../src/core/plan/planCreateSubscription';
import type { CreateSubscriptionRequest } from '../../../../src/core/plan/requests';
import {
  column,
  findingLines,
  planSql,
  publication,
  subscriptionFacts,
  table,
  type CatalogChange,
} from './catalogs';
import { columnDefinition, tableDefinition } from './tableDefinitions';
import { PROBE, request, contextOf, planOf } from './createSubscriptionRequests';

describe('planCreateSubscription: what the tables must be', () => {
  it('missing tables and columns come with the statements that make them', () => {
    const central = {
      relations: [
        table('jobs'),
        table('runs', {
          columns: [column('id', 'bigint', { isNotNull: true }), column('at', 'timestamptz')],
        }),
        table('log', { schema: 'audit', replicaIdentity: 'full', identityColumns: ['id', 'name'] }),
      ],
      publications: [
        publication('jobs_pub', ['jobs', 'runs']),
        publication('log_pub', [], {
          tables: [{ schema: 'audit', name: 'log', columns: ['name'] }],
        }),
      ],
    };
    const edge = {
      relations: [
        table('jobs', { columns: [column('id', 'uuid'), column('extra')] }),
        table('runs', { kind: 'view' }),
      ],
    };
    assert.deepEqual(
      findingLines(planOf({ publications: ['jobs_pub', 'log_pub'] }, central, edge)),
      [
        'error missingColumn edge: public.jobs on edge has no column name, which central sends: the subscription would stop at the first row. / Add it on edge first.',
        '  ALTER TABLE "public"."jobs" ADD COLUMN "name" text;',
        'error unfitTable edge: public.runs on edge is a view: a subscription writes to tables alone. / Rename it and create a table of that name.',
        'error missingTable edge: audit.log does not exist on edge (42P01), and log_pub publishes it. / Create it on edge first: a subscription copies rows, never tables.',
        '  CREATE SCHEMA "audit";',
        '  CREATE TABLE "audit"."log" (',
        '    "name" text',
        '  );',
      ],
    );
    assert.deepEqual(findingLines(planOf({}, {}, { relations: [] })), [
      'error missingTable edge: public.jobs does not exist on edge (42P01), and jobs_pub publishes it. / Create it on edge first: a subscription copies rows, never tables.',
      '  CREATE TABLE "public"."jobs" (',
      '    "id" uuid NOT NULL,',
      '    "name" text,',
      '    PRIMARY KEY ("id")',
      '  );',
    ]);
  });

  it('a table that the plan makes has the listed columns alone: one that must be filled and is not sent refuses every row', () => {
    const central = {
      relations: [table('jobs', { columns: [column('id', 'uuid'), column('secret')] })],
      publications: [
        publication('jobs_pub', [], {
          tables: [{ schema: 'public', name: 'jobs', columns: ['id'] }],
        }),
      ],
    };
    const known = contextOf(central, { relations: [] });
    const definition = tableDefinition('jobs', {
      columns: [
        columnDefinition('id', 'uuid', { isNotNull: true }),
        columnDefinition('secret', 'text', { isNotNull: true }),
      ],
    });
    const plan = planCreateSubscription(request({ createsMissingTables: true }), {
      ...known,
      definitions: new Map([['central', [definition]]]),
    });
    const [made] = planSql(plan).filter((sql) => sql.includes('CREATE TABLE'));
    assert.match(made ?? '', /"id" uuid NOT NULL,\n {2}CONSTRAINT "jobs_pkey" PRIMARY KEY/u);
    assert.doesNotMatch(made ?? '', /secret/u);
  });

  it('types, generated and unfilled columns, and keys that differ', () => {
    const edge = {
      relations: [
        table('jobs', {
          columns: [
            column('id', 'text', { isNotNull: true }),
            column('name', 'text', { isGenerated: true }),
            column('site', 'text', { isNotNull: true }),
            column('at', 'timestamptz', { isNotNull: true, hasDefault: true }),
          ],
          identityColumns: ['id', 'site'],
        }),
      ],
    };
    assert.deepEqual(findingLines(planOf({}, {}, edge)), [
      'error columnType edge: name of public.jobs is a generated column on edge, but central sends values for it: the subscription would stop at the first row. / Make it an ordinary column on edge, or leave it out of the publication.',
      'error noReplicaIdentity edge: public.jobs is identified by id, site on edge, but by id on central: the first UPDATE or DELETE would stop the subscription (55000). / Give it the same key on edge.',
      '  ALTER TABLE "public"."jobs" ADD PRIMARY KEY ("id");',
      'warning columnType edge: public.jobs has other types on edge than on central: id (uuid → text). A value that does not fit stops the subscription. / Give both the same types.',
      'warning missingColumn edge: public.jobs on edge wants a value for site, which central does not send: rows would be refused (23502). / Allow NULL there, or set a default.',
      '  ALTER TABLE "public"."jobs" ALTER COLUMN "site" DROP NOT NULL;',
    ]);
    const binary = planOf({ options: { binary: true } }, {}, edge);
    assert.ok(
      findingLines(binary).some((line) =>
        line.startsWith('error columnType edge: public.jobs has other types'),
      ),
    );
  });

  it('how UPDATE and DELETE find their rows', () => {
    const bare = { relations: [table('jobs', { identityColumns: [] })] };
    const full = {
      relations: [table('jobs', { replicaIdentity: 'full', identityColumns: ['id', 'name'] })],
    };
    const insertsOnly = {
      publications: [publication('jobs_pub', ['jobs'], { operations: ['insert'] })],
    };
    assert.deepEqual(findingLines(planOf({}, {}, bare)), [
      'error noReplicaIdentity edge: public.jobs has neither primary key nor replica identity on edge: the first UPDATE or DELETE would stop the subscription (55000). / Give it the same key on edge.',
      '  ALTER TABLE "public"."jobs" ADD PRIMARY KEY ("id");',
    ]);
    const slow = [
      'warning slowApply edge: public.jobs has no key on edge, and central sends whole old rows: each UPDATE and DELETE reads the table from its beginning. / Give it a primary key on edge.',
    ];
    assert.deepEqual(findingLines(planOf({}, full, bare)), slow);
    assert.deepEqual(findingLines(planOf({}, full)), []);
    // FULL on the subscriber finds no row by itself: its primary key does, or nothing.
    const fullAt = (primaryKey: readonly string[]) => ({
      relations: [
        table('jobs', { replicaIdentity: 'full', identityColumns: ['id', 'name'], primaryKey }),
      ],
    });
    assert.deepEqual(findingLines(planOf({}, {}, fullAt(['id']))), []);
    assert.match(
      findingLines(planOf({}, {}, fullAt([])))[0] ?? '',
      /^error noReplicaIdentity edge/,
    );
    assert.deepEqual(findingLines(planOf({}, full, fullAt([]))), slow);
    assert.deepEqual(findingLines(planOf({}, insertsOnly, bare)), []);
    assert.deepEqual(findingLines(planOf({}, bare)), [
      'warning noReplicaIdentity central: public.jobs on central has no replica identity: UPDATE and DELETE on it fail there already (55000). / Add a primary key, or set REPLICA IDENTITY FULL.',
      '  ALTER TABLE "public"."jobs" REPLICA IDENTITY FULL;',
    ]);
  });

  it('publications that are not there, or publish different columns of one table', () => {
    assert.deepEqual(findingLines(planOf({ publications: ['job_pub', 'zzz'] })), [
      'error missingPublication central: central has no publication job_pub in the database app. / Did you mean jobs_pub?',
      'error missingPublication central: central has no publication zzz in the database app. / Create the publication first.',
    ]);
    assert.deepEqual(findingLines(planOf({ publications: [] })), [
      'error missingPublication central: No publication is chosen.',
    ]);
    const listed = publication('ids_pub', [], {
      tables: [{ schema: 'public', name: 'jobs', columns: ['id'] }],
    });
    const both = { publications: [publication('jobs_pub', ['jobs']), listed] };
    assert.deepEqual(findingLines(planOf({ publications: ['jobs_pub', 'ids_pub'] }, both)), [
      'error unsupportedOption central: The publications chosen publish different columns of public.jobs: one subscription cannot take both. / Make a subscription for each of them, or publish the same columns.',
    ]);
  });

  it('rows, keys and triggers of the target that the rows would meet', () => {
    const central = { relations: [table('jobs', { uniqueKeys: [['id']] })] };
    const edge = {
      relations: [
        table('jobs', {
          rowEstimate: 12,
          firingTriggers: ['queue it', 'log'],
          uniqueKeys: [['id'], ['name'], ['id', 'name']],
        }),
      ],
    };
    const rows = [
      'warning uniqueKey edge: public.jobs on edge takes each (name) once, and central does not: the second row stops the subscription (23505). / Make the same key unique on central, or drop it on edge.',
      'warning firingTrigger edge: The triggers queue it, log of public.jobs on edge fire for replicated rows as well. The search_path is empty there: a name without its schema in the function stops the subscription. / Write every name with its schema, or let it fire for local changes only.',
      '  ALTER TABLE "public"."jobs" ENABLE TRIGGER "queue it";',
      '  ALTER TABLE "public"."jobs" ENABLE TRIGGER "log";',
    ];
    assert.deepEqual(findingLines(planOf({}, central, edge)), [
      'warning rowsPresent edge: public.jobs on edge holds about 12 rows already, and the copy brings every row of central: one with a key that is there stops it (23505), again and again; without a key, rows are there twice. / If they are the same rows, take the table in without copying it (copyData, or the choice of Refresh Subscription); else move them away first.',
      ...rows,
    ]);
    assert.deepEqual(findingLines(planOf({ copyData: false }, central, edge)), rows);
  });

  it('makes missing tables first, after the connection was tried', () => {
    const definition = tableDefinition('jobs', {
      columns: [
        columnDefinition('id', 'uuid', { isNotNull: true }),
        columnDefinition('feels', 'public.mood'),
      ],
      needs: [
        { kind: 'type', identity: 'public.mood', extension: null, createSql: 'CREATE TYPE m' },
      ],
      notCarried: ['1 trigger'],
    });
    const from = (edge: CatalogChange, change: Partial<CreateSubscriptionRequest> = {}) =>
      planCreateSubscription(request({ createsMissingTables: true, ...change }), {
        ...contextOf({}, { relations: [], ...edge }),
        definitions: new Map([['central', [definition]]]),
      });
    const plan = from({ userTypes: ['public.mood'] });
    assert.deepEqual(findingLines(plan), []);
    assert.deepEqual(planSql(plan).slice(0, 3), [
      ...PROBE,
      'edge: CREATE TABLE "public"."jobs" (\n  "id" uuid NOT NULL,\n  "feels" public.mood,\n  CONSTRAINT "jobs_pkey" PRIMARY KEY (id)\n)',
    ]);
    assert.equal(
      plan.steps[1]?.effect,
      'edge has public.jobs, empty, with its columns, constraints and indexes. Not carried over: 1 trigger.',
    );
    assert.equal(from({}, { probesConnection: false }).steps.length, 2);
    assert.deepEqual(findingLines(from({ userTypes: [] })), [
      'error missingType edge: edge has no type public.mood, which public.jobs needs (42704). / Make it on edge first.',
      '  CREATE TYPE m;',
    ]);
    assert.deepEqual(findingLines(from({ userTypes: [] }, { createsMissingTables: false })), [
      'error missingTable edge: public.jobs does not exist on edge (42P01), and jobs_pub publishes it. / Create it on edge first: a subscription copies rows, never tables.',
      '  CREATE TYPE m;',
      '  CREATE TABLE "public"."jobs" (',
      '    "id" uuid NOT NULL,',
      '    "feels" public.mood,',
      '    CONSTRAINT "jobs_pkey" PRIMARY KEY (id)',
      '  );',
      '  -- Not carried over: 1 trigger',
    ]);
  });

  it('a name that is taken, and a table that arrives twice', () => {
    const other = subscriptionFacts('jobs_sub', {
      tables: [{ schema: 'public', name: 'jobs', state: 'r' }],
    });
    assert.deepEqual(
      findingLines(planOf({}, {}, { relations: [table('jobs')], subscriptions: [other] })),
      [
        'error nameTaken edge: edge has a subscription jobs_sub already (42710). / Choose another name.',
        'warning tableTwice edge: jobs_sub on edge takes public.jobs already: where both bring the same row, the second stops with a duplicate key. / Take each table by one subscription, unless they bring different rows.',
      ],
    );
  });
});

import assert from 'node:assert/strict';
import { inCopyOrder } from '../../../../src/core/plan/copyTable';
import { copyTables } from '../../../../src/core/plan/copyTables';
import type { ConstraintDefinition } from '../../../../src/core/plan/tableDefinition';
import { shownSql } from '../../../../src/core/plan/sqlText';
import { catalog, plainRole, table } from './catalogs';
import { columnDefinition, tableDefinition } from './tableDefinitions';

const named = (name: string) => ({ schema: 'public', name });

function pointsAt(...names: readonly string[]): readonly ConstraintDefinition[] {
  return names.map((name) => ({
    name: `to_${name}`,
    kind: 'foreignKey',
    sql: `FOREIGN KEY (id) REFERENCES public.${name}(id)`,
    references: named(name),
  }));
}

const PARTS = [
  tableDefinition('a_leaf', { partitionOf: { parent: named('half'), bound: 'DEFAULT' } }),
  tableDefinition('half', {
    partitionKey: 'HASH (id)',
    partitionOf: { parent: named('parts'), bound: 'FOR VALUES IN (1)' },
  }),
  tableDefinition('parts', { partitionKey: 'LIST (id)' }),
];

describe('copyTables', () => {
  const titles = (wanted: readonly string[], definitions = PARTS, target = catalog('edge')) =>
    copyTables(wanted.map(named), definitions, target).steps.map(({ title }) => title);

  it('brings parents before partitions, and each with the other', () => {
    const all = [
      'Create table public.parts',
      'Create table public.half',
      'Create table public.a_leaf',
    ];
    assert.deepEqual(titles(['parts']), all);
    assert.deepEqual(titles(['a_leaf']), all);
    assert.deepEqual(titles(['jobs']), []);
    const there = catalog('edge', { relations: [table('parts', { kind: 'partitioned' })] });
    assert.deepEqual(titles(['a_leaf'], PARTS, there), all.slice(1));
  });

  it('takes foreign keys along where they can stand, and names the others', () => {
    const jobs = tableDefinition('jobs', { constraints: pointsAt('sites', 'people', 'jobs') });
    const { steps } = copyTables(
      [named('jobs'), named('sites')],
      [jobs, tableDefinition('sites')],
      catalog('edge'),
    );
    assert.deepEqual(
      steps.map(({ title }) => title),
      ['Create table public.sites', 'Create table public.jobs'],
    );
    const statements = steps[1]?.statements.map(shownSql) ?? [];
    assert.deepEqual(statements.slice(1), [
      'ALTER TABLE "public"."jobs" ADD CONSTRAINT "to_sites" FOREIGN KEY (id) REFERENCES public.sites(id)',
      'ALTER TABLE "public"."jobs" ADD CONSTRAINT "to_jobs" FOREIGN KEY (id) REFERENCES public.jobs(id)',
    ]);
    assert.match(
      steps[1]?.effect ?? '',
      /Not carried over: the foreign key to_people, for lack of what it points at\.$/u,
    );
  });

  it('cuts a circle of foreign keys', () => {
    const circle = [
      tableDefinition('a', { constraints: pointsAt('b') }),
      tableDefinition('b', { constraints: pointsAt('a') }),
    ];
    assert.deepEqual(
      inCopyOrder(circle).map(({ name }) => name),
      ['b', 'a'],
    );
    const { steps } = copyTables([named('a'), named('b')], circle, catalog('edge'));
    assert.deepEqual(
      steps.map(({ statements }) => statements.length),
      [1, 2],
    );
  });

  it('finds what the server would refuse', () => {
    const definition = tableDefinition('jobs', {
      schema: 'jobs',
      columns: [columnDefinition('id', 'public.citext', { generatedSql: 'x', isVirtual: true })],
      constraints: [
        { name: 'a', kind: 'unique', sql: 'UNIQUE NULLS NOT DISTINCT (id)' },
        { name: 'b', kind: 'check', sql: 'CHECK ((id > 1)) NOT ENFORCED' },
        { name: 'c', kind: 'primaryKey', sql: 'PRIMARY KEY (id, during WITHOUT OVERLAPS)' },
      ],
      needs: [
        { kind: 'type', identity: 'public.citext', extension: 'citext', createSql: null },
        { kind: 'type', identity: 'public.mood', extension: null, createSql: null },
      ],
    });
    const edge = catalog('edge', {
      userTypes: ['public.mood'],
      role: plainRole(),
      server: { versionNum: 140_001 },
    });
    const { findings } = copyTables([definition], [definition], edge);
    assert.deepEqual(
      findings.map(({ text, fix }) => `${text} ${fix?.copy ?? ''}`),
      [
        'edge has no type public.citext, which jobs.jobs needs; the extension citext brings it (42704). CREATE EXTENSION IF NOT EXISTS "citext";',
        'jobs.jobs has NULLS NOT DISTINCT, which needs Postgres 15; edge runs 14. ',
        'jobs.jobs has a key over periods, which needs Postgres 18; edge runs 14. ',
        'jobs.jobs has NOT ENFORCED, which needs Postgres 18; edge runs 14. ',
        'jobs.jobs has a virtual generated column, which needs Postgres 18; edge runs 14. ',
        'deployer may not create the schema jobs on edge, where jobs.jobs belongs (42501). GRANT CREATE ON DATABASE "app" TO "deployer";',
      ],
    );
    const on18 = catalog('edge', {
      userTypes: ['public.mood', 'public.citext'],
      role: plainRole(),
      schemas: [{ name: 'jobs', owner: 'postgres', canCreate: false, canUse: true }],
      server: { versionNum: 180_000 },
    });
    assert.deepEqual(
      copyTables([definition], [definition], on18).findings.map(({ fix }) => fix?.copy),
      ['GRANT CREATE, USAGE ON SCHEMA "jobs" TO "deployer";'],
    );
  });
});

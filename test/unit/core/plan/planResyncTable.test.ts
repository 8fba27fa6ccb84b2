import assert from 'node:assert/strict';
import { confirmationOf } from '../../../../src/core/plan/confirmationOf';
import { isRunnable } from '../../../../src/core/plan/plan';
import { planResyncTable } from '../../../../src/core/plan/planResyncTable';
import { holderName } from '../../../../src/core/plan/resyncHolder';
import { declared, subscription } from '../describe/makeSnapshot';
import {
  catalog,
  context,
  planSql,
  plainRole,
  publication,
  slotFacts,
  subscriptionFacts,
  table,
  type CatalogChange,
} from './catalogs';
import { tableDefinition } from './tableDefinitions';

const JOBS = { schema: 'public', name: 'jobs' };

function planOf(
  central: CatalogChange = {},
  edge: CatalogChange = {},
  change: Parameters<typeof subscriptionFacts>[1] = {},
  hasDefinitions = true,
) {
  const nodes = [
    declared('central'),
    declared('edge', { subscriptions: [subscription('jobs_sub', 'central')] }),
  ];
  const publisher = catalog('central', {
    relations: [table('jobs'), table('items')],
    publications: [publication('jobs_pub', ['jobs'])],
    slots: [slotFacts('jobs_sub', { isActive: true })],
    ...central,
  });
  const subscriber = catalog('edge', {
    relations: [table('jobs', { rowEstimate: 1200 }), table('items')],
    subscriptions: [
      subscriptionFacts('jobs_sub', { tables: [{ ...JOBS, state: 'r' }], ...change }),
    ],
    ...edge,
  });
  const definitions = new Map([['edge', [tableDefinition('jobs'), tableDefinition('items')]]]);
  return planResyncTable(
    { nodeId: 'edge', subscription: 'jobs_sub', table: JOBS },
    { ...context([publisher, subscriber], { nodes }), ...(hasDefinitions ? { definitions } : {}) },
  );
}

const errors = (plan: ReturnType<typeof planOf>): readonly string[] =>
  plan.findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, nodeId }) => `${code} ${nodeId ?? '-'}`);

describe('planResyncTable', () => {
  it('takes the table out, empties it and puts it back with its list and filter', () => {
    const limits = { columns: ['id', 'name'], rowFilter: 'id > 5' };
    const plan = planOf({
      publications: [publication('jobs_pub', ['jobs'], { namedTables: [{ ...JOBS, ...limits }] })],
    });
    assert.deepEqual(errors(plan), []);
    const sql = planSql(plan);
    assert.ok(
      sql.includes('central: ALTER PUBLICATION "jobs_pub" DROP TABLE ONLY "public"."jobs"'),
    );
    assert.ok(sql.includes('edge: TRUNCATE ONLY "public"."jobs"'));
    assert.ok(
      sql.includes(
        'central: ALTER PUBLICATION "jobs_pub" ADD TABLE ONLY "public"."jobs" ("id", "name") WHERE (id > 5)',
      ),
    );
    assert.deepEqual(
      plan.steps.flatMap(({ risk, nodeId }) => (risk === 'losesData' ? [nodeId] : [])),
      ['edge'],
    );
    assert.match(plan.impacts[0]?.text ?? '', /about 1,200 rows/u);
    assert.ok(confirmationOf(plan).isModal);
  });

  it('goes on from wherever a plan before it stopped', () => {
    const limits = { columns: ['id', 'name'], rowFilter: 'id > 5' };
    const holder = publication(holderName('jobs_pub'), ['jobs'], {
      namedTables: [{ ...JOBS, ...limits }],
      operations: [],
    });
    const out = { publications: [publication('jobs_pub', []), holder] };
    const titles = (...args: Parameters<typeof planOf>): readonly string[] => {
      const plan = planOf(...args);
      assert.deepEqual(errors(plan), []);
      return plan.steps.map(({ title }) => title);
    };
    const [empty, back, copy] = [
      'Empty public.jobs',
      'Put public.jobs back into jobs_pub',
      'Copy public.jobs again',
    ];
    assert.deepEqual(titles(out), [
      'Wait until jobs_sub has taken what was sent of public.jobs',
      'Let jobs_sub go of public.jobs',
      empty,
      back,
      copy,
    ]);
    assert.deepEqual(titles(out, {}, { tables: [] }), [empty, back, copy]);
    assert.deepEqual(titles({}, {}, { tables: [] }), [empty, copy]);
    const sql = planSql(planOf(out, {}, { tables: [] }));
    assert.ok(
      sql.includes(
        'central: ALTER PUBLICATION "jobs_pub" ADD TABLE ONLY "public"."jobs" ("id", "name") WHERE (id > 5)',
      ),
    );
    assert.ok(sql.includes(`central: DROP PUBLICATION "${holderName('jobs_pub')}"`));
  });

  it('is refused while another table of the publication waits for its end', () => {
    const holder = publication(holderName('jobs_pub'), ['items'], { operations: [] });
    const plan = planOf({ publications: [publication('jobs_pub', ['jobs']), holder] });
    assert.deepEqual(errors(plan), ['stillTaken central']);
    assert.match(plan.findings.map(({ fix }) => fix?.text).join(), /Resync public\.items first/u);
  });

  it('is refused where somebody else takes the publication, or may', () => {
    const stranger = slotFacts('stranger', { isActive: true });
    assert.deepEqual(errors(planOf({ slots: [slotFacts('jobs_sub'), stranger] })), [
      'stillTaken central',
    ]);
  });

  it('is refused where the table cannot be taken out by itself', () => {
    const jobs = publication('jobs_pub', ['jobs']);
    const both = ['jobs_pub', 'other_pub'];
    const twice = planOf(
      { publications: [jobs, publication('other_pub', ['jobs'])] },
      {},
      {
        publications: both,
      },
    );
    assert.deepEqual(errors(twice), ['tableTwice central']);
    assert.deepEqual(twice.steps, []);
    const wholesale = { ...jobs, allTables: true, namedTables: [] };
    assert.deepEqual(errors(planOf({ publications: [wholesale] })), ['allTables central']);
    const ofSchema = { ...jobs, schemas: ['public'], namedTables: [] };
    assert.deepEqual(errors(planOf({ publications: [ofSchema] })), ['unfitTable central']);
    assert.deepEqual(errors(planOf({ publications: [publication('jobs_pub', [])] })), [
      'missingPublication central',
    ]);
  });

  it('is refused where the subscription cannot copy now', () => {
    assert.deepEqual(errors(planOf({}, {}, { isEnabled: false })), ['notFound edge']);
    assert.deepEqual(errors(planOf({}, {}, { options: { twoPhase: true } })), [
      'unsupportedOption edge',
    ]);
    assert.deepEqual(errors(planOf({ slots: [] })), ['notFound central']);
    const more = [publication('jobs_pub', ['jobs', 'items'])];
    assert.deepEqual(errors(planOf({ publications: more })), ['notFound edge']);
    const none = { publications: [publication('jobs_pub', [])] };
    assert.deepEqual(errors(planOf(none, {}, { tables: [] })), ['notFound edge']);
  });

  it('is refused where the table cannot be emptied by itself', () => {
    assert.deepEqual(errors(planOf({}, {}, {}, false)), ['unknownServer edge']);
    assert.deepEqual(errors(planOf({}, { publications: [publication('on_pub', ['jobs'])] })), [
      'stillTaken edge',
    ]);
    assert.deepEqual(errors(planOf({}, { relations: [table('jobs', { kind: 'partitioned' })] })), [
      'unfitTable edge',
    ]);
    assert.deepEqual(errors(planOf({}, { relations: [] })), ['missingTable edge']);
  });

  it('says whose rights are wanting, and does not run', () => {
    const plan = planOf(
      { role: plainRole(), relations: [table('jobs', { isOwned: false }), table('items')] },
      { role: plainRole(), relations: [table('jobs', { isOwned: false })] },
    );
    assert.deepEqual(errors(plan), ['privilege central', 'privilege central', 'privilege edge']);
    assert.match(plan.findings.map(({ text }) => text).join(), /may not create a publication in/u);
    assert.ok(!isRunnable(plan));
  });
});

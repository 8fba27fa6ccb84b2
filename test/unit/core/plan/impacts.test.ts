import assert from 'node:assert/strict';
import type { Finding } from '../../../../src/core/plan/finding';
import { impactsOfAddingTables } from '../../../../src/core/plan/impacts/impactsOfAddingTables';
import { impactsOfDroppingPublication } from '../../../../src/core/plan/impacts/impactsOfDroppingPublication';
import { impactsOfDroppingTables } from '../../../../src/core/plan/impacts/impactsOfDroppingTables';
import { impactsText, noticeOf } from '../../../../src/core/plan/impactsText';
import type { Impact } from '../../../../src/core/plan/plan';
import { declared, subscription } from '../describe/makeSnapshot';
import {
  catalog,
  column,
  context,
  publication,
  slotFacts,
  subscriptionFacts,
  table,
  type CatalogChange,
} from './catalogs';

const JOBS = { schema: 'public', name: 'jobs', columns: null };
const TASKS = { schema: 'public', name: 'tasks', columns: null };
const AT = { publisherId: 'central', publication: 'jobs_pub' };

const NODES = ['edge', 'genesis'].map((id) =>
  declared(id, {
    subscriptions: [{ ...subscription('jobs_sub', 'central'), publications: ['jobs_pub'] }],
  }),
);

/** Two subscribers of `jobs_pub`; only `edge` was read. */
function scene(edge: CatalogChange = {}, central: CatalogChange = {}) {
  const publisher = catalog('central', {
    relations: [table('jobs'), table('tasks')],
    publications: [publication('jobs_pub', ['jobs'])],
    ...central,
  });
  const subscriber = catalog('edge', {
    relations: [table('jobs')],
    subscriptions: [
      subscriptionFacts('jobs_sub', { tables: [{ ...JOBS, state: 'r' }] }),
      subscriptionFacts('far_sub', { publications: ['far_pub'] }),
    ],
    ...edge,
  });
  return context([publisher, subscriber], { nodes: [declared('central'), ...NODES] });
}

describe('impactsOfDroppingPublication', () => {
  it('before 18 everybody who takes it stops, whatever is made again', () => {
    assert.equal(
      impactsText(impactsOfDroppingPublication(scene(), AT)),
      `jobs_sub on edge stops: central refuses to send anything: publication "jobs_pub" does not exist. Making it again under this name does not help: the subscription must take it no more, or be made anew.
jobs_sub on genesis stops: central refuses to send anything: publication "jobs_pub" does not exist. Making it again under this name does not help: the subscription must take it no more, or be made anew.`,
    );
  });

  it('from 18 on rows are lost without a word; a disabled one notices later', () => {
    const disabled = { subscriptions: [subscriptionFacts('jobs_sub', { isEnabled: false })] };
    const newer = { server: { versionNum: 180_001 } };
    assert.equal(
      impactsText(impactsOfDroppingPublication(scene(disabled, newer), AT)),
      `jobs_sub on edge loses rows: Once it is enabled again: central passes over jobs_pub with a warning in its log, and rows written from then on never arrive. A refresh does not fetch them.
jobs_sub on genesis loses rows: central passes over jobs_pub with a warning in its log, and rows written from then on never arrive. A refresh does not fetch them.`,
    );
  });

  it('not those that take it no more by then, but readers that nothing is known of', () => {
    const known = scene({}, { slots: [slotFacts('jobs_sub'), slotFacts('stranger')] });
    const isReleased = ({ nodeId }: { readonly nodeId: string }) => nodeId === 'edge';
    assert.deepEqual(
      impactsOfDroppingPublication(known, { ...AT, isReleased }).map(
        ({ nodeId, subscription: name, text }) => [nodeId, name, text.slice(0, 22)],
      ),
      [
        ['genesis', 'jobs_sub', 'central refuses to sen'],
        [null, 'stranger', 'If it takes jobs_pub: '],
      ],
    );
  });
});

describe('impactsOfAddingTables', () => {
  it('who lacks the table stops, and who has it waits for a refresh', () => {
    assert.equal(
      impactsText(impactsOfAddingTables(scene(), { ...AT, tables: [TASKS] })),
      `jobs_sub on edge stops: edge has no table public.tasks: it stops at the first row of it, and everything behind that waits until the table is there.
jobs_sub on genesis stops: What genesis has was not read: without public.tasks it stops at the first row of it.
jobs_sub on edge needs a refresh: Rows of public.tasks are passed over until the subscription is refreshed; then the table is copied whole. Refresh Subscription does that.
jobs_sub on genesis needs a refresh: Rows of public.tasks are passed over until the subscription is refreshed; then the table is copied whole. Refresh Subscription does that.`,
    );
  });

  it('what the plan makes and refreshes hurts nobody', () => {
    const impacts = impactsOfAddingTables(scene(), {
      ...AT,
      tables: [TASKS],
      isMade: () => true,
      isRefreshed: () => true,
    });
    assert.equal(impacts.length, 2);
    for (const { kind, text } of impacts) {
      assert.equal(kind, 'needsRefresh');
      assert.match(text, / This plan refreshes it\.$/u);
    }
  });

  it('a missing column stops too, a generated or unlisted one is not sent', () => {
    const wide = table('tasks', {
      columns: [
        column('id', 'uuid'),
        column('extra'),
        column('sum', 'int4', { isGenerated: true }),
        column('note'),
      ],
    });
    const narrow = { relations: [table('tasks', { columns: [column('id', 'uuid')] })] };
    const stops = (tables: Parameters<typeof impactsOfAddingTables>[1]['tables']) =>
      impactsOfAddingTables(scene(narrow, { relations: [wide] }), { ...AT, tables })
        .filter(({ kind, nodeId }) => kind === 'stops' && nodeId === 'edge')
        .map(({ text }) => text);
    assert.deepEqual(stops([TASKS]), [
      'edge lacks extra, note of public.tasks: it stops at the first row, and everything behind that waits until the columns are there.',
    ]);
    assert.deepEqual(stops([{ ...TASKS, columns: ['id', 'extra'] }]), [
      'edge lacks extra of public.tasks: it stops at the first row, and everything behind that waits until the columns are there.',
    ]);
    assert.deepEqual(stops([{ ...TASKS, columns: ['id'] }]), []);
  });

  it('a table that it takes already changes nothing for it', () => {
    assert.deepEqual(
      impactsOfAddingTables(scene(), { ...AT, tables: [JOBS] }).map(({ nodeId }) => nodeId),
      ['genesis', 'genesis'],
    );
    assert.deepEqual(impactsOfAddingTables(scene(), { ...AT, tables: [] }), []);
  });
});

describe('impactsOfDroppingTables', () => {
  it('their rows stop coming, unless another publication brings them', () => {
    const both = {
      subscriptions: [subscriptionFacts('jobs_sub', { publications: ['jobs_pub', 'all_pub'] })],
    };
    const central = {
      publications: [publication('jobs_pub', ['jobs', 'tasks']), publication('all_pub', ['tasks'])],
    };
    assert.equal(
      impactsText(impactsOfDroppingTables(scene(both, central), { ...AT, tables: [JOBS, TASKS] })),
      `jobs_sub on edge loses rows: Rows of public.jobs that are written on central from then on do not arrive, and nothing says so. What it has of it stays.
jobs_sub on genesis loses rows: Rows of public.jobs, public.tasks that are written on central from then on do not arrive, and nothing says so. What it has of them stays.`,
    );
  });
});

describe('impactsOfDroppingTables, further down', () => {
  it('names who takes the rows from a subscriber that publishes them onward, once and in no circle', () => {
    const onward = { publications: [publication('onward_pub', ['jobs', 'tasks'])] };
    const takes = (name: string, publisher: string, publications: readonly string[]) => ({
      ...subscription(name, publisher),
      publications,
    });
    const nodes = [
      declared('central', { subscriptions: [takes('back_sub', 'edge', ['onward_pub'])] }),
      ...NODES.slice(0, 1),
      declared('far', { subscriptions: [takes('far_sub', 'edge', ['onward_pub'])] }),
      declared('apart', { subscriptions: [takes('own_sub', 'edge', ['onward_pub'])] }),
    ];
    const apart = catalog('apart', {
      subscriptions: [
        subscriptionFacts('own_sub', { publications: ['onward_pub'], options: { origin: 'none' } }),
      ],
    });
    const found = scene(onward, { publications: [publication('jobs_pub', ['jobs', 'tasks'])] });
    const at = {
      ...found,
      topology: { ...found.topology, nodes },
      catalogs: new Map(found.catalogs).set('apart', apart),
    };
    assert.equal(
      impactsText(impactsOfDroppingTables(at, { ...AT, tables: [JOBS] })),
      `jobs_sub on edge loses rows: Rows of public.jobs that are written on central from then on do not arrive, and nothing says so. What it has of it stays.
far_sub on far loses rows: Rows of public.jobs that are written on central from then on do not arrive through edge either, and nothing says so. What it has of it stays.`,
    );
  });
});

describe('Who notices a plan, on one line of a pick', () => {
  const pauses = (subscription: string): Impact => ({
    kind: 'pauses',
    nodeId: 'edge',
    subscription,
    text: 'Its slot is made anew.',
  });
  const warning = (text: string): Finding => ({
    code: 'privilege',
    severity: 'warning',
    nodeId: null,
    text,
    fix: null,
  });

  it('is there in full where it fits', () => {
    const plan = { impacts: [pauses('jobs_sub')], findings: [warning('It may wait.')] };
    assert.equal(
      noticeOf(plan),
      'jobs_sub on edge pauses: Its slot is made anew. Warning: It may wait.',
    );
    assert.equal(noticeOf({ impacts: [], findings: [] }), '');
  });

  it('else by name, else counted, and never cut off', () => {
    const long = warning('x'.repeat(90));
    assert.equal(
      noticeOf({ impacts: [pauses('jobs_sub')], findings: [long, long] }),
      'jobs_sub on edge pauses; 2 warnings: see the plan',
    );
    assert.equal(noticeOf({ impacts: [], findings: [long] }), '1 warning: see the plan');
    const many = Array.from({ length: 9 }, (_, index) => pauses(`subscription_${index}`));
    assert.equal(
      noticeOf({ impacts: many, findings: [long] }),
      '9 effects on subscriptions; 1 warning: see the plan',
    );
    assert.equal(
      noticeOf({ impacts: many, findings: [] }),
      '9 effects on subscriptions: see the plan',
    );
  });
});

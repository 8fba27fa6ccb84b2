import assert from 'node:assert/strict';
import { AlterSubscriptionSteps } from '../../../../src/core/plan/alterSubscriptionSteps';
import { planDocument } from '../../../../src/core/plan/planDocument';
import type { PlanStep } from '../../../../src/core/plan/plan';
import type { PlanReport, StepOutcome, StepState } from '../../../../src/core/plan/report';
import { joinReports, retryPlan } from '../../../../src/core/plan/retryPlan';
import { shownSql, sqlStatement } from '../../../../src/core/plan/sqlText';
import { undoPlan } from '../../../../src/core/plan/undoPlan';
import { planOf, stepOn } from '../../../postgres/plans/changeSupport';
import { subscriptionFacts } from './catalogs';

function made(title: string, more: Partial<PlanStep> = {}): PlanStep {
  return stepOn('central', [`CREATE ${title}`], {
    title,
    effectCheck: { sql: `SELECT has_${title}`, otherwise: 'No.' },
    precondition: { sql: `SELECT NOT has_${title}`, otherwise: 'There is one.' },
    undo: [sqlStatement(`DROP ${title}`)],
    ...more,
  });
}

/** `['done', 1]` a step: its state, and how many of its statements took effect. */
function report(
  steps: readonly PlanStep[],
  ends: readonly (readonly [StepState, number])[],
): PlanReport {
  const outcomes = steps.map((step, index): StepOutcome => {
    const [state, doneStatements] = ends[index] ?? ['notRun', 0];
    return {
      step,
      state,
      doneStatements,
      failure: null,
      notices: [],
      startedAtMs: 1,
      endedAtMs: 2,
    };
  });
  return { plan: planOf(...steps), outcomes, wasCancelled: false, startedAtMs: 1, endedAtMs: 2 };
}

const sqlOf = (steps: readonly PlanStep[]): readonly string[] =>
  steps.map(({ statements }) => statements.map(shownSql).join('; '));

describe('undoPlan', () => {
  it('takes back what was done, last step first, and says what it cannot', () => {
    const steps = [
      made('a', { isTransactional: true }),
      made('b', { undoNote: 'Rows that were copied stay.' }),
      made('c', { undo: [] }),
      made('d', { leftoverNote: 'A slot may be left on central.' }),
      made('e'),
    ];
    const plan = undoPlan(
      report(steps, [
        ['done', 1],
        ['done', 1],
        ['done', 1],
        ['failed', 0],
      ]),
    );
    assert.equal(
      planDocument(plan),
      `-- Undo: Do something
-- Topology: Test (development)
-- As planned, before anything was run; what ran stands in the report.

-- Found beforehand:
--   Warning: A slot may be left on central.
--   Warning: "c" on central stays as it is.
--   Rows that were copied stay.

-- Step 1 of 2 on central: Take back: b
-- Effect: central is as it was before "b", but for what the notes say.
-- Risk: something is gone that nothing brings back
DROP b;

-- Step 2 of 2 on central: Take back: a
-- Effect: central is as it was before "a".
-- Risk: others wait, or replication pauses and goes on
BEGIN;
DROP a;
COMMIT;
`,
    );
    assert.equal(plan.steps[0]?.effectCheck?.sql, 'SELECT NOT coalesce((SELECT has_b), false)');
  });

  it('waits until the worker of a subscription that it disables again has stopped', () => {
    const make = new AlterSubscriptionSteps(
      { nodeId: 'edge', name: 'jobs_sub' },
      subscriptionFacts('jobs_sub', { options: { twoPhase: false } }),
      'central',
    );
    const steps = [make.slotOption('twoPhase', true), make.enable()];
    const plan = undoPlan(
      report(steps, [
        ['done', 1],
        ['done', 1],
      ]),
    );
    assert.deepEqual(sqlOf(plan.steps), [
      'ALTER SUBSCRIPTION "jobs_sub" DISABLE',
      'ALTER SUBSCRIPTION "jobs_sub" SET (two_phase = false)',
    ]);
    assert.match(plan.steps[0]?.settle?.sql ?? '', /NOT EXISTS .*pg_stat_subscription/u);
  });

  it('opens no transaction around what refuses one', () => {
    const step = made('a', {
      isTransactional: true,
      undo: [sqlStatement('DROP SUBSCRIPTION s'), sqlStatement('DROP TABLE t')],
    });
    const [undone] = undoPlan(report([step], [['done', 1]])).steps;
    assert.equal(undone?.isTransactional, false);
    // Half of it done cannot be told from none.
    assert.equal(undone.effectCheck, null);
  });

  it('leaves alone what nobody knows, with its statements to copy', () => {
    const plan = undoPlan(
      report(
        [made('a'), made('b')],
        [
          ['done', 1],
          ['unknown', 0],
        ],
      ),
    );
    assert.deepEqual(sqlOf(plan.steps), ['DROP a']);
    assert.deepEqual(
      plan.findings.map(({ severity, text, fix }) => [severity, text, fix?.copy]),
      [
        [
          'warning',
          'Whether "b" took effect on central is not known, so this plan leaves it alone.',
          'DROP b;',
        ],
      ],
    );
  });

  it('has no step where nothing was done', () => {
    assert.deepEqual(undoPlan(report([made('a')], [['failed', 0]])).steps, []);
  });

  it('takes back a step of which a part took effect, with a warning', () => {
    const two = made('a', { statements: [sqlStatement('A'), sqlStatement('B')] });
    const plan = undoPlan(report([two], [['failed', 1]]));
    assert.deepEqual(sqlOf(plan.steps), ['DROP a']);
    assert.deepEqual(
      plan.findings.map(({ text }) => text),
      ['1 of 2 statements of "a" took effect: what takes back the others may fail.'],
    );
  });
});

describe('retryPlan, joinReports', () => {
  const steps = [made('a'), made('b'), made('c')];

  it('goes on with the step that failed, its precondition asked again', () => {
    const plan = retryPlan(
      report(steps, [
        ['done', 1],
        ['failed', 0],
      ]),
    );
    assert.deepEqual(plan.steps, steps.slice(1));
    assert.equal(plan.title, 'Go on: Do something');
    assert.deepEqual(plan.findings, []);
  });

  it('sends no statement twice, and waits once more for what did not settle', () => {
    const settle = { sql: 'SELECT ready', otherwise: 'Not ready.', limitMs: 1 };
    const two = made('b', { statements: [sqlStatement('A'), sqlStatement('B')], settle });
    const restOf = (done: number) => retryPlan(report([two], [['failed', done]])).steps[0];
    assert.deepEqual(sqlOf([restOf(1) ?? two]), ['B']);
    assert.equal(restOf(1)?.precondition, null);
    assert.deepEqual(restOf(2)?.statements, []);
    assert.equal(restOf(2)?.settle, settle);
    assert.deepEqual(restOf(0), two);
  });

  it('says so before it begins with what may have happened', () => {
    const [warning] = retryPlan(report(steps, [['unknown', 0]])).findings;
    assert.equal(
      warning?.text,
      'Whether "a" took effect on central is not known, and this begins with it: where it did, it may fail, or happen twice.',
    );
  });

  it('makes one report of both, about the plan that was asked for', () => {
    const two = made('b', { statements: [sqlStatement('A'), sqlStatement('B')] });
    const all = [made('a'), two, made('c')];
    const before = report(all, [
      ['done', 1],
      ['failed', 1],
    ]);
    const rest = retryPlan(before);
    const told = (...ends: readonly (readonly [StepState, number])[]) =>
      joinReports(before, report(rest.steps, ends)).outcomes.map(
        ({ step, state, doneStatements }) => [step === two, state, doneStatements],
      );
    assert.deepEqual(told(['done', 1], ['done', 1]), [
      [false, 'done', 1],
      [true, 'done', 2],
      [false, 'done', 1],
    ]);
    assert.deepEqual(told(['failed', 0]), [
      [false, 'done', 1],
      [true, 'failed', 1],
      [false, 'notRun', 0],
    ]);
    assert.deepEqual(told(['notRun', 0])[1], [true, 'failed', 1], 'what was cancelled at once');
    assert.equal(joinReports(before, report(rest.steps, [])).plan, before.plan);
  });
});

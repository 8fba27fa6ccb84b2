// Required by mocha after `recordTexts`: every plan that the tests have made is also shown, asked about and reported, as
// if it had run to its end, failed, or was lost sight of.
import { confirmationOf } from '../../src/core/plan/confirmationOf';
import type { Plan } from '../../src/core/plan/plan';
import { planDocument } from '../../src/core/plan/planDocument';
import type { PlanReport, StepState } from '../../src/core/plan/report';
import { reportDocument } from '../../src/core/plan/reportDocument';
import { reportSentence } from '../../src/core/plan/reportSentence';
import { retryPlan } from '../../src/core/plan/retryPlan';
import { undoPlan } from '../../src/core/plan/undoPlan';
import { alsoCallWith } from './recordTexts';

/** What became of the first step, and of the others. */
const OUTCOMES: readonly (readonly [StepState, StepState])[] = [
  ['done', 'done'],
  ['done', 'failed'],
  ['failed', 'notRun'],
  ['unknown', 'notRun'],
];

alsoCallWith((result) => {
  if (!isPlan(result)) return false;
  for (const environment of ['development', 'production'] as const) {
    confirmationOf({ ...result, environment });
  }
  planDocument(result);
  for (const states of OUTCOMES) {
    const report = reportOf(result, states);
    reportSentence(report);
    reportDocument(report);
    for (const further of [undoPlan(report), retryPlan(report)]) {
      confirmationOf({ ...further, environment: 'production' });
      planDocument(further);
    }
  }
  return true;
});

function isPlan(result: unknown): result is Plan {
  if (typeof result !== 'object' || result === null) return false;
  return 'steps' in result && 'findings' in result && 'environment' in result;
}

function reportOf(plan: Plan, [first, others]: readonly [StepState, StepState]): PlanReport {
  return {
    plan,
    outcomes: plan.steps.map((step, index) => {
      const state = index === 0 ? first : others;
      return {
        step,
        state,
        doneStatements: state === 'done' ? step.statements.length : 0,
        failure: null,
        notices: [],
        startedAtMs: state === 'notRun' ? null : 0,
        endedAtMs: state === 'notRun' ? null : 1_000,
      };
    }),
    wasCancelled: false,
    startedAtMs: 0,
    endedAtMs: 2_000,
  };
}

import assert from 'node:assert/strict';
import type { FailureFacts } from '../../../../src/core/failure';
import { leftoversOfCreate } from '../../../../src/core/plan/leftoversOfCreate';
import { planCreateSubscription } from '../../../../src/core/plan/planCreateSubscription';
import type { StepState } from '../../../../src/core/plan/report';
import { failure, NOW } from '../describe/makeSnapshot';
import { catalog, context, publication, table } from './catalogs';

const NOTE = {
  topologyId: 'file:///pg-topology.json',
  nodeId: 'central',
  slotName: 'jobs_slot',
  database: 'app',
  systemIdentifier: 'system of central',
  sinceMs: NOW,
  why: 'createFailed',
  subscriberId: 'edge',
  subscription: 'jobs_sub',
};

describe('leftoversOfCreate', () => {
  const refused: FailureFacts = failure({ text: 'The server said no.' });

  function planOf(usesExistingSlot: boolean, isOneServer: boolean) {
    const system = isOneServer ? { systemIdentifier: 'system of central' } : {};
    const edge = catalog('edge', { relations: [table('jobs')] });
    return planCreateSubscription(
      {
        nodeId: 'edge',
        name: 'jobs_sub',
        publisherId: 'central',
        publications: ['jobs_pub'],
        connection: [{ keyword: 'host', value: 'central.internal' }],
        connectionTest: { kind: 'passed', systemIdentifier: 'system of central' },
        slotName: 'jobs_slot',
        usesExistingSlot,
        copyData: true,
        options: {},
        probesConnection: false,
      },
      context([
        catalog('central', {
          relations: [table('jobs')],
          publications: [publication('jobs_pub', ['jobs'])],
        }),
        { ...edge, server: { ...edge.server, ...system } },
      ]),
    );
  }

  /** What is noted when the steps end like this. */
  function noted(
    states: readonly StepState[],
    { why = refused, usesExistingSlot = false, isOneServer = false } = {},
  ) {
    const plan = planOf(usesExistingSlot, isOneServer);
    assert.equal(plan.steps.length, states.length);
    const outcomes = plan.steps.map((step, index) => {
      const state = states[index] ?? 'notRun';
      const isBad = state === 'failed' || state === 'unknown';
      return {
        step,
        state,
        doneStatements: state === 'done' ? 1 : 0,
        failure: isBad ? why : null,
        notices: [],
        startedAtMs: 1,
        endedAtMs: 2,
      };
    });
    const report = { plan, outcomes, wasCancelled: false, startedAtMs: 1, endedAtMs: 2 };
    return leftoversOfCreate(report, NOW);
  }

  it('notes the slot of a CREATE SUBSCRIPTION that failed, or whose end is unknown', () => {
    assert.deepEqual(noted(['failed']), [NOTE]);
    assert.deepEqual(noted(['unknown']), [NOTE]);
  });

  it('notes nothing where it is there, or was not sent', () => {
    assert.deepEqual(noted(['done']), []);
    assert.deepEqual(noted(['notRun']), []);
    const otherwise = planOf(false, false).steps[0]?.precondition?.otherwise ?? '';
    assert.deepEqual(noted(['failed'], { why: { ...refused, text: otherwise } }), []);
  });

  it('notes no slot that was there before', () => {
    assert.deepEqual(noted(['failed'], { usesExistingSlot: true }), []);
  });

  it('notes a slot once that was made by itself before', () => {
    const isOneServer = true;
    assert.deepEqual(noted(['done', 'failed'], { isOneServer }), [NOTE]);
    assert.deepEqual(noted(['unknown', 'notRun'], { isOneServer }), [NOTE]);
    assert.deepEqual(noted(['done', 'notRun'], { isOneServer }), [NOTE]);
    assert.deepEqual(noted(['done', 'done'], { isOneServer }), []);
  });
});

import assert from 'node:assert/strict';
import type { FailureFacts } from '../../../../src/core/failure';
import { confirmationOf } from '../../../../src/core/plan/confirmationOf';
import type { Finding } from '../../../../src/core/plan/finding';
import { findingsText } from '../../../../src/core/plan/findingsText';
import type { Impact, ImpactKind, Plan, PlanStep } from '../../../../src/core/plan/plan';
import { planDocument } from '../../../../src/core/plan/planDocument';
import type { PlanReport, StepOutcome, StepState } from '../../../../src/core/plan/report';
import { reportDocument } from '../../../../src/core/plan/reportDocument';
import { reportSentence } from '../../../../src/core/plan/reportSentence';
import { sqlStatement } from '../../../../src/core/plan/sqlText';
import { failure, NOW, plain } from '../describe/makeSnapshot';

function step(nodeId: string, change: Partial<PlanStep> = {}): PlanStep {
  return {
    nodeId,
    title: `Make a on ${nodeId}`,
    effect: `There is an a on ${nodeId}.`,
    risk: 'safe',
    statements: [sqlStatement('CREATE a')],
    isTransactional: false,
    statementLimitMs: null,
    precondition: null,
    effectCheck: null,
    settle: null,
    undo: [sqlStatement('DROP a')],
    undoNote: null,
    ...change,
  };
}

function plan(steps: readonly PlanStep[], change: Partial<Plan> = {}): Plan {
  return {
    kind: 'createSubscription',
    title: 'Create subscription jobs_sub on edge',
    topologyId: 'file:///pg-topology.json',
    topologyName: 'Central cloud',
    environment: 'development',
    steps,
    findings: [],
    impacts: [],
    privileges: [],
    fileChanges: [],
    ...change,
  };
}

const MISSING = failure({
  text: 'Something that was read on edge is not there any more (42P01): relation "public.t" does not exist.',
  serverMessage: 'relation "public.t" does not exist',
  sqlstate: '42P01',
  advice: 'Create it first.',
});

/** One letter a step: done, failed, unknown, not run. */
function report(steps: readonly PlanStep[], states: string, change: Partial<PlanReport> = {}) {
  const words: Record<string, StepState> = { d: 'done', f: 'failed', u: 'unknown', n: 'notRun' };
  return {
    plan: plan(steps),
    outcomes: steps.map((each, index): StepOutcome => {
      const state = words[states.charAt(index)] ?? 'notRun';
      const ran = state !== 'notRun';
      return {
        step: each,
        state,
        doneStatements: state === 'done' ? each.statements.length : 0,
        failure: state === 'failed' || state === 'unknown' ? MISSING : null,
        notices: [],
        startedAtMs: ran ? NOW : null,
        endedAtMs: ran ? NOW + 12 : null,
      };
    }),
    wasCancelled: false,
    startedAtMs: NOW,
    endedAtMs: NOW + 3_200,
    ...change,
  };
}

/** In no order at all. */
const NOTICED: readonly (readonly [ImpactKind, string | null, string, string])[] = [
  ['needsRefresh', 'edge', 'e_sub', 'This plan refreshes it.'],
  ['stops', null, 'x', 'If it takes p: without public.t it stops.'],
  ['losesRows', 'edge', 'c_sub', 'Rows of public.u do not arrive.'],
  ['stops', 'edge', 'b_sub', 'edge lacks extra of public.t.'],
  ['pauses', 'edge', 'd_sub', 'It waits.'],
  ['recopies', 'edge', 'c_sub', 'public.u is copied whole.'],
  ['stops', 'genesis', 'a_sub', 'genesis has no table public.t.'],
  ['stops', 'edge', 'a_sub', 'edge has no table public.t.'],
];
const IMPACTS = NOTICED.map(([kind, nodeId, subscription, text]): Impact => {
  return { kind, nodeId, subscription, text };
});

describe('reportSentence', () => {
  const three = [step('central'), step('singularity'), step('genesis')];

  it('done', () => {
    const same = [step('central'), step('central'), step('central')];
    assert.equal(reportSentence(report(same, 'ddd')), 'Done: 3 of 3 steps on central.');
    assert.equal(reportSentence(report([step('edge')], 'd')), 'Done: 1 of 1 step on edge.');
    assert.equal(
      reportSentence(report(three, 'ddd')),
      'Done: 3 of 3 steps on central, singularity, genesis.',
    );
  });

  it('stopped, with the server’s words and what stays', () => {
    assert.equal(
      reportSentence(report(three, 'dfn')),
      'Stopped at step 2 of 3 on singularity: relation "public.t" does not exist (42P01). Step 1 is done and stays; step 3 did not run.',
    );
    assert.equal(
      reportSentence(report([...three, ...three], 'ddfnnn')),
      'Stopped at step 3 of 6 on genesis: relation "public.t" does not exist (42P01). Steps 1 and 2 are done and stay; steps 4 to 6 did not run.',
    );
    assert.equal(
      reportSentence(report([step('edge')], 'f')),
      'Stopped at step 1 of 1 on edge: relation "public.t" does not exist (42P01).',
    );
  });

  it('a step that failed half way, or whose answer was lost', () => {
    const two = step('edge', { statements: [sqlStatement('A'), sqlStatement('B')] });
    const half = report([two], 'f');
    const outcomes = half.outcomes.map((outcome) => ({ ...outcome, doneStatements: 1 }));
    assert.equal(
      reportSentence({ ...half, outcomes }),
      'Stopped at step 1 of 1 on edge: relation "public.t" does not exist (42P01). 1 of its 2 statements took effect.',
    );
    const lost: FailureFacts = failure({ text: 'The connection to edge was lost.' });
    const unknown = report([step('edge')], 'u');
    assert.equal(
      reportSentence({
        ...unknown,
        outcomes: unknown.outcomes.map((outcome) => ({ ...outcome, failure: lost })),
      }),
      'Stopped at step 1 of 1 on edge: whether it took effect is not known, The connection to edge was lost.',
    );
  });

  it('cancelled between two steps', () => {
    assert.equal(
      reportSentence(report(three, 'dnn', { wasCancelled: true })),
      'Cancelled before step 2 of 3 on singularity. Step 1 is done and stays; steps 2 and 3 did not run.',
    );
  });
});

describe('planDocument', () => {
  const FINDINGS: readonly Finding[] = [
    {
      code: 'missingTable',
      severity: 'error',
      nodeId: 'edge',
      text: 'public.jobs does not exist on edge (42P01).',
      fix: { text: 'Create it first.', copy: 'CREATE TABLE jobs (\n  id uuid\n);' },
    },
    {
      code: 'allTables',
      severity: 'note',
      nodeId: null,
      text: 'Evil\u2028name\nDROP TABLE a; \u202e',
      fix: null,
    },
  ];

  it('can be read, kept and run by hand', () => {
    const secret = {
      parts: [
        'CREATE SUBSCRIPTION s CONNECTION ',
        { conninfo: [{ keyword: 'password', value: { secret: 'p' } }] },
      ],
    };
    const two = step('edge', {
      statements: [sqlStatement('A'), sqlStatement('B')],
      isTransactional: true,
      undo: [],
      undoNote: 'It cannot be taken back.',
      risk: 'interrupts',
    });
    const text = planDocument(
      plan([step('central', { statements: [secret], undoNote: 'Rows stay.' }), two], {
        findings: FINDINGS,
        impacts: [],
        privileges: ['edge: the role must be a superuser.'],
      }),
    );
    assert.equal(
      text,
      `-- Create subscription jobs_sub on edge
-- Topology: Central cloud (development)
-- This plan does not run: see the errors.
-- *** stands for the password, which is asked for when the plan runs.

-- Found beforehand:
--   Error: public.jobs does not exist on edge (42P01). Create it first.
--     On edge:
--       CREATE TABLE jobs (
--         id uuid
--       );
--   Evil\\u2028name\\u000aDROP TABLE a; \\u202e

-- Privileges:
--   edge: the role must be a superuser.

-- Step 1 of 2 on central: Make a on central
-- Effect: There is an a on central.
-- Risk: safe, nobody else notices
CREATE SUBSCRIPTION s CONNECTION 'password=''***''';
-- Undo on central:
--   DROP a;
-- Rows stay.

-- Step 2 of 2 on edge: Make a on edge
-- Effect: There is an a on edge.
-- Risk: others wait, or replication pauses and goes on
BEGIN;
A;
B;
COMMIT;
-- It cannot be taken back.
`,
    );
  });

  it('names who notices, worst first, and of each kind those of one node together', () => {
    const text = planDocument(plan([step('central')], { impacts: IMPACTS }));
    assert.ok(
      text.includes(`
-- What notices:
--   a_sub on edge stops: edge has no table public.t.
--   b_sub on edge stops: edge lacks extra of public.t.
--   a_sub on genesis stops: genesis has no table public.t.
--   The reader of slot x stops: If it takes p: without public.t it stops.
--   c_sub on edge loses rows: Rows of public.u do not arrive.
--   c_sub on edge copies again: public.u is copied whole.
--   d_sub on edge pauses: It waits.
--   e_sub on edge needs a refresh: This plan refreshes it.

-- Step 1 of 1`),
      text,
    );
  });

  it('says that there is nothing to do', () => {
    assert.match(planDocument(plan([])), /^-- There is nothing to do\.$/mu);
    assert.match(
      planDocument(plan([step('edge')])),
      /^-- As planned, before anything was run; what ran stands in the report\.$/mu,
    );
  });

  it('wraps sentences between words, and nothing that is copied', () => {
    const words = 'rows of public.jobs that are written meanwhile ';
    const long = `${words.repeat(4)}end.`;
    const copy = `GRANT ${'x'.repeat(60)}, ${'y'.repeat(60)};`;
    const text = planDocument(
      plan([step('edge', { effect: long, undo: [sqlStatement(copy)], undoNote: long })], {
        findings: [
          {
            code: 'privilege',
            severity: 'warning',
            nodeId: 'edge',
            text: `${'z'.repeat(120)} is long.`,
            fix: { text: long, copy },
          },
        ],
      }),
    );
    assert.ok(text.includes(`\n--       ${copy}\n`), text);
    assert.ok(text.includes(`\n--   ${copy};\n`), text);
    assert.ok(
      text.includes(`
-- Effect: rows of public.jobs that are written meanwhile rows of public.jobs that are
--   written meanwhile rows of public.jobs that are written meanwhile rows of public.jobs
--   that are written meanwhile end.
`),
      text,
    );
    assert.ok(
      text.includes(`\n--   Warning:\n--     ${'z'.repeat(120)}\n--     is long. rows`),
      text,
    );
  });

  it('no value leaves its comment, whatever it ends lines with', () => {
    for (const end of ['\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029']) {
      const evil = `x${end}DROP TABLE jobs`;
      const text = planDocument(
        plan(
          [
            step(evil, {
              title: evil,
              effect: evil,
              undo: [sqlStatement(evil)],
              undoNote: evil,
            }),
          ],
          {
            title: evil,
            topologyName: evil,
            impacts: [{ kind: 'stops', nodeId: evil, subscription: evil, text: evil }],
            privileges: [evil],
            findings: [
              {
                code: 'privilege',
                severity: 'error',
                nodeId: evil,
                text: evil,
                fix: { text: evil, copy: evil },
              },
            ],
          },
        ),
      );
      const bare = text
        .split(/[\n\r\v\f\u0085\u2028\u2029]/u)
        .filter((line) => !line.startsWith('--'));
      assert.deepEqual(
        bare.filter((line) => line !== ''),
        ['CREATE a;'],
      );
    }
  });
});

describe('reportDocument', () => {
  it('says what was done, what not, and how to take it back', () => {
    const steps = [
      step('central', { title: 'Create slot s', undo: [sqlStatement('DROP slot')] }),
      step('edge', { title: 'Create table t' }),
      step('genesis', {
        title: 'Create subscription',
        undoNote: 'Rows stay.',
        leftoverNote: 'A slot may be left.',
      }),
      step('pulse', { title: 'Grant' }),
    ];
    const text = plain(reportDocument(report(steps, 'ddfn')));
    assert.equal(
      text,
      `-- Create subscription jobs_sub on edge
-- Topology: Central cloud (development)
-- 2026-11-21 14:30:00, 3.2 s
-- Stopped at step 3 of 4 on genesis: relation "public.t" does not exist (42P01). Steps 1 and 2 are done and stay; step 4 did not run.

-- Step 1 of 4 on central: Create slot s
-- Done after 12 ms.
CREATE a;

-- Step 2 of 4 on edge: Create table t
-- Done after 12 ms.
CREATE a;

-- Step 3 of 4 on genesis: Create subscription
-- Failed after 12 ms.
--   Something that was read on edge is not there any more (42P01): relation "public.t" does not exist.
--   Create it first.
CREATE a;

-- Step 4 of 4 on pulse: Grant
-- Did not run.
--   CREATE a;

-- To take it back, run these in this order:
-- On edge (Create table t):
DROP a;
-- On central (Create slot s):
DROP slot;
-- Left by the step that failed (Create subscription):
--   A slot may be left.
`,
    );
  });

  it('says who notices, unless nothing ran', () => {
    const told = (states: string): string => {
      const base = report([step('central')], states);
      return reportDocument({ ...base, plan: { ...base.plan, impacts: IMPACTS.slice(0, 1) } });
    };
    const line =
      /^-- What notices:\n-- {3}e_sub on edge needs a refresh: This plan refreshes it\.$/mu;
    assert.match(told('d'), line);
    assert.doesNotMatch(told('n'), line);
  });

  it('a step that may have taken effect is undone with doubt; nothing changed, nothing to undo', () => {
    const text = reportDocument(report([step('edge')], 'u'));
    assert.match(text, /^-- Not known whether it took effect after/mu);
    assert.match(text, /^-- On edge \(Make a on edge, where it took effect\):\nDROP a;$/mu);
    assert.match(
      reportDocument(report([step('edge')], 'f')),
      /Nothing was changed, so nothing is to be undone\.\n$/u,
    );
  });

  it('shows notices, and no secret', () => {
    const base = report([step('edge')], 'd');
    const outcomes = base.outcomes.map((outcome) => ({
      ...outcome,
      notices: [
        { severity: 'WARNING', sqlstate: '42704', message: 'publication "p" does not exist' },
      ],
    }));
    assert.match(
      reportDocument({ ...base, outcomes }),
      /^-- {3}WARNING: publication "p" does not exist \(42704\)$/mu,
    );
  });
});

describe('confirmationOf', () => {
  const one = [step('central', { title: 'Create publication p' })];

  it('outside production: the plan beside it, no dialog', () => {
    const asked = confirmationOf(plan([...one, step('edge')]));
    assert.deepEqual(
      [asked.isModal, asked.mustType, asked.button, asked.message],
      [false, null, 'Run Plan', 'Create subscription jobs_sub on edge: 2 steps on central, edge.'],
    );
    assert.equal(confirmationOf(plan(one, { environment: 'staging' })).isModal, false);
  });

  it('in production the node’s name is typed, or the topology’s where there are several', () => {
    const asked = confirmationOf(
      plan(one, { environment: 'production', kind: 'createPublication' }),
    );
    assert.deepEqual(
      [asked.isModal, asked.mustType, asked.button, asked.message],
      [true, 'central', 'Create Publication', 'Create subscription jobs_sub on edge (production)?'],
    );
    const several = confirmationOf(plan([...one, step('edge')], { environment: 'production' }));
    assert.equal(several.mustType, 'Central cloud');
    const pending = confirmationOf(
      plan(one, { environment: 'production', kind: 'installPendingSync' }),
    );
    assert.equal(pending.button, 'Install pending_sync Schema');
  });

  it('the detail says what was found, what happens, what stays, and the SQL', () => {
    const asked = confirmationOf(
      plan([step('central', { undoNote: 'Rows stay.', risk: 'losesData' })], {
        findings: [
          {
            code: 'walLevel',
            severity: 'warning',
            nodeId: 'central',
            text: 'wal_level is replica.',
            fix: null,
          },
          { code: 'sameServer', severity: 'note', nodeId: 'central', text: 'A note.', fix: null },
        ],
      }),
    );
    assert.equal(asked.isModal, true);
    assert.equal(
      asked.detail,
      'Warning: wal_level is replica.\n\ncentral: There is an a on central.\nRows stay.\n\nCREATE a;',
    );
  });

  it('is modal outside production too where a subscription stops or loses rows', () => {
    const kinds = [...new Set(IMPACTS.map(({ kind }) => kind))].sort();
    const modal = kinds.filter((kind) => {
      const impacts = IMPACTS.filter((impact) => impact.kind === kind);
      return confirmationOf(plan(one, { impacts })).isModal;
    });
    assert.deepEqual(modal, ['losesRows', 'stops']);
    assert.match(
      confirmationOf(plan(one, { impacts: IMPACTS })).detail,
      /^a_sub on edge stops: edge has no table public\.t\.\n[^]*\n\ncentral: There is/u,
    );
  });

  it('many findings are counted', () => {
    const findings = Array.from({ length: 10 }, (_, index): Finding => ({
      code: 'missingTable',
      severity: 'error',
      nodeId: 'edge',
      text: `t${index} is missing.`,
      fix: null,
    }));
    assert.match(
      findingsText(findings),
      /^Error: t0 is missing\.\n[^]*t7 is missing\.\nand 2 more$/u,
    );
  });
});

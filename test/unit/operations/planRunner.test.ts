import assert from 'node:assert/strict';
import { CancelSource } from '../../../src/core/cancelSource';
import type { Finding } from '../../../src/core/plan/finding';
import type { Plan, PlanCondition, PlanStep } from '../../../src/core/plan/plan';
import type { PlanReport } from '../../../src/core/plan/report';
import { sqlStatement, type PlanStatement } from '../../../src/core/plan/sqlText';
import type { AuditEntry } from '../../../src/core/ports/auditLog';
import type { TopologyNode } from '../../../src/core/topology';
import { PlanRunner, type PlanRunOptions } from '../../../src/operations/planRunner';
import { FakeClock } from '../monitor/fakeClock';
import { answer, fails, FakeChanges, LOST, OK, rows } from './fakeChanges';

const SECRET = `s3cr'et\\ pass`;

describe('PlanRunner', () => {
  let changes: FakeChanges;
  let clock: FakeClock;
  let audited: AuditEntry[];
  let notes: string[];

  beforeEach(() => {
    changes = new FakeChanges();
    clock = new FakeClock();
    audited = [];
    notes = [];
  });

  afterEach(() => {
    assert.equal(changes.open, 0, 'a session was left open');
    assert.equal(clock.pending, 0, 'a timer was left');
  });

  function start(
    plan: Plan,
    more: Partial<PlanRunOptions> = {},
    signal = new CancelSource(),
  ): Promise<PlanReport> {
    const audit = {
      statement: (entry: AuditEntry) => audited.push(entry),
      note: (text: string) => notes.push(text),
    };
    const quiet = (): void => undefined;
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    const runner = new PlanRunner({ gateway: changes, clock, audit, log });
    const nodes = new Map(['central', 'edge'].map((id) => [id, node(id)]));
    return runner.run(plan, { nodes, users: {}, secrets: {}, ...more }, signal);
  }

  /** Runs with time going on by itself, for at most ten minutes. */
  async function run(
    plan: Plan,
    more: Partial<PlanRunOptions> = {},
    signal?: CancelSource,
  ): Promise<PlanReport> {
    const progress = { isOver: false };
    const end = (): void => {
      progress.isOver = true;
    };
    const outcome = start(plan, more, signal);
    outcome.then(end, end);
    for (let turn = 0; !progress.isOver && turn < 6_000; turn += 1) await clock.advance(100);
    assert.ok(progress.isOver, 'the plan did not end');
    return outcome;
  }

  const states = (report: PlanReport): readonly string[] =>
    report.outcomes.map(
      ({ state, doneStatements, failure }) =>
        `${state} ${doneStatements} ${failure?.reason ?? '-'}`,
    );

  it('refuses what may not run, before anything is opened', async () => {
    const error: Finding = {
      code: 'privilege',
      severity: 'error',
      nodeId: 'central',
      text: 'No.',
      fix: null,
    };
    const withError = { ...planOf(step('central', ['A'])), findings: [error] };
    await assert.rejects(start(withError), /may not run/);
    await assert.rejects(start(planOf()), /may not run/);
    await assert.rejects(start(planOf(step('nowhere', ['A']))), /unknown node "nowhere"/);
    await assert.rejects(start(planOf(step('central', [withSecret()]))), /needs the secret "pw"/);
    assert.deepEqual(changes.events, []);
    const warned = {
      ...planOf(step('central', ['A'])),
      findings: [{ ...error, severity: 'warning' as const }],
    };
    assert.deepEqual(states(await run(warned)), ['done 1 -']);
  });

  it('opens every session before the first statement, and closes all', async () => {
    await run(
      planOf(
        step('central', ['A']),
        step('edge', ['B'], { statementLimitMs: 90_000 }),
        step('central', ['C']),
      ),
      { users: { edge: 'keeper' } },
    );
    assert.deepEqual(changes.events, [
      'central: open',
      'edge: open',
      'central#1: limit usual',
      'central#1: A',
      'edge#1: limit 90000',
      'edge#1: B',
      'central#1: limit usual',
      'central#1: C',
      'central#1: close',
      'edge#1: close',
    ]);
    assert.deepEqual(
      audited.map(({ nodeId, user, sql }) => `${nodeId} ${user} ${sql}`),
      ['central postgres A', 'edge keeper B', 'central postgres C'],
    );
  });

  it('the first step on a node that lets nobody in has failed, and nothing was sent', async () => {
    changes.refusal = (nodeId) => (nodeId === 'edge' ? refusalOf('passwordRefused') : null);
    const report = await run(
      planOf(step('central', ['A']), step('edge', ['B']), step('edge', ['C'])),
    );
    assert.deepEqual(states(report), ['notRun 0 -', 'failed 0 passwordRefused', 'notRun 0 -']);
    assert.deepEqual(changes.sent, []);
  });

  it('closes its sessions when something of ours is broken', async () => {
    changes.answers = [
      [
        'A',
        () => {
          throw new TypeError('a defect');
        },
      ],
    ];
    await assert.rejects(run(planOf(step('central', ['A']))), /a defect/);
  });

  it('a transaction: begun, committed, and undone at the first failure', async () => {
    changes.answers = [['BAD', () => fails('schemaDrift')]];
    const good = await run(planOf(step('central', ['A', 'B'], { isTransactional: true })));
    assert.deepEqual(states(good), ['done 2 -']);
    const bad = await run(planOf(step('central', ['A', 'BAD', 'C'], { isTransactional: true })));
    assert.deepEqual(states(bad), ['failed 0 schemaDrift']);
    assert.deepEqual(changes.sent, [
      'central#1: BEGIN',
      'central#1: A',
      'central#1: B',
      'central#1: COMMIT',
      'central#2: BEGIN',
      'central#2: A',
      'central#2: BAD',
      'central#2: ROLLBACK',
    ]);
  });

  it('a refused COMMIT has changed nothing', async () => {
    changes.answers = [['COMMIT', () => fails('other', { sqlstate: '23503' })]];
    const report = await run(
      planOf(step('central', ['A'], { isTransactional: true, effectCheck: yes })),
    );
    assert.deepEqual(states(report), ['failed 0 other']);
    assert.ok(!changes.sent.some((sent) => sent.includes('IS IT THERE')));
  });

  describe('a lost answer', () => {
    const lostOn = (part: string, effect: boolean): void => {
      changes.answers = [
        [part, () => LOST],
        ['IS IT THERE', () => answer(effect)],
      ];
    };

    it('of COMMIT: all of it or nothing', async () => {
      const plan = planOf(
        step('central', ['A', 'B'], { isTransactional: true, effectCheck: yes }),
        step('central', ['NEXT']),
      );
      lostOn('COMMIT', true);
      assert.deepEqual(states(await run(plan)), ['done 2 -', 'done 1 -']);
      lostOn('COMMIT', false);
      assert.deepEqual(states(await run(plan)), ['failed 0 lost', 'notRun 0 -']);
    });

    it('within a transaction: nothing, and nobody is asked', async () => {
      lostOn('B', true);
      const report = await run(
        planOf(step('central', ['A', 'B'], { isTransactional: true, effectCheck: yes })),
      );
      assert.deepEqual(states(report), ['failed 0 lost']);
      assert.ok(!changes.sent.some((sent) => sent.includes('IS IT THERE')));
    });

    it('of the last statement that stands alone: its effect decides', async () => {
      const plan = planOf(step('central', ['A', 'B'], { effectCheck: yes }));
      lostOn('B', true);
      assert.deepEqual(states(await run(plan)), ['done 2 -']);
      lostOn('B', false);
      assert.deepEqual(states(await run(plan)), ['failed 1 lost']);
    });

    it('of an earlier one: the step is not done, whatever the effect', async () => {
      lostOn('A', true);
      const report = await run(planOf(step('central', ['A', 'B'], { effectCheck: yes })));
      assert.deepEqual(states(report), ['failed 1 lost']);
      assert.ok(!changes.sent.includes('central#2: B'));
    });

    it('is unknown where nothing tells', async () => {
      lostOn('A', true);
      assert.deepEqual(states(await run(planOf(step('central', ['A'])))), ['unknown 0 lost']);
    });

    it('is unknown when the server lets nobody in again, which is not tried for long', async () => {
      lostOn('A', true);
      changes.refusal = (_, opened) => (opened > 0 ? refusalOf('hbaRefused') : null);
      const plan = planOf(step('central', ['A'], { effectCheck: yes }), step('central', ['B']));
      assert.deepEqual(states(await run(plan)), ['unknown 0 lost', 'notRun 0 -']);
      assert.deepEqual(
        changes.events.filter((event) => event.includes('refused')),
        ['central: refused hbaRefused'],
      );
    });

    it('waits for a server that comes back, up to a limit', async () => {
      lostOn('A', true);
      let refusals = 0;
      changes.refusal = (_, opened) =>
        opened === 1 && refusals++ < 5 ? refusalOf('starting') : null;
      const plan = planOf(step('central', ['A'], { effectCheck: yes }));
      assert.deepEqual(states(await run(plan)), ['done 1 -']);
      assert.equal(refusals, 6);

      changes = new FakeChanges();
      lostOn('A', true);
      changes.refusal = (_, opened) => (opened > 0 ? refusalOf('refused') : null);
      const startMs = clock.monotonicMs();
      assert.deepEqual(states(await run(plan)), ['unknown 0 lost']);
      assert.ok(clock.monotonicMs() - startMs < 20_000);
    });

    it('is asked for only when the lost backend has ended; one that does not is told to', async () => {
      let looks = 0;
      changes.answers = [
        ['A', () => LOST],
        ['pg_terminate_backend', () => OK],
        ['pg_stat_activity', () => (looks++ < 100 ? rows({}) : OK)],
        ['IS IT THERE', () => answer(true)],
      ];
      const plan = planOf(step('central', ['A'], { effectCheck: yes }));
      assert.deepEqual(states(await run(plan)), ['unknown 0 lost']);
      const kills = changes.sent.filter((sent) => sent.includes('pg_terminate_backend'));
      assert.equal(kills.length, 1);
      assert.ok(!changes.sent.some((sent) => sent.includes('IS IT THERE')));
    });

    it('goes on with the same step’s wait over the new session', async () => {
      lostOn('A', true);
      const settle = { sql: 'IS IT THERE 2', otherwise: 'No.', limitMs: 1_000 };
      const report = await run(planOf(step('central', ['A'], { effectCheck: yes, settle })));
      assert.deepEqual(states(report), ['done 1 -']);
      assert.equal(changes.sent.at(-1), 'central#2: IS IT THERE 2');
    });
  });

  it('waits in growing distances, and tells what is not so', async () => {
    const asked: number[] = [];
    changes.answers = [
      [
        'READY',
        () => {
          asked.push(clock.monotonicMs());
          return answer(false);
        },
      ],
    ];
    const settle = { sql: 'READY', otherwise: 'Two tables are still copied.', limitMs: 30_000 };
    const told: string[] = [];
    const report = await run(planOf(step('central', ['A'], { settle }), step('central', ['B'])), {
      onProgress: (index, state) => told.push(`${index} ${state}`),
    });
    assert.deepEqual(states(report), ['failed 1 wrongState', 'notRun 0 -']);
    assert.equal(report.outcomes[0]?.failure?.text, 'Two tables are still copied.');
    assert.equal(report.outcomes[0].failure.advice, null);
    assert.deepEqual(told, ['0 running', '0 settling', '0 failed']);
    const gaps = asked.slice(1).map((atMs, index) => atMs - (asked[index] ?? 0));
    assert.ok(
      gaps.slice(0, -1).every((gap, index) => index === 0 || gap > (gaps[index - 1] ?? 0) - 1),
    );
    assert.ok(Math.max(...gaps) < 1_001);
    assert.ok(asked.length < 60, `${asked.length} questions`);
    assert.ok((asked.at(-1) ?? 0) - (asked[0] ?? 0) >= 30_000);
  });

  it('tells how far a copy is that it waits for, about once a second, and nothing where nothing tells', async () => {
    const begunAtMs = clock.monotonicMs();
    const passedMs = () => clock.monotonicMs() - begunAtMs;
    const copying = (share: number) => ({
      schema: 'public',
      name: 'jobs',
      state: 'd',
      ...at(share),
    });
    const at = (share: number) => ({ running: true, rows: 4_000 * share, bytes: 900, ms: 60_000 });
    const queued = { schema: 'x', name: 'b', state: 'i', running: false, rows: null, bytes: null };
    changes.answers = [
      ['READY', () => answer(passedMs() > 4_000)],
      [
        'pg_stat_progress_copy',
        () =>
          passedMs() > 2_500
            ? fails('privilege')
            : rows(copying(passedMs() < 1_000 ? 0.25 : 0.5), queued),
      ],
    ];
    const tables = [{ schema: 'public', name: 'jobs', totalRows: 4_000 }];
    const copies = { subscription: 'jobs_sub', tables };
    const settle = { sql: 'READY', otherwise: 'No.', limitMs: 30_000, copies };
    const told: (string | null)[] = [];
    const report = await run(planOf(step('central', ['A'], { settle })), {
      onProgress: (_, state, words) => state === 'settling' && told.push(words),
    });
    assert.deepEqual(states(report), ['done 1 -']);
    const [first, ...words] = told.map((text) => text?.replaceAll('\u00a0', ' ') ?? null);
    assert.equal(first, null, 'it says at once that it waits');
    assert.equal(
      words[0],
      'public.jobs: copying · 1,000 of about 4,000 rows · about 3 min left; x.b: queued',
    );
    assert.equal(
      words.at(-1),
      'public.jobs: copying · 2,000 of about 4,000 rows · about 1 min left; x.b: queued',
    );
    assert.ok(words.length >= 2 && words.length <= 3, `${words.length} times`);
  });

  it('cancelled while it waits: the statements stay done, and it says so', async () => {
    const signal = new CancelSource();
    changes.answers = [['READY', () => answer(false)]];
    const settle = { sql: 'READY', otherwise: 'No.', limitMs: 60_000 };
    const report = await run(
      planOf(step('central', ['A'], { settle }), step('central', ['B'])),
      {
        onProgress: (_, state) =>
          state === 'settling' && clock.schedule(500, () => signal.cancel()),
      },
      signal,
    );
    assert.deepEqual(states(report), ['failed 1 cancelled', 'notRun 0 -']);
    assert.equal(report.wasCancelled, true);
    assert.equal(report.outcomes[0]?.failure?.text, 'The work on central was cancelled.');
  });

  it('a precondition is asked right before its step; no row is no yes', async () => {
    changes.answers = [
      ['IS IT THERE', () => answer(true)],
      ['NOTHING', () => OK],
    ];
    const nothing = { sql: 'NOTHING', otherwise: 'The slot is gone: make the plan again.' };
    const report = await run(
      planOf(
        step('central', ['A'], { precondition: yes }),
        step('central', ['B'], { precondition: nothing }),
      ),
    );
    assert.deepEqual(states(report), ['done 1 -', 'failed 0 wrongState']);
    assert.deepEqual(changes.sent, [
      'central#1: IS IT THERE',
      'central#1: A',
      'central#1: NOTHING',
    ]);
  });

  describe('secrets', () => {
    it('are sent, and shown nowhere', async () => {
      changes.answers = [
        [
          'CREATE',
          () =>
            fails('other', {
              sqlstate: '08006',
              text: `It said ${SECRET}.`,
              advice: `Not ${SECRET}`,
              serverMessage: String.raw`near "s3cr\\''et\\\\ pass" or s3cr\'et\\ pass`,
            }),
        ],
      ];
      const report = await run(planOf(step('central', [withSecret()])), {
        secrets: { pw: SECRET },
      });
      assert.ok(changes.sent.some((sent) => sent.includes('s3cr')));
      const told = JSON.stringify([report, audited, notes]);
      assert.ok(!told.includes('s3cr'), told);
      assert.match(audited[0]?.sql ?? '', /\*\*\*/);
    });

    it('keep their statements out of the server’s log, and theirs alone', async () => {
      await run(
        planOf(step('central', ['A']), step('central', [withSecret()]), step('central', ['B'])),
        {
          secrets: { pw: SECRET },
        },
      );
      assert.deepEqual(
        changes.sent.map((sent) => sent.replace(/ SUBSCRIPTION.*/, '')),
        ['central#1: A', 'central#1: hide', 'central#1: CREATE', 'central#1: show', 'central#1: B'],
      );
    });

    it('are sent all the same by a role that cannot hide them', async () => {
      changes.isSuperuser = false;
      const report = await run(planOf(step('central', [withSecret()])), {
        secrets: { pw: SECRET },
      });
      assert.deepEqual(states(report), ['done 1 -']);
      assert.ok(!changes.sent.includes('central#1: show'));
    });
  });
});

const yes: PlanCondition = { sql: 'IS IT THERE', otherwise: 'It is not there.' };

function refusalOf(reason: Parameters<typeof fails>[0]) {
  const given = fails(reason);
  assert.ok(given.kind === 'fails');
  return given.facts;
}

function withSecret(): PlanStatement {
  const conninfo = [{ keyword: 'password', value: { secret: 'pw' } }];
  return { parts: ['CREATE SUBSCRIPTION s CONNECTION ', { conninfo }] };
}

function planOf(...steps: readonly PlanStep[]): Plan {
  return {
    kind: 'test',
    title: 'Do something',
    topologyId: 'file:///pg-topology.json',
    topologyName: 'Test',
    environment: 'development',
    steps,
    findings: [],
    impacts: [],
    privileges: [],
    fileChanges: [],
  };
}

function step(
  nodeId: string,
  statements: readonly (string | PlanStatement)[],
  more: Partial<PlanStep> = {},
): PlanStep {
  return {
    nodeId,
    title: 'Change it',
    effect: 'It is changed.',
    risk: 'safe',
    statements: statements.map((one) => (typeof one === 'string' ? sqlStatement(one) : one)),
    isTransactional: false,
    statementLimitMs: null,
    precondition: null,
    effectCheck: null,
    settle: null,
    undo: [],
    undoNote: null,
    ...more,
  };
}

function node(id: string): TopologyNode {
  return {
    id,
    connection: {},
    adminUser: null,
    passwordSource: { kind: 'auto' },
    standbyOf: null,
    slot: null,
    publications: [],
    subscriptions: [],
    pendingSync: null,
  };
}

import assert from 'node:assert/strict';
import type { Plan } from '../../../src/core/plan/plan';
import type { PlanReport } from '../../../src/core/plan/report';
import type { TopologyNode } from '../../../src/core/topology';
import { SystemClock } from '../../../src/host/systemClock';
import { PlanRunner, type StepProgressState } from '../../../src/operations/planRunner';
import { createLogin, requirePasswords } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { killBackend, lockTable, terminateSessions } from '../../clusters/faults';
import { forOldestAndNewest } from '../../clusters/majors';
import { Proxy } from '../../clusters/proxy';
import { waitFor } from '../../clusters/waitFor';
import { MemoryLog, never, nodeAt, untilNoSessions } from '../pg/support';
import {
  lockWaitingStep,
  makeGateways,
  MemoryAudit,
  planOf,
  stepOn,
  tableExists,
} from './changeSupport';

forOldestAndNewest('Running a plan', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let standby: Cluster;
  let proxy: Proxy;
  let audit: MemoryAudit;
  let log: MemoryLog;
  let progress: string[];

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    standby = await (await clusters.addStandby('standby', central, { slot: 'standby' })).start();
    edge = await (await clusters.add('edge')).start();
    await createLogin(edge, 'keeper', { password: 'not told to anybody' });
    await requirePasswords(edge);
    proxy = await Proxy.start(central);
  });

  after(async () => {
    await proxy.stop();
    await clusters.stop();
  });

  beforeEach(() => {
    audit = new MemoryAudit();
    log = new MemoryLog();
    progress = [];
  });

  afterEach(async () => {
    await proxy.setMode({ kind: 'pass' });
    await untilNoSessions(central);
    await untilNoSessions(edge);
    await central.query('DROP TABLE IF EXISTS public.one, public.two, public.three');
    await edge.query('DROP TABLE IF EXISTS public.one, public.two, public.three');
  });

  interface Means {
    readonly nodes?: readonly TopologyNode[];
    readonly signal?: AbortSignal;
    readonly onProgress?: (index: number, state: StepProgressState) => void;
  }

  function run(plan: Plan, means: Means = {}): Promise<PlanReport> {
    const { changes } = makeGateways({ log });
    const runner = new PlanRunner({ gateway: changes, clock: new SystemClock(), audit, log });
    const nodes = means.nodes ?? [
      nodeAt(central, { id: 'central' }),
      nodeAt(edge, { id: 'edge' }),
      nodeAt(standby, { id: 'standby' }),
      nodeAt(proxy, { id: 'proxied' }),
    ];
    const onProgress = (index: number, state: StepProgressState): void => {
      progress.push(`${index} ${state}`);
      means.onProgress?.(index, state);
    };
    return runner.run(
      plan,
      { nodes: new Map(nodes.map((node) => [node.id, node])), users: {}, secrets: {}, onProgress },
      means.signal ?? never(),
    );
  }

  const states = (report: PlanReport): readonly string[] =>
    report.outcomes.map(
      ({ state, doneStatements, failure }) =>
        `${state} ${doneStatements}${failure === null ? '' : ` ${failure.sqlstate ?? failure.reason}`}`,
    );

  const exists = async (cluster: Cluster, table: string): Promise<boolean> => {
    const [row] = await cluster.query<{ there: boolean }>(
      `SELECT to_regclass('public.${table}') IS NOT NULL AS there`,
    );
    return row?.there === true;
  };

  /** Waits until a session of ours runs a statement that looks like this. */
  const untilRunning = (pattern: string): Promise<number> =>
    waitFor(
      async () => {
        const [row] = await central.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE application_name = 'pg-topology' AND state = 'active'
             AND query LIKE $1`,
          [pattern],
        );
        return row?.pid;
      },
      { what: `${pattern} runs` },
    );

  const slow = (table: string): string =>
    `DO $$ BEGIN CREATE TABLE public.${table} (id int); COMMIT; PERFORM pg_sleep(60); END $$`;

  it('runs the very statements on their nodes in order, and writes each down', async () => {
    const report = await run(
      planOf(
        stepOn(
          'central',
          ['CREATE TABLE public.one (id int)', 'CREATE TABLE public.two (id int)'],
          {
            isTransactional: true,
          },
        ),
        stepOn('edge', ['CREATE TABLE public.one (id int)']),
      ),
    );
    assert.deepEqual(states(report), ['done 2', 'done 1']);
    assert.equal(report.wasCancelled, false);
    assert.deepEqual(audit.lines, [
      'central as postgres: BEGIN -> done in n ms',
      'central as postgres: CREATE TABLE public.one (id int) -> done in n ms',
      'central as postgres: CREATE TABLE public.two (id int) -> done in n ms',
      'central as postgres: COMMIT -> done in n ms',
      'edge as postgres: CREATE TABLE public.one (id int) -> done in n ms',
    ]);
    assert.deepEqual(audit.notes, [
      'Do something (Test): begins, 2 steps',
      'Do something: done, 2 of 2 steps done',
    ]);
    assert.deepEqual(progress, ['0 running', '0 done', '1 running', '1 done']);
    assert.equal((await exists(central, 'two')) && (await exists(edge, 'one')), true);
  });

  it('a failure in the middle stops it: what was done stays, the transaction is undone, the rest does not run', async () => {
    const report = await run(
      planOf(
        stepOn('edge', ['CREATE TABLE public.one (id int)']),
        stepOn(
          'central',
          ['CREATE TABLE public.one (id int)', 'ALTER TABLE public.nothing ADD a int'],
          {
            isTransactional: true,
          },
        ),
        stepOn('edge', ['CREATE TABLE public.two (id int)']),
      ),
    );
    assert.deepEqual(states(report), ['done 1', 'failed 0 42P01', 'notRun 0']);
    const failure = report.outcomes[1]?.failure;
    assert.equal(
      failure?.text,
      'central refused the statement (42P01): relation "public.nothing" does not exist.',
    );
    assert.equal(await exists(central, 'one'), false);
    assert.equal(await exists(edge, 'one'), true);
    assert.equal(await exists(edge, 'two'), false);
    assert.equal(audit.lines.at(-1), 'central as postgres: ROLLBACK -> done in n ms');
    assert.deepEqual(progress.slice(-2), ['1 running', '1 failed']);
  });

  it('statements that stand alone count up to the one that failed', async () => {
    const report = await run(
      planOf(
        stepOn('central', ['CREATE TABLE public.one (id int)', 'CREATE TABLE public.one (id int)']),
      ),
    );
    assert.deepEqual(states(report), ['failed 1 42P07']);
    assert.equal(await exists(central, 'one'), true);
  });

  it('what may not run in a transaction runs', async () => {
    const report = await run(
      planOf(
        stepOn('central', [
          'CREATE TABLE public.one (id int)',
          'CREATE INDEX CONCURRENTLY one_id ON public.one (id)',
        ]),
      ),
    );
    assert.deepEqual(states(report), ['done 2']);
  });

  it('a wrong password on the last node stops it while nothing has changed', async () => {
    const nodes = [
      nodeAt(central, { id: 'central' }),
      nodeAt(edge, { id: 'edge', params: { user: 'keeper' } }),
    ];
    const plan = planOf(
      stepOn('central', ['CREATE TABLE public.one (id int)']),
      stepOn('edge', ['CREATE TABLE public.one (id int)']),
    );
    const report = await run(plan, { nodes });
    assert.deepEqual(states(report), ['notRun 0', 'failed 0 passwordNeeded']);
    assert.equal(await exists(central, 'one'), false);
    assert.deepEqual(audit.lines, []);
  });

  it('F53: a standby refuses, by name', async () => {
    const report = await run(planOf(stepOn('standby', ['CREATE TABLE public.one (id int)'])));
    assert.deepEqual(states(report), ['failed 0 25006']);
    assert.match(report.outcomes[0]?.failure?.text ?? '', /^standby takes no changes \(25006\)/);
  });

  it('F52: says who holds the lock that it waited for', async () => {
    await central.query('CREATE TABLE public.one (id int)');
    const lock = await lockTable(central, 'public.one', { applicationName: 'nightly import' });
    try {
      const report = await run(
        planOf(lockWaitingStep('central', 'ALTER TABLE public.one ADD a int')),
      );
      assert.deepEqual(states(report), ['failed 0 55P03']);
      assert.match(
        report.outcomes[0]?.failure?.advice ?? '',
        /pid \d+ \(postgres, nightly import\)/,
      );
    } finally {
      await lock.end();
    }
  });

  it('asks the precondition right before the step', async () => {
    const report = await run(
      planOf(
        stepOn('central', ['CREATE TABLE public.one (id int)']),
        stepOn('central', ['CREATE TABLE public.two (id int)'], {
          precondition: tableExists('one'),
        }),
        stepOn('central', ['CREATE TABLE public.three (id int)'], {
          precondition: tableExists('missing'),
        }),
      ),
    );
    assert.deepEqual(states(report), ['done 1', 'done 1', 'failed 0 wrongState']);
    assert.equal(report.outcomes[2]?.failure?.text, 'The table missing is not there.');
    assert.equal(await exists(central, 'three'), false);
  });

  it('waits for what a step is to come to, and not for ever', async () => {
    const settle = {
      sql: 'SELECT count(*) = 1 FROM public.one',
      otherwise: 'The row is not there.',
      limitMs: 30_000,
    };
    const create = ['CREATE TABLE public.one (id int)'];
    const done = await run(planOf(stepOn('central', create, { settle })), {
      onProgress: (_, state) => {
        if (state === 'settling') void central.query('INSERT INTO public.one VALUES (1)');
      },
    });
    assert.deepEqual(states(done), ['done 1']);
    assert.deepEqual(progress, ['0 running', '0 settling', '0 done']);

    const inVain = await run(
      planOf(stepOn('edge', create, { settle: { ...settle, limitMs: 300 } })),
    );
    assert.deepEqual(states(inVain), ['failed 1 wrongState']);
    assert.equal(inVain.outcomes[0]?.failure?.text, 'The row is not there.');
  });

  it('a connection lost while it waits is opened anew', async () => {
    const settle = {
      sql: 'SELECT count(*) = 1 FROM public.one',
      otherwise: 'The row is not there.',
      limitMs: 60_000,
    };
    const report = await run(
      planOf(stepOn('central', ['CREATE TABLE public.one (id int)'], { settle })),
      {
        onProgress: (_, state) => {
          if (state !== 'settling') return;
          void terminateSessions(central, 'pg-topology').then(() =>
            central.query('INSERT INTO public.one VALUES (1)'),
          );
        },
      },
    );
    assert.deepEqual(states(report), ['done 1']);
  });

  it('a time limit of the server is a failure, and of this step alone', async () => {
    const report = await run(
      planOf(
        stepOn('central', ['SELECT pg_sleep(1)'], { statementLimitMs: 20_000 }),
        stepOn('central', ['SELECT pg_sleep(30)'], { statementLimitMs: 200 }),
      ),
    );
    assert.deepEqual(states(report), ['done 1', 'failed 0 57014']);
  });

  it('a backend that was terminated: its effect decides', async () => {
    const there = run(
      planOf(
        stepOn('central', [slow('one')], {
          statementLimitMs: 90_000,
          effectCheck: tableExists('one'),
        }),
        stepOn('central', ['CREATE TABLE public.two (id int)']),
      ),
    );
    await untilRunning('DO %');
    await waitFor(() => exists(central, 'one'), { what: 'the table is there' });
    await terminateSessions(central, 'pg-topology');
    assert.deepEqual(states(await there), ['done 1', 'done 1']);
    assert.ok(audit.notes.includes('central: the answer was lost; its effect is there'));

    const untold = run(
      planOf(stepOn('central', ['SELECT pg_sleep(60)'], { statementLimitMs: 90_000 })),
    );
    await untilRunning('%pg_sleep%');
    await terminateSessions(central, 'pg-topology');
    assert.deepEqual(states(await untold), ['unknown 0 57P01']);
    assert.deepEqual(progress.slice(-2), ['0 running', '0 failed']);
  });

  it('a backend that was killed: the server is waited for, then asked', async () => {
    const outcome = run(
      planOf(
        stepOn('central', ['SELECT pg_sleep(60)'], {
          statementLimitMs: 90_000,
          effectCheck: tableExists('one'),
        }),
        stepOn('central', ['CREATE TABLE public.two (id int)']),
      ),
    );
    killBackend(await untilRunning('%pg_sleep%'));
    const report = await outcome;
    assert.deepEqual(
      report.outcomes.map(({ state }) => state),
      ['failed', 'notRun'],
    );
    assert.ok(audit.notes.includes('central: the answer was lost; its effect is not there'));
    await central.ready();
  });

  it('a COMMIT whose answer is lost: not asked before the lost backend has ended', async () => {
    // It waits for our word, however long that takes, and then so long that it is asked for meanwhile.
    await central.query(`
      CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS
        'BEGIN PERFORM pg_advisory_xact_lock(1), pg_sleep(1); RETURN NULL; END';
      CREATE TABLE public.one (id int);
      CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON public.one DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION public.dawdle()`);
    const gate = await central.connect();
    await gate.query('SELECT pg_advisory_lock(1)');
    try {
      const outcome = run(
        planOf(
          stepOn(
            'proxied',
            ['CREATE TABLE public.two (id int)', 'INSERT INTO public.one VALUES (1)'],
            {
              isTransactional: true,
              statementLimitMs: 60_000,
              effectCheck: tableExists('two'),
            },
          ),
        ),
      );
      await untilRunning('COMMIT');
      await proxy.setMode({ kind: 'reset' });
      await proxy.setMode({ kind: 'pass' });
      await gate.query('SELECT pg_advisory_unlock(1)');
      assert.deepEqual(states(await outcome), ['done 2']);
      assert.equal(await exists(central, 'two'), true);
    } finally {
      await gate.end();
      await central.query('DROP TABLE public.one; DROP FUNCTION public.dawdle()');
    }
  });

  it('a transaction that was cut before its COMMIT has changed nothing, and nobody need be asked', async () => {
    const outcome = run(
      planOf(
        stepOn('proxied', ['CREATE TABLE public.one (id int)', 'SELECT pg_sleep(60)'], {
          isTransactional: true,
          statementLimitMs: 90_000,
          effectCheck: tableExists('one'),
        }),
      ),
    );
    await untilRunning('%pg_sleep%');
    await proxy.setMode({ kind: 'reset' });
    const report = await outcome;
    assert.deepEqual(
      report.outcomes.map(({ state, doneStatements }) => `${state} ${doneStatements}`),
      ['failed 0'],
    );
    await terminateSessions(central, 'pg-topology');
    assert.equal(await exists(central, 'one'), false);
  });

  it('cancelled within a step: the server stops at once, and what became of it is told', async () => {
    const source = new AbortController();
    const outcome = run(
      planOf(
        stepOn('central', ['CREATE TABLE public.one (id int)']),
        stepOn('central', ['SELECT pg_sleep(60)'], {
          statementLimitMs: 90_000,
          effectCheck: tableExists('two'),
        }),
        stepOn('edge', ['CREATE TABLE public.two (id int)']),
      ),
      { signal: source.signal },
    );
    const pid = await untilRunning('%pg_sleep%');
    source.abort();
    const report = await outcome;
    assert.equal(report.wasCancelled, true);
    assert.deepEqual(states(report), ['done 1', 'failed 0 cancelled', 'notRun 0']);
    const left = await central.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
    assert.equal(left.length, 0);
  });

  it('cancelled between two steps: the rest does not run', async () => {
    const source = new AbortController();
    const plan = planOf(
      stepOn('central', ['CREATE TABLE public.one (id int)']),
      stepOn('central', ['CREATE TABLE public.two (id int)']),
    );
    const report = await run(plan, {
      signal: source.signal,
      onProgress: (_, state) => {
        if (state === 'done') source.abort();
      },
    });
    assert.deepEqual(states(report), ['done 1', 'notRun 0']);
    assert.equal(report.wasCancelled, true);
    assert.equal(await exists(central, 'two'), false);

    const early = await run(plan, { signal: AbortSignal.abort() });
    assert.deepEqual(states(early), ['notRun 0', 'notRun 0']);
  });

  it('one statement is one: what is stacked behind a semicolon is refused', async () => {
    const report = await run(
      planOf(stepOn('central', ['SELECT 1; CREATE TABLE public.one (id int)'])),
    );
    assert.deepEqual(states(report), ['failed 0 42601']);
    assert.equal(await exists(central, 'one'), false);
  });

  it('notices are kept', async () => {
    const report = await run(
      planOf(
        stepOn('central', [`DO $$ BEGIN RAISE WARNING 'mind this: password=hunter22'; END $$`]),
      ),
    );
    assert.deepEqual(report.outcomes[0]?.notices, [
      { severity: 'WARNING', sqlstate: '01000', message: 'mind this: password=***' },
    ]);
  });
});

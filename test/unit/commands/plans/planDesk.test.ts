import assert from 'node:assert/strict';
import type {
  PlanDialogs,
  FindingsChoice,
  WaysOn,
} from '../../../../src/commands/plans/planDialogs';
import { PlanDesk } from '../../../../src/commands/plans/planDesk';
import { CancelSource } from '../../../../src/core/cancelSource';
import { ServerFailure, type FailureReason } from '../../../../src/core/failure';
import type { NodeCatalog } from '../../../../src/core/plan/nodeCatalog';
import type { Plan } from '../../../../src/core/plan/plan';
import type { PlanReport, StepOutcome, StepState } from '../../../../src/core/plan/report';
import type { ChangeGateway, ChangeSession } from '../../../../src/core/ports/changeGateway';
import type { TopologyNode } from '../../../../src/core/topology';
import type { PlanRunner } from '../../../../src/operations/planRunner';
import { declared, snapshot } from '../../core/describe/makeSnapshot';
import { catalog } from '../../core/plan/catalogs';
import { makePlan } from './makePlan';

const FILE = 'file:///folder/pg-topology.json';
const nodes = [declared('central', { adminUser: 'boss' }), declared('genesis')];
const { topology } = snapshot({ nodes });

function failure(reason: FailureReason): ServerFailure {
  const text = `It failed: ${reason}.`;
  const nothing = { advice: null, sqlstate: null, serverMessage: null, endpoint: null, user: null };
  return new ServerFailure({ reason, text, ...nothing });
}

interface Rig {
  /** What happened, in order. */
  readonly events: string[];
  readonly desk: PlanDesk;
  readonly runs: Parameters<PlanRunner['run']>[];
  /** Reports as they were told, with the ways on. */
  readonly told: { readonly report: PlanReport; readonly ways: WaysOn }[];
  /** Ends the run that is under way. */
  endRun: () => void;
}

interface Script {
  /** Passwords that the server accepts, by user. */
  readonly passwords?: Readonly<Record<string, string>>;
  readonly typedPasswords?: readonly string[];
  readonly typedRole?: string | null;
  readonly findings?: readonly FindingsChoice[];
  readonly isConfirmed?: boolean;
  readonly isAllowed?: (nodeId: string, wasAsked: boolean) => boolean;
  readonly fails?: Readonly<Record<string, FailureReason>>;
  readonly isRunHeld?: boolean;
  /** What servers say of themselves now, and what is remembered of them. */
  readonly servers?: {
    readonly at: (nodeId: string) => Partial<NodeCatalog['server']>;
    readonly known?: ReadonlyMap<string, string>;
  };
  /** How the steps of each run end, one letter a step: done, failed, not run. By default all are done. */
  readonly states?: readonly string[];
}

function reportOf(plan: Plan, letters: string): PlanReport {
  const words: Readonly<Record<string, StepState>> = { f: 'failed', n: 'notRun' };
  const outcomes = plan.steps.map((step, index): StepOutcome => {
    const state = words[letters.charAt(index)] ?? 'done';
    const doneStatements = state === 'done' ? step.statements.length : 0;
    const failed = state === 'failed' ? failure('wrongState').facts : null;
    return {
      step,
      state,
      doneStatements,
      failure: failed,
      notices: [],
      startedAtMs: 1,
      endedAtMs: 2,
    };
  });
  return { plan, outcomes, wasCancelled: false, startedAtMs: 1, endedAtMs: 2 };
}

/** A desk whose servers and user follow a script. */
function makeRig(script: Script = {}): Rig {
  const events: string[] = [];
  const runs: Rig['runs'] = [];
  const told: Rig['told'] = [];
  const states = [...(script.states ?? [])];
  const kept = new Map<string, string>();
  const asked = new Set<string>();
  const typed = [...(script.typedPasswords ?? [])];
  const choices = [...(script.findings ?? [])];
  let endRun: () => void = () => undefined;
  const passwordOf = (user: string) => script.passwords?.[user];

  const openChange: ChangeGateway['openChange'] = (node, access) => {
    const user = access.user ?? node.adminUser ?? 'monitor';
    events.push(`read ${node.id} as ${user}${access.mayWrite ? ' writing' : ''}`);
    const reason = script.fails?.[node.id];
    if (reason !== undefined) return Promise.reject(failure(reason));
    const wanted = passwordOf(user);
    if (wanted !== undefined && kept.get(user) !== wanted) {
      return Promise.reject(failure(kept.has(user) ? 'passwordRefused' : 'passwordNeeded'));
    }
    const session: Pick<ChangeSession, 'readCatalog' | 'close'> = {
      // Only what the desk itself looks at.
      readCatalog: (roles) =>
        Promise.resolve({
          ...catalog(node.id, {
            role: { name: user },
            server: script.servers?.at(node.id) ?? {},
          }),
          // So that it shows what was asked about.
          schemas: roles,
        } as unknown as NodeCatalog),
      close: () => Promise.resolve(void events.push(`close ${node.id}`)),
    };
    return Promise.resolve(session as ChangeSession);
  };
  const dialogs: PlanDialogs = {
    askPassword: (nodeId, user, wasRefused) => {
      events.push(`ask password of ${user} on ${nodeId}${wasRefused ? ' again' : ''}`);
      return Promise.resolve(typed.shift() ?? null);
    },
    showFindings: (plan) => {
      events.push(`show findings ${plan.findings.map(({ code }) => code).join(' ')}`);
      return Promise.resolve(choices.shift() ?? null);
    },
    askRole: (nodeId, present) => {
      events.push(`ask role on ${nodeId} instead of ${present}`);
      return Promise.resolve(script.typedRole ?? null);
    },
    confirm: (plan) => {
      events.push(`confirm ${plan.title}`);
      return Promise.resolve(script.isConfirmed ?? true);
    },
    whileReading: async (_title, read) => read(new CancelSource()),
    whileRunning: async (_plan, run) => run(() => undefined, new CancelSource()),
    tellReport: (report, ways) => {
      events.push('tell report');
      told.push({ report, ways });
    },
    tellNothingToDo: () => void events.push('tell nothing to do'),
    tell: (message) => void events.push(`tell ${message}`),
  };
  const desk = new PlanDesk({
    gateway: {
      openChange,
      userOf: (node, user) => Promise.resolve(user ?? node.adminUser ?? 'monitor'),
    },
    passwords: {
      enterPassword: (node, password) => {
        const user = node.connection['user'] ?? '';
        kept.set(user, password);
        events.push(`try password of ${user}`);
        return passwordOf(user) === password
          ? Promise.resolve('kept')
          : Promise.reject(failure('passwordRefused'));
      },
    },
    runner: {
      run: (...given) => {
        runs.push(given);
        events.push('run');
        const report = reportOf(given[0], states.shift() ?? '');
        const ended = script.isRunHeld
          ? new Promise<void>((resolve) => (endRun = resolve))
          : Promise.resolve();
        return ended.then(() => report);
      },
    },
    contact: {
      actOn: (ref) => {
        asked.add(ref?.nodeId ?? '');
        events.push(`ask contact ${ref?.nodeId ?? ''}`);
        return Promise.resolve(true);
      },
      allows: (_id, node: TopologyNode) =>
        Promise.resolve(script.isAllowed?.(node.id, asked.has(node.id)) ?? true),
    },
    monitor: {
      current: () => [{ ...snapshot({ nodes }), id: FILE }],
      refresh: (ref, reason) => {
        events.push(`refresh ${ref?.nodeId ?? 'all'} ${reason}`);
        return Promise.resolve();
      },
    },
    servers: {
      systemsOf: () => script.servers?.known ?? new Map<string, string>(),
      chosenPrimaryOf: () => null,
    },
    // The desk looks at the topology alone.
    files: { find: (id) => (id === FILE ? ({ topology } as never) : null) },
    dialogs,
  });
  return { events, desk, runs, told, endRun: () => endRun() };
}

const good = () => makePlan({ topologyId: FILE });
const bad = () =>
  makePlan({
    topologyId: FILE,
    findings: [{ code: 'privilege', severity: 'error', nodeId: 'central', text: 'No.', fix: null }],
  });

/** Steps `a`, `b` and `c` on central. */
const threeSteps = () => {
  const plan = good();
  const steps = ['a', 'b', 'c'].flatMap((title) => plan.steps.map((step) => ({ ...step, title })));
  return { ...plan, steps };
};
const carryOut = async ({ desk }: Rig, plan = good()) =>
  desk.begin('Create Publication', FILE).carryOut({ nodeIds: ['central'], plan: () => plan });

describe('desk of plans', () => {
  it('reads, confirms, runs that very plan, tells, and looks again', async () => {
    const { desk, events, runs } = makeRig();
    const plan = good();
    const work = desk.begin('Create Publication', FILE);
    const report = await work.carryOut({
      nodeIds: ['central', 'genesis'],
      plan: () => plan,
      secrets: { publisherPassword: 'c4n4ry' },
    });
    assert.deepEqual(events, [
      'read central as boss',
      'read genesis as monitor',
      'close central',
      'close genesis',
      `confirm ${plan.title}`,
      'run',
      'tell report',
      'refresh central afterCommand',
      'refresh genesis afterCommand',
    ]);
    assert.equal(report?.plan, plan);
    const [run] = runs;
    assert.equal(run?.[0], plan);
    assert.deepEqual(run[1].secrets, { publisherPassword: 'c4n4ry' });
    assert.deepEqual(run[1].users, { central: null });
    assert.deepEqual([...run[1].nodes.keys()], ['central']);
  });

  it('gives the planner what it read, with the roles that it asked about', async () => {
    const { desk } = makeRig({ isConfirmed: false });
    const seen: unknown[] = [];
    await desk.begin('Create Subscription', FILE).carryOut({
      nodeIds: ['central', 'genesis'],
      rolesToCheck: { central: ['replication_user'] },
      plan: (context) => {
        seen.push([...context.catalogs].map(([id, { schemas }]) => [id, schemas]));
        seen.push(context.snapshot?.id, context.topology);
        return good();
      },
    });
    assert.deepEqual(seen, [
      [
        ['central', ['replication_user']],
        ['genesis', []],
      ],
      FILE,
      topology,
    ]);
  });

  it('runs nothing that was not confirmed', async () => {
    const { desk, events, runs } = makeRig({ isConfirmed: false });
    const work = desk.begin('Create Publication', FILE);
    assert.equal(await work.carryOut({ nodeIds: ['central'], plan: good }), null);
    assert.equal(runs.length, 0);
    assert.deepEqual(events.slice(2), [`confirm ${good().title}`]);
  });

  it('shows what speaks against a plan and stops there', async () => {
    const { desk, events, runs } = makeRig();
    const work = desk.begin('Create Publication', FILE);
    assert.equal(await work.carryOut({ nodeIds: ['central'], plan: bad }), null);
    assert.deepEqual(events.slice(2), ['show findings privilege']);
    assert.equal(runs.length, 0);
  });

  it('reads and plans anew after a fix', async () => {
    const { desk, events } = makeRig({ findings: [{ kind: 'again' }] });
    const plans = [bad(), good()];
    const work = desk.begin('Create Publication', FILE);
    const report = await work.carryOut({
      nodeIds: ['central'],
      plan: () => plans.shift() ?? bad(),
    });
    assert.equal(events.filter((event) => event === 'read central as boss').length, 2);
    assert.equal(report?.plan.findings.length, 0);
  });

  it('plans and runs as another role, once the user names one', async () => {
    const { desk, events, runs } = makeRig({
      findings: [{ kind: 'runAs', nodeId: 'central' }],
      typedRole: 'owner',
      passwords: { owner: 's3cret' },
      typedPasswords: ['wrong', 's3cret'],
    });
    const plans = [bad(), good()];
    const work = desk.begin('Create Publication', FILE);
    await work.carryOut({ nodeIds: ['central'], plan: () => plans.shift() ?? bad() });
    assert.deepEqual(events.slice(2, -3), [
      'show findings privilege',
      'ask role on central instead of boss',
      'read central as owner',
      'ask password of owner on central',
      'try password of owner',
      'ask password of owner on central again',
      'try password of owner',
      'read central as owner',
      'close central',
      `confirm ${good().title}`,
    ]);
    assert.deepEqual(runs[0]?.[1].users, { central: 'owner' });
  });

  it('ends quietly when no role is named', async () => {
    const { desk, events, runs } = makeRig({ findings: [{ kind: 'runAs', nodeId: 'central' }] });
    const work = desk.begin('Create Publication', FILE);
    assert.equal(await work.carryOut({ nodeIds: ['central'], plan: bad }), null);
    assert.equal(events.at(-1), 'ask role on central instead of boss');
    assert.equal(runs.length, 0);
  });

  it('ends quietly when no password is given', async () => {
    const { desk, events } = makeRig({ passwords: { boss: 's3cret' } });
    assert.equal(await desk.begin('Create Publication', FILE).read(['central']), null);
    assert.deepEqual(events, ['read central as boss', 'ask password of boss on central']);
  });

  it('reads again only the node whose password was missing', async () => {
    const { desk, events } = makeRig({
      passwords: { boss: 's3cret' },
      typedPasswords: ['s3cret'],
    });
    const context = await desk.begin('Create Publication', FILE).read(['central', 'genesis']);
    assert.deepEqual([...(context?.catalogs.keys() ?? [])].toSorted(), ['central', 'genesis']);
    assert.equal(events.filter((event) => event.startsWith('read genesis')).length, 1);
  });

  it('asks for contact first, and dials nobody who was not approved', async () => {
    const { desk, events } = makeRig({
      isAllowed: (nodeId, wasAsked) => nodeId === 'central' && wasAsked,
    });
    assert.equal(await desk.begin('Create Publication', FILE).read(['central', 'genesis']), null);
    assert.deepEqual(events, [
      'ask contact central',
      'ask contact genesis',
      'tell Not connecting to genesis: its host was not approved from this folder.',
    ]);
  });

  it('hands on why a node cannot be read, and leaves no session open', async () => {
    const { desk, events } = makeRig({ fails: { genesis: 'refused' } });
    const reading = desk.begin('Create Publication', FILE).read(['central', 'genesis']);
    await assert.rejects(reading, (error) => error instanceof ServerFailure);
    assert.ok(events.includes('close central'));
  });

  it('offers no way on from a plan that is done', async () => {
    const rig = makeRig();
    await carryOut(rig);
    assert.deepEqual(
      rig.told.map(({ ways }) => ways),
      [{ undo: null, retry: null }],
    );
  });

  it('goes on from the step that failed, and reports the whole', async () => {
    const rig = makeRig({ states: ['dfn', ''] });
    await carryOut(rig, threeSteps());
    assert.ok(rig.told[0]?.ways.retry);
    await rig.told[0].ways.retry();
    assert.deepEqual(
      rig.runs.map(([plan]) => [plan.kind, plan.steps.map(({ title }) => title).join()]),
      [
        ['createPublication', 'a,b,c'],
        ['retryFromHere', 'b,c'],
      ],
    );
    const last = rig.told[1];
    assert.deepEqual(
      last?.report.outcomes.map(({ step, state }) => `${step.title} ${state}`),
      ['a done', 'b done', 'c done'],
    );
    assert.equal(last.report.plan.kind, 'createPublication');
    assert.deepEqual(last.ways, { undo: null, retry: null });
  });

  it('takes back what was done, once that is confirmed, also after a second try', async () => {
    const rig = makeRig({ states: ['dfn', 'dfn', ''] });
    await carryOut(rig, threeSteps());
    assert.ok(rig.told[0]?.ways.retry);
    await rig.told[0].ways.retry();
    assert.ok(rig.told[1]?.ways.undo);
    rig.events.length = 0;
    await rig.told[1].ways.undo();
    assert.deepEqual(rig.events.slice(0, 4), [
      'read central as boss',
      'close central',
      'confirm Undo: Create publication jobs_pub on central',
      'run',
    ]);
    assert.equal(
      rig.runs
        .at(-1)?.[0]
        .steps.map(({ title }) => title)
        .join(),
      'Take back: b,Take back: a',
    );
  });

  it('neither goes on nor takes back on nodes that are others by then', async () => {
    let server: Partial<NodeCatalog['server']> = {};
    const rig = makeRig({
      states: ['dfn'],
      servers: { at: () => server, known: new Map([['central', 'system of central']]) },
    });
    await carryOut(rig, threeSteps());
    const ways = rig.told[0]?.ways;
    assert.ok(ways?.retry && ways.undo);
    server = { isPooled: true };
    await ways.retry();
    assert.equal(rig.events.at(-1), 'show findings pooler');
    server = { systemIdentifier: 'of a stranger' };
    await ways.undo();
    assert.equal(rig.events.at(-1), 'show findings otherServer');
    assert.equal(rig.runs.length, 1);
    server = {};
    await ways.retry();
    assert.equal(rig.runs.length, 2);
  });

  it('goes on nowhere while two nodes are writable, one of which only a step concerns', async () => {
    const both = { systemIdentifier: 'one' };
    const rig = makeRig({
      states: ['f'],
      servers: { at: (id) => ({ ...both, startedAtMs: id === 'central' ? 1 : 2 }) },
    });
    const plan = good();
    await carryOut(rig, {
      ...plan,
      steps: plan.steps.map((step) => ({ ...step, alsoChanges: ['genesis'] })),
    });
    await rig.told[0]?.ways.retry?.();
    assert.equal(rig.events.at(-1), 'show findings splitBrain');
    assert.equal(rig.runs.length, 1);
  });

  it('takes nothing back where nothing was done', async () => {
    const rig = makeRig({ states: ['fnn'] });
    await carryOut(rig, threeSteps());
    assert.equal(rig.told[0]?.ways.undo, null);
    assert.ok(rig.told[0].ways.retry);
  });

  it('says when there is nothing to do', async () => {
    const { desk, events } = makeRig();
    const plan = (): Plan => ({ ...good(), steps: [] });
    const work = desk.begin('Enable Subscription', FILE);
    assert.equal(await work.carryOut({ nodeIds: ['central'], plan }), null);
    assert.equal(events.at(-1), 'tell nothing to do');
  });

  it('confirms no second plan on a topology while one runs there', async () => {
    const rig = makeRig({ isRunHeld: true });
    const first = rig.desk
      .begin('Create Publication', FILE)
      .carryOut({ nodeIds: ['central'], plan: good });
    while (rig.runs.length === 0) await Promise.resolve();
    const second = rig.desk.begin('Create Subscription', FILE);
    assert.equal(await second.carryOut({ nodeIds: ['central'], plan: good }), null);
    assert.match(rig.events.at(-1) ?? '', /^tell Another plan is under way on this topology/);
    rig.endRun();
    assert.notEqual(await first, null);
    const third = rig.desk.begin('Create Subscription', FILE);
    const ended = third.carryOut({ nodeIds: ['central'], plan: good });
    while (rig.runs.length < 2) await Promise.resolve();
    rig.endRun();
    assert.notEqual(await ended, null);
  });
});

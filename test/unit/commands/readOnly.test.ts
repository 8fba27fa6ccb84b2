import assert from 'node:assert/strict';
import { CHANGE_COMMANDS } from '../../../src/commands/changeCommands';
import type { CommandDeps } from '../../../src/commands/commandDeps';
import type { Target } from '../../../src/commands/target';
import { CancelSource } from '../../../src/core/cancelSource';
import { ServerFailure } from '../../../src/core/failure';
import { makePlan } from '../../../src/core/plan/makePlan';
import { isRunnable } from '../../../src/core/plan/plan';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import type { TopologyNode } from '../../../src/core/topology';
import { PlanRunner } from '../../../src/operations/planRunner';
import type { NodeDialer } from '../../../src/pg/nodeDialer';
import { PgChangeGateway } from '../../../src/pg/pgChangeGateway';
import { declared, edge, queue, snapshot } from '../core/describe/makeSnapshot';
import { catalog, context } from '../core/plan/catalogs';
import { FakeClock } from '../monitor/fakeClock';
import { FakeChanges } from '../operations/fakeChanges';
import { makePlan as planOfOneStep } from './plans/makePlan';

const READ_ONLY = { access: 'readOnly' } as const;
const EDGE_ID = 'logical/genesis/patterns_sub';

/** `genesis` subscribes to `central`; these nodes are read-only. */
function scene(...readOnly: readonly string[]): TopologySnapshot {
  const nodes = ['central', 'genesis'].map((id) =>
    declared(id, readOnly.includes(id) ? READ_ONLY : {}),
  );
  return snapshot({
    nodes,
    edges: [edge({ id: EDGE_ID, from: 'central', to: 'genesis', kind: 'logical' })],
    queues: [queue({ nodeId: 'genesis' })],
  });
}

/** Whatever a command would do with them is an error. */
function untouchable(picture: TopologySnapshot): CommandDeps {
  const monitor: Pick<CommandDeps['monitor'], 'current'> = { current: () => [picture] };
  const deps: Partial<CommandDeps> = new Proxy(
    { monitor: monitor as CommandDeps['monitor'] },
    {
      get: (known, name) => {
        if (name === 'monitor') return known.monitor;
        throw new Error(`The command went on to "${String(name)}".`);
      },
    },
  );
  return deps as CommandDeps;
}

const isReadOnlyRefusal = (error: unknown): boolean =>
  error instanceof ServerFailure && error.facts.reason === 'readOnly';

describe('what the file marks read-only', () => {
  const known = scene('central', 'genesis');
  const subjects: readonly (string | null)[] = ['genesis', EDGE_ID, 'queue/genesis', null];
  const targets: readonly (Target | null)[] = [
    null,
    ...subjects.map((subject) => ({ topologyId: known.id, subject })),
  ];

  it('has commands to hold back', () => assert.ok(CHANGE_COMMANDS.length >= 8));

  for (const command of CHANGE_COMMANDS) {
    it(`${command.id} is refused before anything is asked, read or sent`, async () => {
      for (const target of targets) {
        await assert.rejects(
          async () => command.run(untouchable(known), target, null),
          isReadOnlyRefusal,
          JSON.stringify(target),
        );
      }
    });
  }

  it('is refused on the very node alone', async () => {
    const [command] = CHANGE_COMMANDS;
    const some = scene('genesis');
    const run = async (subject: string | null) =>
      command?.run(untouchable(some), { topologyId: some.id, subject }, null);
    await assert.rejects(run('genesis'), /genesis is read-only: "access" in the topology file/u);
    // The other way round it goes on, to whatever the command does first.
    await assert.rejects(run('central'), (error) => !isReadOnlyRefusal(error));
  });

  it('makes an error of every plan with a step there, or one that reaches there', () => {
    const nodes = [declared('central', READ_ONLY), declared('genesis')];
    const known_ = context([catalog('central'), catalog('genesis')], { nodes });
    const planOn = (nodeId: string, alsoChanges: readonly string[] = []) => {
      const [step] = planOfOneStep().steps;
      assert.ok(step);
      const steps = [{ ...step, nodeId, alsoChanges }];
      return makePlan(known_, { kind: 'test', title: 'Test', steps, findings: [] });
    };
    for (const plan of [planOn('central'), planOn('genesis', ['central'])]) {
      assert.equal(isRunnable(plan), false);
      assert.deepEqual(
        plan.findings.map(({ code, severity, nodeId }) => [code, severity, nodeId]),
        [['readOnly', 'error', 'central']],
      );
    }
    assert.equal(isRunnable(planOn('genesis')), true);
  });

  it('is refused by the runner once more, before a session is opened', async () => {
    const changes = new FakeChanges();
    const nothing = (): void => undefined;
    const runner = new PlanRunner({
      gateway: changes,
      clock: new FakeClock(),
      audit: { statement: nothing, note: nothing },
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    });
    const nodes = new Map([['central', declared('central', READ_ONLY)]]);
    await assert.rejects(
      runner.run(planOfOneStep(), { nodes, users: {}, secrets: {} }, new CancelSource()),
      /central is read-only/u,
    );
    assert.deepEqual(changes.events, []);
  });

  it('gets no session that could write, whoever asks', async () => {
    const dialled: string[] = [];
    const dialer: Pick<NodeDialer, 'open' | 'resolve'> = {
      open: (node: TopologyNode) => {
        dialled.push(node.id);
        return Promise.reject(new Error('dialled'));
      },
      resolve: () => Promise.reject(new Error('not used')),
    };
    // Only what opens sessions is used.
    const gateway = new PgChangeGateway(dialer as NodeDialer);
    const open = async (node: TopologyNode, mayWrite: boolean) =>
      gateway.openChange(node, { user: null, mayWrite }, new CancelSource());
    await assert.rejects(open(declared('central', READ_ONLY), true), isReadOnlyRefusal);
    assert.deepEqual(dialled, []);
    await assert.rejects(open(declared('central', READ_ONLY), false), /dialled/u);
    await assert.rejects(open(declared('central'), true), /dialled/u);
  });
});

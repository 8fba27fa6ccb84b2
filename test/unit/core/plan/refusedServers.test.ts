import assert from 'node:assert/strict';
import { makePlan } from '../../../../src/core/plan/makePlan';
import { isRunnable, type Plan, type PlanStep } from '../../../../src/core/plan/plan';
import type { PlanContext } from '../../../../src/core/plan/requests';
import type { TopologySnapshot } from '../../../../src/core/snapshot';
import { answered, Joiner, node, primary, T0, topology } from '../join/builders';
import { catalog, context, findingLines } from './catalogs';

const SYSTEM = '7710400000000000001';

function step(nodeId: string): PlanStep {
  return {
    nodeId,
    title: 'Do it',
    effect: 'It is done.',
    risk: 'safe',
    statements: [],
    isTransactional: true,
    statementLimitMs: null,
    precondition: null,
    effectCheck: null,
    settle: null,
    undo: [],
    undoNote: null,
  };
}

/** Two writable servers of one system, and one of another. */
function planOn(nodeIds: readonly string[], change: Partial<PlanContext>, reads = nodeIds): Plan {
  const all = [
    catalog('central', { server: { systemIdentifier: SYSTEM } }),
    catalog('read', { server: { systemIdentifier: SYSTEM, startedAtMs: 5 } }),
    catalog('edge', { server: { systemIdentifier: '99' } }),
  ];
  const base = context(all.filter(({ nodeId }) => reads.includes(nodeId)));
  return makePlan(
    { ...base, ...change },
    {
      kind: 'test',
      title: 'Test',
      steps: nodeIds.map(step),
      findings: [],
    },
  );
}

/** What the monitor shows of that split brain. */
function splitSnapshot(): TopologySnapshot {
  const file = topology([node('central'), node('read', { standbyOf: 'central' }), node('edge')]);
  return new Joiner(file).join({
    central: answered(primary({ systemIdentifier: SYSTEM })),
    read: answered(primary({ systemIdentifier: SYSTEM, postmasterStartedAtMs: T0 - 1_000 })),
    edge: answered(primary({ systemIdentifier: '99' })),
  });
}

const chosen = { systemIdentifier: SYSTEM, nodeId: 'central', others: ['read'] };

describe('Plans around a split brain', () => {
  it('are all refused until one was chosen', () => {
    const plan = planOn(['edge'], {}, ['edge', 'central', 'read']);
    assert.match(findingLines(plan).join(), /2 writable nodes of one system.*Choose the primary/u);
    assert.equal(isRunnable(plan), false);
  });

  it('run where they have nothing to do with the one that was not chosen', () => {
    const seen = ['central', 'read'];
    const split = planOn(['central'], { chosenPrimary: chosen }, seen);
    assert.equal(isRunnable(split), false, 'it reads the other one');
    assert.match(findingLines(split).join(), /read is writable beside central, which was chosen/u);
    const fromSnapshot = (nodeIds: readonly string[], primary: PlanContext['chosenPrimary']) =>
      planOn(nodeIds, { chosenPrimary: primary ?? null, snapshot: splitSnapshot() });
    assert.equal(isRunnable(fromSnapshot(['central'], chosen)), true);
    assert.equal(isRunnable(fromSnapshot(['central', 'edge'], chosen)), true);
    assert.equal(isRunnable(fromSnapshot(['read'], chosen)), false);
    assert.equal(isRunnable(fromSnapshot(['central'], null)), false);
  });

  it('a choice counts for the system and the rivals it was made for, and no others', () => {
    const others: readonly PlanContext['chosenPrimary'][] = [
      { ...chosen, systemIdentifier: '1' },
      { ...chosen, others: ['elsewhere'] },
      { ...chosen, nodeId: 'elsewhere', others: ['central', 'read'] },
    ];
    for (const chosenPrimary of others) {
      const plan = planOn(['central'], {
        chosenPrimary: chosenPrimary ?? null,
        snapshot: splitSnapshot(),
      });
      assert.match(findingLines(plan).join(), /Choose the primary first/u);
    }
  });
});

describe('Plans on another server than before', () => {
  it('are refused while they look at it, whoever it is changed for', () => {
    const knownSystems = new Map([['edge', '98']]);
    const plan = planOn(['central'], { knownSystems }, ['central', 'edge']);
    assert.equal(isRunnable(plan), false);
    assert.match(
      findingLines(plan).join(),
      /edge is not the server seen before: system 98 was seen, now 99/u,
    );
    assert.equal(isRunnable(planOn(['central'], { knownSystems })), true);
  });

  it('run once it is accepted, and where nothing is remembered', () => {
    assert.equal(isRunnable(planOn(['edge'], { knownSystems: new Map([['edge', '99']]) })), true);
    assert.equal(isRunnable(planOn(['edge'], { knownSystems: new Map() })), true);
  });
});

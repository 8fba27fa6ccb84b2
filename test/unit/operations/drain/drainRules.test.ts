import assert from 'node:assert/strict';
import type { ChosenPrimary } from '../../../../src/core/snapshot';
import type { ContactDecision } from '../../../../src/core/ports/contactGate';
import type { TopologySnapshot } from '../../../../src/core/snapshot';
import type { DeclaredQueue } from '../../../../src/core/topology';
import { DrainRefused } from '../../../../src/operations/drain/drainJob';
import { DrainRules } from '../../../../src/operations/drain/drainRules';
import {
  declared,
  fast,
  queue,
  queueFacts,
  sample,
  snapshot,
  UNASKED,
  verdict,
} from '../../core/describe/makeSnapshot';

const pendingSync: DeclaredQueue = {
  primary: 'central',
  table: { schema: 'pgtopology', name: 'pending_sync' },
  capture: 'trigger',
  tables: [],
};
const nodes = [
  declared('central'),
  declared('central-read', { standbyOf: 'central' }),
  declared('vengeance', { pendingSync }),
];
const standby = sample({ fast: fast({ isInRecovery: true }) });

function rulesOf(
  picture: TopologySnapshot,
  decision: ContactDecision = 'allowed',
  chosen: ChosenPrimary | null = null,
): DrainRules {
  return new DrainRules({
    topologyOf: (id) => (id === picture.id ? picture.topology : null),
    monitor: { current: () => [picture] },
    gate: { decideBeforeResolving: () => decision },
    settings: () => ({ who: 'anna on desk-7', isStrict: true }),
    chosenPrimaryOf: () => chosen,
  });
}

const healthy = snapshot({
  nodes,
  seen: { 'central-read': { sample: standby } },
  queues: [queue()],
});
const address = { topologyId: healthy.id, nodeId: 'vengeance' };

describe('DrainRules', () => {
  it('gives the queue as the file has it, with who drains and how', () => {
    const job = rulesOf(healthy).jobOf(address);
    assert.deepEqual(
      [job.edge.id, job.who, job.isStrict, job.primaries.map(({ id }) => id)],
      ['vengeance', 'anna on desk-7', true, ['central', 'central-read']],
    );
  });

  it('leaves out servers in the primary’s place that were not approved or reached', () => {
    const alone = snapshot({ nodes, seen: { 'central-read': { sample: sample(UNASKED) } } });
    assert.deepEqual(
      rulesOf(alone)
        .jobOf(address)
        .primaries.map(({ id }) => id),
      ['central'],
    );
  });

  it('refuses without trust, after Disconnect, and where the file forbids changes', () => {
    assert.throws(() => rulesOf(healthy, 'restricted').jobOf(address), DrainRefused);
    const away = snapshot({
      nodes,
      seen: { vengeance: { sample: sample({ contact: 'disconnected' }) } },
    });
    assert.throws(() => rulesOf(away).jobOf(address), /vengeance may not be contacted/u);
    const closed = snapshot({
      nodes: nodes.map((node) =>
        node.id === 'central' ? { ...node, access: 'readOnly' as const } : node,
      ),
    });
    assert.throws(() => rulesOf(closed).jobOf(address), /central is read-only/u);
    assert.equal(rulesOf(closed).mayDrainUnasked(address), false);
  });

  it('drains unasked only while both ends answer and one of them takes writes', () => {
    assert.equal(rulesOf(healthy).mayDrainUnasked(address), true);
    const silent = sample({ contact: 'failed', fast: null });
    for (const seen of [
      { vengeance: { sample: silent } },
      { central: { sample: silent }, 'central-read': { sample: standby } },
    ]) {
      assert.equal(rulesOf(snapshot({ nodes, seen })).mayDrainUnasked(address), false);
    }
    const failedOver = snapshot({
      nodes,
      seen: { central: { sample: silent }, 'central-read': { sample: sample() } },
    });
    assert.equal(rulesOf(failedOver).mayDrainUnasked(address), true, 'a standby was promoted');
  });

  it('never drains unasked while a split brain is seen', () => {
    const split = snapshot({ nodes, seen: { central: { verdict: verdict('splitBrain') } } });
    assert.equal(rulesOf(split).mayDrainUnasked(address), false);
  });

  it('refuses by hand as well, until the declared primary was chosen, and keeps its rival out', () => {
    const rival = (nodeId: string, otherNodes: string[]) => ({
      [nodeId]: {
        sample: sample({ fast: fast({ systemIdentifier: '7' }) }),
        verdict: { ...verdict('splitBrain'), params: { otherNodes } },
      },
    });
    const split = snapshot({
      nodes,
      seen: { ...rival('central', ['central-read']), ...rival('central-read', ['central']) },
      queues: [queue()],
    });
    assert.throws(() => rulesOf(split).jobOf(address), /2 writable nodes of one system/u);
    const choice = (nodeId: string, others: string[]) => ({
      systemIdentifier: '7',
      nodeId,
      others,
    });
    const declaredOne = rulesOf(split, 'allowed', choice('central', ['central-read']));
    assert.deepEqual(
      declaredOne.jobOf(address).primaries.map(({ id }) => id),
      ['central'],
    );
    assert.equal(declaredOne.mayDrainUnasked(address), false);
    const other = rulesOf(split, 'allowed', choice('central-read', ['central']));
    assert.throws(() => other.jobOf(address), /central is writable beside central-read/u);
  });

  it('knows work by what the last poll saw', () => {
    assert.equal(rulesOf(healthy).hasWork(address), true);
    const empty = snapshot({ nodes, queues: [queue({ facts: queueFacts({ waiting: 0 }) })] });
    assert.equal(rulesOf(empty).hasWork(address), false);
    const unread = snapshot({ nodes, queues: [queue({ facts: null })] });
    assert.equal(rulesOf(unread).hasWork(address), false);
  });
});

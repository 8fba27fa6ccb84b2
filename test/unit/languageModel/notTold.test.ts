import assert from 'node:assert/strict';
import { NOT_TOLD, toldOf } from '../../../src/languageModel/notTold';
import { declared, edge, queue, slot, snapshot, subscription } from '../core/describe/makeSnapshot';

const HIDDEN = { allowLanguageModels: false } as const;

const nodes = [
  declared('central'),
  declared('vault', {
    ...HIDDEN,
    standbyOf: 'central',
    slot: 'vault_slot',
    connection: { host: 'vault.internal', user: 'monitor', dbname: 'app' },
  }),
  declared('vault-copy', { standbyOf: 'vault' }),
  declared('genesis', { subscriptions: [subscription('metrics_sub', 'central')] }),
  declared('ledger', {
    ...HIDDEN,
    subscriptions: [subscription('ledger_sub', 'central')],
    connection: { host: 'localhost', user: 'monitor' },
  }),
];
const picture = snapshot({
  nodes,
  edges: [
    edge({ id: 'streaming/vault' }),
    edge({ id: 'streaming/vault-copy', from: 'vault' }),
    edge({ id: 'streaming/undeclared/10.0.0.7', from: 'vault', to: 'undeclared/10.0.0.7' }),
    edge({ id: 'logical/genesis/metrics_sub' }),
    edge({ id: 'logical/ledger/ledger_sub' }),
    edge({ id: 'consumer/electric', from: 'ledger' }),
  ],
  slots: [
    slot({ name: 'vault_slot', consumer: 'vault' }),
    slot({ name: 'ledger_sub', consumer: null }),
    slot({ name: 'metrics_sub', consumer: 'genesis/metrics_sub' }),
    slot({ nodeId: 'vault', name: 'copy', consumer: 'vault-copy' }),
  ],
  queues: [
    queue({ id: 'queue/genesis', nodeId: 'genesis', primaryId: 'vault' }),
    queue({ id: 'queue/vault-copy', nodeId: 'vault-copy' }),
  ],
  summary: {
    problems: ['streaming/vault', 'slot/central/vault_slot', 'logical/genesis/metrics_sub'],
  },
});

describe('what language models may know of a topology', () => {
  it('is all of it, and the same object, where the file keeps nothing back', () => {
    const open = snapshot({ nodes: [declared('central')] });
    const told = toldOf(open);
    assert.equal(told.snapshot, open);
    assert.equal(told.isPart, false);
    assert.equal(told.scrub('central'), 'central');
  });

  it('lacks nodes that are kept back, and every link, slot and queue with an end there', () => {
    const { snapshot: told, isPart, cutOff } = toldOf(picture);
    assert.equal(isPart, true);
    assert.deepEqual(
      told.nodes.map(({ id }) => id),
      ['central', 'vault-copy', 'genesis'],
    );
    assert.deepEqual(
      told.topology.nodes.map(({ id }) => id),
      ['central', 'vault-copy', 'genesis'],
    );
    assert.deepEqual(
      told.edges.map(({ id }) => id),
      ['logical/genesis/metrics_sub'],
    );
    assert.deepEqual(
      told.slots.map(({ name }) => name),
      ['metrics_sub'],
    );
    assert.deepEqual(
      told.queues.map(({ id }) => id),
      ['queue/vault-copy'],
    );
    assert.deepEqual(told.summary.problems, ['logical/genesis/metrics_sub']);
    assert.deepEqual([told.summary.replicas, told.summary.healthyReplicas], [1, 1]);
    assert.ok(cutOff.has('vault-copy'), 'nobody can say that its data arrives');
    assert.ok(!cutOff.has('genesis'));
  });

  it('names what is kept back nowhere, in no spelling by which it is known', () => {
    const { scrub } = toldOf(picture);
    const known = [
      [
        'Could not reach vault (vault.internal:5432).',
        `Could not reach ${NOT_TOLD} (${NOT_TOLD}:5432).`,
      ],
      ['Slot "vault_slot" is lost.', `Slot "${NOT_TOLD}" is lost.`],
      ['ledger_sub on LEDGER', `${NOT_TOLD} on ${NOT_TOLD}`],
      // Names of their own, and hosts that everybody has.
      ['vault-copy and vaults on localhost', 'vault-copy and vaults on localhost'],
    ] as const;
    for (const [text, expected] of known) assert.equal(scrub(text), expected);
  });

  it('takes names with signs that mean something in patterns as they are', () => {
    const odd = snapshot({ nodes: [declared('a+b (old).*', HIDDEN), declared('c')] });
    assert.equal(toldOf(odd).scrub('x a+b (old).* y aab c'), `x ${NOT_TOLD} y aab c`);
  });
});

import assert from 'node:assert/strict';
import { edgesToCheck } from '../../../src/commands/checkTarget';
import { declared, edge, queue, slot, snapshot } from '../core/describe/makeSnapshot';

const picture = snapshot({
  nodes: [declared('central'), declared('central-read'), declared('genesis')],
  edges: [
    edge({ id: 'streaming/central-read', from: 'central', to: 'central-read' }),
    edge({
      id: 'logical/genesis/metrics_sub',
      kind: 'logical',
      name: 'metrics_sub',
      from: 'central',
      to: 'genesis',
      slotName: 'metrics_slot',
    }),
    edge({
      id: 'consumer/electric',
      kind: 'consumer',
      from: 'central-read',
      to: 'electric',
      slotName: null,
    }),
    edge({ id: 'streaming/undeclared/10.0.0.7', isDeclared: false, from: 'central', to: 'x' }),
  ],
  slots: [slot({ nodeId: 'central', name: 'metrics_slot' })],
  queues: [queue({ id: 'queue/genesis', nodeId: 'genesis' })],
});
const idsOf = (subject: string | null) => edgesToCheck(picture, subject).map(({ id }) => id);

describe('edges that a check means', () => {
  it('are all that the file declares, for a whole topology', () => {
    assert.deepEqual(idsOf(null), [
      'streaming/central-read',
      'logical/genesis/metrics_sub',
      'consumer/electric',
    ]);
  });

  it('are what begins or ends at a node', () => {
    assert.deepEqual(idsOf('central-read'), ['streaming/central-read', 'consumer/electric']);
    assert.deepEqual(idsOf('genesis'), ['logical/genesis/metrics_sub']);
    assert.deepEqual(idsOf('queue/genesis'), ['logical/genesis/metrics_sub']);
  });

  it('are one edge, and the one that reads a slot', () => {
    assert.deepEqual(idsOf('consumer/electric'), ['consumer/electric']);
    assert.deepEqual(idsOf('slot/central/metrics_slot'), ['logical/genesis/metrics_sub']);
  });

  it('are none of what is gone', () => {
    assert.deepEqual(idsOf('streaming/gone'), []);
  });
});

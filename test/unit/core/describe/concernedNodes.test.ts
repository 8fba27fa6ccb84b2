import assert from 'node:assert/strict';
import { concernedNodes } from '../../../../src/core/describe/concernedNodes';
import { declared, edge, queue, slot, snapshot } from './makeSnapshot';

const picture = snapshot({
  nodes: [
    declared('central'),
    declared('central-read', { standbyOf: 'central' }),
    declared('genesis'),
    declared('vengeance'),
  ],
  edges: [
    edge({ id: 'streaming/central-read' }),
    edge({ id: 'logical/genesis/metrics_sub' }),
    edge({ id: 'logical/vengeance/users_sub', from: null }),
    edge({ id: 'consumer/electric' }),
  ],
  slots: [
    slot(),
    slot({ name: 'metrics_sub', consumer: 'genesis/metrics_sub' }),
    slot({ name: 'electric_slot', consumer: 'electric' }),
    slot({ name: 'old', consumer: null }),
  ],
  queues: [queue()],
});

describe('nodes that are asked to explain something', () => {
  const CASES: Readonly<Record<string, readonly string[]>> = {
    'streaming/central-read': ['central', 'central-read'],
    'logical/vengeance/users_sub': ['vengeance'],
    'consumer/electric': ['central'],
    'slot/central/central_read': ['central', 'central-read'],
    'slot/central/metrics_sub': ['central', 'genesis'],
    'slot/central/electric_slot': ['central'],
    'slot/central/old': ['central'],
    'queue/vengeance': ['vengeance', 'central'],
    central: ['central'],
    genesis: ['genesis', 'central'],
    vengeance: ['vengeance', 'central'],
    nobody: [],
  };
  for (const [subject, expected] of Object.entries(CASES)) {
    it(`${subject}: ${expected.join(', ')}`, () => {
      assert.deepEqual(concernedNodes(picture, subject), expected);
    });
  }
});

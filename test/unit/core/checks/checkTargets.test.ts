import assert from 'node:assert/strict';
import { groupChecks } from '../../../../src/core/checks/checkTargets';
import { declared, edge, snapshot, subscription } from '../describe/makeSnapshot';

const nodes = [
  declared('central'),
  declared('read', { standbyOf: 'central' }),
  declared('archive', { standbyOf: 'read' }),
  declared('genesis', { subscriptions: [subscription('jobs_sub', 'read')] }),
  declared('lonely'),
  declared('lost', { standbyOf: 'lonely' }),
];
const edges = [
  edge({ id: 'streaming/read' }),
  edge({ id: 'streaming/archive', from: 'read' }),
  edge({ id: 'logical/genesis/jobs_sub', from: 'read' }),
  edge({ id: 'consumer/electric', from: 'central', slotName: 'electric_slot' }),
  edge({ id: 'streaming/lost', from: 'lonely' }),
  edge({ id: 'streaming/undeclared/10.0.0.7', to: 'undeclared/10.0.0.7', isDeclared: false }),
];

describe('groupChecks', () => {
  it('puts together what has one primary, through standbys, and leaves strangers alone', () => {
    const { groups, impossible } = groupChecks(snapshot({ nodes, edges }), null);
    assert.deepEqual(
      groups.map(({ root, targets }) => [root.id, targets.map((target) => target.edge.id)]),
      [
        [
          'central',
          ['streaming/read', 'streaming/archive', 'logical/genesis/jobs_sub', 'consumer/electric'],
        ],
        ['lonely', ['streaming/lost']],
      ],
    );
    assert.deepEqual(impossible, []);
    assert.deepEqual(groups[0]?.targets[2]?.publications, ['app_pub']);
  });

  it('says of an edge that was named why it cannot be checked', () => {
    const rootless = edge({ id: 'streaming/rootless', to: 'read', from: null });
    const { groups, impossible } = groupChecks(snapshot({ nodes, edges: [...edges, rootless] }), [
      'streaming/nope',
      'streaming/rootless',
      'streaming/undeclared/10.0.0.7',
      'streaming/nope',
    ]);
    assert.deepEqual(groups, []);
    assert.deepEqual(
      impossible.map(({ edgeId, failure }) => `${edgeId}: ${failure.text}`),
      [
        'streaming/nope: There is no streaming/nope in this topology.',
        'streaming/rootless: The upstream of rootless is not in the file.',
        'streaming/undeclared/10.0.0.7: 10.0.0.7 is not in the file, so it cannot be asked.',
      ],
    );
  });

  it('ends in a ring', () => {
    const ring = [
      edge({ id: 'streaming/read', from: 'archive' }),
      edge({ id: 'streaming/archive', from: 'read' }),
    ];
    const { groups, impossible } = groupChecks(snapshot({ nodes, edges: ring }), null);
    assert.deepEqual(groups, []);
    assert.equal(impossible.length, 2);
  });
});

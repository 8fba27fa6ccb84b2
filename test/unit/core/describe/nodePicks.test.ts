import assert from 'node:assert/strict';
import { nodePicks } from '../../../../src/core/describe/nodePicks';
import { nodesNeedingAttention } from '../../../../src/core/describe/nodeState';
import { SnapshotIndex } from '../../../../src/core/describe/snapshotIndex';
import { declared, edge, NOW, sample, slot, snapshot, subscription, verdict } from './makeSnapshot';

const nodes = [
  declared('central'),
  declared('central-read', { standbyOf: 'central' }),
  declared('central-archive', { standbyOf: 'central-read' }),
  declared('genesis', { subscriptions: [subscription('metrics_sub', 'central')] }),
];

/** A standby is away; that cuts off another, and leaves its slot without a reader. Neither is a problem of its own. */
const cutOff = snapshot({
  nodes,
  seen: {
    'central-read': { verdict: verdict('unreachable'), sample: sample({ contact: 'failed' }) },
  },
  edges: [
    edge({ id: 'streaming/central-read', verdict: verdict('notStreaming') }),
    edge({
      id: 'streaming/central-archive',
      from: 'central-read',
      verdict: verdict('notStreaming'),
    }),
    edge({ id: 'logical/genesis/metrics_sub' }),
  ],
  slots: [slot({ isActive: false, verdict: verdict('notStreaming') })],
  summary: { problems: ['central-read'] },
});

function labels(of: typeof cutOff): Record<string, readonly string[]> {
  const { attention, healthy, unknown } = nodePicks(of, NOW);
  const names = (picks: typeof attention) => picks.map(({ label }) => label);
  return { attention: names(attention), healthy: names(healthy), unknown: names(unknown) };
}

describe('describe: the pick behind the status bar', () => {
  it('lists a node that another cuts off after the problem, not among the healthy', () => {
    assert.deepEqual(labels(cutOff), {
      attention: ['central-read', 'central-archive'],
      healthy: ['central', 'genesis'],
      unknown: [],
    });
  });

  it('has one line for a subscription in trouble and its node', () => {
    const id = 'logical/genesis/metrics_sub';
    const stopped = snapshot({
      nodes,
      edges: [edge({ id, verdict: verdict('stoppedByError') })],
      summary: { problems: [id] },
    });
    assert.deepEqual(labels(stopped), {
      attention: ['metrics_sub'],
      healthy: ['central', 'central-read', 'central-archive'],
      unknown: [],
    });
  });
});

describe('describe: nodes that need attention', () => {
  it('counts no primary for the slot of a standby that is away', () => {
    const found = nodesNeedingAttention(new SnapshotIndex(cutOff, NOW));
    assert.deepEqual(found, ['central-read', 'central-archive']);
  });

  it('counts a node for a slot that is a problem of its own', () => {
    const orphaned = snapshot({
      nodes,
      slots: [slot({ isActive: false, verdict: verdict('orphan') })],
      summary: { problems: ['slot/central/central_read'] },
    });
    assert.deepEqual(nodesNeedingAttention(new SnapshotIndex(orphaned, NOW)), ['central']);
  });
});

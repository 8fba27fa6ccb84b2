import assert from 'node:assert/strict';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { noSlots } from '../../../webview/text/slotNote';
import { healthy, notConnected, restricted } from '../../webview/support/states';

function told(snapshot: TopologySnapshot): string {
  return noSlots(toDashboardState(snapshot, null).nodes);
}

/** Facts are kept when a node is let go; they say nothing of now. */
function without(count: number): TopologySnapshot {
  const nodes = healthy.nodes.map((node, index) =>
    index < count
      ? {
          ...node,
          sample: { ...node.sample, contact: 'disconnected' as const },
          verdict: { ...node.verdict, code: 'disconnected' as const },
        }
      : node,
  );
  return { ...healthy, nodes, slots: [] };
}

describe('webview/text/slotNote', () => {
  it('says that there are none where every node says so', () => {
    assert.match(told(without(0)), /^No replication slots on any node\. /u);
  });

  it('speaks for no node that does not answer', () => {
    const all = healthy.nodes.length;
    assert.match(
      told(without(1)),
      new RegExp(`^No replication slots on the ${all - 1} of ${all} nodes that answer\\. `, 'u'),
    );
    const unknown = 'Slots are unknown: no node answers now.';
    assert.equal(told(without(all)), unknown);
    assert.equal(told(notConnected), unknown);
    assert.equal(told(restricted), unknown);
  });

  it('takes an answer that has grown old for none', () => {
    const nodes = healthy.nodes.map((node) => ({
      ...node,
      verdict: { ...node.verdict, code: 'stale' as const },
    }));
    assert.match(told({ ...healthy, nodes, slots: [] }), /^Slots are unknown/u);
  });
});

import assert from 'node:assert/strict';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { detailsOf, type DetailsText } from '../../../webview/text/detailsText';
import { NOW_MS } from '../../webview/support/build';
import { healthy, trouble } from '../../webview/support/states';

function detailsOfNode(snapshot: typeof healthy, id: string): DetailsText {
  const state = toDashboardState(snapshot, null);
  const value = state.nodes.find((node) => node.id === id);
  assert.ok(value);
  return detailsOf({ kind: 'node', value }, state, NOW_MS);
}

describe('webview/text/detailsText', () => {
  it('calls a node healthy when all that arrives at it is', () => {
    const { verdict, tone, text } = detailsOfNode(healthy, 'singularity');
    assert.deepEqual([verdict, tone, text], ['Healthy', 'ok', 'It takes from 1 link.']);
  });

  it('tells the worst of what arrives at a node that is well itself', () => {
    const stopped = trouble.edges.find((edge) => edge.verdict.code === 'stoppedByError');
    assert.ok(stopped);
    const { verdict, tone, text, commands } = detailsOfNode(trouble, stopped.to);
    assert.deepEqual([verdict, tone], ['Stopped by an error', 'bad']);
    assert.match(text, new RegExp(`^Subscription ${stopped.name}: A change could not be applied`));
    assert.ok(commands.includes('showLog'));
  });
});

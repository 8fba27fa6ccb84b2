import assert from 'node:assert/strict';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { detailsOf, type DetailsText } from '../../../webview/text/detailsText';
import type { SlotSnapshot, Verdict } from '../../../src/core/snapshot';
import { NOW_MS, slot } from '../../webview/support/build';
import { healthy, trouble } from '../../webview/support/states';

function detailsOfNode(snapshot: typeof healthy, id: string): DetailsText {
  const state = toDashboardState(snapshot, null);
  const value = state.nodes.find((node) => node.id === id);
  assert.ok(value);
  return detailsOf({ kind: 'node', value }, state, NOW_MS);
}

function detailsOfSlot(only: SlotSnapshot): DetailsText {
  const state = toDashboardState({ ...healthy, slots: [only] }, null);
  const [value] = state.slots;
  assert.ok(value);
  return detailsOf({ kind: 'slot', value }, state, NOW_MS);
}

const ORPHAN: Verdict = { code: 'orphan', health: 'warning', sinceMs: null, params: {} };

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

  it('offers what ends a trouble, about what is in trouble', () => {
    const stopped = trouble.edges.find((edge) => edge.verdict.code === 'stoppedByError');
    assert.ok(stopped);
    const { commands, about, nodeId } = detailsOfNode(trouble, stopped.to);
    assert.equal(commands[0], 'resolveSubscription');
    assert.deepEqual([about, nodeId], [stopped.id, stopped.to]);
    const left = detailsOfSlot(slot('central', 'left', { verdict: ORPHAN, isActive: false }));
    assert.equal(left.commands[0], 'dropSlot');
    assert.equal(left.about, 'slot/central/left');
    assert.ok(!detailsOfSlot(slot('central', 'used')).commands.includes('dropSlot'));
    assert.ok(!detailsOfNode(healthy, 'singularity').commands.includes('resolveSubscription'));
  });
});

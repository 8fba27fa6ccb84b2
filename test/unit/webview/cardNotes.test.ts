import assert from 'node:assert/strict';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { cardNotes } from '../../../webview/text/cardNotes';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { NOW_MS } from '../../webview/support/build';
import { healthy, noPrivilege, reconnecting, tangled } from '../../webview/support/states';

function notesOf(snapshot: TopologySnapshot) {
  const state = toDashboardState(snapshot, null);
  return cardNotes(state, new Set(state.nodes.map(({ id }) => id)), NOW_MS);
}

describe('webview/text/cardNotes', () => {
  it('says nothing where every server answers', () => {
    assert.deepEqual(notesOf(healthy), []);
  });

  it('says whom it waits for, and how old the rest is', () => {
    const [first] = notesOf(reconnecting);
    assert.equal(
      first?.text,
      'Asking central-archive, since 3\u00a0s. What is shown of it is 2\u00a0min 10\u00a0s old.',
    );
    assert.deepEqual(first.commands, []);
  });

  it('says what failed, when it is tried again, and offers to try now', () => {
    const [first] = notesOf(tangled);
    assert.equal(
      first?.text,
      'Could not reach far (far.example.com:5432): connection refused. What is shown of it is 2\u00a0min 10\u00a0s old. Next try in 3\u00a0s.',
    );
    assert.deepEqual([first.tone, first.commands], ['bad', ['refresh', 'showLog']]);
  });

  it('says which privilege is missing', () => {
    const [first] = notesOf(noPrivilege);
    assert.match(first?.text ?? '', /primary/u);
    assert.deepEqual(first?.commands, ['copyGrant']);
  });
});

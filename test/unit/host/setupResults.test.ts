import assert from 'node:assert/strict';
import { itemOf, type SetupState } from '../../../src/core/setup/setupItem';
import { SetupResults } from '../../../src/host/setupResults';

const item = (nodeId: string, state: SetupState = 'ok') =>
  itemOf(nodeId, 'wal', 'Decodes its WAL', { state, evidence: 'It does.' });
const whole = { ...item('none'), id: 'backups', nodeId: null };

describe('SetupResults', () => {
  it('keeps what each node was found to be, and when', () => {
    const results = new SetupResults();
    let told = 0;
    results.onDidChange(() => (told += 1));
    assert.deepEqual(results.of('file:///a'), []);
    results.note('file:///a', null, [item('central'), item('edge'), whole], 1_000);
    results.note('file:///a', 'edge', [item('edge', 'problem')], 5_000);
    assert.deepEqual(
      results
        .of('file:///a')
        .map(({ nodeId, takenAtMs, items }) => [
          nodeId,
          takenAtMs,
          items.map(({ state }) => state).join(),
        ]),
      [
        ['central', 1_000, 'ok'],
        [null, 1_000, 'ok'],
        ['edge', 5_000, 'problem'],
      ],
    );
    assert.equal(told, 2);
  });

  it('takes a run over all for the whole truth', () => {
    const results = new SetupResults();
    results.note('file:///a', null, [item('central'), item('gone')], 1_000);
    results.note('file:///a', null, [item('central')], 2_000);
    assert.deepEqual(
      results.of('file:///a').map(({ nodeId }) => nodeId),
      ['central'],
    );
  });

  it('forgets a topology with its file, and tells only then', () => {
    const results = new SetupResults();
    results.note('file:///a', null, [item('central')], 1_000);
    results.note('file:///b', null, [item('central')], 1_000);
    let told = 0;
    const listening = results.onDidChange(() => (told += 1));
    results.keep(['file:///a', 'file:///b']);
    assert.equal(told, 0);
    results.keep(['file:///b']);
    assert.equal(told, 1);
    assert.deepEqual(results.of('file:///a'), []);
    assert.equal(results.of('file:///b').length, 1);
    listening.dispose();
    results.keep([]);
    assert.equal(told, 1);
  });
});

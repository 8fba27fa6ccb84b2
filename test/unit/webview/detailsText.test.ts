import assert from 'node:assert/strict';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { detailsOf, type DetailsText } from '../../../webview/text/detailsText';
import { findSubject } from '../../../webview/text/subject';
import { NOW_MS } from '../../webview/support/build';
import { healthy, restricted, trouble } from '../../webview/support/states';

const STOPPED = 'logical/singularity/patterns_sub';

function textOf(snapshot: typeof healthy, id: string, hasCome = true): DetailsText {
  const state = toDashboardState(snapshot, hasCome ? id : null);
  const subject = findSubject(state, id);
  assert.ok(subject);
  return detailsOf(subject, state, state.details, NOW_MS);
}

describe('webview/text/detailsText', () => {
  it('says what the host diagnosed, and since when', () => {
    const { title, kind, tone, verdict, since } = textOf(trouble, STOPPED);
    assert.equal(title, 'central → singularity');
    assert.equal(kind, 'Logical replication · subscription patterns_sub');
    assert.equal(tone, 'bad');
    assert.match(verdict, /patterns_sub/);
    assert.equal(since, 'for 4\u00a0min 8\u00a0s');
  });

  it('has the sentence of the list until more has come', () => {
    assert.equal(textOf(trouble, STOPPED, false).verdict, textOf(trouble, STOPPED).verdict);
    assert.equal(textOf(healthy, STOPPED, false).verdict, 'Streaming.');
  });

  it('lets a node speak for what arrives at it', () => {
    const { tone, verdict } = textOf(trouble, 'singularity');
    assert.equal(tone, 'bad');
    assert.match(verdict, /patterns_sub/);
  });

  it('offers to look again at what was asked, and a check of a link', () => {
    assert.deepEqual(textOf(trouble, STOPPED).commands, ['explain', 'runChecks']);
    assert.deepEqual(textOf(healthy, 'central').commands, ['explain']);
    assert.deepEqual(textOf(restricted, STOPPED).commands, []);
    assert.equal(textOf(restricted, STOPPED).since, '');
  });
});

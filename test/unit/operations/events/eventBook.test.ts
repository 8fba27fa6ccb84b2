import assert from 'node:assert/strict';
import type { TopologyEvent } from '../../../../src/core/events/topologyEvent';
import { EventBook } from '../../../../src/operations/events/eventBook';
import { NOW_MS } from '../../../webview/support/build';
import { healthy, trouble } from '../../../webview/support/states';

const textsOf = (events: readonly TopologyEvent[]) => events.map(({ text }) => text);

describe('EventBook', () => {
  it('writes down what changes between two pictures, and tells who listens', () => {
    const book = new EventBook(() => NOW_MS);
    const told: string[] = [];
    book.onDidChange((topologyId) => told.push(topologyId));
    book.noteSnapshot(healthy);
    assert.deepEqual([book.of(healthy.id), told], [[], []]);
    book.noteSnapshot(trouble);
    assert.equal(book.of(healthy.id).length, 5);
    const revision = book.revision(healthy.id);
    book.noteSnapshot(trouble);
    assert.equal(book.revision(healthy.id), revision);
    book.noteSnapshot(healthy);
    assert.equal(textsOf(book.of(healthy.id)).at(-1), 'Queue of vengeance is well again');
    assert.deepEqual(told, [healthy.id, healthy.id]);
  });

  it('goes on after a reload where the last window ended, without telling anything twice', () => {
    const first = new EventBook(() => NOW_MS);
    first.noteSnapshot(trouble);
    const kept = first.of(trouble.id);
    const second = new EventBook(() => NOW_MS);
    second.noteSnapshot(trouble);
    second.restore(trouble.id, kept);
    assert.deepEqual(second.of(trouble.id), kept);
    second.noteSnapshot(healthy);
    assert.equal(second.of(trouble.id).length, 10);
  });

  it('forgets topologies that are gone', () => {
    const book = new EventBook(() => NOW_MS);
    book.noteSnapshot(trouble);
    book.keep([]);
    assert.deepEqual(book.of(trouble.id), []);
  });
});

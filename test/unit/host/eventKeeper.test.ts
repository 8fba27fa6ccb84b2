import assert from 'node:assert/strict';
import { EventKeeper } from '../../../src/host/eventKeeper';
import { EventBook } from '../../../src/operations/events/eventBook';
import { NOW_MS } from '../../webview/support/build';
import { healthy, trouble } from '../../webview/support/states';

class Folder {
  readonly files = new Map<string, Uint8Array>();
  read(name: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.files.get(name) ?? null);
  }
  write(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, bytes);
    return Promise.resolve();
  }
}

function window(folder: Folder) {
  const warnings: string[] = [];
  const timers: (() => void)[] = [];
  const book = new EventBook(() => NOW_MS);
  const keeper = new EventKeeper({
    book,
    files: folder,
    topologyIds: () => [trouble.id],
    clock: {
      schedule: (_delayMs, run) => {
        timers.push(run);
        return () => undefined;
      },
    },
    log: { warn: (message) => void warnings.push(message) },
  });
  return { book, keeper, warnings, timers };
}

describe('host/eventKeeper', () => {
  it('gives the next window what this one saw, and writes nothing without news', async () => {
    const folder = new Folder();
    const first = window(folder);
    await first.keeper.flush();
    assert.equal(folder.files.size, 0);
    first.book.noteSnapshot(trouble);
    assert.equal(first.timers.length, 1);
    await first.keeper.flush();
    const second = window(folder);
    await second.keeper.restore();
    assert.deepEqual(second.book.of(trouble.id), first.book.of(trouble.id));
    assert.equal(second.timers.length, 0);
    second.book.noteSnapshot(healthy);
    assert.equal(second.book.of(trouble.id).length, 10);
  });

  it('reads what was kept before it replaces it', async () => {
    const folder = new Folder();
    const first = window(folder);
    first.book.noteSnapshot(trouble);
    await first.keeper.flush();
    const second = window(folder);
    second.book.note(trouble.id, {
      atMs: NOW_MS,
      kind: 'change',
      subject: null,
      health: 'healthy',
      code: null,
      text: 'Create publication: done',
    });
    await second.keeper.flush();
    const third = window(folder);
    await third.keeper.restore();
    assert.equal(third.book.of(trouble.id).length, 6);
  });

  it('takes anything else in the file for nothing', async () => {
    const event = { atMs: 1, kind: 'state', subject: null, health: 'error', code: null, text: 'x' };
    for (const text of [
      'no json',
      'null',
      '{"version":2}',
      JSON.stringify({ version: 2, topologies: { [trouble.id]: [event] } }),
      JSON.stringify({
        version: 1,
        topologies: { [trouble.id]: [{ ...event, kind: 'x' }, 7, null] },
      }),
      JSON.stringify({ version: 1, topologies: { [trouble.id]: [{ ...event, text: {} }] } }),
    ]) {
      const folder = new Folder();
      folder.files.set('events.json', new TextEncoder().encode(text));
      const { book, keeper } = window(folder);
      await keeper.restore();
      assert.deepEqual(book.of(trouble.id), [], text);
    }
  });
});

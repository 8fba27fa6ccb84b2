import assert from 'node:assert/strict';
import { BlockedKeys } from '../../../../src/core/queue/blockedKeys';
import type { QueueOperation } from '../../../../src/core/queue/operation';
import { actedOn } from '../../../../src/core/queue/keysActedOn';
import { isRefusal, resolveOperation } from '../../../../src/core/queue/resolveOperation';
import { column, queued, target } from './targets';

const NOTES = target('notes');
/** Equal keys may be spelled in ways that cannot be told. */
const LOOSE = target('notes', {
  columns: [column('id', 'inet', { spelling: null }), column('body', 'text')],
});

function op(seq: bigint, id: string, rest: Partial<QueueOperation> = {}) {
  return queued({ seq, key: `{"id": ${id}}`, data: `{"id": ${id}, "body": "a"}`, ...rest });
}

function resolved(source: QueueOperation, table = NOTES) {
  const result = resolveOperation(source, table);
  assert.ok(!isRefusal(result));
  return result;
}

describe('BlockedKeys', () => {
  it('holds back later operations on the same key, however it is spelled, and no others', () => {
    const blocked = new BlockedKeys();
    const set = op(5n, '7');
    blocked.add(set, resolved(set));
    const has = (one: QueueOperation, table = NOTES) => blocked.has(one, resolved(one, table));
    assert.equal(has(op(6n, '7')), true);
    assert.equal(has(op(6n, '"+07"')), true);
    assert.equal(has(op(6n, '8')), false);
    assert.equal(has(op(5n, '7')), false, 'itself');
    assert.equal(has(op(4n, '7')), false, 'an earlier one');
    const elsewhere = op(6n, '7', { table: { schema: 'public', name: 'other' } });
    assert.equal(blocked.has(elsewhere, resolved(elsewhere, target('other'))), false);
  });

  it('holds back both keys of an update that changes it', () => {
    const blocked = new BlockedKeys();
    const moved = op(5n, '7', { operation: 'UPDATE', data: '{"id": 8, "body": "a"}' });
    blocked.add(moved, resolved(moved));
    for (const id of ['7', '8']) assert.equal(blocked.has(op(6n, id), resolved(op(6n, id))), true);
  });

  it('keeps the first of those that were set aside on a key', () => {
    const blocked = new BlockedKeys();
    for (const seq of [9n, 3n, 6n]) blocked.add(op(seq, '7'), resolved(op(seq, '7')));
    assert.equal(blocked.has(op(4n, '7'), resolved(op(4n, '7'))), true);
    assert.equal(blocked.has(op(3n, '7'), resolved(op(3n, '7'))), false);
  });

  it('knows what means nothing on the primary by the key as it was queued', () => {
    const blocked = new BlockedKeys();
    const nothing = (source: QueueOperation) => actedOn(source, null);
    blocked.add(op(5n, '7'), nothing(op(5n, '7')));
    assert.equal(blocked.has(op(6n, '7'), nothing(op(6n, '7'))), true);
    assert.equal(blocked.has(op(6n, '8'), nothing(op(6n, '8'))), false);
  });

  it('takes any key for the same where it cannot be told, once something of the table was set aside', () => {
    const text = (seq: bigint, id: string) =>
      op(seq, `"${id}"`, { writtenBy: 'application', key: null });
    const blocked = new BlockedKeys();
    const loose = text(6n, '::1');
    assert.equal(resolved(loose, LOOSE).touches, null);
    assert.equal(blocked.has(loose, resolved(loose, LOOSE)), false);
    blocked.add(op(5n, '7'), resolved(op(5n, '7')));
    assert.equal(blocked.has(loose, resolved(loose, LOOSE)), true);
    const other = new BlockedKeys();
    other.add(loose, resolved(loose, LOOSE));
    assert.equal(other.has(op(7n, '9'), resolved(op(7n, '9'))), true);
  });

  it('stands on what was set aside before, and takes over an attempt that stands', () => {
    const before = new BlockedKeys();
    const attempt = new BlockedKeys(before);
    before.add(op(2n, '1'), resolved(op(2n, '1')));
    attempt.add(op(5n, '7'), resolved(op(5n, '7')));
    assert.equal(attempt.has(op(6n, '1'), resolved(op(6n, '1'))), true);
    assert.equal(before.has(op(6n, '7'), resolved(op(6n, '7'))), false, 'it may come to nothing');
    before.take(attempt);
    assert.equal(before.has(op(6n, '7'), resolved(op(6n, '7'))), true);
  });

  it('knows the keys of what cannot be applied, also where a trigger has not written them out', () => {
    const blocked = new BlockedKeys();
    const drift = { data: '{"id": "07", "gone": 1}', key: null, writtenBy: 'application' } as const;
    const set = op(5n, '7', drift);
    blocked.add(set, actedOn(set, NOTES));
    for (const [id, waits] of [
      ['7', true],
      ['8', false],
    ] as const) {
      assert.equal(blocked.has(op(6n, id), resolved(op(6n, id))), waits);
    }
    const keyless = op(4n, '9', { ...drift, data: '{"gone": 1}' });
    blocked.add(keyless, actedOn(keyless, NOTES));
    assert.equal(blocked.has(op(6n, '9'), resolved(op(6n, '9'))), false);
  });

  it('takes what it has no room for as any key of its table', () => {
    const blocked = new BlockedKeys(null, 2);
    const add = (seq: bigint) => {
      const one = op(seq, String(seq));
      blocked.add(one, resolved(one));
    };
    for (const seq of [1n, 2n]) add(seq);
    const waits = (seq: bigint, id: string) => blocked.has(op(seq, id), resolved(op(seq, id)));
    assert.deepEqual([waits(9n, '1'), waits(9n, '3')], [true, false]);
    for (const seq of [5n, 6n]) add(seq);
    assert.deepEqual([waits(9n, '1'), waits(9n, '8'), waits(4n, '8')], [true, true, false]);
  });
});

import assert from 'node:assert/strict';
import { decodeFile, fileName, isTopologyFile } from '../../../src/host/fileText';

const decode = (...bytes: number[]) => decodeFile('pg-topology.json', Uint8Array.from(bytes));

describe('file text', () => {
  it('reads UTF-8 with or without a mark in front', () => {
    assert.deepEqual(decode(0x7b, 0x7d), { kind: 'text', text: '{}' });
    assert.deepEqual(decode(0xef, 0xbb, 0xbf, 0x7b, 0x7d), { kind: 'text', text: '{}' });
    assert.deepEqual(decode(0xc3, 0xa9), { kind: 'text', text: 'é' });
  });

  it('says what to do with other encodings', () => {
    const utf16 = { kind: 'refused', reason: 'pg-topology.json is UTF-16 text. Save it as UTF-8.' };
    assert.deepEqual(decode(0xff, 0xfe, 0x7b, 0x00), utf16);
    assert.deepEqual(decode(0xfe, 0xff, 0x00, 0x7b), utf16);
    assert.deepEqual(decode(0x7b, 0xff), {
      kind: 'refused',
      reason: 'pg-topology.json is not UTF-8 text. Save it as UTF-8.',
    });
  });

  it('refuses more than 1 MB', () => {
    const limit = new Uint8Array(1024 * 1024).fill(0x20);
    assert.equal(decodeFile('x', limit).kind, 'text');
    assert.deepEqual(decodeFile('x', new Uint8Array(1024 * 1024 + 1)), {
      kind: 'refused',
      reason: 'x is too large (limit 1 MB).',
    });
  });

  it('knows a topology file by its name', () => {
    for (const path of ['/a/pg-topology.json', '/a/eu.pg-topology.json', 'pg-topology.json']) {
      assert.equal(isTopologyFile({ path }), true, path);
    }
    for (const path of [
      '/a/my-pg-topology.json',
      '/a/pg-topology.jsonc',
      '/a/pg-topology.json/b',
    ]) {
      assert.equal(isTopologyFile({ path }), false, path);
    }
    assert.equal(fileName({ path: '/a/b/eu.pg-topology.json' }), 'eu.pg-topology.json');
  });
});

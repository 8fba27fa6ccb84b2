import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findUnwanted } from '../../../scripts/packaging/allowedEntries.mjs';
import { loadedAtOnce } from '../../../scripts/packaging/loadedAtOnce.mjs';
import { readZipNames } from '../../../scripts/packaging/readZipNames.mjs';

const COMPLETE = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/package.json',
  'extension/package.nls.json',
  'extension/package.nls.de.json',
  'extension/l10n/bundle.l10n.de.json',
  'extension/LICENSE.txt',
  'extension/readme.md',
  'extension/dist/extension.cjs',
  'extension/dist/webview/dashboard.js',
  'extension/dist/webview/dashboard.css',
  'extension/media/icon.png',
  'extension/media/container.svg',
  'extension/media/pg-topology.schema.json',
  'extension/media/pg-topology.schema.de.json',
  'extension/media/recorded-demo.pg-incident.json',
];

describe('what may be packed', () => {
  it('is the bundles, the pictures and the documents', () => {
    assert.deepEqual(findUnwanted(COMPLETE), []);
  });

  for (const name of [
    'extension/.env',
    'extension/src/core/lsn.ts',
    'extension/test/unit/core/lsn.test.ts',
    'extension/dist/extension.cjs.map',
    'extension/dist/webview/dashboard.js.map',
    'extension/node_modules/pg/package.json',
    'extension/media/notes.txt',
    'extension/../readme.md',
  ]) {
    it(`is not ${name}`, () => {
      assert.deepEqual(findUnwanted([...COMPLETE, name]), [
        `${name} does not belong into the package`,
      ]);
    });
  }

  it('is incomplete without its bundle', () => {
    const names = COMPLETE.filter((name) => name !== 'extension/dist/extension.cjs');
    assert.deepEqual(findUnwanted(names), ['extension/dist/extension.cjs is missing']);
  });
});

describe('names in a zip file', () => {
  it('are read from its directory, folders left out', () => {
    const names = ['extension.vsixmanifest', 'extension/', 'extension/größe.txt'];
    assert.deepEqual(readZipNames(zipDirectory(names, 'a comment')), [names[0], names[2]]);
  });

  it('are not read from something else', () => {
    assert.throws(
      () => readZipNames(Buffer.from('no zip file at all, but long enough')),
      /no.* zip/,
    );
  });
});

/** A zip file without contents: its directory alone, as APPNOTE 4.3.12 and 4.3.16 lay it out. */
function zipDirectory(names: readonly string[], comment: string): Buffer {
  const entries = names.map((name) => {
    const text = Buffer.from(name);
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(text.length, 28);
    head.writeUInt16LE(2, 30);
    head.writeUInt16LE(3, 32);
    return Buffer.concat([head, text, Buffer.alloc(5)]);
  });
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(0, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...entries, end, Buffer.from(comment)]);
}

describe('what is loaded at activation', () => {
  it('is the bundle with what it requires at once, and nothing that comes on demand', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packaging-'));
    const file = (name: string): string => join(folder, name);
    try {
      writeFileSync(
        file('extension.cjs'),
        'var a=require("./part-A.cjs");var f=()=>Promise.resolve().then(()=>b(require("./part-B.cjs")));',
      );
      writeFileSync(file('part-A.cjs'), 'var c=require("./part-C.cjs"),d=require("node:fs");');
      writeFileSync(file('part-C.cjs'), '');
      assert.deepEqual(loadedAtOnce(file('extension.cjs')), [
        file('extension.cjs'),
        file('part-A.cjs'),
        file('part-C.cjs'),
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

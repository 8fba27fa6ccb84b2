import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageFiles } from '../../../src/host/storageFiles';

describe('files in the storage of a workspace', () => {
  let base = '';
  let folder = '';
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'pg-topology-storage-'));
    folder = join(base, 'workspace', 'ours');
  });
  after(() => rm(base, { recursive: true, force: true }));

  it('are none before the first was written', async () => {
    const files = new StorageFiles(folder);
    assert.equal(await files.read('one.bin'), null);
    assert.deepEqual(await files.list(), []);
  });

  it('are replaced as a whole, and nothing unfinished stays', async () => {
    const files = new StorageFiles(folder);
    await files.write('one.bin', Uint8Array.of(1, 2, 3));
    await files.write('one.bin', Uint8Array.of(4));
    assert.deepEqual(await files.read('one.bin'), Buffer.of(4));
    assert.deepEqual(await readdir(folder), ['one.bin']);
    const listed = await files.list();
    assert.deepEqual(
      listed.map(({ name, changedAtMs }) => [name, Math.abs(Date.now() - changedAtMs) < 60_000]),
      [['one.bin', true]],
    );
  });

  it('say when they cannot be written, and leave nothing behind', async () => {
    const files = new StorageFiles(folder);
    await mkdir(join(folder, 'taken', 'full'), { recursive: true });
    await assert.rejects(files.write('taken', Uint8Array.of(1)));
    assert.deepEqual((await readdir(folder)).toSorted(), ['one.bin', 'taken']);
    assert.deepEqual(
      (await files.list()).map(({ name }) => name),
      ['one.bin'],
    );
    await files.remove('one.bin');
    assert.equal(await files.read('one.bin'), null);
  });
});

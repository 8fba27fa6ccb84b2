import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { MAX_FILE_BYTES, readLocalFile } from '../../../../src/pg/libpq/localFiles';
import { scratchFolder } from '../scratchFolder';

describe('readLocalFile', () => {
  const scratch = scratchFolder();

  async function why(path: string, isAllowed?: (path: string) => boolean): Promise<string> {
    try {
      await readLocalFile(path, 'linux', isAllowed);
      return 'was read';
    } catch (error) {
      return (error as { why: string }).why;
    }
  }

  it('reads a regular file with its permissions', async () => {
    const file = scratch.write('a.crt', '\uFEFFtext', 0o640);
    const read = await readLocalFile(file, 'linux');
    assert.equal(read.text, 'text');
    assert.equal(read.permissions, 0o640);
  });

  it('reads up to a megabyte and refuses more', async () => {
    const file = scratch.write('big', 'x'.repeat(MAX_FILE_BYTES));
    assert.equal((await readLocalFile(file, 'linux')).text.length, MAX_FILE_BYTES);
    fs.appendFileSync(file, 'x');
    assert.equal(await why(file), 'is too large (limit 1 MB)');
  });

  it('refuses a FIFO and a device without waiting for them, and a folder', async function () {
    // Windows has neither FIFOs nor devices as files.
    if (process.platform === 'win32') this.skip();
    const fifo = scratch.path('fifo');
    execFileSync('mkfifo', [fifo]);
    assert.equal(await why(fifo), 'is not a regular file');
    assert.equal(await why('/dev/zero'), 'is not a regular file');
    assert.match(await why(scratch.path()), /is not a regular file|EISDIR/);
  });

  it('says what is missing', async () => {
    assert.equal(await why(scratch.path('none')), 'does not exist');
    const file = scratch.write('f', '');
    assert.equal(await why(`${file}/below`), 'does not exist');
  });

  it('never opens a share of another machine', async () => {
    assert.match(await why('\\\\server\\share\\root.crt'), /on another machine/);
    await assert.rejects(readLocalFile('//server/share/x', 'win32'), /on another machine/);
  });

  it('asks again where a link leads', async () => {
    const outside = scratch.write('outside/root.crt', 'secret');
    const link = scratch.path('link.crt');
    fs.symlinkSync(outside, link);
    const isInside = (path: string): boolean => !path.includes('outside');
    assert.match(await why(link, isInside), /outside the workspace/);
    const loop = scratch.path('loop');
    fs.symlinkSync(loop, loop);
    assert.equal(await why(loop), 'is a loop of links');
  });
});

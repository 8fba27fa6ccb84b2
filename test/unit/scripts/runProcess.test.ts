import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../../../scripts/testing/runProcess.mjs';
import { waitUntilGone } from './waitUntilGone';

const options = { cwd: '.', env: process.env, label: null, quietMs: 60_000 };

describe('the process of a suite', () => {
  it('ends well with 0 and badly with anything else', async () => {
    const good = await runProcess([process.execPath, '-e', ''], options);
    const bad = await runProcess([process.execPath, '-e', 'process.exit(3)'], options);
    assert.deepEqual(good, { ok: true, end: 'ended with 0' });
    assert.deepEqual(bad, { ok: false, end: 'ended with 3' });
  });

  it('fails when there is no such program', async () => {
    const { ok, end } = await runProcess(['/nowhere/at/all'], options);
    assert.equal(ok, false);
    assert.match(end, /ENOENT/);
  });

  it('is ended together with its children when it says nothing for too long', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pg-topology-process-'));
    const file = join(folder, 'pid');
    // A shell is there at once, where another Node might not have begun its child before the limit.
    const parent = ['/bin/sh', '-c', 'sleep 3600 & echo $! > "$0"; wait', file];
    try {
      const { ok, end } = await runProcess(parent, {
        ...options,
        quietMs: 3000,
      });
      assert.equal(ok, false);
      assert.match(end, /said nothing for/);
      await waitUntilGone(Number(readFileSync(file, 'utf8')));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('goes on for as long as it says something', async () => {
    const speaker = 'for left in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $left; sleep 0.5; done';
    const outcome = await runProcess(['/bin/sh', '-c', speaker], {
      ...options,
      label: 'speaker',
      quietMs: 5_000,
    });
    assert.deepEqual(outcome, { ok: true, end: 'ended with 0' });
  });
});

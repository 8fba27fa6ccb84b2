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
    const child = `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); setInterval(() => {}, 1000)`;
    try {
      const { ok, end } = await runProcess([process.execPath, '-e', parent], {
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
    const speaker = `let left = 60; const t = setInterval(() => { console.log(left); left -= 1; if (left === 0) clearInterval(t); }, 100)`;
    const outcome = await runProcess([process.execPath, '-e', speaker], {
      ...options,
      label: 'speaker',
      quietMs: 5_000,
    });
    assert.deepEqual(outcome, { ok: true, end: 'ended with 0' });
  });
});

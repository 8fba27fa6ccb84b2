import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProcess } from '../../../scripts/testing/runProcess.mjs';

const options = { cwd: '.', env: process.env, label: null, limitMs: 60_000 };

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

  it('is ended together with its children when its time is over', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pg-topology-process-'));
    const file = join(folder, 'pid');
    const child = `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); setInterval(() => {}, 1000)`;
    try {
      const { ok, end } = await runProcess([process.execPath, '-e', parent], {
        ...options,
        limitMs: 3000,
      });
      assert.equal(ok, false);
      assert.match(end, /was ended after/);
      await waitUntilGone(Number(readFileSync(file, 'utf8')));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** @throws when the process is still there after a while */
async function waitUntilGone(pid: number): Promise<void> {
  assert.ok(pid > 0);
  for (let left = 100; left > 0; left -= 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(50);
  }
  assert.fail(`process ${pid} is still there`);
}

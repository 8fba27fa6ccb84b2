import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** @throws when the process is still there after ten seconds */
export async function waitUntilGone(pid: number): Promise<void> {
  assert.ok(pid > 0, 'no process number');
  for (let left = 200; left > 0; left -= 1) {
    if (!isRunning(pid)) return;
    await sleep(50);
  }
  assert.fail(`process ${pid} is still there`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** In a container it may last long until somebody asks how a process without a parent ended. */
function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

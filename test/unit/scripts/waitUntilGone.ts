import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { waitFor } from '../../clusters/waitFor';

/** @throws when the process stays */
export async function waitUntilGone(pid: number): Promise<void> {
  assert.ok(pid > 0, 'no process number');
  await waitFor(() => !isRunning(pid), { what: `process ${pid} is gone` });
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

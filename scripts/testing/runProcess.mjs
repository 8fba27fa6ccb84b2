// One suite is one process group, which is ended when it says nothing for too long.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const GRACE_MS = 15_000;

/**
 * @typedef {object} ProcessOptions
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {string | null} label put before each line of output; null hands the terminal on
 * @property {number} quietMs so long it may say nothing; then the whole group is ended. Without a label nobody here hears what it says: so long it may run
 */

/** @type {Set<number>} */
const groups = new Set();

/**
 * @param {readonly string[]} command
 * @param {ProcessOptions} options
 * @returns {Promise<{ ok: boolean, end: string }>} `end` says how it ended, in words
 */
export function runProcess(command, { cwd, env, label, quietMs }) {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    /** @type {import('node:child_process').StdioOptions} */
    const stdio = label === null ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'];
    const child = spawn(file, args, { cwd, env, stdio, detached: true });
    const leader = child.pid;
    if (leader !== undefined) groups.add(leader);
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      void endGroup(leader);
    }, quietMs);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null || label === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        limit.refresh();
        console.log(`${label} │ ${line}`);
      });
    }
    const finish = (/** @type {boolean} */ ok, /** @type {string} */ end) => {
      clearTimeout(limit);
      // Whatever it left running would disturb the next suite.
      signalGroup(leader, 'SIGKILL');
      if (leader !== undefined) groups.delete(leader);
      resolve({ ok, end: late ? `said nothing for ${quietMs / 60_000} minutes` : end });
    };
    child.on('error', (error) => {
      finish(false, error.message);
    });
    child.on('close', (code, signal) => {
      finish(code === 0 && !late, `ended with ${signal ?? String(code)}`);
    });
  });
}

/** Ends everything that still runs: politely first, so that suites can stop what runs in groups of its own. */
export async function endAllProcesses() {
  await Promise.all([...groups].map((leader) => endGroup(leader)));
}

/** @param {number | undefined} leader */
async function endGroup(leader) {
  signalGroup(leader, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  while (Date.now() < deadline && signalGroup(leader, 0)) {
    await new Promise((next) => setTimeout(next, 100));
  }
  signalGroup(leader, 'SIGKILL');
}

/**
 * @param {number | undefined} leader
 * @param {NodeJS.Signals | 0} signal 0 only asks
 * @returns {boolean} whether the group is there
 */
function signalGroup(leader, signal) {
  if (leader === undefined) return false;
  try {
    process.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
}

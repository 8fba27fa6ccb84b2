// A program with children of its own, started as a process group so that none of them is left behind.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} ProcessGroup
 * @property {import('node:child_process').ChildProcess} child the group's leader
 * @property {() => string | undefined} exited how the leader ended, or undefined while it runs
 * @property {() => Promise<void>} end asks the group to end, then makes it
 */

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Starts a group. It is killed when this process ends, however that happens, SIGKILL apart.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @param {() => void} [cleanUp] runs after such a kill, not after `end`
 * @returns {ProcessGroup}
 */
export function startGroup(file, args, options, cleanUp = () => undefined) {
  const child = spawn(file, args, { ...options, detached: true });
  /** @type {string | undefined} */
  let ended;
  child.on('exit', (code, signal) => (ended = signal ?? `code ${code ?? 'unknown'}`));
  child.on('error', (error) => (ended = error.message));
  const kill = (/** @type {NodeJS.Signals} */ signal) => {
    signalGroup(child.pid, signal);
  };
  const onExit = () => {
    forget();
    kill('SIGKILL');
    cleanUp();
  };
  const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
    onExit();
    // Where nobody else handles it, the signal has to end this process as if we had not caught it.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const forget = () => {
    process.removeListener('exit', onExit);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  process.on('exit', onExit);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    child,
    exited: () => ended,
    end: async () => {
      kill('SIGTERM');
      const deadline = Date.now() + 3000;
      while (ended === undefined && Date.now() < deadline) await sleep(25);
      kill('SIGKILL');
      forget();
    },
  };
}

/**
 * @param {number | undefined} leader
 * @param {NodeJS.Signals} signal
 */
function signalGroup(leader, signal) {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // The group has ended already.
  }
}

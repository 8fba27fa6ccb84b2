// `npm test`: everything, from nothing. `node scripts/test.mjs SUITE [mocha arguments or files]`: one suite and what it needs.
// The last line is "N passed, N failed".
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './ensureDependencies.mjs';
import { closingLine, readCounts, readFailures, sumCounts } from './testing/counts.mjs';
import { runPool } from './testing/runPool.mjs';
import { endAllProcesses, runProcess } from './testing/runProcess.mjs';
import { runsInMemory } from './testing/runsFolder.mjs';
import { planTasks } from './testing/tasks.mjs';

/** @typedef {import('./testing/tasks.mjs').TestTask} TestTask */
/** @typedef {import('./testing/counts.mjs').Counts} Counts */
/** @typedef {{ task: TestTask, counts: Counts, failures: readonly string[], note: string }} Outcome */

/** So many suites at a time. Those on servers and in editors wait most of the time, and no test's outcome hangs on how fast it runs. */
const WIDTH = 6;

const [suite, ...extra] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const tasks = planTasks(suite, extra);
const soak = suite === 'soak' || process.env['SOAK'] === '1';

/** How long a suite takes says more of the machine than of the suite: among others, only one that says nothing any more counts as hung. */
const QUIET_MS = (soak || tasks.length === 1 ? 240 : 20) * 60_000;

/** Soak keeps its servers for long and fills them: they stay on the disk. */
const runs = process.env['PG_TOPOLOGY_RUNS'] ?? (soak ? null : runsInMemory());

ensureDependencies();
const scratch = mkdtempSync(join(tmpdir(), 'pg-topology-test-'));
let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    isStopping = true;
    void endAllProcesses().then(() => process.exit(130));
  });
}

const outcomes = await runPool(tasks, WIDTH, runTask, refuse);
rmSync(scratch, { recursive: true, force: true });
report(outcomes);

/**
 * @param {TestTask} task
 * @returns {Promise<{ ok: boolean, result: Outcome }>}
 */
async function runTask(task) {
  // What ends makes room for the next task, which must not start any more: the process is about to exit.
  if (isStopping) return new Promise(() => undefined);
  const alone = tasks.length === 1;
  if (!alone) console.log(`${task.name} │ starts`);
  const file = join(scratch, `${task.name.replaceAll(' ', '-')}.json`);
  const startedMs = Date.now();
  const { ok, end } = await runProcess(task.command, {
    cwd: root,
    env: {
      ...process.env,
      ...task.env,
      ...(runs === null ? {} : { PG_TOPOLOGY_RUNS: runs }),
      TEST_COUNTS: file,
    },
    label: alone ? null : task.name,
    quietMs: QUIET_MS,
  });
  const left = readIfThere(file);
  const counts = countsOf(task, ok, left);
  const failures = readFailures(left);
  const good = ok && counts.failed === 0;
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(0);
  const note = good ? `${seconds} s` : `${seconds} s, ${end}`;
  if (!alone) console.log(`${task.name} │ ${good ? 'is done' : 'FAILED'} (${note})`);
  return { ok: good, result: { task, counts, failures, note } };
}

/**
 * @param {TestTask} task
 * @returns {Outcome}
 */
function refuse(task) {
  const needs = task.needs.join(', ');
  const counts = { passed: 0, failed: 1, skipped: 0 };
  return { task, counts, failures: [], note: `not run: it needs ${needs}` };
}

/**
 * @param {TestTask} task
 * @param {boolean} ok
 * @param {string | null} text
 * @returns {Counts}
 */
function countsOf(task, ok, text) {
  if (task.kind === 'suite') return readCounts(text, ok);
  const passed = ok && task.kind === 'check' ? 1 : 0;
  return { passed, failed: ok ? 0 : 1, skipped: 0 };
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** @param {readonly Outcome[]} all */
function report(all) {
  const shown = all.filter(({ task, counts }) => task.kind !== 'prepare' || counts.failed > 0);
  console.log('');
  for (const { task, counts, failures, note } of shown) {
    const mark = counts.failed === 0 ? 'ok  ' : 'FAIL';
    console.log(`${mark} ${task.name.padEnd(16)} ${closingLine(counts)} (${note})`);
    for (const failure of failures) console.log(`       ${failure}`);
  }
  const sum = sumCounts(all.map(({ counts }) => counts));
  process.exitCode = sum.failed === 0 ? 0 : 1;
  console.log(`\n${closingLine(sum)}`);
}

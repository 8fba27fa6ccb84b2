// `npm run bench`: measures the targets of docs/benchmarks.md, one JSON object a line and a table at the end.
// `npm run bench -- --only P1,P4` runs some of them. Needs nothing but what `npm test` needs; about four minutes.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './ensureDependencies.mjs';

/** @typedef {{ bench: string, case: string, value: number | string, unit: string, ratio: number | null, target: string | null, ok: boolean | null }} Figure */

const BENCHES = ['P1', 'P2', 'P4', 'P5', 'P6', 'P8', 'P9', 'P10', 'P11', 'P12'];
const root = fileURLToPath(new URL('..', import.meta.url));

const wanted = chosen(process.argv.slice(2));
ensureDependencies();
/** @type {Figure[]} */
const figures = [];
let broken = 0;
for (const bench of wanted) broken += (await run(bench)) ? 0 : 1;
printTable(figures);
const missed = figures.filter((figure) => figure.ok === false).length;
const met = figures.filter((figure) => figure.ok === true).length;
console.log(`\n${met} met, ${missed} missed${broken === 0 ? '' : `, ${broken} did not run`}`);
process.exitCode = missed + broken === 0 ? 0 : 1;

/** @param {readonly string[]} args */
function chosen(args) {
  const at = args.indexOf('--only');
  if (at < 0 && args.length === 0) return BENCHES;
  const ids = (args[at + 1] ?? '').split(',');
  const unknown = at < 0 || args.length !== 2 ? args : ids.filter((id) => !BENCHES.includes(id));
  if (unknown.length > 0) {
    throw new Error(
      `Not understood: ${unknown.join(' ')}. Say --only with some of ${BENCHES.join(',')}.`,
    );
  }
  return ids;
}

/**
 * Each in a process of its own: memory and compiled code of one would be counted for the next.
 * @param {string} bench
 * @returns {Promise<boolean>} whether it ran to its end
 */
async function run(bench) {
  const args = ['--expose-gc', '--import', 'tsx', 'test/bench/main.ts', bench];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    if (line.startsWith('{"bench"')) figures.push(JSON.parse(line));
  }
  return (await ended) === 0;
}

/** @param {readonly Figure[]} all */
function printTable(all) {
  const rows = all.map(({ bench, case: what, value, unit, ratio, target, ok }) => [
    ok === null ? '' : ok ? 'ok' : 'MISSED',
    bench,
    what,
    `${value} ${unit}`,
    ratio === null ? '' : `${ratio} ×`,
    target ?? '',
  ]);
  const table = [['', '', 'what', 'value', 'ratio', 'target'], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  console.log('');
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

// Builds and packs pg-topology.vsix, and refuses a package that is too big or holds what does not belong there.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findUnwanted } from './packaging/allowedEntries.mjs';
import { readZipNames } from './packaging/readZipNames.mjs';

const VSIX = 'pg-topology.vsix';
const KB = 1024;
const LIMITS = {
  [VSIX]: 1024 * KB,
  'dist/extension.cjs': 600 * KB,
  'dist/webview/dashboard.js': 400 * KB,
};
const MOST_ENTRIES = 39;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist', { recursive: true, force: true });
rmSync(VSIX, { force: true });
run('esbuild.config.mjs', '--production');
// There is no public home yet, so there is no address that links could be rewritten to.
run(
  'node_modules/@vscode/vsce/vsce',
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  ...['--out', VSIX],
);

const names = readZipNames(readFileSync(VSIX));
const problems = [...findUnwanted(names), ...findTooBig()];
if (names.length > MOST_ENTRIES) problems.push(`${names.length} entries, at most ${MOST_ENTRIES}`);
for (const problem of problems) console.error(`${VSIX}: ${problem}`);
console.log(`${VSIX}: ${names.length} entries`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** @param {readonly string[]} command arguments of Node */
function run(...command) {
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function findTooBig() {
  return Object.entries(LIMITS).flatMap(([file, limit]) => {
    if (!existsSync(file)) return [`${file} was not built`];
    const bytes = statSync(file).size;
    console.log(`${file}: ${inKb(bytes)} of at most ${inKb(limit)}`);
    return bytes > limit ? [`${file} has ${inKb(bytes)}, at most ${inKb(limit)}`] : [];
  });
}

/** @param {number} bytes */
function inKb(bytes) {
  return `${(bytes / KB).toFixed(1)} KB`;
}

// Refuses a package that is too big or holds what does not belong there.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { findUnwanted } from './allowedEntries.mjs';
import { loadedAtOnce } from './loadedAtOnce.mjs';
import { readZipNames } from './readZipNames.mjs';

const VSIX = 'pg-topology.vsix';
const KB = 1024;
/** Files that are weighed together, by what they are called. */
const LIMITS = [
  { what: VSIX, files: () => [VSIX], limit: 1024 * KB },
  { what: 'host at activation', files: () => loadedAtOnce('dist/extension.cjs'), limit: 600 * KB },
  { what: 'dashboard', files: () => ['dist/webview/dashboard.js'], limit: 400 * KB },
];
/** The host's parts are as many as there are combinations of what is loaded on demand and shares code. */
const MOST_ENTRIES = 64;

const names = readZipNames(readFileSync(VSIX));
console.log(`${VSIX}: ${names.length} of at most ${MOST_ENTRIES} entries`);
const problems = [...findUnwanted(names), ...findTooBig()];
if (names.length > MOST_ENTRIES) problems.push(`${names.length} entries, at most ${MOST_ENTRIES}`);
for (const problem of problems) console.error(`${VSIX}: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function findTooBig() {
  return LIMITS.flatMap(({ what, files, limit }) => {
    const missing = files().filter((file) => !existsSync(file));
    if (missing.length > 0) return missing.map((file) => `${file} was not built`);
    const bytes = files().reduce((sum, file) => sum + statSync(file).size, 0);
    console.log(`${what}: ${inKb(bytes)} of at most ${inKb(limit)}`);
    return bytes > limit ? [`${what} has ${inKb(bytes)}, at most ${inKb(limit)}`] : [];
  });
}

/** @param {number} bytes */
function inKb(bytes) {
  return `${(bytes / KB).toFixed(1)} KB`;
}

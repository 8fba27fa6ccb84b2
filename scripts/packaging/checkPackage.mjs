// Refuses a package that is too big or holds what does not belong there.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { findUnwanted } from './allowedEntries.mjs';
import { readZipNames } from './readZipNames.mjs';

const VSIX = 'pg-topology.vsix';
const KB = 1024;
const LIMITS = {
  [VSIX]: 1024 * KB,
  'dist/extension.cjs': 600 * KB,
  'dist/webview/dashboard.js': 400 * KB,
};
const MOST_ENTRIES = 39;

const names = readZipNames(readFileSync(VSIX));
console.log(`${VSIX}: ${names.length} of at most ${MOST_ENTRIES} entries`);
const problems = [...findUnwanted(names), ...findTooBig()];
if (names.length > MOST_ENTRIES) problems.push(`${names.length} entries, at most ${MOST_ENTRIES}`);
for (const problem of problems) console.error(`${VSIX}: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

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

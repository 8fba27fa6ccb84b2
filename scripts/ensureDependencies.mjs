// Imports nothing but Node: it runs before there is anything else.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOWEST_NODE = [20, 19];

/** Installs the locked packages when node_modules is missing or differs from the lock file. */
export function ensureDependencies() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [lowestMajor = 0, lowestMinor = 0] = LOWEST_NODE;
  if (major < lowestMajor || (major === lowestMajor && minor < lowestMinor)) {
    throw new Error(`Node ${LOWEST_NODE.join('.')} or newer is needed; this is ${process.version}`);
  }
  const differing = whyInstall(ROOT);
  if (differing === null) return;
  console.log(`Installing packages with npm ci (${differing})`);
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: ROOT, shell: process.platform === 'win32' };
  const run = spawnSync('npm', args, { ...options, stdio: 'inherit' });
  if (run.status !== 0) throw new Error(`npm ${args.join(' ')} failed`);
}

/**
 * @param {string} root folder of package-lock.json
 * @returns {string | null} why an install is needed, or null
 */
export function whyInstall(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  // npm writes down here what it has really installed.
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (present === null) return 'node_modules is missing';
  for (const [path, entry] of Object.entries(wanted ?? {})) {
    // Packages for other platforms are listed but not installed.
    if (path === '' || entry.optional || entry.devOptional || entry.peer) continue;
    if (present[path]?.version !== entry.version) return `${path} is not ${entry.version}`;
  }
  return null;
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }> | null}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

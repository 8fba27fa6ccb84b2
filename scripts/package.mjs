// Builds, packs and checks pg-topology.vsix. `--unchecked` leaves the check to a run of its own.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const VSIX = 'pg-topology.vsix';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist', { recursive: true, force: true });
rmSync(VSIX, { force: true });
// Times in the package are those of the commit, so that whoever builds it anew gets the very same bytes.
process.env['SOURCE_DATE_EPOCH'] ??= commitTime();
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
if (!process.argv.includes('--unchecked')) run('scripts/packaging/checkPackage.mjs');

/** Seconds since 1970; a fixed day where there is no git. */
function commitTime() {
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' });
  return status === 0 && /^\d+\s*$/u.test(stdout) ? stdout.trim() : '1735689600';
}

/** @param {readonly string[]} command arguments of Node */
function run(...command) {
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

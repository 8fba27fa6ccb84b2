import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Builds what ships, for benchmarks of what ships. */
export function buildExtension(): void {
  const args = ['esbuild.config.mjs', '--production'];
  const run = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`The build failed:\n${run.stderr.slice(-2_000)}`);
}

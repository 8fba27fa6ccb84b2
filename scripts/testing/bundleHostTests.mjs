// Bundles the suites that run inside the extension host: it loads CommonJS, and `vscode` exists only there.
import { rm } from 'node:fs/promises';
import * as esbuild from 'esbuild';

await rm('dist-test/host', { recursive: true, force: true });
await esbuild.build({
  entryPoints: ['test/host/suites/**/*.test.ts', 'test/host/suites-restricted/**/*.test.ts'],
  outbase: 'test/host',
  outdir: 'dist-test/host',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'inline',
  external: ['vscode', 'pg-native'],
  logLevel: 'warning',
});

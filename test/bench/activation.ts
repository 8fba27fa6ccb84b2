import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { loadedAtOnce } from '../../scripts/packaging/loadedAtOnce.mjs';
import { median, reportAtMost, reportExactly, reportPlain } from './report';

const BENCH = 'P10';
const ACTIVATION_LIMIT_MS = 100;
const KB = 1_000;
const LIMITS = { host: 600, webview: 400, package: 1_000 } as const;
/** Only `pg` asks for this module, so asking for it shows that `pg` was loaded. */
const SIGN_OF_PG = 'dns';

const probeSchema = z.object({
  loadMs: z.number(),
  activateMs: z.number(),
  requested: z.array(z.string()),
});

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** P10: what a user pays for having the extension, before anything is connected. Builds and packs it first. */
export function benchActivation(runs: number): void {
  node(['scripts/package.mjs', '--unchecked']);
  const sizeKb = (path: string): number => statSync(root(path)).size / KB;
  const where = (what: string, unit: string) => ({ bench: BENCH, case: what, unit });
  const atOnce = loadedAtOnce(root('dist/extension.cjs')).map((file) => statSync(file).size / KB);
  const hostKb = atOnce.reduce((sum, size) => sum + size, 0);
  reportAtMost(where('host, loaded by activation', 'KB'), hostKb, LIMITS.host);
  reportAtMost(where('webview script', 'KB'), sizeKb('dist/webview/dashboard.js'), LIMITS.webview);
  reportAtMost(where('package', 'KB'), sizeKb('pg-topology.vsix'), LIMITS.package);

  const probes = Array.from({ length: runs }, () =>
    probeSchema.parse(
      JSON.parse(node(['test/bench/activationProbe.cjs', root('dist/extension.cjs')])),
    ),
  );
  const loadMs = median(probes.map((probe) => probe.loadMs));
  const activateMs = median(probes.map((probe) => probe.activateMs));
  reportPlain(where('load, in plain Node', 'ms'), loadMs);
  reportPlain(where('activate, in plain Node', 'ms'), activateMs);
  reportAtMost(where('load and activate', 'ms'), loadMs + activateMs, ACTIVATION_LIMIT_MS);
  const canTell = readdirSync(root('dist'))
    .filter((name) => name.endsWith('.cjs'))
    .some((name) =>
      readFileSync(root(`dist/${name}`), 'utf8').includes(`require("${SIGN_OF_PG}")`),
    );
  if (!canTell) throw new Error(`pg does not ask for ${SIGN_OF_PG} any more: find another sign.`);
  const loaded = probes.filter((probe) => probe.requested.includes(SIGN_OF_PG)).length;
  reportExactly(where('pg loaded by activation', 'times'), loaded, 0);
}

function node(args: readonly string[]): string {
  const run = spawnSync(process.execPath, args, { cwd: root(''), encoding: 'utf8' });
  if (run.status !== 0)
    throw new Error(`node ${args.join(' ')} failed:\n${run.stderr.slice(-2_000)}`);
  return run.stdout;
}

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assertServerCanReach } from './serverAccount';

/**
 * Where downloaded server programs and prepared data directories stay between runs, outside the checkout so that fresh clones share them.
 * Root's home is closed to the account its servers run as, so root keeps them below `/var/cache`. `PG_TOPOLOGY_CACHE` overrides.
 */
export function cacheFolder(): string {
  const folder = path.resolve(process.env['PG_TOPOLOGY_CACHE'] ?? defaultFolder());
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  assertServerCanReach(folder);
  return folder;
}

function defaultFolder(): string {
  if (process.getuid?.() === 0) return '/var/cache/pg-topology';
  const base = process.env['XDG_CACHE_HOME'];
  return path.join(
    base === undefined || base === '' ? path.join(os.homedir(), '.cache') : base,
    'pg-topology',
  );
}

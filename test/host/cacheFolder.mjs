import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where tests keep what they download once per machine, outside the checkout, so that a fresh clone pays nothing.
 * PG_TOPOLOGY_CACHE overrides. Root uses /var/cache, as the server programs beside it have to be in reach of another account.
 *
 * @param {string} name of the part that is cached
 * @returns {string} an absolute path; it need not exist yet
 */
export function cacheFolder(name) {
  return join(process.env['PG_TOPOLOGY_CACHE'] ?? defaultFolder(), name);
}

function defaultFolder() {
  if (process.getuid?.() === 0) return '/var/cache/pg-topology';
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pg-topology');
}

// What tests download once per machine is kept outside the checkout, so that a fresh clone pays nothing.
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * @param {string} name of the part that is cached
 * @returns {string} an absolute path; it need not exist yet
 */
export function cacheFolder(name) {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(base, 'pg-topology', name);
}

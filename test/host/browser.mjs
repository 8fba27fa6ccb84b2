// A real Chromium, driven by playwright-core.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { mustRun } from './runTool.mjs';
import { withLock } from './withLock.mjs';

/** Draws with the same engine, and has no window of a browser around its pages. */
const SHELL_PACKAGE = 'chromium-headless-shell';
const SHELL = `/usr/bin/${SHELL_PACKAGE}`;
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * @param {(line: string) => void} [say] told before a long step begins
 * @returns {Promise<string>} the browser's executable; CHROMIUM_PATH overrides. Installed by apt where root may do so.
 * @throws when there is none, with the command that installs one
 */
export async function ensureChromium(say = console.error) {
  const found = findChromium();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      'No Chromium found. Run "sudo apt-get install chromium" (or your system\'s own way), ' +
        'or set CHROMIUM_PATH to a Chromium or Chrome.',
    );
  }
  await withLock(join(tmpdir(), 'pg-topology-chromium'), async () => {
    if (findChromium() !== undefined) return;
    say('Installing Chromium with apt-get (a minute or two)');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const wait = ['-o', 'DPkg::Lock::Timeout=300'];
    await mustRun('apt-get', [...wait, 'update', '-q'], { env });
    await mustRun('apt-get', [...wait, 'install', '-yq', 'chromium'], { env });
    // Not every Debian, and no Ubuntu, has it as a package of its own; the browser does as well.
    await mustRun('apt-get', [...wait, 'install', '-yq', SHELL_PACKAGE], { env }).catch(
      () => undefined,
    );
  });
  const installed = findChromium();
  if (installed === undefined) throw new Error('apt-get installed chromium, but it is not there.');
  return installed;
}

/**
 * @param {readonly string[]} [places]
 * @returns {string | undefined}
 */
function findChromium(places = PLACES) {
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen !== undefined && chosen !== '') return chosen;
  return places.find((place) => existsSync(place));
}

/**
 * A browser for many short-lived pages of our own: a page of the shell costs a tenth of one in a whole browser. Without
 * the shell, the whole one.
 */
export async function launchShell() {
  const whole = await ensureChromium();
  return launchChromium({ executablePath: findChromium([SHELL]) ?? whole });
}

/**
 * A headless browser that resolves no name: whatever asks for the network fails at once.
 *
 * @param {import('playwright-core').LaunchOptions} [options]
 */
export async function launchChromium(options = {}) {
  return chromium.launch({
    headless: true,
    ...options,
    executablePath: options.executablePath ?? (await ensureChromium()),
    args: [
      // Chromium refuses its sandbox to root, and most containers have none to give.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      ...(options.args ?? []),
    ],
  });
}

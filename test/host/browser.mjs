// A real Chromium, driven by playwright-core.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { mustRun } from './runTool.mjs';
import { withLock } from './withLock.mjs';

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
  });
  const installed = findChromium();
  if (installed === undefined) throw new Error('apt-get installed chromium, but it is not there.');
  return installed;
}

/** @returns {string | undefined} */
function findChromium() {
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen !== undefined && chosen !== '') return chosen;
  return PLACES.find((place) => existsSync(place));
}

/**
 * A headless browser that resolves no name: whatever asks for the network fails at once.
 *
 * @param {import('playwright-core').LaunchOptions} [options]
 */
export async function launchChromium(options = {}) {
  return chromium.launch({
    executablePath: await ensureChromium(),
    headless: true,
    ...options,
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

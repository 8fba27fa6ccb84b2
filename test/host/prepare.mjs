// Installs what the suites need before any of their time limits runs: `node test/host/prepare.mjs browser|editor`.
import { ensureChromium } from './browser.mjs';
import { ensureHost } from './ensureHost.mjs';

if (process.argv[2] === 'browser') {
  console.log(`Browser: ${await ensureChromium()}`);
} else if (process.platform === 'linux' && process.env['VSCODE_EXECUTABLE_PATH'] === undefined) {
  const host = await ensureHost();
  console.log(`VS Code ${host.version}: ${host.root}`);
} else {
  console.log('VS Code: the one of this machine, or the one that @vscode/test-electron downloads');
}

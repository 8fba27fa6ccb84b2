// Type-checks every program of the repository. `core` and `protocol` compile alone, without DOM and Node types.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECTS = ['src/core', 'src/protocol', 'src', 'webview', 'test', '.'];
// The native compiler. The one named `typescript` has the interface that scripts read code with.
const TSC = fileURLToPath(new URL('../node_modules/typescript-7/bin/tsc', import.meta.url));

let failed = false;
for (const project of PROJECTS) {
  const { status, error } = spawnSync(process.execPath, [TSC, '--noEmit', '-p', project], {
    stdio: 'inherit',
  });
  if (error !== undefined) throw error;
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;

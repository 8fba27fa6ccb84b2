import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = ['src', 'webview'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name).replaceAll('\\', '/')),
);

/** Files whose code, comments left out, matches. */
function filesWith(pattern: RegExp): readonly string[] {
  return sources.filter((path) => {
    const code = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    return pattern.test(code);
  });
}

describe('what our code can reach', () => {
  it('looks at all of it', () => {
    assert.ok(sources.length > 100);
    assert.ok(filesWith(/from 'node:net'/).length > 0);
  });

  it('starts programs for the demo alone, without a shell', () => {
    assert.deepEqual(filesWith(/child_process|worker_threads|node:cluster/), [
      'src/demo/processes.ts',
      'src/demo/runProgram.ts',
    ]);
    assert.deepEqual(filesWith(/\bshell: |execSync|(?<![.\w])exec\(/), []);
  });

  it('opens sockets in one folder, and speaks to servers of Postgres alone', () => {
    const withSockets = filesWith(/from 'node:(net|tls)'/);
    assert.deepEqual(
      withSockets.filter((path) => !path.startsWith('src/pg/')),
      // It looks for a port that nobody listens on.
      ['src/demo/freePort.ts'],
    );
    assert.deepEqual(
      filesWith(/node:(http|https|http2|dgram|dns)\b|\bfetch\(|XMLHttpRequest|\bWebSocket\b/),
      [
        // Once, for the servers of the demo, when the user said so.
        'src/demo/download.ts',
        // Patroni at an address of a discovery, when the user ticked it: one GET, to that host alone.
        'src/pg/discovery/patroniCluster.ts',
      ],
    );
  });

  it('evaluates no text as code', () => {
    assert.deepEqual(filesWith(/\beval\(|new Function\(|\.innerHTML\s*=|unsafeHTML/), []);
  });

  it('writes files where the user asked for one, and in the folder that the editor keeps for us', () => {
    const writing = filesWith(/writeFile\(|appendFile\(|createWriteStream|mkdir\(/);
    // The demo has a folder of its own, which it takes away again.
    const outsideDemo = writing.filter((path) => !path.startsWith('src/demo/'));
    assert.deepEqual(outsideDemo, [
      'src/commands/createTopologyFile.ts',
      'src/commands/exportIncident.ts',
      'src/host/storageFiles.ts',
    ]);
  });

  it('keeps secrets in the secret store alone', () => {
    assert.deepEqual(filesWith(/context\.secrets/), ['src/composition.ts']);
    assert.deepEqual(filesWith(/globalState/), []);
  });

  it('sends no telemetry', () => {
    assert.deepEqual(filesWith(/telemetry|createTelemetryLogger/i), []);
  });
});

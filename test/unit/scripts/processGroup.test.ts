import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startGroup } from '../../host/processGroup.mjs';
import { waitUntilGone } from './waitUntilGone';

/** A program that starts a group with a long-lived leader, prints the leader's number, and then does as it is told. */
function startOwner(afterwards: string): ChildProcess {
  const module = pathToFileURL(resolve('test/host/processGroup.mjs')).href;
  const text = `import { startGroup } from '${module}';
    const group = startGroup(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }, () => {
      process.stdout.write(' cleaned');
    });
    process.stdout.write(String(group.child.pid));
    ${afterwards}`;
  return spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('a process group', () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    it(`ends with its owner on ${signal}`, async () => {
      const owner = startOwner('setInterval(() => {}, 1000);');
      const output = collect(owner);
      while (output.text === '') await once(owner.stdout ?? owner, 'data');
      owner.kill(signal);
      const [, endedBy] = (await once(owner, 'close')) as [number | null, string | null];
      assert.equal(endedBy, signal);
      assert.match(output.text, /^\d+ cleaned$/);
      await waitUntilGone(Number.parseInt(output.text, 10));
    });
  }

  it('ends with its owner when that one fails', async () => {
    const owner = startOwner('process.exit(7);');
    const output = collect(owner);
    await once(owner, 'close');
    await waitUntilGone(Number.parseInt(output.text, 10));
  });

  it('ends when told to', async () => {
    const group = startGroup(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
    });
    await group.end();
    assert.equal(group.exited(), 'SIGTERM');
  });
});

function collect(child: ChildProcess): { text: string } {
  const output = { text: '' };
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (output.text += part));
  return output;
}

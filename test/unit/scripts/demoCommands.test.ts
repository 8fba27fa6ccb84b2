import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { DemoCommands, readDemoCommand } from '../../../scripts/demo/demoCommands';
import type { RunningTopology } from '../../../test/clusters/topology/runningTopology';

const NODES = ['master', 'vengeance'];

describe('commands of the demo', () => {
  it('take a node away and bring it back', () => {
    assert.deepEqual(readDemoCommand(' stop  master ', NODES), { kind: 'stop', node: 'master' });
    assert.deepEqual(readDemoCommand('start master', NODES), { kind: 'start', node: 'master' });
    assert.deepEqual(readDemoCommand('nodes', NODES), { kind: 'nodes' });
    assert.deepEqual(readDemoCommand('', NODES), { kind: 'none' });
  });

  it('say what they are where a line is none', () => {
    assert.throws(() => readDemoCommand('stop', NODES), /"stop" is no command\. Type here/u);
    assert.throws(() => readDemoCommand('halt master', NODES), /is no command/u);
    assert.throws(
      () => readDemoCommand('stop centrl', NODES),
      /There is no node "centrl", only master, vengeance\./u,
    );
  });

  it('run one after the other, and a failure ends nothing', async () => {
    const said: string[] = [];
    const cluster = {
      isRunning: true,
      stop: () => {
        cluster.isRunning = false;
        return Promise.resolve();
      },
      start: () => Promise.reject(new Error('port taken')),
    };
    const node = { id: 'master', cluster };
    // A node is all that commands see of a running topology.
    const topology = { nodes: new Map([['master', node]]), node: () => node };
    const input = new PassThrough();
    const commands = new DemoCommands(topology as unknown as RunningTopology, input, (text) =>
      said.push(text),
    );
    input.write('start master\nstop master\nstop master\nstart master\nnodes\n');
    input.end();
    while (said.length < 5) await new Promise((resolve) => setTimeout(resolve, 1));
    await commands.close();
    assert.deepEqual(said, [
      'master runs already.',
      'master is stopped.',
      'master is stopped already.',
      'port taken',
      '  master               stopped',
    ]);
  });
});

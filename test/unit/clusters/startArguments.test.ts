import assert from 'node:assert/strict';
import { readStartArguments } from '../../../scripts/demo/startArguments.mjs';

describe('readStartArguments', () => {
  it('shows the demo on the newest version by default', () => {
    const { editor, json, major, topology } = readStartArguments([]);
    assert.deepEqual(
      { editor, json, major, topology },
      { editor: 'auto', json: false, major: 18, topology: 'demo' },
    );
  });

  it('reads every option', () => {
    const words = '--topology pulse --major 15 --browser --port 8080 --json'.split(' ');
    assert.deepEqual(readStartArguments(words), {
      topology: 'pulse',
      major: 15,
      editor: 'browser',
      json: true,
      port: 8080,
      help: false,
    });
  });

  it('names what it does not understand', () => {
    assert.throws(() => readStartArguments(['--toplogy', 'pulse']), /Unknown option --toplogy/);
    assert.throws(() => readStartArguments(['--topology']), /--topology needs a value/);
    assert.throws(() => readStartArguments(['--major', 'x']), /--major needs a number/);
  });
});

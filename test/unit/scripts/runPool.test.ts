import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { runPool } from '../../../scripts/testing/runPool.mjs';

interface Named {
  readonly name: string;
  readonly needs: readonly string[];
}

const task = (name: string, ...needs: string[]): Named => ({ name, needs });

/** Runs tasks, each of which takes a few turns, and notes what ran together. */
async function run(tasks: readonly Named[], width: number, bad: readonly string[] = []) {
  const started: string[] = [];
  let running = 0;
  let most = 0;
  const results = await runPool(
    tasks,
    width,
    async ({ name }) => {
      started.push(name);
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
      running -= 1;
      return { ok: !bad.includes(name), result: `${name} ran` };
    },
    ({ name }) => `${name} refused`,
  );
  return { started, most, results };
}

describe('the pool of suites', () => {
  it('runs as many at a time as it is wide, and never more', async () => {
    const tasks = ['a', 'b', 'c', 'd', 'e'].map((name) => task(name));
    const { most, results } = await run(tasks, 2);
    assert.equal(most, 2);
    assert.deepEqual(results, ['a ran', 'b ran', 'c ran', 'd ran', 'e ran']);
  });

  it('starts a task after what it needs, and others meanwhile', async () => {
    const { started } = await run([task('build'), task('ui', 'build'), task('unit')], 2);
    assert.deepEqual(started, ['build', 'unit', 'ui']);
  });

  it('refuses what needs a failed task, and what needs that one', async () => {
    const tasks = [task('build'), task('ui', 'build'), task('pictures', 'ui'), task('unit')];
    const { started, results } = await run(tasks, 2, ['build']);
    assert.deepEqual(started, ['build', 'unit']);
    assert.deepEqual(results, ['build ran', 'ui refused', 'pictures refused', 'unit ran']);
  });

  it('says so when a task needs one that does not exist', async () => {
    await assert.rejects(run([task('ui', 'bild')], 2), /Nothing can start: ui/);
  });
});

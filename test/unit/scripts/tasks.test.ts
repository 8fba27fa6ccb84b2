import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { planTasks } from '../../../scripts/testing/tasks.mjs';

describe('the plan of a test run', () => {
  const everything = planTasks(undefined, []);

  it('holds what every task needs, before it', () => {
    const seen = new Set<string>();
    for (const { name, needs } of everything) {
      assert.deepEqual(
        needs.filter((need) => !seen.has(need)),
        [],
        name,
      );
      assert.ok(!seen.has(name), `${name} is there twice`);
      seen.add(name);
    }
  });

  for (const suite of ['unit', 'postgres', 'host', 'webview', 'ui']) {
    it(`holds all that ${suite} runs when it runs alone, and alone it holds what it needs`, () => {
      const alone = planTasks(suite, []);
      const names = new Set(alone.map(({ name }) => name));
      assert.ok(alone.some(({ kind }) => kind === 'suite'));
      assert.ok(alone.flatMap(({ needs }) => needs).every((need) => names.has(need)));
      const all = new Set(everything.map(({ name }) => name));
      assert.ok([...names].every((name) => all.has(name)));
    });
  }

  it('runs every file of the workbench in one of the halves, and in one alone', () => {
    const letters = everything
      .filter(({ name }) => name.startsWith('ui'))
      .map(({ command }) => /\[(!?)(\w-\w)\]/u.exec(command.join(' ')))
      .map((found) => new RegExp(`^[${found?.[1] === '!' ? '^' : ''}${found?.[2]}]`, 'u'));
    assert.equal(letters.length, 2);
    const files = readdirSync('test/ui').filter((file) => file.endsWith('.test.ts'));
    for (const file of files) {
      assert.equal(letters.filter((letter) => letter.test(file)).length, 1, file);
    }
  });

  it('runs one file when it is named, with what else is said', () => {
    const file = 'test/unit/core/lsn.test.ts';
    const [task] = planTasks('unit', [file, '--grep', 'lag']);
    assert.deepEqual(task?.command.slice(-3), [file, '--grep', 'lag']);
    assert.ok(task.command.every((part) => !part.includes('*')));
  });

  it('runs a file of the soak where it belongs, and refuses one that is of no suite', () => {
    const file = 'test/postgres/plans/blastRadius.test.ts';
    const names = planTasks('soak', [file]).map(({ name }) => name);
    assert.ok(
      names.length > 0 && names.every((name) => name.startsWith('postgres ')),
      names.join(),
    );
    assert.deepEqual(
      planTasks('soak', ['test/unit/core/lsn.test.ts']).map(({ name }) => name),
      ['unit'],
    );
    assert.throws(() => planTasks('unit', [file]), /The suite "unit" does not run/);
  });

  it('refuses a suite that does not exist', () => {
    assert.throws(() => planTasks('units', []), /There is no suite "units"/);
  });
});

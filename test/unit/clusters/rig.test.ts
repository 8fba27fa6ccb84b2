import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withFileLock } from '../../clusters/fileLock';
import { majorsOfThisRun, SUPPORTED_MAJORS } from '../../clusters/majors';
import { identityOf, isRunning } from '../../clusters/processTable';
import { RunFolder } from '../../clusters/runFolder';
import { formatConf } from '../../clusters/serverConf';
import { readChore } from '../../clusters/topology/workload';
import { waitFor } from '../../clusters/waitFor';

/** A process that sleeps, in a group of its own. */
function startSleeper(cwd?: string) {
  const script = 'setInterval(() => undefined, 60_000)';
  return spawn(process.execPath, ['-e', script], { stdio: 'ignore', detached: true, cwd });
}

describe('majorsOfThisRun', () => {
  it('reads the list, and takes all without one', () => {
    assert.deepEqual(majorsOfThisRun('18, 14'), [18, 14]);
    assert.deepEqual(majorsOfThisRun(''), SUPPORTED_MAJORS);
  });

  it('refuses what is not supported', () => {
    assert.throws(() => majorsOfThisRun('18,13'), /"13" is none of 14, 15, 16, 17, 18/);
  });
});

describe('formatConf', () => {
  it('quotes values', () => {
    assert.equal(
      formatConf({ primary_conninfo: `user='o\\x'`, fsync: false, port: 5432 }),
      `primary_conninfo = 'user=''o\\\\x'''\nfsync = 'off'\nport = '5432'\n`,
    );
  });
});

describe('readChore', () => {
  it('reads the pace and the statements', () => {
    const text = '-- every 200 ms\nINSERT INTO a\nVALUES (1);\nDELETE FROM a;\n';
    const chore = readChore(text);
    assert.equal(chore.everyMs, 200);
    assert.deepEqual(chore.statements, ['INSERT INTO a\nVALUES (1)', 'DELETE FROM a']);
  });

  it('insists on the pace', () => {
    assert.throws(() => readChore('SELECT 1;\n'), /every N ms/);
  });
});

describe('withFileLock', () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pg-topology-lock-'));
  });

  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('lets one in at a time', async () => {
    const file = path.join(folder, 'lock');
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withFileLock(file, work)));
    assert.equal(most, 1);
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('takes over from a holder that died', async () => {
    const file = path.join(folder, 'lock');
    const child = startSleeper();
    fs.writeFileSync(file, JSON.stringify(identityOf(child.pid ?? 0)));
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    assert.equal(await withFileLock(file, () => Promise.resolve('in')), 'in');
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('opens again after a failure', async () => {
    const file = path.join(folder, 'lock');
    await assert.rejects(
      withFileLock(file, () => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(fs.existsSync(file), false);
  });
});

describe('RunFolder', () => {
  it('ends adopted processes, and goes away', async () => {
    const run = RunFolder.create();
    const child = startSleeper();
    const identity = identityOf(child.pid ?? 0);
    assert.ok(identity);
    run.adopt(identity.pid, 'group');
    run.closeNow();
    await waitFor(() => !isRunning(identity), { what: 'the process ended' });
    assert.equal(fs.existsSync(run.path), false);
    run.closeNow();
  });

  it('leaves released processes alone', () => {
    const run = RunFolder.create();
    const child = startSleeper();
    const identity = identityOf(child.pid ?? 0);
    assert.ok(identity);
    run.adopt(identity.pid, 'group');
    run.release(identity.pid, 'group');
    run.closeNow();
    assert.ok(isRunning(identity));
    child.kill('SIGKILL');
  });

  it('keeps the folders of living runs', () => {
    const first = RunFolder.create();
    const second = RunFolder.create();
    assert.ok(fs.existsSync(first.path));
    second.closeNow();
    assert.ok(fs.existsSync(first.path));
    first.closeNow();
  });

  it('clears up after a run that crashed, its processes included', async () => {
    const left = fs.mkdtempSync(path.join(os.tmpdir(), 'pg-topology-run-1-'));
    fs.mkdirSync(path.join(left, 'processes'));
    const child = startSleeper();
    const identity = identityOf(child.pid ?? 0);
    assert.ok(identity);
    fs.writeFileSync(
      path.join(left, 'processes', `${identity.pid}.group`),
      JSON.stringify(identity),
    );
    // A pid that runs, but not since then: the number has been used again.
    fs.writeFileSync(path.join(left, 'owner'), JSON.stringify({ pid: 1, startedAt: 'never' }));
    RunFolder.create().closeNow();
    assert.equal(fs.existsSync(left), false);
    await waitFor(() => !isRunning(identity), { what: 'the process ended' });
  });

  it('does not touch a process that only has the number of a registered one', () => {
    const left = fs.mkdtempSync(path.join(os.tmpdir(), 'pg-topology-run-1-'));
    fs.mkdirSync(path.join(left, 'processes'));
    const child = startSleeper();
    const identity = identityOf(child.pid ?? 0);
    assert.ok(identity);
    const earlier = { ...identity, startedAt: 'earlier' };
    fs.writeFileSync(
      path.join(left, 'processes', `${identity.pid}.group`),
      JSON.stringify(earlier),
    );
    fs.writeFileSync(path.join(left, 'owner'), JSON.stringify({ pid: 1, startedAt: 'never' }));
    RunFolder.create().closeNow();
    assert.equal(fs.existsSync(left), false);
    assert.ok(isRunning(identity));
    child.kill('SIGKILL');
  });
});

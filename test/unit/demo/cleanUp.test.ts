import assert from 'node:assert/strict';
import { mayRemove, readOwner } from '../../../src/demo/owner';
import { isServerOf, readPostmasterFile } from '../../../src/demo/postmasterFile';
import { identityOf, stillRuns } from '../../../src/demo/processes';

const DATA = '/storage/demo/1/servers/central';
const FILE = `4711\n${DATA}\n1763769600\n15432\n\n127.0.0.1\n 1 2\nready   \n`;

describe('what a crash of the demo left', () => {
  it('reads postmaster.pid, once it is written to its end', () => {
    assert.deepEqual(readPostmasterFile(FILE), {
      pid: 4711,
      dataDirectory: DATA,
      startedAtSeconds: 1763769600,
    });
    assert.equal(readPostmasterFile(FILE.replaceAll('\n', '\r\n'))?.dataDirectory, DATA);
    for (const text of ['', '4711\n', `4711\n${DATA}\n`, `-1\n${DATA}\n5\n`, 'x\ny\nz\n']) {
      assert.equal(readPostmasterFile(text), null, text);
    }
  });

  it('is a server of ours only beyond doubt', () => {
    const file = readPostmasterFile(FILE);
    assert.ok(file);
    const isOurs = (worksThere: boolean | null, startedAtSeconds: number | null, folder = DATA) =>
      isServerOf(folder, file, { worksThere, startedAtSeconds });
    assert.equal(isOurs(true, null), true);
    // Its pid was given to another process.
    assert.equal(isOurs(false, 1763769600), false);
    // Where the system does not tell what a process works in, its start has to fit.
    assert.equal(isOurs(null, 1763769602), true);
    assert.equal(isOurs(null, 1763769700), false);
    assert.equal(isOurs(null, null), false);
    // A file that was copied here names where it came from.
    assert.equal(isOurs(true, 1763769600, '/storage/demo/2/servers/central'), false);
  });

  it('reads who owns a run, and takes nothing for granted', () => {
    const owner = {
      pid: 12,
      startedAt: '345',
      servers: '/storage/demo/1/servers',
      pgCtl: '/usr/bin/pg_ctl',
      ports: [15_000, 15_001],
    };
    assert.deepEqual(readOwner(JSON.stringify(owner)), owner);
    assert.deepEqual(readOwner(JSON.stringify({ ...owner, startedAt: 5, ports: ['x', 1] })), {
      ...owner,
      startedAt: null,
      ports: [1],
    });
    for (const broken of [{ pid: 0 }, { pid: 1.5 }, { servers: 1 }, { pgCtl: 'pg_ctl' }]) {
      assert.equal(readOwner(JSON.stringify({ ...owner, ...broken })), null);
    }
    for (const text of ['', '{', 'null', '[]', '"x"']) assert.equal(readOwner(text), null);
  });

  it('removes nothing but folders of runs', () => {
    const kept = ['/storage/demo/1', '/var/cache/pg-topology-demo'];
    assert.equal(mayRemove('/storage/demo/1/servers', kept), true);
    assert.equal(mayRemove('/var/cache/pg-topology-demo/run-1', kept), true);
    const others = [
      '/',
      '/home/me',
      '/storage/demo/1',
      '/storage/demo/1/../../x',
      '/storage/demo/10/x',
    ];
    for (const folder of [...others, 'servers', '/var/cache/pg-topology-demo/']) {
      assert.equal(mayRemove(folder, kept), false, folder);
    }
  });

  it('tells a process from a later one with its pid', async () => {
    const identity = await identityOf(process.pid);
    assert.ok(identity);
    assert.equal(await stillRuns(identity), true);
    if (identity.startedAt === null) return;
    assert.equal(await stillRuns({ ...identity, startedAt: 'another time' }), false);
    // Where the start was not known, nothing is said to be over.
    assert.equal(await stillRuns({ ...identity, startedAt: null }), true);
  });
});

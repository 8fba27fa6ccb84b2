import assert from 'node:assert/strict';
import { combineWorkers } from '../../../../src/pg/catalog/subscriptionWorkers';

const MAIN = {
  pid: 10,
  isTableSync: false,
  isParallel: false,
  copy: null,
  receivedLsn: 5n,
  latestEndLsn: 4n,
  lastMessageAtMs: 1_000,
  waitEventType: 'Activity',
  waitEvent: 'LogicalApplyMain',
  blockingPids: null,
};
const PARALLEL = { ...MAIN, pid: 11, isParallel: true, receivedLsn: null, latestEndLsn: null };
const SYNC = { ...MAIN, pid: 12, isTableSync: true, receivedLsn: null, latestEndLsn: null };

describe('combineWorkers', () => {
  it('says of none that none runs', () => {
    const none = combineWorkers([]);
    assert.equal(none.workerPid, null);
    assert.equal(none.syncWorkers, 0);
    assert.deepEqual(none.blockingPids, []);
  });

  it('tells positions of the main worker, wherever it stands in the list', () => {
    const combined = combineWorkers([SYNC, PARALLEL, MAIN, SYNC]);
    assert.equal(combined.workerPid, 10);
    assert.equal(combined.receivedLsn, 5n);
    assert.equal(combined.latestEndLsn, 4n);
    assert.equal(combined.workerWaitEvent, 'LogicalApplyMain');
    assert.equal(combined.syncWorkers, 2);
  });

  it('tells the wait of a parallel worker that is blocked', () => {
    const blocked = { ...PARALLEL, waitEventType: 'Lock', waitEvent: 'relation' };
    const combined = combineWorkers([MAIN, { ...blocked, blockingPids: [99] }]);
    assert.equal(combined.workerPid, 10);
    assert.equal(combined.workerWaitEventType, 'Lock');
    assert.equal(combined.workerWaitEvent, 'relation');
    assert.deepEqual(combined.blockingPids, [99]);
  });

  it('tells what is being copied, and nothing of a worker that has not begun', () => {
    const copy = { schema: 'public', name: 'jobs', rows: 12, bytes: 400, runningMs: 1_000 };
    assert.deepEqual(combineWorkers([MAIN, SYNC, { ...SYNC, copy }]).copies, [copy]);
  });

  it('does not take tables that are copied for the subscription itself', () => {
    const combined = combineWorkers([SYNC]);
    assert.equal(combined.workerPid, null);
    assert.equal(combined.lastMessageAtMs, null);
    assert.equal(combined.syncWorkers, 1);
  });
});

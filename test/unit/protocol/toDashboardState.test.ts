import assert from 'node:assert/strict';
import { DASHBOARD_STATE } from '../../../src/protocol/dashboardState';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { toLagHistory } from '../../../src/protocol/toLagHistory';
import { historyOf } from '../../webview/support/histories';
import { healthy, hundred, noPrivilege, restricted, STATES } from '../../webview/support/states';

describe('protocol/toDashboardState', () => {
  for (const [name, snapshot] of Object.entries(STATES)) {
    if (snapshot === null) continue;
    it(`crosses the pipe as JSON and parses to the same: ${name}`, () => {
      const state = toDashboardState(snapshot, snapshot.edges[0]?.id ?? null);
      const parsed = DASHBOARD_STATE.safeParse(JSON.parse(JSON.stringify(state)));
      assert.ok(parsed.success, parsed.success ? '' : JSON.stringify(parsed.error.issues));
      assert.deepEqual(parsed.data, state);
    });
  }

  it('carries evidence for what is selected alone', () => {
    assert.equal(toDashboardState(healthy, null).details, null);
    const state = toDashboardState(healthy, 'streaming/central-read');
    assert.equal(state.details?.id, 'streaming/central-read');
    assert.ok(state.details.evidence.length >= 5);
    assert.doesNotMatch(JSON.stringify(state.edges), /pg_stat_replication/);
  });

  it('knows nothing of something that is gone', () => {
    assert.equal(toDashboardState(healthy, 'streaming/gone').details, null);
  });

  it('says what the file declares where no server was asked', () => {
    const details = toDashboardState(restricted, 'streaming/central-read').details;
    const rows = details?.evidence.map(({ label, value }) => `${label}: ${value}`);
    assert.deepEqual(rows, [
      'Standby of: central',
      'Slot: central_read',
      'Host: central-read.example.com',
      'Database: central_services',
      'User: monitor',
    ]);
  });

  it('never carries connection parameters beyond those shown', () => {
    const secretive = {
      ...healthy,
      topology: {
        ...healthy.topology,
        nodes: healthy.topology.nodes.map((node) => ({
          ...node,
          connection: { ...node.connection, password: 'hunter2', options: '-c hunter2' },
        })),
      },
    };
    for (const id of ['central', 'streaming/central-read', null]) {
      assert.doesNotMatch(JSON.stringify(toDashboardState(secretive, id)), /hunter2/);
    }
  });

  it('gives the statement that grants what is missing', () => {
    const details = toDashboardState(noPrivilege, 'streaming/replica').details;
    assert.equal(details?.statement, 'GRANT pg_monitor TO "monitor";');
  });

  it('keeps 100 nodes below 200 kB', () => {
    assert.ok(JSON.stringify(toDashboardState(hundred, null)).length < 200_000);
  });
});

describe('protocol/toLagHistory', () => {
  it('turns points into columns and leaves out what the asker has', () => {
    const history = historyOf(healthy);
    const all = toLagHistory(history, null);
    assert.equal(all.series.length, healthy.edges.length + healthy.queues.length);
    const first = all.series[0];
    assert.ok(first !== undefined);
    assert.equal(first.lagMs.length, first.atMs.length);
    const newest = Math.max(...first.atMs);
    assert.deepEqual(toLagHistory(history, newest).series, []);
    const rest = toLagHistory(history, newest - 10_000).series[0];
    assert.equal(rest?.atMs.length, 2);
  });
});

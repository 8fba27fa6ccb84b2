import assert from 'node:assert/strict';
import { HISTORY_RANGES } from '../../../src/core/history';
import type { EdgeChecks } from '../../../src/core/ports/checks';
import { fetchLagHistory } from '../../../src/protocol/dashboardMessages';
import { DASHBOARD_STATE } from '../../../src/protocol/dashboardState';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { toLagHistory } from '../../../src/protocol/toLagHistory';
import { CHECKED, CHECKED_IN_TROUBLE } from '../../webview/support/checks';
import { historyOf } from '../../webview/support/histories';
import {
  healthy,
  hundred,
  noPrivilege,
  restricted,
  STATES,
  trouble,
} from '../../webview/support/states';

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

  const checksOf = (edges: readonly EdgeChecks[], isContinuous = false) => ({
    isContinuous,
    edges: new Map(edges.map((edge) => [edge.edgeId, edge])),
  });

  it('carries the last result of each edge that was checked', () => {
    const state = toDashboardState(trouble, null, checksOf(CHECKED_IN_TROUBLE, true));
    const parsed = DASHBOARD_STATE.safeParse(JSON.parse(JSON.stringify(state)));
    assert.deepEqual(parsed.success && parsed.data, state);
    assert.equal(state.checks.isContinuous, true);
    const told = state.checks.edges.map(({ edgeId, last, isRunning, arrivals, checks }) => [
      edgeId,
      last?.outcome,
      last?.verdict?.code,
      isRunning,
      `${arrivals} of ${checks}`,
    ]);
    assert.deepEqual(told, [
      ['streaming/central-read', 'notArrived', 'notStreaming', false, '24 of 25'],
      ['streaming/central-archive', 'notPossible', undefined, false, '0 of 1'],
      ['logical/singularity/patterns_sub', 'notArrived', 'stoppedByError', false, '0 of 1'],
      ['logical/genesis/job_stats_sub', 'arrived', undefined, true, '24 of 24'],
    ]);
    assert.deepEqual(toDashboardState(trouble, null).checks, { isContinuous: false, edges: [] });
  });

  it('tells a median and a slowest twentieth once there are enough arrivals for one', () => {
    const { edges } = toDashboardState(healthy, null, checksOf(CHECKED)).checks;
    const figures = edges.map(({ medianMs, p95Ms, p99Ms, worstMs }) => [
      medianMs,
      p95Ms,
      p99Ms,
      worstMs,
    ]);
    assert.deepEqual(figures[0], [14.75, 17.5, null, 17.75]);
    assert.deepEqual(figures.at(-1), [null, null, null, 210]);
  });

  it('leaves results of edges behind that are gone', () => {
    const gone = { ...healthy, edges: healthy.edges.slice(1) };
    const { edges } = toDashboardState(gone, null, checksOf(CHECKED)).checks;
    assert.equal(edges.length, CHECKED.length - 1);
  });

  it('counts the last check among the evidence of its edge', () => {
    const lastOf = (id: string) =>
      toDashboardState(trouble, id, checksOf(CHECKED_IN_TROUBLE)).details?.facts.at(-1);
    const stopped = lastOf('logical/singularity/patterns_sub');
    assert.equal(stopped?.value, 'not within 10\u00a0s: stopped by an error');
    assert.equal(stopped.source, 'sentinel on central');
    const refused = lastOf('streaming/central-archive');
    assert.equal(
      refused?.value,
      'could not be checked. central-archive did not answer within 5 s.',
    );
    assert.notEqual(lastOf('logical/genesis/metrics_sub')?.label, 'Last check');
  });

  it('carries evidence for what is selected alone', () => {
    assert.equal(toDashboardState(healthy, null).details, null);
    const state = toDashboardState(healthy, 'streaming/central-read');
    assert.equal(state.details?.id, 'streaming/central-read');
    const { diagnosis, facts } = state.details;
    assert.equal(diagnosis.subject, 'streaming/central-read');
    assert.ok(diagnosis.evidence.length + facts.length >= 5);
    const sender = [...diagnosis.evidence, ...facts].find(({ label }) => label === 'Sender');
    assert.match(sender?.query ?? '', /FROM pg_stat_replication/);
    assert.doesNotMatch(JSON.stringify(state.edges), /pg_stat_replication/);
  });

  it('knows nothing of something that is gone', () => {
    assert.equal(toDashboardState(healthy, 'streaming/gone').details, null);
  });

  it('says what the file declares where no server was asked', () => {
    const details = toDashboardState(restricted, 'streaming/central-read').details;
    const rows = details?.facts.map(({ label, value }) => `${label}: ${value}`);
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
    const statements = details?.diagnosis.actions.flatMap((action) =>
      action.kind === 'statement' ? [action.sql] : [],
    );
    assert.deepEqual(statements, ['GRANT pg_monitor TO "monitor";']);
  });

  it('keeps 100 nodes below 200 kB', () => {
    assert.ok(JSON.stringify(toDashboardState(hundred, null)).length < 200_000);
  });
});

describe('protocol/toLagHistory', () => {
  for (const range of HISTORY_RANGES) {
    it(`crosses the pipe as JSON and parses to the same: ${range}`, () => {
      const sent = toLagHistory(historyOf(healthy, range, CHECKED));
      const parsed = fetchLagHistory.answer.safeParse(JSON.parse(JSON.stringify(sent)));
      assert.deepEqual(parsed.success && parsed.data, sent);
      const ids = sent.series.map(({ id }) => id);
      for (const { id } of [...healthy.edges, ...healthy.queues]) assert.ok(ids.includes(id), id);
      for (const { atMs, columns } of sent.series) {
        for (const column of Object.values(columns)) assert.equal(column.length, atMs.length);
      }
    });
  }
});

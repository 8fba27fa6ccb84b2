import assert from 'node:assert/strict';
import type { DrainSession } from '../../../../src/core/ports/drainGateway';
import type { Topology } from '../../../../src/core/topology';
import { DrainRefused } from '../../../../src/operations/drain/drainJob';
import { refusePooled } from '../../../../src/operations/drain/edgeEnd';
import { jobOf } from '../../../../src/operations/drain/jobOf';
import { declared, snapshot } from '../../core/describe/makeSnapshot';

const pendingSync = {
  primary: 'central',
  table: { schema: 'pgtopology', name: 'pending_sync' },
  capture: 'trigger',
  tables: [],
} as const;
const address = { topologyId: 'file:///pg-topology.json', nodeId: 'edge' };
const settings = { who: 'anna on desk-7', isStrict: true };

const topologyOf = (...nodes: Topology['nodes'][number][]): Topology =>
  snapshot({ nodes }).topology;
const idsOf = (topology: Topology) =>
  jobOf(topology, address, settings).primaries.map(({ id }) => id);
const edge = declared('edge', { pendingSync });

describe('jobOf', () => {
  it('takes the declared primary first, then every node of its family, whichever of them is declared', () => {
    const nodes = [
      declared('other'),
      declared('head'),
      declared('leaf', { standbyOf: 'central' }),
      declared('central', { standbyOf: 'head' }),
      declared('sister', { standbyOf: 'head' }),
      edge,
    ];
    const job = jobOf(topologyOf(...nodes), address, settings);
    assert.deepEqual(
      job.primaries.map(({ id }) => id),
      ['central', 'leaf', 'head', 'sister'],
    );
    assert.deepEqual([job.who, job.isStrict, job.edge.id], ['anna on desk-7', true, 'edge']);
  });

  it('never takes the edge itself, and leaves read-only nodes out but for the declared ones', () => {
    const standbyEdge = declared('edge', { pendingSync, standbyOf: 'central' });
    const closed = declared('closed', { standbyOf: 'central', access: 'readOnly' });
    assert.deepEqual(idsOf(topologyOf(declared('central'), standbyEdge, closed)), ['central']);
    for (const nodes of [
      [declared('central', { access: 'readOnly' }), edge],
      [declared('central'), declared('edge', { pendingSync, access: 'readOnly' })],
    ]) {
      assert.throws(() => idsOf(topologyOf(...nodes)), /is read-only/u);
    }
  });

  it('refuses what the file does not name', () => {
    const refusal = (topology: Topology): string => {
      try {
        return idsOf(topology).join();
      } catch (error) {
        assert.ok(error instanceof DrainRefused);
        return error.reasons.join();
      }
    };
    assert.equal(refusal(topologyOf(declared('central'))), 'The file names no queue on edge.');
    assert.equal(
      refusal(topologyOf(declared('central'), declared('edge'))),
      'The file names no queue on edge.',
    );
    assert.equal(refusal(topologyOf(edge)), 'The file has no node central, which edge drains to.');
  });
});

describe('refusePooled', () => {
  // Nothing else of a session is looked at.
  const session = (isPooled: boolean) => ({ nodeId: 'edge', isPooled }) as DrainSession;

  it('refuses a session behind a pooler alone', () => {
    assert.doesNotThrow(() => refusePooled(session(false)));
    assert.throws(
      () => refusePooled(session(true)),
      /edge is reached through a connection pooler/u,
    );
  });
});

import assert from 'node:assert/strict';
import { readOrderOf } from '../../../../src/core/runSelection/readOrder';
import type { NodeSnapshot } from '../../../../src/core/snapshot';
import type { Topology } from '../../../../src/core/topology';
import {
  declared,
  edge,
  failure,
  fast,
  NOW,
  sample,
  snapshot,
  verdict,
} from '../describe/makeSnapshot';

const DOWN: Partial<NodeSnapshot> = {
  sample: sample({ contact: 'failed', failure: failure(), fast: null, fastAtMs: null }),
  verdict: verdict('unreachable'),
};
const STANDBY: Partial<NodeSnapshot> = { sample: sample({ fast: fast({ isInRecovery: true }) }) };
const PRIMARY: Partial<NodeSnapshot> = { sample: sample({ fast: fast({ isInRecovery: false }) }) };

function orderOf(
  topology: Partial<Topology>,
  seen: Readonly<Record<string, Partial<NodeSnapshot>>> = {},
): string {
  const nodes = [
    declared('primary'),
    declared('near', { standbyOf: 'primary' }),
    declared('far', { standbyOf: 'primary' }),
  ];
  const found = readOrderOf(
    snapshot({
      nodes,
      seen: { primary: PRIMARY, near: STANDBY, far: STANDBY, ...seen },
      edges: [
        edge({ id: 'streaming/far', from: 'primary', to: 'far', lagMs: 900 }),
        edge({ id: 'streaming/near', from: 'primary', to: 'near', lagMs: 10 }),
      ],
      topology,
    }),
    NOW,
  );
  if ('problem' in found) return found.problem;
  const passed = found.passedOver.map(({ nodeId }) => ` (not ${nodeId})`).join('');
  return found.nodes.map(({ nodeId }) => nodeId).join(', ') + passed;
}

describe('where a selected statement is read', () => {
  it('goes by the file, in its order', () => {
    const routing = { reads: ['far', 'near', 'primary'], maxLagMs: 5_000 };
    assert.equal(orderOf({ routing }), 'far, near, primary');
    assert.equal(orderOf({ routing: { ...routing, maxLagMs: 500 } }), 'near, primary (not far)');
    assert.equal(orderOf({ routing }, { near: DOWN, far: DOWN }), 'primary (not far) (not near)');
  });

  it('goes nowhere where the file allows nobody who is there', () => {
    const routing = { reads: ['near'], maxLagMs: null };
    assert.match(orderOf({ routing }, { near: DOWN }), /^Reads go nowhere now: near: unreachable/u);
    assert.match(
      orderOf({ routing }, { near: { verdict: verdict('notApproved') } }),
      /^Where reads go is not known now: near: /u,
    );
  });

  it('goes to the freshest standby where the file says nothing, then to the primary', () => {
    assert.equal(orderOf({}), 'near, far, primary');
    assert.equal(orderOf({}, { near: DOWN, far: DOWN }), 'primary (not near) (not far)');
  });
});

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { VerdictCode } from '../../../../src/core/snapshot';
import { answered, failed, Joiner, node, primary, sender, slot, T0, topology } from './builders';
import { FILE, world } from './randomSamples';

/** Codes under which no number may stand: nothing is known, or what is known says nothing. */
const WITHOUT_NUMBER: readonly VerdictCode[] = [
  'restricted',
  'notConnected',
  'notApproved',
  'disconnected',
  'connecting',
  'noPrivilege',
  'roleMismatch',
  'wrongSystem',
  'diverged',
  'slotLost',
  'sourceCutOff',
  'notFound',
  'ambiguous',
  'copying',
  'stale',
  'unknown',
];

describe('joining what all servers say', () => {
  it('never makes a number out of what is not known', () => {
    const property = fc.property(fc.array(world, { minLength: 1, maxLength: 4 }), (worlds) => {
      const joiner = new Joiner(FILE);
      for (const samples of worlds) {
        for (const edge of joiner.join(samples).edges) {
          const hasNumber = edge.lagMs !== null || edge.lagBytes !== null;
          const { code } = edge.verdict;
          assert.ok(
            !hasNumber || !WITHOUT_NUMBER.includes(code),
            `${edge.id} ${code} has a number`,
          );
          assert.equal(hasNumber, edge.unknownBecause === null, `${edge.id} ${code}: reason`);
          assert.ok((edge.lagMs ?? 0) >= 0 && (edge.lagBytes ?? 0) >= 0);
          assert.ok(edge.lagBytes !== 0 || code !== 'notStreaming', `${edge.id} is cut off at 0`);
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('says the same of the same samples, however often and in which order it is asked', () => {
    const property = fc.property(fc.array(world, { minLength: 1, maxLength: 3 }), (worlds) => {
      const once = new Joiner(FILE);
      const often = new Joiner(FILE);
      for (const samples of worlds) {
        const straight = once.join(samples);
        often.join(samples);
        const reversed = Object.fromEntries(Object.entries(samples).reverse());
        const again = often.join(reversed);
        assert.deepEqual({ ...again, version: 0 }, { ...straight, version: 0 });
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('leaves the memory it was given as it was', () => {
    const joiner = new Joiner(FILE);
    joiner.join({ central: answered(primary({ senders: [sender()], slots: [slot('read')] })) });
    const before = joiner.memory;
    const copy = structuredClone(before);
    joiner.join({ central: failed() }, T0 + 5_000);
    assert.deepEqual(before, copy);
  });

  it('forgets edges that are gone', () => {
    const joiner = new Joiner(topology([node('central')]));
    joiner.join({ central: answered(primary({ senders: [sender()] })) });
    assert.equal(joiner.memory.edges.size, 1);
    joiner.join({ central: answered(primary(), T0 + 1_000) }, T0 + 1_000);
    assert.equal(joiner.memory.edges.size, 0);
    assert.deepEqual([...joiner.memory.verdicts.keys()], ['node/central']);
  });

  it('carries version, time and file through', () => {
    const joiner = new Joiner(FILE);
    joiner.join({});
    const snapshot = joiner.join({}, T0 + 7);
    assert.equal(snapshot.version, 2);
    assert.equal(snapshot.takenAtMs, T0 + 7);
    assert.equal(snapshot.id, 'file:///pg-topology.json');
    assert.equal(snapshot.topology, FILE);
  });
});

import assert from 'node:assert/strict';
import type { CauseWants } from '../../../../src/core/causeFacts';
import { wantedCauses } from '../../../../src/core/diagnosis/wantedCauses';
import type { VerdictCode } from '../../../../src/core/snapshot';
import { edge, failure, verdict } from '../describe/makeSnapshot';
import { LOGICAL, STREAMING, world } from './cases';

/** `central: tables; genesis: tables log` */
function wanted(id: string, code: VerdictCode, parts: Parameters<typeof world>[0] = {}): string {
  const found = wantedCauses(world({ ...parts, edges: [edge({ id, verdict: verdict(code) })] }));
  return [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, wants]) => `${node}: ${namesOf(wants)}`)
    .join('; ');
}

function namesOf(wants: CauseWants): string {
  return Object.entries(wants)
    .flatMap(([name, isWanted]) => (isWanted ? [name] : []))
    .join(' ');
}

describe('what is read to tell a cause', () => {
  it('is nothing while all is well, or only slow by nature', () => {
    for (const code of ['streaming', 'idle', 'catchingUp', 'disabled', 'stale'] as const) {
      assert.equal(wanted(STREAMING, code), '');
      assert.equal(wanted(LOGICAL, code), '');
    }
    assert.equal(wanted(LOGICAL, 'copying'), '');
    assert.equal(wanted('consumer/electric', 'notStreaming'), '');
  });

  it('is both ends of what stopped', () => {
    for (const code of ['stoppedByError', 'applyErrorLoop'] as const) {
      assert.equal(wanted(LOGICAL, code), 'central: tables; genesis: blockers tables log');
    }
    assert.equal(wanted(LOGICAL, 'notStreaming'), 'central: tables log; genesis: tables log');
    assert.equal(wanted(STREAMING, 'notStreaming'), 'central: wal log; central-read: replay log');
  });

  it('is who holds a lock, or what replay waits for', () => {
    assert.equal(wanted(LOGICAL, 'blocked'), 'genesis: blockers');
    assert.equal(wanted(STREAMING, 'stuck'), 'central-read: blockers replay');
    assert.equal(wanted(STREAMING, 'lagging'), 'central-read: blockers replay');
  });

  it('is asked of no node that does not answer', () => {
    const central = {
      sample: { contact: 'failed' as const, failure: failure() },
      node: { verdict: verdict('unreachable') },
    };
    assert.equal(wanted(STREAMING, 'notStreaming', { central }), 'central-read: replay log');
  });
});

import assert from 'node:assert/strict';
import type { FastFacts } from '../../../../src/core/facts';
import {
  answered,
  edgeOf,
  failed,
  hiddenSender,
  Joiner,
  logicalSlot,
  node,
  primary,
  receiver,
  say,
  sender,
  slot,
  standby,
  topology,
  type Samples,
} from './builders';

const FILE = topology([node('central'), node('read', { standbyOf: 'central', slot: 'read' })]);
const READ = answered(standby({ receiver: receiver({ slotName: 'read' }) }));

function undeclaredOf(
  fast: Partial<FastFacts>,
  others: Samples = { read: READ },
  file = FILE,
): readonly string[] {
  const snapshot = new Joiner(file).join({ ...others, central: answered(primary(fast)) });
  return snapshot.edges.filter((edge) => !edge.isDeclared).map((edge) => edge.id);
}

const own = sender({ pid: 101, applicationName: 'read' });
const ownSlot = slot('read', { activePid: 101 });

describe('what a server feeds that is not in the file', () => {
  it('is a standby for each sender left over, by address, else slot or name', () => {
    const fast = {
      senders: [
        own,
        sender({ pid: 1, clientAddress: '10.0.0.9', replayLsn: 900_000n, replayLagMs: 70 }),
        sender({ pid: 2, clientAddress: '127.0.0.1' }),
        sender({ pid: 3, clientAddress: null, applicationName: 'west' }),
        sender({ pid: 4, clientAddress: null, applicationName: 'west' }),
      ],
      slots: [ownSlot, slot('lab', { activePid: 2 })],
    };
    const snapshot = new Joiner(FILE).join({ central: answered(primary(fast)), read: READ });
    assert.deepEqual(
      snapshot.nodes.filter((found) => !found.isDeclared).map((found) => found.id),
      ['undeclared/10.0.0.9', 'undeclared/lab', 'undeclared/west', 'undeclared/west #2'],
    );
    const edge = edgeOf(snapshot, 'streaming/undeclared/10.0.0.9');
    assert.equal(say(edge), 'streaming (healthy): 70 ms, 100000 B');
    assert.equal(edge.to, 'undeclared/10.0.0.9');
    assert.equal(snapshot.slots.find((found) => found.name === 'lab')?.consumer, 'undeclared/lab');
  });

  it('is no standby for base backups, table copies or logical readers', () => {
    const fast = {
      senders: [
        own,
        sender({ pid: 1, applicationName: 'pg_basebackup', state: 'backup' }),
        sender({ pid: 2, applicationName: 'pg_16400_sync_16390_7710400000000000002' }),
        sender({ pid: 3, applicationName: 'debezium' }),
        sender({ pid: 4, applicationName: 'jobs_sub', state: 'startup', replayLsn: null }),
        hiddenSender({ pid: 5, applicationName: 'debezium' }),
      ],
      slots: [
        ownSlot,
        logicalSlot('pg_16400_sync_16390_7710400000000000002', { activePid: 2 }),
        logicalSlot('debezium', { activePid: 3, confirmedFlushLsn: 990_000n }),
      ],
    };
    assert.deepEqual(undeclaredOf(fast), ['consumer/undeclared/debezium']);
  });

  it('is not said while a sender may belong to a standby of the file', () => {
    const file = topology([node('central'), node('read', { standbyOf: 'central' })]);
    assert.deepEqual(undeclaredOf({ senders: [sender()] }, { read: failed() }, file), []);
    const two = [sender({ pid: 1 }), sender({ pid: 2 })];
    assert.deepEqual(undeclaredOf({ senders: two }, { read: answered(standby()) }, file), []);
  });

  it('is not said of a standby that the file puts below another node', () => {
    const file = topology([
      node('central'),
      node('read', { standbyOf: 'central', slot: 'read' }),
      node('archive', { standbyOf: 'read', slot: 'archive' }),
    ]);
    const archive = answered(standby({ receiver: receiver({ slotName: 'archive' }) }));
    const fast = {
      senders: [own, sender({ pid: 9, clientAddress: '10.0.0.9' })],
      slots: [ownSlot, slot('archive', { activePid: 9 })],
    };
    assert.deepEqual(undeclaredOf(fast, { read: READ, archive }, file), []);
  });

  it('is said once where two nodes are databases of one server', () => {
    const file = topology([node('central'), node('second')]);
    const second = answered(primary({ database: 'second', senders: [sender()] }));
    assert.deepEqual(undeclaredOf({ senders: [sender()] }, { second }, file), [
      'streaming/undeclared/10.0.0.7',
    ]);
  });

  it('shows no number that our role may not see', () => {
    const fast = { canSeeReplication: false, senders: [hiddenSender({ applicationName: 'lab' })] };
    const snapshot = new Joiner(topology([node('central')])).join({
      central: answered(primary(fast)),
    });
    const edge = edgeOf(snapshot, 'streaming/undeclared/lab');
    assert.equal(edge.verdict.code, 'noPrivilege');
    assert.equal(edge.lagBytes, null);
    assert.equal(edge.lagMs, null);
  });
});

import assert from 'node:assert/strict';
import { leftoverRow } from '../../../../src/core/describe/leftoverRow';
import { leftoverText, sortLeftovers, type Leftover } from '../../../../src/core/plan/leftover';
import { topologyRows } from '../../../../src/views/topologyRows';
import { withLeftovers } from '../../../../src/views/leftoverRows';
import { declared, fast, NOW, sample, snapshot } from '../describe/makeSnapshot';

const SLOT = {
  name: 'patterns_sub',
  type: 'logical',
  plugin: 'pgoutput',
  database: 'app',
  isTemporary: false,
  isActive: false,
  activePid: null,
  restartLsn: null,
  confirmedFlushLsn: null,
  walStatus: 'reserved',
  safeWalBytes: null,
  inactiveSinceMs: null,
  invalidationReason: null,
} as const;

const HERE = fast({ systemIdentifier: '7', slots: [SLOT] });

function pictureOf(central: Parameters<typeof sample>[0], edge: Parameters<typeof sample>[0] = {}) {
  return snapshot({
    nodes: [declared('central'), declared('edge')],
    seen: { central: { sample: sample(central) }, edge: { sample: sample(edge) } },
  });
}

describe('sortLeftovers', () => {
  const picture = pictureOf({ fast: HERE });
  const leftover: Leftover = {
    topologyId: picture.id,
    nodeId: 'central',
    slotName: 'patterns_sub',
    database: 'app',
    systemIdentifier: '7',
    sinceMs: NOW - 60_000,
    why: 'publisherDown',
    subscriberId: 'edge',
    subscription: 'patterns_sub',
  };
  const sorted = (at = picture, one = leftover) => {
    const { present, done } = sortLeftovers([one], at);
    return [present.length, done.length];
  };

  it('there, and nobody’s: present; gone: done', () => {
    assert.deepEqual(sorted(), [1, 0]);
    assert.deepEqual(sorted(pictureOf({ fast: fast({ systemIdentifier: '7' }) })), [0, 1]);
  });

  it('nothing is said while its server is away, is another one, was read before, or somebody has the slot', () => {
    assert.deepEqual(sorted(pictureOf({ fast: HERE, contact: 'failed' })), [0, 0]);
    assert.deepEqual(sorted(pictureOf({ fast: { ...HERE, systemIdentifier: '8' } })), [0, 0]);
    assert.deepEqual(sorted(picture, { ...leftover, sinceMs: NOW }), [0, 0]);
    assert.deepEqual(
      sorted(pictureOf({ fast: { ...HERE, slots: [{ ...SLOT, isActive: true }] } })),
      [0, 0],
    );
    const taking = fast({
      subscriptions: [
        {
          oid: 1,
          name: 'heir_sub',
          isEnabled: false,
          slotName: 'patterns_sub',
          publications: [],
          disablesOnError: null,
          workerPid: null,
          receivedLsn: null,
          latestEndLsn: null,
          lastMessageAtMs: null,
          workerWaitEventType: null,
          workerWaitEvent: null,
          blockingPids: [],
          applyErrorCount: null,
          syncErrorCount: null,
          tableStates: { i: 0, d: 0, f: 0, s: 0, r: 0 },
          syncWorkers: 0,
        },
      ],
    });
    assert.deepEqual(sorted(pictureOf({ fast: HERE }, { fast: taking })), [0, 0]);
    assert.deepEqual(sorted(picture, { ...leftover, topologyId: 'file:///other' }), [0, 0]);
  });

  it('is a row first below its publisher, with the command that drops it', () => {
    const root = topologyRows(picture, NOW, { remoteName: null, folderName: null });
    const rows = withLeftovers(root, [leftover]);
    const row = rows.children.find(({ subject }) => subject === 'central')?.children[0];
    assert.equal(row?.text.label, 'Slot patterns_sub is left from a dropped subscription');
    assert.deepEqual(
      [row.text.description, row.fix, row.subject],
      ['Drop Slot…', 'dropSlot', 'slot/central/patterns_sub'],
    );
    assert.equal(withLeftovers(root, []), root);
    assert.equal(
      leftoverRow({ ...leftover, why: 'createFailed' }).text.label,
      'Slot patterns_sub is left of patterns_sub, which was never created',
    );
    assert.equal(
      leftoverText(leftover),
      'Slot patterns_sub on central is left from the dropped subscription patterns_sub and keeps WAL for nobody.',
    );
  });
});

import assert from 'node:assert/strict';
import { slotFacts } from '../../../../src/core/describe/slotFacts';
import { slotRowText } from '../../../../src/core/describe/slotText';
import { slotTooltip } from '../../../../src/core/describe/tooltips';
import type { SlotSnapshot } from '../../../../src/core/snapshot';
import { toDetails } from '../../../../src/protocol/toDetails';
import { declared, GB, NOW, plain, slot, snapshot, verdict } from './makeSnapshot';

function told(change: Partial<SlotSnapshot>): Readonly<Record<string, string>> {
  const facts = slotFacts(slot(change), NOW);
  return Object.fromEntries(facts.map(({ label, value }) => [label, plain(value)]));
}

const away = { isActive: false, reader: null };

describe('describe: what is known of a slot', () => {
  it('names its reader, the process that reads it, and what is left before it is lost', () => {
    const reader = {
      pid: 4711,
      isSender: true,
      applicationName: 'central_read',
      clientAddress: '10.0.0.9',
    };
    assert.deepEqual(told({ reader, safeWalBytes: 9 * GB, limitBytes: 10 * GB }), {
      Reader: 'central-read',
      'Read now by': 'WAL sender 4711, central_read, from 10.0.0.9',
      Keeps: '16 MB, 0 % of 10 GB',
      'WAL status': 'reserved',
      'Room left': '9.0 GB',
      'In the file': 'yes',
    });
  });

  it('says of a slot that nobody reads since when, where the server tells', () => {
    const since = told({ ...away, inactiveSinceMs: NOW - 26 * 60_000 });
    assert.equal(since['Inactive'], 'for 26 min');
    assert.equal(since['Read now by'], 'nobody');
    assert.match(told(away)['Inactive'] ?? '', /^since when is unknown/u);
  });

  it('says how long it takes to its limit, and what happens there', () => {
    const left = (toLimit: NonNullable<SlotSnapshot['toLimit']>) => told({ toLimit })['Time left'];
    const server = { by: 'server', limitBytes: 10 * GB, leftBytes: GB } as const;
    assert.equal(
      left({ ...server, pace: 'approaching', ms: 13 * 60_000 }),
      'about 13 min, then WAL that it needs is removed',
    );
    const file = { by: 'file', limitBytes: 8 * GB, leftBytes: GB } as const;
    assert.equal(
      left({ ...file, pace: 'approaching', ms: 138 * 60_000 }),
      'about 2 h 18 min until it keeps 8.0 GB',
    );
    assert.equal(left({ ...file, pace: 'steady', ms: null }), 'steady below 8.0 GB');
    assert.match(left({ ...server, pace: 'unknown', ms: null }) ?? '', /^unknown: the rate/u);
    assert.match(
      left({ ...server, leftBytes: 0, pace: 'approaching', ms: 0 }) ?? '',
      /^none: it keeps more than 10 GB, and the next checkpoint/u,
    );
    const toLimit = { ...server, pace: 'steady', ms: null } as const;
    assert.equal(told({ verdict: verdict('slotLost'), toLimit })['Time left'], undefined);
    assert.equal(told({})['Time left'], undefined);
  });

  it('never says nothing where it does not know', () => {
    const unknown = told({
      consumer: null,
      isDeclared: false,
      retainedWalBytes: null,
      walStatus: null,
    });
    assert.deepEqual(unknown, {
      Reader: 'not in the file',
      'Read now by': 'unknown',
      Keeps: 'unknown',
      'WAL status': 'unknown',
      'Room left': 'no limit, or unknown',
      'In the file': 'no',
    });
    assert.equal(told({ ...away, consumer: null })['Reader'], 'nobody known');
    const hidden = { pid: 7, isSender: true, applicationName: null, clientAddress: null };
    assert.equal(told({ reader: hidden })['Read now by'], 'WAL sender 7');
    assert.equal(
      told({ reader: { ...hidden, isSender: false } })['Read now by'],
      'pid 7, no WAL sender',
    );
    assert.match(told({ safeWalBytes: -1 })['Room left'] ?? '', /^none/u);
  });

  it('flags what a table copy left, apart from one that may be needed', () => {
    const of = 'edge/jobs_sub';
    const row = (change: Partial<SlotSnapshot>) =>
      plain(slotRowText(slot({ ...away, type: 'logical', ...change }), false, NOW).description);
    const left = { tableSync: { of, isLeft: true }, verdict: verdict('orphan'), consumer: null };
    assert.equal(row(left), 'logical · left by a table copy of edge/jobs_sub · keeps 16 MB');
    assert.equal(told(left)['Reader'], 'left by a table copy of edge/jobs_sub');
    const orphan = slot({ ...away, type: 'logical', ...left });
    const looked = {
      snapshot: snapshot({ nodes: [declared('central')], slots: [orphan] }),
      nowMs: NOW,
    };
    assert.match(slotTooltip(orphan, looked).advice ?? '', /Drop Slot…/u);
    const unsure = { tableSync: { of: null, isLeft: null }, verdict: verdict('unknown') };
    assert.equal(row(unsure), 'logical · table copy · keeps 16 MB');
    assert.match(told(unsure)['Reader'] ?? '', /not every node was read/u);
  });

  it('stands in the details of the dashboard with its source', () => {
    const picture = snapshot({ nodes: [declared('central')], slots: [slot()] });
    const evidence = toDetails(picture, 'slot/central/central_read') ?? [];
    assert.deepEqual(
      evidence.map(({ label }) => label),
      ['Slot', 'Reader', 'Read now by', 'Keeps', 'WAL status', 'Room left', 'In the file'],
    );
    assert.equal(
      evidence.find(({ label }) => label === 'Room left')?.source,
      'pg_replication_slots.safe_wal_size on central',
    );
    assert.equal(evidence.at(-1)?.source, 'topology file');
  });
});

import assert from 'node:assert/strict';
import { lossMarkdown } from '../../../../src/core/loss/lossMarkdown';
import { lossReport } from '../../../../src/core/loss/makeLossReport';
import type { LossReport, LossRow } from '../../../../src/core/loss/lossReport';
import type { SequenceFacts, SlotFacts } from '../../../../src/core/facts';
import type { Topology } from '../../../../src/core/topology';
import {
  answered,
  failed,
  Joiner,
  logicalSlot,
  node,
  primary,
  queue,
  queueTo,
  receiver,
  sender,
  slot,
  slow,
  standby,
  subscriber,
  subscribes,
  subscription,
  T0,
  topology,
  type Samples,
} from '../join/builders';

const NBSP = '\u00a0';

const FILE = topology(
  [
    node('central'),
    node('read', { standbyOf: 'central', slot: 'read' }),
    node('genesis', { subscriptions: [subscribes('metrics_sub', 'central')] }),
    node('vengeance', { pendingSync: queueTo('central') }),
  ],
  [{ id: 'electric', node: 'central', slot: 'electric_slot' }],
);

const CENTRAL = primary({
  currentLsn: 3_000_000n,
  senders: [sender({ flushLsn: 2_900_000n, replayLsn: 2_000_000n, replayLagMs: 12 })],
  slots: [
    slot('read'),
    logicalSlot('metrics_sub', { activePid: 102, confirmedFlushLsn: 3_000_000n }),
    logicalSlot('electric_slot', { activePid: 103, confirmedFlushLsn: 1_000_000n }),
  ],
});

const SAMPLES: Samples = {
  central: answered(CENTRAL, T0, { roundTripMs: 40 }),
  read: answered(standby({ receiver: receiver({ slotName: 'read' }) })),
  genesis: answered(subscriber({ subscriptions: [subscription('metrics_sub')] })),
  vengeance: answered(
    subscriber({
      systemIdentifier: '7710400000000000003',
      queue: queue({ waiting: 400, conflicts: 10, dead: 2, oldestAtMs: T0 - 60_000 }),
    }),
  ),
};

function report(samples: Samples = {}, file: Topology = FILE): LossReport {
  return lossReport(new Joiner(file).join({ ...SAMPLES, ...samples }));
}

function rowOf(found: LossReport, where: string): LossRow {
  const row = found.rows.find((candidate) => candidate.where === where);
  assert.ok(row, `no row ${where}: ${found.rows.map((known) => known.where).join('; ')}`);
  return row;
}

describe('what could be lost now', () => {
  it('is what a standby has not flushed, not what it has not replayed', () => {
    const row = rowOf(report(), 'read');
    assert.equal(row.bytes, 100_000);
    assert.equal(row.notArrived, `98${NBSP}kB`);
    assert.equal(row.subject, 'streaming/read');
  });

  it('is what a subscription has not applied, and what a reader has not confirmed', () => {
    const found = report();
    assert.equal(rowOf(found, 'metrics_sub on genesis').notArrived, 'nothing');
    assert.equal(rowOf(found, 'electric').bytes, 2_000_000);
  });

  it('is every open operation of a queue, also those that wait for a person', () => {
    const row = rowOf(report(), 'queue of vengeance');
    assert.equal(row.notArrived, '412 operations');
    assert.equal(row.ms, 60_001);
    assert.equal(row.health, 'warning');
  });

  it('is told as of the moment when the oldest figure was asked for', () => {
    const found = report({ vengeance: answered(subscriber({ queue: queue() }), T0 - 2_000) });
    assert.equal(found.asOfMs, T0 - 2_002);
    assert.equal(report().asOfMs, T0 - 40);
    assert.equal(rowOf(report(), 'read').atMs, T0 - 40);
  });

  it('is unknown, never nothing, while the source cannot be asked; what was known last is told with its time', () => {
    const joiner = new Joiner(FILE);
    joiner.join(SAMPLES);
    const away = {
      ...SAMPLES,
      central: failed('refused', SAMPLES['central']),
      read: answered(standby({ receiver: null }), T0 + 400),
    };
    const found = lossReport(joiner.join(away, T0 + 500));
    for (const where of ['read', 'metrics_sub on genesis', 'electric']) {
      const row = rowOf(found, where);
      assert.equal(row.bytes, null, where);
      assert.match(row.notArrived, /^unknown/u, where);
    }
    assert.match(rowOf(found, 'read').notArrived, /^unknown, 977\u00a0kB at \d\d:\d\d:\d\d$/u);
    assert.match(rowOf(found, 'read').note, /central cannot be asked now/u);
    assert.match(found.lead, /3 of 4 places it is not known now/u);
    assert.equal(found.asOfMs, T0 - 2, 'the queue is what is known');
  });

  it('is not what a standby alone says, which compares only what was sent to it', () => {
    const joiner = new Joiner(FILE);
    joiner.join(SAMPLES);
    const away = { ...SAMPLES, central: failed('refused', SAMPLES['central']) };
    const row = rowOf(lossReport(joiner.join(away, T0 + 500)), 'read');
    assert.deepEqual([row.notArrived, row.bytes, row.atMs], ['unknown', null, null]);
  });

  it('is not known at all while nobody was asked', () => {
    const found = lossReport(new Joiner(FILE).join({}));
    assert.equal(found.asOfMs, null);
    assert.equal(found.answer, 'Not known: no server has been read.');
    assert.ok(found.rows.every((row) => row.notArrived === 'unknown' && row.health !== 'healthy'));
  });

  it('says no only when all of it was read and is there', () => {
    const quiet = report({
      central: answered(
        primary({
          senders: [sender()],
          slots: [
            slot('read'),
            logicalSlot('metrics_sub', { activePid: 102 }),
            logicalSlot('electric_slot', { activePid: 103 }),
          ],
        }),
      ),
      vengeance: answered(subscriber({ queue: queue() })),
    });
    assert.equal(quiet.answer, 'No: nothing that was read was missing elsewhere.');
    assert.equal(
      report().answer,
      `Yes: up to 1.9${NBSP}MB (electric) and 412 operations (queue of vengeance) had not arrived elsewhere.`,
    );
  });

  it('of a synchronous standby is said to be waited for', () => {
    const row = rowOf(
      report({
        central: answered({ ...CENTRAL, senders: [sender({ syncState: 'quorum' })] }),
      }),
      'read',
    );
    assert.match(row.note, /Commits on central wait for read/u);
  });
});

describe('logical slots after a failover', () => {
  const withCopy = (copy: Partial<SlotFacts>, version = 170_002): LossRow =>
    rowOf(
      report({
        central: answered({ ...CENTRAL, serverVersionNum: version }),
        read: answered(
          standby({
            receiver: receiver({ slotName: 'read' }),
            slots: [logicalSlot('metrics_sub', { isActive: false, activePid: null, ...copy })],
          }),
        ),
      }),
      'slot metrics_sub on central',
    );

  it('are ready where a standby keeps them in step', () => {
    const row = withCopy({ isSynced: true });
    assert.deepEqual([row.notArrived, row.health], ['nothing', 'healthy']);
  });

  it('are not while the copy is only begun, is lost, or is another slot of that name', () => {
    for (const copy of [
      { isSynced: true, isTemporary: true },
      { isSynced: true, invalidationReason: 'wal_removed' },
      {},
    ]) {
      const row = withCopy(copy);
      assert.deepEqual([row.notArrived, row.health], ['not kept by a standby', 'warning']);
    }
  });

  it('never are before 17', () => {
    assert.match(withCopy({ isSynced: true }, 160_004).note, /Before version 17 no standby/u);
  });

  it('are not known while the standby cannot be asked', () => {
    const row = rowOf(report({ read: failed() }), 'slot metrics_sub on central');
    assert.deepEqual([row.notArrived, row.health], ['unknown', 'unknown']);
  });

  it('are no question where there is no standby', () => {
    const file = topology([
      node('central'),
      node('genesis', { subscriptions: [subscribes('metrics_sub', 'central')] }),
    ]);
    assert.ok(report({}, file).rows.every(({ where }) => !where.startsWith('slot ')));
  });
});

describe('sequences of a subscriber', () => {
  const jobs = (lastValue: string | null): SequenceFacts => ({
    schema: 'public',
    name: 'jobs_id_seq',
    table: { schema: 'public', name: 'jobs' },
    column: 'id',
    lastValue,
    increment: '1',
  });
  const withValues = (theirs: string | null, own: string | null): LossReport =>
    report({
      central: answered(CENTRAL, T0, { slow: slow({ sequences: [jobs(theirs)] }) }),
      genesis: answered(subscriber({ subscriptions: [subscription('metrics_sub')] }), T0, {
        slow: slow({ sequences: [jobs(own)] }),
      }),
    });
  const where = 'sequence public.jobs_id_seq on genesis';

  it('are told where they are behind, as a warning where they were used', () => {
    const used = rowOf(withValues('412', '7'), where);
    assert.deepEqual([used.notArrived, used.health], ['at 7 instead of 412', 'warning']);
    const unused = rowOf(withValues('412', null), where);
    assert.deepEqual([unused.notArrived, unused.health], ['not begun instead of 412', 'healthy']);
  });

  it('are not told where they are beyond, equal, or not known', () => {
    for (const [theirs, own] of [
      ['412', '412'],
      ['412', '5000'],
      [null, '7'],
      ['9'.repeat(30), 'none'],
    ] as const) {
      assert.ok(withValues(theirs, own).rows.every((row) => row.where !== where));
    }
  });
});

describe('the report as Markdown', () => {
  it('has a row for each place, and escapes names', () => {
    const hostile = 'a|b](http://x)<img src=x>';
    const file = topology([node('central'), node(hostile, { standbyOf: 'central', slot: 'read' })]);
    const text = lossMarkdown(report({ [hostile]: answered(standby()) }, file));
    assert.match(text, /^# Could I lose data now\?/u);
    assert.ok(!text.includes('<img') && !text.includes('](http'));
    const table = text.split('\n').filter((line) => line.startsWith('|'));
    const found = report({ [hostile]: answered(standby()) }, file);
    assert.equal(table.length, found.rows.length + 2);
    for (const line of table) assert.equal(line.split('|').length, 7, line);
  });
});

import assert from 'node:assert/strict';
import { differencesOf, notCompared } from '../../../../src/core/differences/differencesOf';
import {
  answered,
  failed,
  INACTIVE,
  Joiner,
  logicalSlot,
  node,
  noContact,
  primary,
  receiver,
  sender,
  slot,
  slow,
  standby,
  subscriber,
  SYSTEM,
  topology,
  T0,
  type Samples,
} from '../join/builders';
import { publishes, found, only } from './publicationFacts';

describe('Differences of roles and slots', () => {
  const file = topology([
    node('central'),
    node('read', { standbyOf: 'central', slot: 'read_slot' }),
  ]);
  const streams = {
    central: answered(primary({ slots: [slot('read_slot')], senders: [sender()] })),
    read: answered(standby({ receiver: receiver({ slotName: 'read_slot' }) })),
  };

  it('there is none for a standby that streams as the file says', () => {
    assert.deepEqual(differencesOf(new Joiner(file).join(streams)), []);
  });

  it('a declared standby that is writable, and the file made to say so', () => {
    const promoted = answered(subscriber());
    const [difference] = differencesOf(
      new Joiner(topology([node('read', { standbyOf: 'gone', slot: 's' })])).join({
        read: promoted,
      }),
    );
    assert.equal(difference?.code, 'role');
    assert.equal(difference.message, 'read is declared a standby, but the server is a primary.');
    assert.deepEqual(
      difference.fileChanges.map(({ path, value }) => [path.at(-1), value]),
      [
        ['standbyOf', undefined],
        ['slot', undefined],
      ],
    );
  });

  it('a declared primary that is a standby takes over its upstream only where a slot tells it', () => {
    const bare = topology([node('central'), node('read')]);
    const ofRole = (samples: Samples) =>
      only(differencesOf(new Joiner(bare).join(samples)).filter(({ code }) => code === 'role'));
    assert.deepEqual(ofRole(streams).fileChanges, [
      { path: ['nodes', 'read', 'standbyOf'], value: 'central' },
    ]);
    const untold = {
      central: answered(primary({ senders: [sender()] })),
      read: answered(standby()),
    };
    assert.deepEqual(ofRole(untold).fileChanges, []);
  });

  it('another upstream than the file says', () => {
    const three = topology([
      node('central'),
      node('read', { standbyOf: 'central', slot: 'a' }),
      node('archive', { standbyOf: 'central', slot: 'b' }),
    ]);
    const difference = differencesOf(
      new Joiner(three).join({
        central: answered(primary({ slots: [slot('a'), slot('b', INACTIVE)] })),
        read: answered(standby({ receiver: receiver({ slotName: 'a' }), slots: [slot('b')] })),
        archive: answered(
          standby({
            postmasterStartedAtMs: T0 - 1_000,
            receiver: receiver({ slotName: 'b' }),
          }),
        ),
      }),
    ).filter(({ code }) => code === 'upstream');
    assert.equal(
      only(difference).message,
      'archive is declared a standby of central, but streams from read.',
    );
  });

  it('another slot, and one that the upstream does not have', () => {
    const other = {
      ...streams,
      read: answered(standby({ receiver: receiver({ slotName: null }) })),
    };
    const [slotName] = differencesOf(new Joiner(file).join(other));
    assert.equal(slotName?.message, 'read streams by no slot; the file says slot read_slot.');
    const waits = {
      central: answered(primary()),
      read: answered(standby({ receiver: null })),
    };
    const missing = only(differencesOf(new Joiner(file).join(waits)));
    assert.equal(missing.code, 'missingSlot');
    assert.equal(missing.byPlan, true);
  });

  it('a consumer’s slot that is gone: its owner makes it, or it leaves the file', () => {
    const consumer = { id: 'electric', node: 'central', slot: 'electric_slot' };
    const declared = topology([node('central')], [consumer]);
    const missing = only(
      differencesOf(new Joiner(declared).join({ central: answered(primary()) })),
    );
    assert.equal(missing.code, 'missingSlot');
    assert.equal(missing.byPlan, false);
    assert.deepEqual(missing.path, ['consumers', 'electric', 'slot']);
    assert.deepEqual(missing.fileChanges, [{ path: ['consumers', 'electric'], value: undefined }]);
  });

  it('a slot that the file does not mention, and that it can mention as a consumer’s', () => {
    const bare = topology([node('central')]);
    const samples = {
      central: answered(
        primary({
          slots: [
            logicalSlot('electric', INACTIVE),
            logicalSlot('pg_16400_sync_16391_771040000', INACTIVE),
            slot('old', INACTIVE),
          ],
        }),
      ),
    };
    assert.deepEqual(
      differencesOf(new Joiner(bare).join(samples)).map(({ id, fileChanges }) => [id, fileChanges]),
      [
        [
          'extraSlot/central/electric',
          [{ path: ['consumers', 'electric'], value: { node: 'central', slot: 'electric' } }],
        ],
        ['extraSlot/central/pg_16400_sync_16391_771040000', []],
        ['extraSlot/central/old', []],
      ],
    );
    const said = topology([node('central')], [{ id: 'electric', node: 'central', slot: 'gone' }]);
    const missing = differencesOf(new Joiner(said).join({ central: answered(primary()) }));
    assert.equal(only(missing).message, 'Slot gone of electric does not exist on central.');
  });

  it('two nodes that are one server and database; another database is allowed', () => {
    const twice = topology([node('a'), node('b')]);
    const both = { a: answered(primary()), b: answered(primary()) };
    assert.equal(
      only(differencesOf(new Joiner(twice).join(both))).message,
      'a and b are the same node: one server, one database.',
    );
    const databases = { ...both, b: answered(primary({ database: 'other' })) };
    assert.deepEqual(differencesOf(new Joiner(twice).join(databases)), []);
  });

  it('two writable servers of one system', () => {
    const two = topology([node('a'), node('b', { standbyOf: 'a' })]);
    const samples = {
      a: answered(primary()),
      b: answered(primary({ postmasterStartedAtMs: T0 - 1_000 })),
    };
    const split = differencesOf(new Joiner(two).join(samples)).filter(
      ({ code }) => code === 'splitBrain',
    );
    assert.deepEqual(
      split.map(({ nodeId, severity }) => [nodeId, severity]),
      [
        ['a', 'error'],
        ['b', 'error'],
      ],
    );
  });

  it('another system than before: nothing else of that node is held against the file', () => {
    const one = topology([node('central', { publications: [publishes()] })]);
    const joiner = new Joiner(one);
    const was = answered(primary(), T0, { slow: slow({ publications: [found()] }) });
    joiner.join({ central: was });
    const snapshot = joiner.join({ central: answered(primary({ systemIdentifier: '99' })) });
    const difference = only(differencesOf(snapshot));
    assert.equal(difference.code, 'otherSystem');
    assert.match(difference.message, new RegExp(`${SYSTEM} was seen here before, now 99`));
    assert.deepEqual(notCompared(snapshot), [
      { nodeId: 'central', why: 'central is not the server seen before' },
    ]);
  });
});

describe('What cannot be compared', () => {
  const file = topology([node('central', { publications: [publishes()] })]);

  it('says nothing, and why, of a node that cannot be read now', () => {
    const before = answered(primary());
    const cases: readonly (readonly [Samples, string])[] = [
      [{}, 'central is not connected'],
      [{ central: noContact('restricted') }, 'central is not contacted in restricted mode'],
      [{ central: noContact('disconnected') }, 'central is disconnected'],
      [{ central: failed('refused', before) }, 'central could not be read'],
      [{ central: failed('starting', before) }, 'central is starting'],
      [{ central: { ...before, isPollingPaused: true } }, 'central has not answered lately'],
    ];
    for (const [samples, why] of cases) {
      const snapshot = new Joiner(file).join(samples);
      assert.deepEqual(differencesOf(snapshot), []);
      assert.deepEqual(notCompared(snapshot), [{ nodeId: 'central', why }]);
    }
  });

  it('says nothing of publications that were not read yet', () => {
    const snapshot = new Joiner(file).join({ central: answered(primary(), T0, { slow: null }) });
    assert.deepEqual(differencesOf(snapshot), []);
    assert.match(notCompared(snapshot)[0]?.why ?? '', /were not read yet/);
  });

  it('a standby’s copy of its primary’s publications is not held against the file', () => {
    const pair = topology([node('a'), node('b', { standbyOf: 'a' })]);
    const copies = { slow: slow({ publications: [found()] }) };
    const samples = { a: failed(), b: answered(standby(), T0, copies) };
    assert.deepEqual(differencesOf(new Joiner(pair).join(samples)), []);
  });
});

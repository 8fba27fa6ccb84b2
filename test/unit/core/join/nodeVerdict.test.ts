import assert from 'node:assert/strict';
import type { NodeSample } from '../../../../src/core/snapshot';
import {
  answered,
  failed,
  Joiner,
  noContact,
  node,
  nodeOf,
  primary,
  queueTo,
  receiver,
  sender,
  slot,
  slow,
  standby,
  subscriber,
  subscribes,
  SYSTEM,
  T0,
  topology,
  type Samples,
} from './builders';

const FILE = topology([node('central'), node('read', { standbyOf: 'central', slot: 'read' })]);
const CENTRAL = answered(primary({ senders: [sender()], slots: [slot('read')] }));
const READ = answered(standby({ receiver: receiver({ slotName: 'read' }) }));

function judge(id: string, samples: Samples, joiner = new Joiner(FILE)): string {
  const { verdict } = nodeOf(joiner.join(samples), id);
  return `${verdict.code} (${verdict.health})`;
}

const GOLDEN: readonly (readonly [string, NodeSample, string])[] = [
  ['connected', CENTRAL, 'healthy (healthy)'],
  ['restricted mode', noContact('restricted'), 'restricted (unknown)'],
  ['not asked yet', noContact('notAsked'), 'notConnected (unknown)'],
  ['waits for consent', noContact('notApproved'), 'notApproved (unknown)'],
  ['disconnected by the user', noContact('disconnected'), 'disconnected (unknown)'],
  ['connecting', noContact('connecting'), 'connecting (unknown)'],
  ['connected, not read yet', noContact('connected'), 'connecting (unknown)'],
  ['refused', failed('refused'), 'unreachable (error)'],
  ['hung', failed('readTimeout', CENTRAL), 'unreachable (error)'],
  ['starting', failed('starting'), 'starting (unknown)'],
  ['no password', failed('passwordNeeded'), 'passwordNeeded (warning)'],
  ['wrong password', failed('passwordRefused'), 'passwordNeeded (warning)'],
  ['too old, by the dial', failed('tooOld'), 'tooOld (unknown)'],
  ['too old, by its facts', answered(primary({ serverVersionNum: 130_014 })), 'tooOld (unknown)'],
  ['no Postgres', failed('notPostgres'), 'notPostgres (error)'],
  ['privilege', failed('privilege'), 'noPrivilege (warning)'],
  ['stale', { ...CENTRAL, isPollingPaused: true }, 'stale (unknown)'],
  ['a standby, though the file says primary', answered(standby()), 'roleMismatch (error)'],
  [
    'senders that our role may not read',
    answered(primary({ canSeeReplication: false, senders: [sender()] })),
    'noPrivilege (warning)',
  ],
  [
    'no privilege, and nothing to see either',
    answered(primary({ canSeeReplication: false })),
    'healthy (healthy)',
  ],
];

describe('a node', () => {
  for (const [name, sample, expected] of GOLDEN) {
    it(name, () => assert.equal(judge('central', { central: sample }), expected));
  }

  it('that is away says since when, why, and who still streams from it', () => {
    const samples = { central: failed('silent', CENTRAL, T0 - 5_000), read: READ };
    const { verdict } = nodeOf(new Joiner(FILE).join(samples), 'central');
    assert.equal(verdict.sinceMs, T0 - 5_000);
    assert.deepEqual(verdict.params, { reason: 'silent', otherNodes: ['read'] });
  });

  it('promoted while its primary is away is a role mismatch', () => {
    const promoted = answered(primary({ timeline: 2, postmasterStartedAtMs: T0 - 9 }));
    const samples = { central: failed(), read: promoted };
    assert.equal(judge('read', samples), 'roleMismatch (error)');
    assert.equal(nodeOf(new Joiner(FILE).join(samples), 'read').role, 'primary');
  });

  it('promoted while its primary writes on is a split brain, said of both', () => {
    const promoted = answered(primary({ timeline: 2, postmasterStartedAtMs: T0 - 9 }));
    const snapshot = new Joiner(FILE).join({ central: CENTRAL, read: promoted });
    assert.deepEqual(nodeOf(snapshot, 'central').verdict.params, { otherNodes: ['read'] });
    assert.equal(nodeOf(snapshot, 'central').verdict.code, 'splitBrain');
    assert.equal(nodeOf(snapshot, 'read').verdict.code, 'splitBrain');
  });

  it('that is another database of one server is no rival', () => {
    const file = topology([node('central'), node('second')]);
    const second = answered(primary({ database: 'second' }));
    const snapshot = new Joiner(file).join({ central: CENTRAL, second });
    assert.equal(nodeOf(snapshot, 'second').verdict.code, 'healthy');
    assert.deepEqual(nodeOf(snapshot, 'second').sameServerAs, ['central']);
    assert.deepEqual(nodeOf(snapshot, 'central').sameServerAs, ['second']);
  });

  it('is another server when its start or its port differs', () => {
    const file = topology([node('a'), node('b'), node('c')]);
    const samples = {
      a: answered(primary()),
      b: answered(primary({ postmasterStartedAtMs: T0 - 1 })),
      c: answered(primary(), T0, { slow: slow({ serverPort: 5433 }) }),
    };
    const snapshot = new Joiner(file).join(samples);
    for (const id of ['a', 'b', 'c']) assert.deepEqual(nodeOf(snapshot, id).sameServerAs, []);
  });

  it('that became another system is not the server seen before', () => {
    const joiner = new Joiner(FILE);
    joiner.join({ central: CENTRAL });
    joiner.join({ central: failed() });
    const other = answered(primary({ systemIdentifier: '42' }));
    assert.equal(judge('central', { central: other }, joiner), 'wrongSystem (error)');
    const { verdict } = nodeOf(joiner.join({ central: other }), 'central');
    assert.equal(verdict.params.reason, `system ${SYSTEM} was seen here before, now 42`);
    assert.equal(judge('central', { central: CENTRAL }, joiner), 'healthy (healthy)');
  });

  it('declared a standby of another system is the wrong one', () => {
    const stranger = answered(standby({ systemIdentifier: '42', receiver: null }));
    assert.equal(judge('read', { central: CENTRAL, read: stranger }), 'wrongSystem (error)');
  });

  it('has its role from the server, before it answers from the file', () => {
    const file = topology([
      node('central'),
      node('read', { standbyOf: 'central' }),
      node('genesis', { subscriptions: [subscribes('sub', 'central')] }),
      node('vengeance', {
        subscriptions: [subscribes('cache', 'central')],
        pendingSync: queueTo('central'),
      }),
    ]);
    const silent = new Joiner(file).join({});
    assert.deepEqual(
      silent.nodes.map((found) => found.role),
      ['primary', 'standby', 'subscriber', 'edge'],
    );
    const said = new Joiner(file).join({
      central: answered(standby()),
      read: answered(primary()),
      genesis: answered(subscriber()),
    });
    assert.deepEqual(
      said.nodes.map((found) => found.role),
      ['standby', 'primary', 'subscriber', 'edge'],
    );
  });

  it('has a clock measured at the middle of the round trip', () => {
    const ahead = answered(primary({ serverTimeMs: T0 + 2_990 }), T0, { roundTripMs: 20 });
    assert.equal(nodeOf(new Joiner(FILE).join({ central: ahead }), 'central').clockSkewMs, 3_000);
    assert.equal(nodeOf(new Joiner(FILE).join({}), 'central').clockSkewMs, null);
  });
});

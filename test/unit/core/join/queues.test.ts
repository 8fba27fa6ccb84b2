import assert from 'node:assert/strict';
import { DEPTH_CAP, type FastFacts } from '../../../../src/core/facts';
import type { NodeSample } from '../../../../src/core/snapshot';
import {
  answered,
  failed,
  Joiner,
  node,
  noContact,
  primary,
  queue,
  queueOf,
  queueTo,
  slow,
  T0,
  topology,
} from './builders';

const FILE = topology([node('central'), node('vengeance', { pendingSync: queueTo('central') })]);

function holding(change: Parameters<typeof queue>[0] | null, atMs = T0): NodeSample {
  const facts = change === null ? null : queue(change);
  return answered(primary({ systemIdentifier: '9', queue: facts }), atMs);
}

function judge(vengeance: NodeSample): string {
  const { verdict } = queueOf(new Joiner(FILE).join({ vengeance }), 'vengeance');
  return `${verdict.code} (${verdict.health})`;
}

const shaped = (queueShape: 'absent' | 'other' | 'current'): NodeSample =>
  answered(primary(), T0, { slow: slow({ queueShape }) });

const GOLDEN: readonly (readonly [string, NodeSample, string])[] = [
  ['empty', holding({}), 'queueEmpty (healthy)'],
  ['a few wait', holding({ waiting: 3 }), 'queueWaiting (healthy)'],
  ['from the warning threshold', holding({ waiting: 100 }), 'queueWaiting (warning)'],
  ['from the critical threshold', holding({ waiting: DEPTH_CAP }), 'queueWaiting (error)'],
  [
    'some of the old shape failed',
    holding({ shape: 'old', waiting: 3, failed: 1 }),
    'queueWaiting (warning)',
  ],
  [
    'conflicts wait for a person',
    holding({ waiting: 412, conflicts: 3, dead: 1 }),
    'queueConflicts (warning)',
  ],
  ['dead ones', holding({ waiting: 412, dead: 1 }), 'queueDead (error)'],
  ['not installed', shaped('absent'), 'queueAbsent (unknown)'],
  ['a table of another kind', shaped('other'), 'queueAbsent (warning)'],
  ['not read yet', shaped('current'), 'unknown (unknown)'],
  ['server away', failed(), 'unreachable (unknown)'],
  ['never asked', noContact('notApproved'), 'notApproved (unknown)'],
  ['stale', { ...holding({ waiting: 3 }), isPollingPaused: true }, 'stale (unknown)'],
];

describe('a queue', () => {
  for (const [name, sample, expected] of GOLDEN) {
    it(name, () => assert.equal(judge(sample), expected));
  }

  it('is drained by whom the lock names, while nothing waits for a person', () => {
    const identity = {
      edgeId: 'e',
      drainedAtMs: null,
      drainer: { pid: 4711, who: null, sinceMs: T0 },
      drainedTo: null,
    };
    assert.equal(judge(holding({ waiting: 3, identity })), 'queueDraining (busy)');
    assert.equal(
      judge(holding({ waiting: 3, conflicts: 1, identity })),
      'queueConflicts (warning)',
    );
  });

  it('is online while both ends answer, offline when one does not', () => {
    const online = (samples: Record<string, NodeSample>) =>
      queueOf(new Joiner(FILE).join(samples), 'vengeance').isOnline;
    const central = answered(primary());
    const vengeance = holding({ waiting: 3 });
    assert.equal(online({ central, vengeance }), true);
    assert.equal(online({ central: failed(), vengeance }), false);
    assert.equal(online({ central, vengeance: failed() }), false);
    assert.equal(online({ vengeance }), null);
    assert.equal(online({ central: noContact('disconnected'), vengeance }), null);
  });

  it('is drained again once a server of its system is a primary on a newer timeline', () => {
    const drainedTo = { systemIdentifier: primary().systemIdentifier ?? '', timeline: 1 };
    const identity = { edgeId: 'e', drainedAtMs: T0, drainer: null, drainedTo };
    const vengeance = holding({ waiting: 0, identity });
    const seen = (facts: FastFacts) => {
      const snapshot = new Joiner(FILE).join({ central: answered(facts), vengeance });
      const { isPrimaryReplaced, verdict } = queueOf(snapshot, 'vengeance');
      return `${isPrimaryReplaced} ${verdict.code} ${verdict.health}`;
    };
    assert.equal(seen({ ...primary(), timeline: 1 }), 'false queueEmpty healthy');
    assert.equal(seen({ ...primary(), timeline: 2 }), 'true queueFailedOver warning');
    const other = { ...primary(), timeline: 2, systemIdentifier: '1' };
    assert.equal(seen(other), 'false queueEmpty healthy');
    assert.equal(
      seen({ ...primary(), timeline: 2, isInRecovery: true }),
      'false queueEmpty healthy',
    );
  });

  it('has the past that the primary tells of it, by its identity where that is known', () => {
    const point = (edgeId: string, edge: string) => ({
      edgeId,
      edge,
      atMs: T0 - 600_000,
      depth: 3,
      drained: 4,
      conflicts: 0,
      latencyMs: 12,
    });
    const queueMetrics = [point('a', 'vengeance'), point('b', 'once vengeance')];
    const central = answered(primary(), T0, { slow: slow({ queueMetrics }), slowAtMs: T0 - 5 });
    const past = (vengeance: NodeSample) =>
      queueOf(new Joiner(FILE).join({ central, vengeance }), 'vengeance').past;
    assert.deepEqual(past(holding({})), { atMs: T0 - 5, points: [point('a', 'vengeance')] });
    const identity = { edgeId: 'b', drainedAtMs: null, drainer: null, drainedTo: null };
    assert.deepEqual(past(holding({ identity }))?.points, [point('b', 'once vengeance')]);
    const silent = new Joiner(FILE).join({ central: answered(primary()) });
    assert.equal(queueOf(silent, 'vengeance').past, null);
  });

  it('keeps its last count and its time while the edge is away', () => {
    const away = failed('silent', holding({ waiting: 412 }), T0 + 9);
    const found = queueOf(new Joiner(FILE).join({ vengeance: away }, T0 + 60_000), 'vengeance');
    assert.equal(found.facts?.waiting, 412);
    assert.equal(found.atMs, T0);
    assert.equal(found.verdict.sinceMs, T0 + 9);
    assert.equal(found.table, 'public.pending_sync');
    assert.equal(found.primaryId, 'central');
  });

  const follow = (looks: readonly (readonly [number, number])[]): readonly string[] => {
    const joiner = new Joiner(FILE, 60_000);
    return looks.map(([second, waiting]) => {
      const atMs = T0 + second * 1_000;
      const snapshot = joiner.join({ vengeance: holding({ waiting }, atMs) }, atMs);
      const { code, params } = queueOf(snapshot, 'vengeance').verdict;
      return `${code} ${params.perMinute ?? '?'}`;
    });
  };

  it('grows only when it did for a minute', () => {
    assert.deepEqual(
      follow([
        [0, 300],
        [30, 350],
        [60, 383],
        [120, 412],
      ]),
      ['queueWaiting ?', 'queueWaiting ?', 'queueGrowing 83', 'queueGrowing 56'],
    );
  });

  it('does not grow while it falls, stands, or is small', () => {
    assert.equal(
      follow([
        [0, 412],
        [90, 300],
      ]).at(-1),
      'queueWaiting -75',
    );
    assert.equal(
      follow([
        [0, 412],
        [90, 412],
      ]).at(-1),
      'queueWaiting 0',
    );
    assert.equal(
      follow([
        [0, 1],
        [90, 40],
      ]).at(-1),
      'queueWaiting 26',
    );
  });

  it('tells its rate whatever else is said of it', () => {
    const joiner = new Joiner(FILE, 60_000);
    joiner.join({ vengeance: holding({ waiting: 4 }) });
    const atMs = T0 + 60_000;
    const later = holding({ waiting: 10, conflicts: 1 }, atMs);
    assert.equal(queueOf(joiner.join({ vengeance: later }, atMs), 'vengeance').perMinute, 6);
  });

  it('has no rate where counting stopped', () => {
    assert.equal(
      follow([
        [0, 9_000],
        [90, DEPTH_CAP],
      ]).at(-1),
      'queueWaiting ?',
    );
  });
});

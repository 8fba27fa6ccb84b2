import assert from 'node:assert/strict';
import { routeRowText, routeTooltip } from '../../../../src/core/describe/routeText';
import { routesOf, type Route } from '../../../../src/core/routing/whereTo';
import type { ChosenPrimary, EdgeSnapshot, NodeSnapshot } from '../../../../src/core/snapshot';
import type { DeclaredRouting } from '../../../../src/core/topology';
import {
  declared,
  edge,
  failure,
  fast,
  NOW,
  plain,
  sample,
  SECOND,
  snapshot,
  UNASKED,
  verdict,
} from '../describe/makeSnapshot';

const DOWN: Partial<NodeSnapshot> = {
  sample: sample({ contact: 'failed', failure: failure(), fast: null, fastAtMs: null }),
  verdict: verdict('unreachable'),
};
const WRITABLE: Partial<NodeSnapshot> = { sample: sample({ fast: fast({ isInRecovery: false }) }) };

const NODES = [
  declared('primary'),
  declared('replica', { standbyOf: 'primary' }),
  declared('second', { standbyOf: 'primary' }),
  declared('below', { standbyOf: 'replica' }),
];

const streams = (to: string, change: Partial<EdgeSnapshot> = {}): EdgeSnapshot =>
  edge({ id: `streaming/${to}`, from: 'primary', ...change });

interface Case {
  readonly routing?: Partial<DeclaredRouting> | null;
  readonly seen?: Readonly<Record<string, Partial<NodeSnapshot>>>;
  readonly edges?: readonly EdgeSnapshot[];
  readonly chosen?: ChosenPrimary;
}

function routes({ routing = {}, seen = {}, edges = [], chosen }: Case) {
  const said = { reads: ['replica', 'primary'], maxLagMs: 5_000, ...routing };
  const own = new Set(edges.map(({ to }) => to));
  const others = [
    streams('replica'),
    streams('second'),
    streams('below', { from: 'replica', isRelativeToUpstream: true, lagMs: 30 }),
  ].filter(({ to }) => !own.has(to));
  const seenSo = snapshot({
    nodes: NODES,
    seen,
    edges: [...edges, ...others],
    topology: routing === null ? {} : { routing: said },
  });
  return routesOf(chosen === undefined ? seenSo : { ...seenSo, chosenPrimary: chosen }, NOW);
}

/** As the tree shows it, then what comes when that is down. */
function shown(route: Route): string {
  const { label, description } = routeRowText(route);
  return plain(
    [label, description, route.whenDown ?? '-'].filter((part) => part !== '').join(' | '),
  );
}

const reads = (one: Case): string => shown(routes(one).reads);
const writes = (one: Case): string => shown(routes(one).writes);

describe('where reads and writes go', () => {
  it('to the first of the file that is near enough, and to the primary', () => {
    assert.equal(
      reads({}),
      'Reads → replica | 12 ms behind | When replica is down, reads go to primary.',
    );
    assert.equal(
      writes({}),
      'Writes → primary | When primary is down, writes go nowhere until a standby is promoted.',
    );
    assert.equal(
      reads({ edges: [streams('replica', { lagMs: 0 })] }),
      'Reads → replica | caught up | When replica is down, reads go to primary.',
    );
  });

  it('past a node that is down, and back to it', () => {
    assert.equal(
      reads({ seen: { replica: DOWN } }),
      'Reads → primary | replica: unreachable from here | When primary is down, reads go nowhere.',
    );
    assert.equal(
      reads({ seen: { replica: DOWN, primary: DOWN } }),
      'Reads → nowhere | replica: unreachable from here; primary: unreachable from here | -',
    );
  });

  it('past a standby that is too far behind, or of which that is not known', () => {
    const late = streams('replica', { lagMs: 8_000 });
    assert.match(
      reads({ edges: [late] }),
      /^Reads → primary \| replica: 8 s behind, more than 5 s/u,
    );
    const exact = streams('replica', { lagMs: 5_000 });
    assert.match(reads({ edges: [exact] }), /^Reads → replica/u);
    const unknown = streams('replica', {
      lagMs: null,
      lagBytes: 0,
      unknownBecause: 'source cut off',
    });
    assert.match(
      reads({ edges: [unknown] }),
      /^Reads → primary \| replica: lag unknown: source cut off/u,
    );
    // Without a limit it decides nothing, and is still told.
    assert.match(
      reads({ edges: [unknown], routing: { maxLagMs: null } }),
      /^Reads → replica \| lag unknown/u,
    );
    assert.match(
      reads({ edges: [late], routing: { maxLagMs: null } }),
      /^Reads → replica \| 8 s behind/u,
    );
  });

  it('by what a standby that was measured a moment ago cannot exceed', () => {
    const replica = (startedAtMs: number): Partial<NodeSnapshot> => ({
      sample: sample({ fast: fast({ isInRecovery: true, postmasterStartedAtMs: startedAtMs }) }),
    });
    const was = (ageMs: number) =>
      streams('replica', {
        lagMs: null,
        unknownBecause: 'no receiver',
        lastKnown: { lagMs: 500, lagBytes: 1, atMs: NOW - ageMs },
      });
    assert.match(
      reads({ edges: [was(2 * SECOND)], seen: { replica: replica(0) } }),
      /^Reads → replica \| at most 2\.5 s behind/u,
    );
    assert.match(
      reads({ edges: [was(4_600)], seen: { replica: replica(0) } }),
      /^Reads → primary \| replica: lag unknown, may be more than 5 s/u,
    );
    // A server that was started since may show less.
    assert.match(
      reads({ edges: [was(2 * SECOND)], seen: { replica: replica(NOW - SECOND) } }),
      /^Reads → primary \| replica: lag unknown: no receiver/u,
    );
  });

  it('adds up a cascade, and knows that it ends with what it streams from', () => {
    const routing = { reads: ['below', 'replica', 'primary'] };
    assert.equal(
      reads({ routing }),
      'Reads → below | 42 ms behind | When below is down, reads go to replica.',
    );
    const cut = streams('replica', { lagMs: null, unknownBecause: 'no WAL receiver on replica' });
    assert.match(
      reads({ routing, edges: [cut] }),
      /^Reads → primary \| below: lag unknown: no WAL receiver on replica/u,
    );
    assert.match(
      reads({ routing: { reads: ['replica', 'below', 'primary'] } }),
      /When replica is down, reads go to primary\.$/u,
    );
    assert.match(
      reads({ routing: { reads: ['replica', 'below', 'primary'], maxLagMs: null } }),
      /When replica is down, reads go to below\.$/u,
    );
  });

  it('takes what was not asked, or is out of date, for unknown and not for down', () => {
    const unasked = { sample: sample(UNASKED), verdict: verdict('notConnected') };
    assert.equal(
      reads({ seen: { replica: unasked } }),
      'Reads → unknown | replica: not connected; primary: primary | -',
    );
    const stale = { sample: sample({ fastAtMs: NOW - 20 * SECOND }), verdict: verdict('stale') };
    assert.match(
      reads({ seen: { replica: stale } }),
      /^Reads → unknown \| replica: last heard from 20 s ago/u,
    );
    assert.match(writes({ seen: { primary: stale } }), /^Writes → unknown/u);
    // What comes after the answer does not matter.
    assert.match(
      reads({ seen: { primary: unasked } }),
      /^Reads → replica \| 12 ms behind \| When replica is down, reads go nowhere\.$/u,
    );
  });

  it('follows a promotion, and says that the former primary is not seen', () => {
    const seen = { primary: DOWN, replica: WRITABLE };
    assert.match(writes({ seen }), /^Writes → replica \| primary: unreachable from here/u);
    assert.equal(
      routes({ seen }).writes.reason,
      'takes writes, though the file says standby; primary: unreachable from here',
    );
    // What is written is there, whatever the file calls it.
    assert.match(reads({ seen }), /^Reads → replica/u);
  });

  it('sends nothing to either of two servers that take writes', () => {
    const split = (other: string): Partial<NodeSnapshot> => ({
      ...WRITABLE,
      verdict: verdict('splitBrain', { otherNodes: [other] }),
    });
    const known = { primary: split('replica'), replica: split('primary') };
    assert.match(
      writes({ seen: known }),
      /^Writes → nowhere \| primary and replica take writes: until one is chosen/u,
    );
    assert.match(reads({ seen: known }), /^Reads → nowhere/u);
    // Also where no system identifier could be read.
    assert.match(writes({ seen: { replica: WRITABLE } }), /^Writes → nowhere/u);
    // One server through two databases is no rival of itself.
    const same = { replica: { ...WRITABLE, sameServerAs: ['primary'] } };
    assert.match(writes({ seen: same }), /^Writes → primary/u);
  });

  it('sends nothing to a standby of either of them, whose writes may not be the ones that count', () => {
    const seen = { primary: WRITABLE, second: WRITABLE };
    assert.match(
      reads({ seen, routing: { maxLagMs: null } }),
      /^Reads → nowhere \| replica: streams from primary, one of several servers that take writes/u,
    );
  });

  it('go to the one that a person chose, and to no other, until that is over', () => {
    const split = (other: string): Partial<NodeSnapshot> => ({
      sample: sample({ fast: fast({ isInRecovery: false, systemIdentifier: '7' }) }),
      verdict: verdict('splitBrain', { otherNodes: [other] }),
    });
    const seen = { primary: split('second'), second: split('primary') };
    const choice = (nodeId: string, other: string, systemIdentifier = '7'): ChosenPrimary => ({
      nodeId,
      others: [other],
      systemIdentifier,
    });
    const primary = choice('primary', 'second');
    assert.match(writes({ seen, chosen: primary }), /^Writes → primary/u);
    assert.match(reads({ seen, chosen: primary }), /^Reads → replica \| 12 ms behind/u);
    assert.deepEqual(
      routes({ seen, chosen: primary }).writes.candidates.map(({ reason }) => reason),
      [
        'takes writes, chosen as the primary',
        'standby',
        'takes writes beside primary, which was chosen as the primary',
        'standby',
      ],
    );
    const second = choice('second', 'primary');
    assert.match(
      writes({ seen, chosen: second }),
      /^Writes → second \| primary: takes writes beside second, which was chosen as the primary/u,
    );
    assert.match(
      reads({ seen, chosen: second }),
      /^Reads → nowhere \| replica: streams from primary, writes go to second/u,
    );
    // The one that was chosen does not answer: its rival is no better for that.
    assert.match(
      writes({ seen: { ...seen, primary: DOWN }, chosen: primary }),
      /^Writes → nowhere \| primary: unreachable from here; .*second: takes writes beside primary/u,
    );
    // It is a standby now, so the choice is over.
    const demoted = fast({ isInRecovery: true, systemIdentifier: '7' });
    const over = { second: WRITABLE, primary: { sample: sample({ fast: demoted }) } };
    assert.match(writes({ seen: over, chosen: primary }), /^Writes → second/u);
    // Of another system, or made without this rival.
    for (const chosen of [choice('primary', 'second', '8'), choice('primary', 'below')]) {
      assert.match(writes({ seen, chosen }), /^Writes → nowhere/u);
    }
  });

  it('reads from no standby of another server than writes go to', () => {
    const seen = { primary: DOWN, second: WRITABLE };
    const old = streams('replica', { from: 'elsewhere' });
    assert.match(
      reads({ seen, edges: [old] }),
      /^Reads → nowhere \| replica: streams from elsewhere, writes go to second/u,
    );
    const nobody = streams('replica', { from: null });
    assert.match(
      reads({ edges: [nobody] }),
      /^Reads → primary \| replica: streams from a server that is not in the file/u,
    );
    const split = { primary: { ...WRITABLE, verdict: verdict('wrongSystem') }, second: WRITABLE };
    assert.match(
      reads({ seen: split }),
      /^Reads → nowhere \| replica: streams from primary, writes go to second/u,
    );
    const diverged = streams('replica', { verdict: verdict('diverged'), lagMs: 0 });
    assert.match(reads({ edges: [diverged] }), /^Reads → primary \| replica: diverged/u);
  });

  it('says where the file leaves it open', () => {
    const none = routes({ routing: null });
    assert.equal(none.reads.outcome, 'undeclared');
    assert.equal(none.reads.reason, 'the file declares no "routing"');
    assert.equal(none.writes.nodeId, 'primary');
    const two = routesOf(snapshot({ nodes: [declared('a'), declared('b')] }));
    assert.equal(two.writes.outcome, 'undeclared');
    assert.match(two.writes.reason, /several primaries \(a, b\)/u);
  });

  it('marks what is not the first choice, and what goes nowhere', () => {
    const icon = (one: Case) => routeRowText(routes(one).reads).icon.codicon;
    assert.equal(icon({}), 'book');
    assert.equal(icon({ seen: { replica: DOWN } }), 'warning');
    assert.equal(icon({ seen: { replica: DOWN, primary: DOWN } }), 'error');
    assert.deepEqual(routeTooltip(routes({ seen: { replica: DOWN } }).reads).lines, [
      'replica: unreachable from here',
      'primary: primary',
      'When primary is down, reads go nowhere.',
    ]);
  });
});

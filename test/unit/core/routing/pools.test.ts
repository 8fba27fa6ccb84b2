import assert from 'node:assert/strict';
import { isTooMuch, poolLoads, poolWords } from '../../../../src/core/routing/pools';
import type { NodeSnapshot } from '../../../../src/core/snapshot';
import type { DeclaredPools } from '../../../../src/core/topology';
import { declared, fast, plain, sample, slow, snapshot, verdict } from '../describe/makeSnapshot';

const NODES = [
  declared('main'),
  declared('near', { standbyOf: 'main' }),
  declared('spare', { standbyOf: 'main' }),
  declared('other'),
];

const server = (
  maxConnections: number,
  used: number | null,
  settings: Readonly<Record<string, string>> = {},
): Partial<NodeSnapshot> => ({
  sample: sample({
    fast: fast({ connectionsUsed: used }),
    slow: slow({ settings: { max_connections: String(maxConnections), ...settings } }),
  }),
});

function loads(
  pools: DeclaredPools | undefined,
  seen: Readonly<Record<string, Partial<NodeSnapshot>>> = {},
  { reads = ['near', 'main'], writesTo = 'main' }: { reads?: string[]; writesTo?: string } = {},
) {
  const routing = { reads, maxLagMs: null, ...(pools === undefined ? {} : { pools }) };
  return poolLoads(snapshot({ nodes: NODES, seen, topology: { routing } }), writesTo);
}

const counts = (...args: Parameters<typeof loads>) =>
  loads(...args).map(({ nodeId, writes, reads, most }) => [nodeId, writes, reads, most]);

describe('pools against max_connections', () => {
  it('land where routing sends them: reads on each node that may be read, writes on the primary', () => {
    const pools = { writes: 10, reads: 50 };
    assert.deepEqual(counts(pools), [
      ['main', 10, 50, 60],
      ['near', null, 50, 50],
    ]);
    // Without a fallback the primary gets no reads.
    assert.deepEqual(counts(pools, {}, { reads: ['near'] }), [
      ['main', 10, null, 10],
      ['near', null, 50, 50],
    ]);
    // A standby that was promoted takes the writes, and the former primary may come back.
    assert.deepEqual(counts(pools, {}, { writesTo: 'near' }), [
      ['main', 10, 50, 60],
      ['near', 10, 50, 60],
    ]);
    assert.deepEqual(counts({ writes: null, reads: 5 }, {}, { reads: ['near'] }), [
      ['near', null, 5, 5],
    ]);
    assert.deepEqual(counts(undefined), []);
  });

  it('are held against what is left of max_connections, and what is in use is told', () => {
    const reserved = { superuser_reserved_connections: '3', reserved_connections: '2' };
    const of = (max: number, pools = { writes: 10, reads: 50 }) =>
      loads(pools, { main: server(max, 12, reserved) })[0];
    const [fits, tooMuch] = [of(65), of(64)];
    assert.ok(fits && tooMuch);
    assert.equal(isTooMuch(fits), false, 'sixty of sixty');
    assert.equal(isTooMuch(tooMuch), true);
    assert.equal(
      plain(poolWords(tooMuch)),
      'Up to 60 connections may be opened to main, 10 for writes and 50 for reads. Its server allows 59: max_connections is 64, of which 5 are kept for others. In use now: 12.',
    );
    const reads = loads({ writes: null, reads: 50 }, { near: server(40, 1) })[1];
    assert.ok(reads && isTooMuch(reads));
    assert.equal(
      plain(poolWords(reads)),
      'Reads may open up to 50 connections to near. Its server allows 40 (max_connections). In use now: 1.',
    );
  });

  it('are not said to be too large for a server that was not read, nor is old use told as that of now', () => {
    const [unread] = loads(
      { writes: 500, reads: null },
      { main: { sample: sample({ slow: null }) } },
    );
    assert.ok(unread);
    assert.equal(isTooMuch(unread), false);
    assert.match(poolWords(unread), /How many its server allows is not known\./u);
    const old = { ...server(100, 12), verdict: verdict('stale') };
    const [stale] = loads({ writes: 500, reads: null }, { main: old });
    assert.ok(stale && isTooMuch(stale), 'what it allows does not change by the minute');
    assert.match(poolWords(stale), /How many are in use is not known\.$/u);
  });
});

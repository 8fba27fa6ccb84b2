import assert from 'node:assert/strict';
import {
  installedSentinels,
  type CheckProbe,
  type InstalledSentinel,
} from '../../../../src/core/checks/checkProbe';
import { groupChecks } from '../../../../src/core/checks/checkTargets';
import { markUnsafe, wayOf } from '../../../../src/core/checks/checkWay';
import { sentinelTable } from '../../../../src/core/plan/sentinelNames';
import { declared, edge, sample, slow, snapshot, subscription } from '../describe/makeSnapshot';

const SYSTEM = { systemIdentifier: '7', database: 'app' };
const NAME = sentinelTable({ ...SYSTEM, publication: 'app_pub' }).name;
const OWN = sentinelTable({ ...SYSTEM, publication: null }).name;
const ALL = { canSelect: true, canInsert: true, canDelete: true, states: {} };

function probe(change: Partial<CheckProbe> = {}): CheckProbe {
  return {
    ...SYSTEM,
    isInRecovery: false,
    user: 'monitor',
    publications: [{ name: 'app_pub', inserts: true, deletes: true, tables: [NAME] }],
    tables: [{ name: NAME, ...ALL }],
    ...change,
  };
}

function downstream(change: Partial<CheckProbe['tables'][number]> = {}): CheckProbe {
  const states = { jobs_sub: 'r' };
  return probe({ publications: [], tables: [{ name: NAME, ...ALL, states, ...change }] });
}

const nodes = [
  declared('central'),
  declared('read', { standbyOf: 'central' }),
  declared('genesis', { subscriptions: [subscription('jobs_sub', 'central')] }),
];
const edges = [
  edge({ id: 'streaming/read' }),
  edge({ id: 'logical/genesis/jobs_sub' }),
  edge({ id: 'consumer/electric', slotName: 'electric_slot' }),
];
const picture = snapshot({ nodes, edges });
const [group] = groupChecks(picture, null).groups;

function wayTo(edgeId: string, upstream: CheckProbe, below: CheckProbe | null) {
  const target = group?.targets.find((each) => each.edge.id === edgeId);
  assert.ok(target);
  const probes = new Map(below === null ? [] : [['genesis', below]]);
  const sentinels = markUnsafe('central', installedSentinels(upstream), picture, probes);
  return wayOf(target, { nodeId: 'central', user: 'monitor', sentinels }, below);
}

const LOGICAL = 'logical/genesis/jobs_sub';

describe('installedSentinels', () => {
  const names = (found: readonly InstalledSentinel[]) => found.map(({ table }) => table.name);

  it('counts a table only while its publication carries its rows', () => {
    assert.deepEqual(names(installedSentinels(probe())), [NAME]);
    const publication = { name: 'app_pub', inserts: true, deletes: true, tables: [] };
    assert.deepEqual(names(installedSentinels(probe({ publications: [publication] }))), []);
    const silent = { ...publication, tables: [NAME], inserts: false };
    assert.deepEqual(names(installedSentinels(probe({ publications: [silent] }))), []);
    assert.deepEqual(names(installedSentinels(probe({ systemIdentifier: '8' }))), []);
    const forStandbys = probe({ publications: [], tables: [{ name: OWN, ...ALL }] });
    assert.deepEqual(names(installedSentinels(forStandbys)), [OWN]);
  });
});

describe('wayOf', () => {
  it('is by row where the table is written, read and in step', () => {
    const way = wayTo(LOGICAL, probe(), downstream());
    assert.ok(way.kind === 'row');
    assert.deepEqual(
      way.sentinels.map(({ table }) => table.name),
      [NAME],
    );
    assert.equal(wayTo('streaming/read', probe(), downstream()).kind, 'row');
  });

  it('is by marker without a table, and for a reader that is no Postgres', () => {
    const none = { kind: 'marker', note: null };
    assert.deepEqual(wayTo(LOGICAL, probe({ publications: [], tables: [] }), downstream()), none);
    assert.deepEqual(wayTo('consumer/electric', probe(), downstream()), none);
    assert.deepEqual(wayTo(LOGICAL, probe(), null), none);
  });

  const full = `pgtopology.${NAME}`;
  const insertOnly = { name: 'app_pub', inserts: true, deletes: false, tables: [NAME] };
  const falls: readonly (readonly [CheckProbe, CheckProbe, string])[] = [
    [
      probe({ tables: [{ name: NAME, ...ALL, canInsert: false }] }),
      downstream(),
      `Role monitor may not write ${full} on central.`,
    ],
    [probe(), downstream({ canSelect: false }), `Role monitor may not read ${full} on genesis.`],
    [probe(), downstream({ states: { jobs_sub: 'd' } }), `${full} is not ready on genesis yet.`],
    [
      probe(),
      downstream({ states: {} }),
      `jobs_sub on genesis does not take ${full} yet: refresh it.`,
    ],
    [
      probe({ publications: [insertOnly] }),
      downstream({ canDelete: false }),
      `Role monitor may not prune ${full} on genesis.`,
    ],
    [probe(), probe({ tables: [] }), `genesis has no table ${full}.`],
  ];
  for (const [upstream, below, note] of falls) {
    it(`falls back to the marker: ${note.replace(NAME, 'sentinel')}`, () => {
      assert.deepEqual(wayTo(LOGICAL, upstream, below), { kind: 'marker', note });
    });
  }
});

describe('wayOf, where nothing may be pruned downstream', () => {
  const below = nodes.map((node) =>
    node.id === 'genesis' ? { ...node, access: 'readOnly' as const } : node,
  );
  const target = groupChecks(snapshot({ nodes: below, edges }), null).groups[0]?.targets.find(
    ({ edge: { id } }) => id === LOGICAL,
  );

  for (const deletes of [true, false]) {
    it(deletes ? 'is by row where tokens go by themselves' : 'is by marker', () => {
      assert.ok(target);
      const publications = [{ name: 'app_pub', inserts: true, deletes, tables: [NAME] }];
      const sentinels = installedSentinels(probe({ publications })).map((sentinel) => {
        return { ...sentinel, unsafe: null };
      });
      const root = { nodeId: 'central', user: 'monitor', sentinels };
      assert.equal(wayOf(target, root, downstream()).kind, deletes ? 'row' : 'marker');
    });
  }
});

describe('markUnsafe', () => {
  const sentinels = installedSentinels(probe());
  const seen = (tables: readonly string[]) =>
    snapshot({
      nodes,
      edges,
      seen: {
        genesis: {
          sample: sample({
            slow: slow({
              subscriptionTables: tables.map((name) => ({
                subscription: 'jobs_sub',
                schema: 'pgtopology',
                name,
                state: 'r' as const,
              })),
            }),
          }),
        },
      },
    });

  it('writes to no table that the monitor misses on a subscriber, unless the node itself has it', () => {
    const unsafe = (...args: Parameters<typeof markUnsafe>) =>
      markUnsafe(...args).map((each) => each.unsafe);
    assert.deepEqual(unsafe('central', sentinels, seen([NAME]), new Map()), [null]);
    assert.deepEqual(unsafe('central', sentinels, seen([]), new Map()), [
      `No token is written to pgtopology.${NAME}: jobs_sub on genesis lacks it and would stop.`,
    ]);
    const probes = new Map([['genesis', downstream()]]);
    assert.deepEqual(unsafe('central', sentinels, seen([]), probes), [null]);
    assert.deepEqual(unsafe('lonely', sentinels, seen([]), new Map()), [null]);
  });
});

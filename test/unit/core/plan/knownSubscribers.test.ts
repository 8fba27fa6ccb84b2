import assert from 'node:assert/strict';
import { knownSubscribersOf, unknownReaders } from '../../../../src/core/plan/knownSubscribers';
import { planCreatePublication } from '../../../../src/core/plan/planCreatePublication';
import { splitBrainFinding } from '../../../../src/core/plan/splitBrainFinding';
import {
  declared,
  edge,
  fast,
  sample,
  snapshot,
  subscription,
  verdict,
} from '../describe/makeSnapshot';
import { catalog, context, findingLines, slotFacts, subscriptionFacts } from './catalogs';

describe('knownSubscribersOf, unknownReaders', () => {
  const nodes = [
    declared('central'),
    declared('singularity', { subscriptions: [subscription('patterns_sub', 'central')] }),
    declared('genesis'),
    declared('other', { subscriptions: [subscription('far_sub', 'genesis')] }),
  ];

  it('by the file alone', () => {
    const known = context([], { nodes });
    assert.deepEqual(knownSubscribersOf(known, 'central', 'app_pub'), [
      { nodeId: 'singularity', subscription: 'patterns_sub', slotName: 'patterns_sub' },
    ]);
    assert.deepEqual(knownSubscribersOf(known, 'central', 'other_pub'), []);
    assert.deepEqual(unknownReaders(known, 'central'), []);
  });

  it('the monitor adds what the file does not say, a catalog goes before both', () => {
    const sub = {
      oid: 1,
      name: 'extra_sub',
      isEnabled: true,
      slotName: 'extra',
      publications: ['app_pub'],
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
      tableStates: { i: 0, d: 0, f: 0, s: 0, r: 1 },
      syncWorkers: 0,
    };
    const seen = snapshot({
      nodes,
      seen: { genesis: { sample: sample({ fast: fast({ subscriptions: [sub] }) }) } },
      edges: [edge({ id: 'logical/genesis/extra_sub', isDeclared: false })],
    });
    const patterns = subscriptionFacts('patterns_sub', { publications: ['new_pub'] });
    const known = context([catalog('singularity', { subscriptions: [patterns] })], {
      nodes,
      snapshot: seen,
    });
    assert.deepEqual(knownSubscribersOf(known, 'central', 'app_pub'), [
      { nodeId: 'genesis', subscription: 'extra_sub', slotName: 'extra' },
    ]);
    assert.deepEqual(
      knownSubscribersOf(known, 'central', null).map((each) => each.subscription),
      ['patterns_sub', 'extra_sub'],
    );
  });

  it('a subscription that nobody names is known by its slot; other slots have unknown readers', () => {
    const stray = subscriptionFacts('stray_sub', { slotName: 'stray', publications: ['app_pub'] });
    const slots = [
      slotFacts('stray'),
      slotFacts('patterns_sub'),
      slotFacts('electric', { plugin: 'pgoutput' }),
      slotFacts('stranger'),
      slotFacts('elsewhere', { database: 'other' }),
      slotFacts('standby', { type: 'physical', plugin: null, database: null }),
      slotFacts('pg_16385_sync_16390_7561'),
    ];
    const known = context(
      [catalog('central', { slots }), catalog('genesis', { subscriptions: [stray] })],
      { nodes, topology: { consumers: [{ id: 'electric', node: 'central', slot: 'electric' }] } },
    );
    assert.deepEqual(
      knownSubscribersOf(known, 'central', 'app_pub').map((each) => each.subscription),
      ['patterns_sub', 'stray_sub'],
    );
    assert.deepEqual(unknownReaders(known, 'central'), ['stranger']);
  });
});

describe('splitBrainFinding', () => {
  const nodes = [
    declared('genesis'),
    declared('central-read', { standbyOf: 'central' }),
    declared('central'),
  ];
  const TEXT =
    'error splitBrain (topology): Refused: 2 writable nodes of one system (central-read, central). Choose the primary first. / Stop or demote all but one of them.';

  it('as the monitor saw it, every change is refused, on whichever node', () => {
    const seen = snapshot({
      nodes,
      seen: {
        central: { verdict: verdict('splitBrain', { otherNodes: ['central-read'] }) },
        'central-read': { verdict: verdict('splitBrain', { otherNodes: ['central'] }) },
      },
    });
    const plan = planCreatePublication(
      {
        nodeId: 'genesis',
        name: 'p',
        allTables: true,
        schemas: [],
        tables: [],
        operations: ['insert'],
        viaPartitionRoot: false,
      },
      context([catalog('genesis')], { nodes, snapshot: seen }),
    );
    assert.equal(findingLines(plan)[0], TEXT);
  });

  it('as the catalogs of the plan show it; two databases of one server are none', () => {
    const system = { systemIdentifier: '1' };
    const primary = catalog('central', { server: system });
    const promoted = catalog('central-read', { server: system, settings: { port: 5433 } });
    assert.match(
      splitBrainFinding(context([primary, promoted], { nodes }))?.text ?? '',
      /central-read, central/,
    );
    const standby = catalog('central-read', {
      server: { ...system, isInRecovery: true },
      settings: { port: 5433 },
    });
    assert.equal(splitBrainFinding(context([primary, standby], { nodes })), null);
    const other = catalog('genesis', { server: { ...system, database: 'other' } });
    assert.equal(splitBrainFinding(context([primary, other], { nodes })), null);
  });
});

import assert from 'node:assert/strict';
import type { PlanChangesRequest } from '../../../../../src/core/plan/changes/changesRequest';
import { planChanges } from '../../../../../src/core/plan/changes/planChanges';
import { undeclaredObjects } from '../../../../../src/core/plan/changes/undeclaredObjects';
import type { PlanContext } from '../../../../../src/core/plan/requests';
import { declared, subscription } from '../../describe/makeSnapshot';
import {
  catalog,
  context,
  planSql,
  publication,
  slotFacts,
  subscriptionFacts,
  table,
} from '../catalogs';

const tableOf = (name: string) => ({ schema: 'public', name, columns: null, rowFilter: null });
const pub = (name: string, tables: readonly string[]) => ({
  name,
  tables: tables.map(tableOf),
  schemas: [],
  allTables: false,
  options: {},
});

/** `a` and `b` are one database; `c` is another server, to which both ends of a subscription lead. */
const NODES = [
  declared('c', { publications: [pub('c_pub', ['jobs'])] }),
  declared('a', { publications: [pub('both', ['jobs'])] }),
  declared('b', {
    publications: [pub('p', ['log']), pub('both', ['log'])],
    subscriptions: [{ ...subscription('s', 'c'), publications: ['c_pub'] }],
  }),
];
const ONE_SERVER = { server: { systemIdentifier: 'system of both' } };
const RELATIONS = [table('jobs'), table('log')];
const DATABASE = {
  ...ONE_SERVER,
  relations: RELATIONS,
  publications: [
    publication('both', ['jobs', 'log']),
    publication('old', ['log']),
    publication('p', ['log']),
  ],
  subscriptions: [
    subscriptionFacts('s', {
      publications: ['c_pub'],
      tables: [{ schema: 'public', name: 'jobs', state: 'r' }],
    }),
  ],
};

function contextOf(
  change: Partial<PlanContext> = {},
  { isBRead = true, nodes = NODES } = {},
): PlanContext {
  const catalogs = [
    catalog('c', {
      relations: RELATIONS,
      publications: [publication('c_pub', ['jobs'])],
      slots: [slotFacts('s', { isActive: true })],
    }),
    catalog('a', DATABASE),
    ...(isBRead ? [catalog('b', DATABASE)] : []),
  ];
  return { ...context(catalogs, { nodes }), ...change };
}

function request(change: Partial<PlanChangesRequest> = {}): PlanChangesRequest {
  return { nodeIds: null, drops: true, signIns: [], passwords: [], unread: [], ...change };
}

const extras = ({ topology, catalogs, snapshot }: PlanContext, nodeIds: string[] | null = null) =>
  undeclaredObjects(topology, nodeIds, catalogs, snapshot);

describe('planChanges where two nodes are one database', () => {
  it('drops what neither of them declares, once', () => {
    const found = contextOf();
    assert.deepEqual(extras(found), ['a.old']);
    assert.deepEqual(planSql(planChanges(request(), found)), ['a: DROP PUBLICATION "old"']);
  });

  it('leaves what a node declares that was not read, by the address that the file gives', () => {
    const connection = { host: 'db.example.com', dbname: 'app' };
    const at = (address: Record<string, string>) =>
      NODES.map((node) => (node.id === 'c' ? node : { ...node, connection: address }));
    const found = contextOf({}, { isBRead: false, nodes: at(connection) });
    assert.deepEqual(extras(found, ['a']), ['a.old']);
    assert.deepEqual(planSql(planChanges(request({ nodeIds: ['a'] }), found)), [
      'a: DROP PUBLICATION "old"',
    ]);
    const vague = contextOf({}, { isBRead: false, nodes: at({ host: 'db.example.com' }) });
    assert.deepEqual(extras(vague, ['a']), ['a.old'], 'nobody says that it is another database');
  });

  it('tells databases of one server apart', () => {
    const found = contextOf();
    const b = catalog('b', {
      ...ONE_SERVER,
      server: { ...ONE_SERVER.server, database: 'other' },
      relations: RELATIONS,
      publications: [publication('p', ['log']), publication('both', ['log'])],
      subscriptions: DATABASE.subscriptions,
    });
    const apart = { ...found, catalogs: new Map(found.catalogs).set('b', b) };
    assert.deepEqual(extras(apart), ['a.s', 'a.public.log in both', 'a.old', 'a.p']);
    assert.deepEqual(
      planSql(planChanges(request({ nodeIds: ['a'] }), apart)).filter((sql) =>
        sql.startsWith('a: DROP'),
      ),
      ['a: DROP SUBSCRIPTION "s"', 'a: DROP PUBLICATION "old"', 'a: DROP PUBLICATION "p"'],
    );
  });

  it('makes what both declare once', () => {
    const nodes = ['a', 'b'].map((id) => declared(id, { publications: [pub('p', ['jobs'])] }));
    const both = ['a', 'b'].map((id) => catalog(id, { ...ONE_SERVER, relations: RELATIONS }));
    assert.deepEqual(planSql(planChanges(request(), context(both, { nodes }))), [
      'a: CREATE PUBLICATION "p"\n  FOR TABLE "public"."jobs"',
    ]);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Topology } from '../../../src/core/topology';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { LOCAL, fileWith } from './showProblems';

const CENTRAL_CLOUD = `{
  "name": "Central cloud",
  "environment": "production",
  "nodes": {
    "central": {
      "connection": "postgresql://monitor@db.example.com:5432/central_services?sslmode=verify-full",
      "adminUser": "postgres",
      "passwordSource": "env:CENTRAL",
      "publications": {
        "approved_patterns_pub": {
          "tables": ["public.approved_patterns", ["odd.schema", "t"], { "table": "public.jobs", "columns": ["id"], "rowFilter": "id > 0" }],
          "operations": ["insert"], "viaPartitionRoot": true
        },
        "all_pub": { "allTables": true }
      }
    },
    "central-read": {
      "connection": { "host": "db-r1.example.com", "port": 5433, "database": "central_services", "user": "monitor" },
      "standbyOf": "central", // any node
      "slot": "central_read"
    },
    "singularity": {
      "connection": "service=singularity",
      "subscriptions": {
        "patterns_sub": {
          "publisher": "central", "publications": ["approved_patterns_pub"], "disableOnError": true,
          "connection": "host=central.internal user=replication_user"
        },
        "all_sub": { "publisher": "central", "publications": ["all_pub"], "slotName": "all_slot", "connection": "host=h password=hunter2" }
      }
    },
    "vengeance": {
      "connection": "host=localhost port=5432 dbname=robbieverse user=robbie",
      "pendingSync": {
        "primary": "central", "table": "public.pending_sync", "capture": "application",
        "tables": { "public.users": "primary-wins", "public.robbie_personality_state": "merge" }
      }
    },
    "laptop": { "connection": "host=localhost user=u", "passwordSource": "pgpass", "pendingSync": { "primary": "central" } }
  },
  "consumers": { "electric": { "node": "central", "slot": "electric_slot_default" } },
  "thresholds": { "lag": { "warning": "1.5s" }, "queueDepth": { "critical": 500 } }
}`;

const EXPECTED: Topology = {
  name: 'Central cloud',
  environment: 'production',
  nodes: [
    {
      id: 'central',
      connection: {
        user: 'monitor',
        host: 'db.example.com',
        port: '5432',
        dbname: 'central_services',
        sslmode: 'verify-full',
      },
      adminUser: 'postgres',
      environment: 'production',
      passwordSource: { kind: 'env', variable: 'CENTRAL' },
      standbyOf: null,
      slot: null,
      publications: [
        {
          name: 'approved_patterns_pub',
          tables: [
            { schema: 'public', name: 'approved_patterns', columns: null, rowFilter: null },
            { schema: 'odd.schema', name: 't', columns: null, rowFilter: null },
            { schema: 'public', name: 'jobs', columns: ['id'], rowFilter: 'id > 0' },
          ],
          schemas: [],
          allTables: false,
          options: { operations: ['insert'], viaPartitionRoot: true },
        },
        { name: 'all_pub', tables: [], schemas: [], allTables: true, options: {} },
      ],
      subscriptions: [],
      pendingSync: null,
    },
    {
      id: 'central-read',
      connection: {
        host: 'db-r1.example.com',
        port: '5433',
        dbname: 'central_services',
        user: 'monitor',
      },
      adminUser: null,
      environment: 'production',
      passwordSource: { kind: 'auto' },
      standbyOf: 'central',
      slot: 'central_read',
      publications: [],
      subscriptions: [],
      pendingSync: null,
    },
    {
      id: 'singularity',
      connection: { service: 'singularity' },
      adminUser: null,
      environment: 'production',
      passwordSource: { kind: 'auto' },
      standbyOf: null,
      slot: null,
      publications: [],
      subscriptions: [
        {
          name: 'patterns_sub',
          publisher: 'central',
          publications: ['approved_patterns_pub'],
          connection: 'host=central.internal user=replication_user',
          slotName: 'patterns_sub',
          options: { disableOnError: true },
        },
        {
          name: 'all_sub',
          publisher: 'central',
          publications: ['all_pub'],
          connection: "host='h'",
          slotName: 'all_slot',
          options: {},
        },
      ],
      pendingSync: null,
    },
    {
      id: 'vengeance',
      connection: { host: 'localhost', port: '5432', dbname: 'robbieverse', user: 'robbie' },
      adminUser: null,
      environment: 'production',
      passwordSource: { kind: 'auto' },
      standbyOf: null,
      slot: null,
      publications: [],
      subscriptions: [],
      pendingSync: {
        primary: 'central',
        table: { schema: 'public', name: 'pending_sync' },
        capture: 'application',
        tables: [
          { schema: 'public', name: 'users', policy: 'primary-wins' },
          { schema: 'public', name: 'robbie_personality_state', policy: 'merge' },
        ],
      },
    },
    {
      id: 'laptop',
      connection: { host: 'localhost', user: 'u' },
      adminUser: null,
      environment: 'production',
      passwordSource: { kind: 'pgpass' },
      standbyOf: null,
      slot: null,
      publications: [],
      subscriptions: [],
      pendingSync: {
        primary: 'central',
        table: { schema: 'pgtopology', name: 'pending_sync' },
        capture: 'trigger',
        tables: [],
      },
    },
  ],
  consumers: [{ id: 'electric', node: 'central', slot: 'electric_slot_default' }],
  thresholds: {
    lagWarningMs: 1_500,
    lagCriticalMs: 30_000,
    queueDepthWarning: 100,
    queueDepthCritical: 500,
  },
};

describe('parsing topology files', () => {
  it('makes the topology that the file declares', () => {
    const { topology, problems } = parseTopologyFile(CENTRAL_CLOUD);
    // The one password in it is reported, and is nowhere in the topology.
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['literal-password'],
    );
    assert.deepEqual(JSON.parse(JSON.stringify(topology)), EXPECTED);
  });

  it('marks the nodes that the file, or the whole topology, keeps from every change', () => {
    const accessOf = (text: string) =>
      parseTopologyFile(text).topology?.nodes.map(({ id, access }) => `${id} ${access ?? '-'}`);
    const nodes = { a: { connection: LOCAL, access: 'readOnly' }, b: { connection: LOCAL } };
    assert.deepEqual(accessOf(JSON.stringify({ nodes })), ['a readOnly', 'b -']);
    assert.deepEqual(accessOf(JSON.stringify({ access: 'readOnly', nodes })), [
      'a readOnly',
      'b readOnly',
    ]);
  });

  it('takes budgets of checks, the size that slots may keep and who is kept from language models', () => {
    const read = (retainedWal: unknown) =>
      parseTopologyFile(
        fileWith(
          {
            a: { connection: LOCAL, allowLanguageModels: false, expect: { arrivesWithin: '1s' } },
            b: {
              connection: LOCAL,
              standbyOf: 'a',
              allowLanguageModels: true,
              expect: { arrivesWithin: '1.5 s' },
            },
            c: {
              connection: LOCAL,
              subscriptions: {
                s: { publisher: 'a', publications: ['p'], expect: { arrivesWithin: '250ms' } },
                t: { publisher: 'a', publications: ['p'], expect: {} },
              },
            },
          },
          { thresholds: { retainedWal } },
        ),
      ).topology;
    const topology = read('1.5GB');
    assert.deepEqual(
      topology?.nodes.map((node) => [node.id, node.arrivesWithinMs, node.allowLanguageModels]),
      // Where there is no reason to be told, nothing is.
      [
        ['a', undefined, false],
        ['b', 1_500, undefined],
        ['c', undefined, undefined],
      ],
    );
    assert.deepEqual(
      topology.nodes[2]?.subscriptions.map((one) => [one.arrivesWithinMs, one.options]),
      [
        [250, {}],
        [undefined, {}],
      ],
    );
    assert.equal(topology.thresholds.retainedWalBytes, 1.5 * 1024 ** 3);
    const kept = (said: unknown) => read(said)?.thresholds.retainedWalBytes;
    assert.equal(kept({ warning: '8 GB', critical: '64GB' }), 8 * 1024 ** 3);
    assert.equal(kept({ critical: '512kB' }), 512 * 1024);
    assert.equal(kept('0B'), undefined);
  });

  it('names a topology without a name after what the caller says', () => {
    const text = fileWith({ a: { connection: LOCAL } });
    assert.equal(parseTopologyFile(text, 'My folder').topology?.name, 'My folder');
  });

  it('keeps the order of the nodes in the file', () => {
    const ids = ['zebra', 'constructor', 'toString', 'apple'];
    const text = fileWith(Object.fromEntries(ids.map((id) => [id, { connection: LOCAL }])));
    assert.deepEqual(
      parseTopologyFile(text).topology?.nodes.map(({ id }) => id),
      ids,
    );
  });

  it('knows no node that only every object has', () => {
    const text = fileWith({ a: { connection: LOCAL, standbyOf: 'constructor' } });
    assert.deepEqual(
      parseTopologyFile(text).problems.map(({ message }) => message),
      ['"standbyOf" names "constructor". There is no such node in this file.'],
    );
  });

  it('never throws, and every place lies in the text', () => {
    const cut = fc.tuple(fc.nat(CENTRAL_CLOUD.length), fc.nat(40), fc.string({ maxLength: 5 }));
    const mangled = cut.map(
      ([at, length, put]) => CENTRAL_CLOUD.slice(0, at) + put + CENTRAL_CLOUD.slice(at + length),
    );
    fc.assert(
      fc.property(fc.oneof(mangled, fc.string(), fc.json()), (text) => {
        const { topology, problems } = parseTopologyFile(text);
        assert.equal(
          topology === null,
          problems.some(({ blocks }) => blocks),
        );
        const places = problems.flatMap(({ range, related, fixes }) => [
          range,
          ...related.map((one) => one.range),
          ...fixes.flatMap(({ edits }) => edits),
        ]);
        for (const { offset, length } of places) {
          assert.ok(offset >= 0 && length >= 0 && offset + length <= Math.max(1, text.length));
        }
        // Cut together, a password may stand where a name belongs; there it cannot be told from one.
        if (!areAllInConnections(text)) return;
        assert.ok(
          !JSON.stringify([topology, problems.map((one) => one.message)]).includes('hunter2'),
        );
      }),
      { numRuns: 400 },
    );
  });
});

function areAllInConnections(text: string): boolean {
  const all = text.match(/hunter2/g)?.length ?? 0;
  return all === (text.match(/"connection": "[^"\n]*hunter2/g)?.length ?? 0);
}

describe('positions', () => {
  const text = fileWith({ a: { connection: LOCAL }, b: { connection: LOCAL, standbyOf: 'a' } });
  const { positions } = parseTopologyFile(text);
  const cut = (range: { offset: number; length: number } | null): string | null =>
    range === null ? null : text.slice(range.offset, range.offset + range.length);

  it('are found by path', () => {
    assert.equal(cut(positions.valueAt(['nodes', 'b', 'standbyOf'])), '"a"');
    assert.equal(cut(positions.keyAt(['nodes', 'b', 'standbyOf'])), '"standbyOf"');
    assert.equal(positions.valueAt(['nodes', 'c']), null);
    assert.equal(positions.keyAt([]), null);
  });

  it('lead back to the node they are in', () => {
    assert.equal(positions.nodeAtOffset(text.indexOf('standbyOf')), 'b');
    assert.equal(positions.nodeAtOffset(text.indexOf('"a"') + 1), 'a');
    assert.equal(positions.nodeAtOffset(0), null);
    assert.deepEqual(positions.pathAtOffset(text.indexOf('"a"', text.indexOf('standbyOf'))), [
      'nodes',
      'b',
      'standbyOf',
    ]);
  });

  it('are nowhere in a text without a value', () => {
    const { positions: none } = parseTopologyFile('');
    assert.equal(none.valueAt([]), null);
    assert.equal(none.nodeAtOffset(0), null);
  });
});

import assert from 'node:assert/strict';
import {
  createPublicationSql,
  createSubscriptionSql,
  splitTable,
} from '../../clusters/topology/declaredSql';
import { readDeclaredServers } from '../../clusters/topology/declaredTopology';
import { pointAtServers } from '../../clusters/topology/pointAtServers';

const TEXT = `{
  // kept
  "nodes": {
    "central": { "connection": "postgresql://m@db.example.com:5432/central_services" },
    "read": { "connection": { "host": "db-r1", "database": "central_services" }, "standbyOf": "central", "slot": "read" },
    "edge": {
      "connection": "host=localhost dbname=local user=robbie", // and this
      "subscriptions": {
        "far": { "publisher": "central", "publications": ["p"], "connection": "host=central.internal" },
        "near": { "publisher": "central", "publications": ["p"] },
      },
      "pendingSync": { "primary": "central" },
    },
  },
  "consumers": { "electric": { "node": "central", "slot": "e" } },
}`;

describe('readDeclaredServers', () => {
  const declared = readDeclaredServers(TEXT);

  it('finds the database in every form of a connection', () => {
    assert.deepEqual(
      declared.nodes.map(({ database, id }) => [id, database]),
      [
        ['central', 'central_services'],
        ['read', 'central_services'],
        ['edge', 'local'],
      ],
    );
  });

  it('knows upstreams, queues and consumers', () => {
    const [, read, edge] = declared.nodes;
    assert.deepEqual([read?.standbyOf, read?.slot], ['central', 'read']);
    assert.equal(edge?.queueTable, 'pgtopology.pending_sync');
    assert.deepEqual(declared.consumers, [{ id: 'electric', node: 'central', slot: 'e' }]);
  });

  it('refuses what is no JSON', () => {
    assert.throws(() => readDeclaredServers('{ "nodes": '), /Topology file: .* at 11/);
  });
});

describe('pointAtServers', () => {
  it('puts addresses in and leaves everything else', () => {
    const address = { host: '127.0.0.1', user: 'monitor', database: 'd b', authorityFile: null };
    const text = pointAtServers(
      TEXT,
      readDeclaredServers(TEXT),
      new Map([
        ['central', { ...address, port: 1001, authorityFile: '/run/a b.crt' }],
        ['edge', { ...address, port: 1002 }],
      ]),
      (id) => `host=127.0.0.1 port=7 dbname=${id}`,
    );
    const expected = TEXT.replace(
      'postgresql://m@db.example.com:5432/central_services',
      'postgresql://monitor@127.0.0.1:1001/d%20b?sslmode=verify-full&sslrootcert=%2Frun%2Fa%20b.crt',
    )
      .replace(
        'host=localhost dbname=local user=robbie',
        'postgresql://monitor@127.0.0.1:1002/d%20b',
      )
      .replace('host=central.internal', 'host=127.0.0.1 port=7 dbname=central');
    assert.equal(text, expected);
  });
});

describe('statements from a declaration', () => {
  it('publish tables, columns, rows and schemas', () => {
    const publication = {
      name: 'p',
      tables: [
        'public.a',
        { table: ['odd.schema', 'b'] as [string, string], columns: ['id'], rowFilter: 'id > 1' },
      ],
      schemas: ['s'],
      operations: ['insert'],
    };
    assert.equal(
      createPublicationSql(publication),
      `CREATE PUBLICATION "p" FOR TABLE "public"."a", "odd.schema"."b" ("id") WHERE (id > 1), TABLES IN SCHEMA "s" WITH (publish = 'insert')`,
    );
    assert.equal(
      createPublicationSql({ name: 'all', allTables: true }),
      'CREATE PUBLICATION "all" FOR ALL TABLES',
    );
  });

  it('subscribe with the options that the version has', () => {
    const subscription = {
      name: 's',
      publisher: 'central',
      publications: ['p', 'q'],
      copyData: false,
      disableOnError: true,
    };
    const start = `CREATE SUBSCRIPTION "s" CONNECTION 'host=h' PUBLICATION "p", "q"`;
    assert.equal(
      createSubscriptionSql(subscription, 'host=h', 14),
      `${start} WITH (copy_data = 'false')`,
    );
    assert.equal(
      createSubscriptionSql(subscription, 'host=h', 15),
      `${start} WITH (copy_data = 'false', disable_on_error = 'true')`,
    );
  });

  it('take a bare table for one in public', () => {
    assert.deepEqual(splitTable('users'), ['public', 'users']);
    assert.deepEqual(splitTable('app.users'), ['app', 'users']);
  });
});

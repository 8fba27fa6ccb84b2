import assert from 'node:assert/strict';
import type { NodeCatalog, RelationFacts } from '../../../src/core/plan/nodeCatalog';
import { KnownCatalogs } from '../../../src/views/fileLanguage/knownCatalogs';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor, SUPPORTED_MAJORS } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { sample, snapshot } from '../../unit/core/describe/makeSnapshot';
import { failureOf, never } from '../pg/support';
import { administered, makeGateways } from './changeSupport';
import { untilReplayed } from './planRig';

forEachMajor('What planners read of a node', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let standby: Cluster;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central', { conf: { wal_level: 'logical' } })).start();
    standby = await (await clusters.addStandby('standby', central, { slot: 'standby' })).start();
    edge = await (await clusters.add('edge')).start();
    await createLogin(central, 'jobs_owner');
    await createLogin(central, 'guest');
    await createLogin(central, 'replicator');
    await central.query(`
      ALTER ROLE replicator REPLICATION;
      GRANT jobs_owner TO guest;
      CREATE SCHEMA jobs AUTHORIZATION jobs_owner;
      CREATE SCHEMA "odd ""name"" 🐘";
      CREATE TABLE public.plain (id int PRIMARY KEY, name varchar(20) NOT NULL, note text DEFAULT 'x',
        twice int GENERATED ALWAYS AS (id * 2) STORED, n int GENERATED ALWAYS AS IDENTITY);
      COMMENT ON TABLE public.plain IS 'a plain table';
      ALTER TABLE public.plain ADD gone int;
      ALTER TABLE public.plain DROP gone;
      CREATE TABLE public.no_key (a int);
      CREATE TABLE public.full_key (a int, b int);
      ALTER TABLE public.full_key REPLICA IDENTITY FULL;
      CREATE TABLE public.by_index (a int NOT NULL UNIQUE, b int);
      ALTER TABLE public.by_index REPLICA IDENTITY USING INDEX by_index_a_key;
      CREATE TABLE public.nothing (id int PRIMARY KEY);
      ALTER TABLE public.nothing REPLICA IDENTITY NOTHING;
      CREATE UNLOGGED TABLE public.unlogged (id int PRIMARY KEY);
      CREATE TABLE public.parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE public.parts_1 PARTITION OF public.parts FOR VALUES FROM (0) TO (10);
      CREATE VIEW public.a_view AS SELECT 1 AS one;
      CREATE MATERIALIZED VIEW public.a_matview AS SELECT 1 AS one;
      CREATE TABLE jobs.job (id int PRIMARY KEY);
      ALTER TABLE jobs.job OWNER TO jobs_owner;
      CREATE TABLE "odd ""name"" 🐘"."Ta.ble" (id int PRIMARY KEY);
      GRANT SELECT ON public.plain TO replicator;
      INSERT INTO public.plain (id, name) SELECT n, 'x' FROM generate_series(1, 1000) AS n;
      ANALYZE public.plain;
      CREATE PUBLICATION plain_pub FOR TABLE public.plain WITH (publish = 'insert, truncate');
      CREATE PUBLICATION rooted FOR TABLE public.parts WITH (publish_via_partition_root = true);
      CREATE PUBLICATION everything FOR ALL TABLES;
      ALTER PUBLICATION rooted OWNER TO jobs_owner;`);
    if (major >= 15) {
      await central.query(`
        CREATE PUBLICATION jobs_pub FOR TABLES IN SCHEMA jobs;
        CREATE PUBLICATION narrow FOR TABLE public.plain (id, name) WHERE (id > 0)`);
    }
    if (major >= 18) {
      await central.query('ALTER PUBLICATION rooted SET (publish_generated_columns = stored)');
    }
    await edge.query(
      `CREATE TABLE public.plain (id int PRIMARY KEY, name varchar(20) NOT NULL, note text)`,
    );
    await edge.query('CREATE DATABASE elsewhere');
    await edge.query(
      `CREATE SUBSCRIPTION plain_sub CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION ${major >= 15 ? 'narrow' : 'plain_pub'}${major >= 15 ? '' : ' WITH (enabled = false)'}`,
    );
    // While a table is copied, its worker has an origin, a slot and a sender of its own.
    if (major >= 15) await untilCopied();
    await untilReplayed(standby, central);
  });

  async function untilCopied(): Promise<void> {
    await waitFor(
      async () => {
        const [row] = await edge.query<{ done: boolean }>(
          `SELECT count(*) > 0 AND bool_and(srsubstate = 'r')
             AND (SELECT count(*) = 1 FROM pg_replication_origin)
             AND NOT EXISTS (SELECT FROM pg_stat_subscription WHERE relid IS NOT NULL) AS done
             FROM pg_subscription_rel`,
        );
        return row?.done === true;
      },
      { what: 'the table is copied' },
    );
  }

  after(async () => {
    await clusters.stop();
  });

  async function read(
    cluster: Cluster,
    user: string | null = null,
    roles: readonly string[] = [],
  ): Promise<NodeCatalog> {
    const node = administered(cluster, user, { id: cluster.name });
    const session = await makeGateways().changes.openChange(
      node,
      { user: null, mayWrite: false },
      never(),
    );
    try {
      return await session.readCatalog(roles);
    } finally {
      await session.close();
    }
  }

  function relation(catalog: NodeCatalog, name: string, schema = 'public'): RelationFacts {
    const found = catalog.relations.find((one) => one.name === name && one.schema === schema);
    assert.ok(found, `${schema}.${name}`);
    return found;
  }

  it('which server it is, the role and its limits', async () => {
    const catalog = await read(central);
    assert.equal(catalog.nodeId, 'central');
    assert.match(catalog.server.systemIdentifier, /^\d{15,20}$/);
    assert.equal(Math.floor(catalog.server.versionNum / 10_000), major);
    assert.equal(catalog.server.database, 'postgres');
    assert.equal(catalog.server.isInRecovery, false);
    assert.ok(Math.abs(catalog.server.startedAtMs - Date.now()) < 600_000);
    assert.equal(catalog.role.name, 'postgres');
    assert.equal(catalog.role.isSuperuser, true);
    assert.equal(catalog.role.canCreateInDatabase, true);
    assert.equal(catalog.role.canCreateSubscription, major >= 16);
    assert.equal(catalog.settings.walLevel, 'logical');
    assert.equal(catalog.settings.port, central.port);
    assert.ok(catalog.settings.maxReplicationSlots > 0);
    assert.ok((catalog.settings.walSendersUsed ?? 0) >= 1);
    assert.equal(catalog.settings.maxActiveReplicationOrigins === null, major < 18);
    const other = await read(edge);
    assert.equal(other.settings.replicationOriginsUsed, 1);
    assert.equal(
      other.settings.walLevel === 'replica' || other.settings.walLevel === 'logical',
      true,
    );
    assert.notEqual(other.server.systemIdentifier, catalog.server.systemIdentifier);
    assert.ok(
      catalog.roles.some(({ name, isReplication }) => name === 'replicator' && isReplication),
    );
    assert.ok(!catalog.roles.some(({ name }) => name.startsWith('pg_')));
  });

  it('a standby of it: the same system, in recovery', async () => {
    const [primary, copy] = [await read(central), await read(standby)];
    assert.equal(copy.server.systemIdentifier, primary.server.systemIdentifier);
    assert.equal(copy.server.isInRecovery, true);
    assert.deepEqual(
      copy.relations.map(({ name }) => name),
      primary.relations.map(({ name }) => name),
    );
  });

  it('tables with their columns, kinds and keys', async () => {
    const catalog = await read(central);
    const plain = relation(catalog, 'plain');
    assert.deepEqual(
      plain.columns.map(({ name, type, isNotNull, hasDefault, isGenerated }) =>
        [name, type, isNotNull, hasDefault, isGenerated].join(' '),
      ),
      [
        'id integer true false false',
        'name character varying(20) true false false',
        'note text false true false',
        'twice integer false false true',
        'n integer true true false',
      ],
    );
    assert.equal(plain.comment, 'a plain table');
    assert.ok((plain.sizeBytes ?? 0) >= 8192);
    assert.equal(relation(catalog, 'no_key').comment, null);
    assert.deepEqual(plain.identityColumns, ['id']);
    const identities = (name: string): unknown[] => {
      const { replicaIdentity, identityColumns } = relation(catalog, name);
      return [replicaIdentity, ...identityColumns];
    };
    assert.deepEqual(identities('no_key'), ['default']);
    assert.deepEqual(identities('full_key'), ['full', 'a', 'b']);
    assert.deepEqual(identities('by_index'), ['index', 'a']);
    assert.deepEqual(identities('nothing'), ['nothing']);
    assert.equal(relation(catalog, 'unlogged').persistence, 'unlogged');
    assert.equal(relation(catalog, 'parts').kind, 'partitioned');
    assert.equal(relation(catalog, 'parts_1').isPartition, true);
    assert.equal(relation(catalog, 'a_view').kind, 'view');
    assert.equal(relation(catalog, 'a_matview').kind, 'materializedView');
    assert.equal(relation(catalog, 'Ta.ble', 'odd "name" 🐘').owner, 'postgres');
    assert.ok(catalog.relations.every(({ schema }) => !/^(pg_|information_schema)/.test(schema)));
  });

  it('publications: what was named, and what it comes to', async () => {
    const { publications } = await read(central);
    const shown = publications.map(
      ({ name, operations, allTables, schemas, tables, namedTables }) =>
        [
          name,
          operations.join('+'),
          allTables ? 'all' : schemas.join() || namedTables.map((one) => one.name).join(),
          tables
            .map((one) => `${one.name}${one.columns === null ? '' : `(${one.columns.join()})`}`)
            .join(),
        ].join(' | '),
    );
    const all = 'by_index,full_key,no_key,nothing,parts_1,plain';
    assert.deepEqual(shown, [
      `everything | insert+update+delete+truncate | all | job,Ta.ble,${all}`,
      ...(major >= 15
        ? [
            'jobs_pub | insert+update+delete+truncate | jobs | job',
            'narrow | insert+update+delete+truncate | plain | plain(id,name)',
          ]
        : []),
      'plain_pub | insert+truncate | plain | plain',
      'rooted | insert+update+delete+truncate | parts | parts',
    ]);
    assert.equal(publications.find(({ name }) => name === 'rooted')?.owner, 'jobs_owner');
    assert.equal(publications.find(({ name }) => name === 'rooted')?.viaPartitionRoot, true);
    assert.deepEqual(
      publications.map(({ name, generatedColumns }) => `${name}: ${String(generatedColumns)}`),
      publications.map(({ name }) =>
        major < 18 ? `${name}: null` : `${name}: ${name === 'rooted' ? 'stored' : 'none'}`,
      ),
    );
    const named = publications.find(({ name }) => name === 'narrow')?.namedTables;
    const limits = { columns: ['id', 'name'], rowFilter: '(id > 0)' };
    assert.deepEqual(
      named,
      major < 15 ? undefined : [{ schema: 'public', name: 'plain', ...limits }],
    );
  });

  it('tables of a publication as the server itself expands them', async () => {
    await central.query(`
      CREATE SCHEMA deep;
      CREATE TABLE deep.root (a int, b int, PRIMARY KEY (a, b)) PARTITION BY RANGE (a);
      CREATE TABLE deep.mid PARTITION OF deep.root FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (b);
      CREATE TABLE public.leaf PARTITION OF deep.mid FOR VALUES FROM (0) TO (10);
      CREATE TABLE deep.side PARTITION OF deep.root FOR VALUES FROM (10) TO (20);
      CREATE TABLE deep.parent (id int);
      CREATE TABLE deep.child () INHERITS (deep.parent);
      CREATE PUBLICATION deep_leaves FOR TABLE deep.root, deep.parent;
      CREATE PUBLICATION deep_root FOR TABLE deep.root, deep.mid, ONLY deep.parent WITH (publish_via_partition_root);
      CREATE PUBLICATION deep_mid FOR TABLE deep.mid, deep.side WITH (publish_via_partition_root);
      CREATE PUBLICATION deep_all FOR ALL TABLES WITH (publish_via_partition_root);`);
    if (major >= 15) {
      await central.query(
        `CREATE PUBLICATION deep_schema FOR TABLES IN SCHEMA deep;
        CREATE PUBLICATION deep_schema_root FOR TABLES IN SCHEMA deep WITH (publish_via_partition_root);
        CREATE PUBLICATION deep_both FOR TABLE public.leaf, TABLES IN SCHEMA jobs`,
      );
    }
    try {
      const ours = (await read(central)).publications.flatMap(({ name, tables }) =>
        tables.map((table) => `${name}: ${table.schema}.${table.name}`),
      );
      const theirs = await central.query<{ line: string }>(
        `SELECT pubname || ': ' || schemaname || '.' || tablename AS line FROM pg_publication_tables`,
      );
      assert.deepEqual([...ours].sort(), theirs.map(({ line }) => line).sort());
    } finally {
      await central.query(`DROP SCHEMA deep CASCADE`);
      const names = await central.query<{ name: string }>(
        `SELECT pubname::text AS name FROM pg_publication WHERE pubname LIKE 'deep%'`,
      );
      for (const { name } of names) await central.query(`DROP PUBLICATION ${name}`);
    }
  });

  it('subscriptions of this database alone, without their connection', async () => {
    if (major >= 15) {
      await waitFor(
        async () => (await read(edge)).subscriptions[0]?.tables.every(({ state }) => state === 'r'),
        { what: 'the table is ready', everyMs: 200 },
      );
    }
    const catalog = await read(edge);
    const [found] = await edge.query<{ oid: number }>('SELECT oid FROM pg_subscription');
    const oid = found?.oid;
    assert.deepEqual(catalog.subscriptions, [
      {
        name: 'plain_sub',
        owner: 'postgres',
        isOwned: true,
        isOwnerSuperuser: true,
        isEnabled: major >= 15,
        slotName: 'plain_sub',
        publications: [major >= 15 ? 'narrow' : 'plain_pub'],
        tables: [{ schema: 'public', name: 'plain', state: major >= 15 ? 'r' : 'i' }],
        oid,
        options: {
          binary: false,
          synchronousCommit: 'off',
          streaming: major >= 18 ? 'parallel' : false,
          ...(major >= 15 ? { twoPhase: false, disableOnError: false } : {}),
          ...(major >= 16 ? { passwordRequired: true, runAsOwner: false, origin: 'any' } : {}),
          ...(major >= 17 ? { failover: false } : {}),
        },
        skipLsn: null,
      },
    ]);
    assert.ok(!JSON.stringify(catalog).includes(`port=${central.port}`));
    const session = await makeGateways().changes.openChange(
      administered(edge, null, { params: { dbname: 'elsewhere' } }),
      { user: null, mayWrite: false },
      never(),
    );
    assert.deepEqual((await session.readCatalog([])).subscriptions, []);
    await session.close();
    const slots = (await read(central)).slots.map(({ name, type, plugin, database }) =>
      [name, type, plugin, database].join(' '),
    );
    assert.deepEqual(slots, ['plain_sub logical pgoutput postgres', 'standby physical  ']);
  });

  it('what roles may not read, the schema included', async () => {
    const catalog = await read(central, null, ['replicator', 'nobody_at_all', 'postgres']);
    assert.deepEqual(relation(catalog, 'plain').notReadableBy, []);
    assert.deepEqual(relation(catalog, 'no_key').notReadableBy, ['replicator']);
    assert.deepEqual(relation(catalog, 'job', 'jobs').notReadableBy, ['replicator']);
  });

  it('whoever reads a logical slot, without being asked', async () => {
    const { checkedRoles } = await read(central);
    assert.deepEqual(
      checkedRoles.map(({ name }) => name),
      major >= 15 ? ['postgres'] : [],
    );
  });

  it('a role without privileges gets what it may see, and no failure', async () => {
    const catalog = await read(central, 'guest');
    assert.equal(catalog.role.isSuperuser, false);
    assert.equal(catalog.role.canCreateSubscription, false);
    assert.equal(catalog.role.canCreateInDatabase, false);
    assert.deepEqual(catalog.role.memberOf, ['guest', 'jobs_owner']);
    assert.equal(relation(catalog, 'plain').isOwned, false);
    assert.equal(relation(catalog, 'plain').canSelect, false);
    assert.equal(relation(catalog, 'job', 'jobs').isOwned, true);
    assert.equal(catalog.publications.find(({ name }) => name === 'rooted')?.isOwned, true);
    assert.equal(catalog.publications.find(({ name }) => name === 'everything')?.isOwned, false);
    assert.deepEqual(
      catalog.schemas.map(({ name, owner, canCreate, canUse }) =>
        [name, owner, canCreate, canUse].join(' '),
      ),
      [
        'jobs jobs_owner true true',
        'odd "name" 🐘 postgres false false',
        `public ${major >= 15 ? 'pg_database_owner false' : 'postgres true'} true`,
      ],
    );
    const onEdge = await read(edge, null);
    assert.equal(onEdge.subscriptions.length, 1);
  });

  it('who writes now, also to a role that may not see since when', async () => {
    const writer = await central.connect({ applicationName: 'import job' });
    try {
      await writer.query('BEGIN; INSERT INTO public.no_key VALUES (1)');
      const [seen] = (await read(central)).writers;
      assert.equal(seen?.user, 'postgres');
      assert.equal(seen.applicationName, 'import job');
      assert.ok((seen.runningMs ?? -1) >= 0);
      const [hidden] = (await read(central, 'guest')).writers;
      assert.equal(hidden?.pid, seen.pid);
      assert.equal(hidden.runningMs, null);
      // A session that is ended has its transaction for a moment more.
      await writer.query('ROLLBACK');
    } finally {
      await writer.end();
    }
    assert.deepEqual((await read(central)).writers, []);
  });

  it('a table under ACCESS EXCLUSIVE hides nothing', async () => {
    const holder = await central.connect();
    try {
      await holder.query('BEGIN; LOCK TABLE public.no_key IN ACCESS EXCLUSIVE MODE');
      assert.equal(relation(await read(central), 'no_key').columns.length, 1);
    } finally {
      await holder.end();
    }
  });

  it('without pg_control_system() there is no catalog: one server could pass for two', async () => {
    await central.query('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
    try {
      const facts = await failureOf(read(central, 'guest'));
      assert.equal(facts.sqlstate, '42501');
      assert.match(facts.text, /pg_control_system/);
    } finally {
      await central.query('GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC');
    }
  });

  it('completions take tables and roles from it: of a connected node, as the role that watches, once a minute', async () => {
    const node = administered(central, 'postgres', { params: { user: 'guest' } });
    let nowMs = 0;
    let sessions = 0;
    let contact: 'connected' | 'disconnected' = 'connected';
    const { changes } = makeGateways();
    const catalogs = new KnownCatalogs({
      gateway: {
        openChange: (...given) => {
          sessions += 1;
          return changes.openChange(...given);
        },
      },
      monitor: {
        current: () => [
          snapshot({ nodes: [node], seen: { [node.id]: { sample: sample({ contact }) } } }),
        ],
      },
      mayContact: () => Promise.resolve(true),
      clock: { monotonicMs: () => nowMs },
    });
    const { id } = snapshot({ nodes: [] });
    const first = await catalogs.of(id, node.id);
    const names = first?.tables.map(({ name }) => name) ?? [];
    assert.ok(
      names.includes('public.plain') && names.includes('"odd ""name"" 🐘"."Ta.ble"'),
      names.join(),
    );
    assert.ok(!names.includes('public.a_view'));
    const detailOf = (name: string) => first?.tables.find((table) => table.name === name)?.detail;
    assert.match(detailOf('public.plain') ?? '', /, key id$/u);
    assert.match(detailOf('public.unlogged') ?? '', /unlogged: cannot be published$/u);
    assert.match(detailOf('public.no_key') ?? '', /no key: UPDATE and DELETE would fail/u);
    assert.match(
      first?.roles.find(({ name }) => name === 'replicator')?.detail ?? '',
      /replication$/u,
    );
    assert.equal(await catalogs.of(id, node.id), first);
    assert.equal(sessions, 1);
    nowMs = 61_000;
    assert.notEqual(await catalogs.of(id, node.id), first);
    assert.equal(sessions, 2);
    contact = 'disconnected';
    assert.equal(await catalogs.of(id, node.id), null);
    assert.equal(await catalogs.of(id, 'nobody'), null);
    assert.equal(sessions, 2);
  });

  // The statements are the same on all; making the tables is what takes long.
  if (major === SUPPORTED_MAJORS.at(-1)) {
    it('5,000 tables are read in two statements, within the usual limits', async function () {
      await edge.query('CREATE DATABASE large');
      await edge.query(
        `DO $$ BEGIN FOR n IN 1..5000 LOOP
         EXECUTE format('CREATE TABLE public.t%s (id int PRIMARY KEY, a text, b text, c int, d timestamptz)', n);
         IF n % 500 = 0 THEN COMMIT; END IF;
       END LOOP; END $$`,
        undefined,
        { database: 'large' },
      );
      await edge.query('CREATE PUBLICATION everything FOR ALL TABLES', undefined, {
        database: 'large',
      });
      await edge.setConf({ log_statement: 'all' });
      const session = await makeGateways().changes.openChange(
        administered(edge, null, { params: { dbname: 'large' } }),
        { user: null, mayWrite: false },
        never(),
      );
      try {
        const before = edge.readLog().split(/execute <unnamed>:/).length;
        const catalog = await session.readCatalog(['postgres']);
        assert.equal(catalog.relations.length, 5000);
        assert.equal(catalog.publications[0]?.tables.length, 5000);
        const after = await waitFor(() => edge.readLog().split(/execute <unnamed>:/).length, {
          what: 'the log can be read',
        });
        assert.equal(after - before, 2);
      } finally {
        await session.close();
        await edge.setConf({ log_statement: 'none' });
      }
    });
  }
});

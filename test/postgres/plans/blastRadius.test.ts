import assert from 'node:assert/strict';
import fc from 'fast-check';
import { impactsOfDroppingPublication } from '../../../src/core/plan/impacts/impactsOfDroppingPublication';
import { isRunnable } from '../../../src/core/plan/plan';
import type { Impact, ImpactKind, Plan } from '../../../src/core/plan/plan';
import { planAlterPublication } from '../../../src/core/plan/planAlterPublication';
import { driftOf, planRepairDrift } from '../../../src/core/plan/planRepairDrift';
import type { PlanContext } from '../../../src/core/plan/requests';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forOldestAndNewest } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { PlanRig, untilReady } from './planRig';

const IS_SOAK = process.env['SOAK'] === '1';
/** Changes by plans, and naive ones, of one run. */
const PLANNED = IS_SOAK ? 60 : 4;
const NAIVE = IS_SOAK ? 30 : 3;
const NEW_COLUMNS = IS_SOAK ? 20 : 2;

const PUBLISHERS = ['north', 'south'] as const;
type Publisher = (typeof PUBLISHERS)[number];
const SUBSCRIBERS = ['one', 'two', 'three'] as const;
type Subscriber = (typeof SUBSCRIBERS)[number];

/** Publications of each publisher that each subscriber takes, by one subscription a publisher. */
const TAKES: Readonly<Record<Subscriber, Readonly<Record<Publisher, readonly string[]>>>> = {
  one: { north: ['north_p'], south: ['south_p'] },
  two: { north: ['north_p', 'north_q'], south: ['south_q'] },
  three: { north: ['north_q'], south: ['south_p', 'south_q'] },
};
const ALL = SUBSCRIBERS.flatMap((at) => PUBLISHERS.map((from) => ({ at, from })));

interface Change {
  readonly publisher: Publisher;
  readonly publication: 'p' | 'q';
  readonly table: number;
}
const change = fc.record({
  publisher: fc.constantFrom(...PUBLISHERS),
  publication: fc.constantFrom('p' as const, 'q' as const),
  table: fc.nat(2),
});
/** What each subscriber has of a table that is added. */
const present = fc.constantFrom('nothing', 'nothing', 'narrow', 'all');
const naiveChange = fc.record({
  publisher: fc.constantFrom(...PUBLISHERS),
  publication: fc.constantFrom('p' as const, 'q' as const),
  there: fc.record({ one: present, two: present, three: present }),
});

/** Who has a column already that its publisher gets. */
const newColumn = fc.record({
  publisher: fc.constantFrom(...PUBLISHERS),
  publication: fc.constantFrom('p' as const, 'q' as const),
  there: fc.record({ one: fc.boolean(), two: fc.boolean(), three: fc.boolean() }),
});

const isPublisher = (name: string): boolean => PUBLISHERS.some((one) => one === name);

const COLUMNS = 'id int PRIMARY KEY, extra text';

forOldestAndNewest('The blast radius of plans, two publishers and three subscribers', (major) => {
  let clusters: Clusters;
  let above: Cluster;
  let below: Cluster;
  let rig: PlanRig;
  let rows = 0;

  before(async function () {
    clusters = new Clusters(major);
    above = await (await clusters.add('above')).start();
    const conf = {
      max_logical_replication_workers: 20,
      max_worker_processes: 30,
      log_line_prefix: '%p|',
      wal_retrieve_retry_interval: 500,
      ...(major >= 18 ? { max_active_replication_origins: 40 } : {}),
    };
    below = await (await clusters.add('below', { conf })).start();
    for (const name of PUBLISHERS) await above.query(`CREATE DATABASE ${name}`);
    for (const name of SUBSCRIBERS) await below.query(`CREATE DATABASE ${name}`);
    rig = new PlanRig({
      north: { cluster: above, database: 'north' },
      south: { cluster: above, database: 'south' },
      one: { cluster: below, database: 'one' },
      two: { cluster: below, database: 'two' },
      three: { cluster: below, database: 'three' },
    });
    for (const from of PUBLISHERS) {
      for (const name of ['p', 'q']) {
        const tables = `${from}_${name}_base`;
        await on(from, `CREATE TABLE ${tables} (${COLUMNS})`);
        await on(from, `CREATE PUBLICATION ${from}_${name} FOR TABLE ${tables}`);
        for (const at of SUBSCRIBERS) await on(at, `CREATE TABLE ${tables} (${COLUMNS})`);
      }
      for (const table of [0, 1, 2]) await on(from, `CREATE TABLE ${from}_${table} (${COLUMNS})`);
    }
    for (const { at, from } of ALL) {
      await on(
        at,
        `CREATE SUBSCRIPTION ${at}_${from} CONNECTION '${above.conninfo({ database: from })}' PUBLICATION ${TAKES[at][from].join(', ')}`,
      );
    }
    for (const { at, from } of ALL) {
      const tables = TAKES[at][from].map((name) => `${name}_base`);
      await untilReady({ cluster: below, database: at }, `${at}_${from}`, tables);
    }
  });

  after(async () => {
    await clusters.stop();
  });

  /** One statement in the database of that name. */
  function on(database: string, sql: string): Promise<readonly Record<string, unknown>[]> {
    const cluster = isPublisher(database) ? above : below;
    return cluster.query(sql, undefined, { database });
  }

  /** `one/north`: subscriptions whose workers failed, by what the subscribers' log has from a line on. */
  function failing(since: number): ReadonlySet<string> {
    const workers = new Map<string, string>();
    const failed = new Set<string>();
    for (const [index, line] of logLines().entries()) {
      const [, pid = '', text = ''] = /^(\d+)\|(.*)$/u.exec(line) ?? [];
      const name = /worker for subscription "(\w+)".* has started/u.exec(text)?.[1];
      if (name !== undefined) workers.set(pid, name.replace('_', '/'));
      const worker = workers.get(pid);
      if (index >= since && text.startsWith('ERROR:') && worker !== undefined) failed.add(worker);
    }
    return failed;
  }

  /** What the subscribers' workers said from a line of the log on, once each, for messages of failed tests. */
  function errorsSince(since: number): string {
    const errors = logLines()
      .slice(since)
      .filter((line) => /^\d+\|ERROR:/u.test(line));
    return [...new Set(errors.map((line) => line.replace(/^\d+\|/u, '')))].join('\n');
  }

  function logLines(): readonly string[] {
    return below.readLog().split('\n');
  }

  /** Apply errors that the server has counted, where it does (15 and newer). */
  async function counted(): Promise<number> {
    if (major < 15) return 0;
    const [row] = await below.query<{ count: number }>(
      'SELECT coalesce(sum(apply_error_count + sync_error_count), 0)::int AS count FROM pg_stat_subscription_stats',
    );
    return row?.count ?? 0;
  }

  /** Waits until these have confirmed everything that is written by now. */
  async function untilCaughtUp(which: readonly { at: Subscriber; from: Publisher }[]) {
    const [now] = await above.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    const slots = which.map(({ at, from }) => `${at}_${from}`);
    await waitFor(
      async () => {
        const late = await above.query(
          'SELECT FROM pg_replication_slots WHERE slot_name = ANY ($1::text[]) AND (confirmed_flush_lsn < $2::pg_lsn OR NOT active)',
          [slots, now?.lsn],
        );
        return late.length === 0;
      },
      { what: `${slots.join(', ')} have caught up` },
    );
  }

  /** Waits until every table that is taken is ready: those being copied are not waited for by what catches up. */
  async function untilAllReady(): Promise<void> {
    const context = await rig.context();
    for (const { at, from } of ALL) {
      const found = context.catalogs
        .get(at)
        ?.subscriptions.find(({ name }) => name === `${at}_${from}`);
      assert.ok(found);
      const tables = found.tables.map(({ name }) => name);
      await untilReady({ cluster: below, database: at }, found.name, tables);
    }
  }

  /** One more row in everything that is published, as an application would write. */
  async function writeEverywhere(): Promise<void> {
    for (const from of PUBLISHERS) {
      rows += 1;
      await on(
        from,
        `DO $$ DECLARE t text; BEGIN
           FOR t IN SELECT DISTINCT tablename FROM pg_publication_tables LOOP
             EXECUTE format('INSERT INTO %I VALUES (${rows}, ''x'')', t);
           END LOOP; END $$`,
      );
    }
  }

  /** Every table that a subscription takes holds what its publisher holds of it. */
  async function assertAlike(): Promise<void> {
    for (const { at, from } of ALL) {
      const taken = await on(
        from,
        `SELECT DISTINCT tablename AS name FROM pg_publication_tables WHERE pubname IN (${TAKES[at][
          from
        ]
          .map((name) => `'${name}'`)
          .join()})`,
      );
      for (const { name } of taken) {
        const ids = `SELECT array_agg(id ORDER BY id)::text AS ids FROM ${String(name)}`;
        assert.deepEqual(await on(at, ids), await on(from, ids), `${String(name)} on ${at}`);
      }
    }
  }

  function tablesOf(publication: string, context: PlanContext, publisher: Publisher) {
    const found = context.catalogs
      .get(publisher)
      ?.publications.find(({ name }) => name === publication);
    assert.ok(found);
    return found.namedTables;
  }

  /** `one/north` of those with such an impact; a subscription is named after both. */
  function hit(impacts: readonly Impact[], kind: ImpactKind): ReadonlySet<string> {
    const those = impacts.filter((impact) => impact.kind === kind);
    return new Set(those.map(({ subscription }) => subscription.replace('_', '/')));
  }

  /** With every subscription in the file. */
  async function declaredContext(): Promise<PlanContext> {
    const context = await rig.context();
    const nodes = context.topology.nodes.map((node) => ({
      ...node,
      subscriptions: ALL.filter(({ at }) => at === node.id).map(({ at, from }) => ({
        name: `${at}_${from}`,
        publisher: from,
        publications: TAKES[at][from],
        connection: null,
        slotName: `${at}_${from}`,
        options: {},
      })),
    }));
    return { ...context, topology: { ...context.topology, nodes } };
  }

  /** `one/north` of those whose tables lack a column that is sent. */
  function narrow(context: PlanContext): ReadonlySet<string> {
    const lacking = ALL.filter(({ at, from }) => {
      const publisher = context.catalogs.get(from);
      const subscriber = context.catalogs.get(at);
      const found = subscriber?.subscriptions.find(({ name }) => name === `${at}_${from}`);
      assert.ok(publisher !== undefined && subscriber !== undefined && found !== undefined);
      return driftOf(found, publisher, subscriber).narrow.length > 0;
    });
    return new Set(lacking.map(({ at, from }) => `${at}/${from}`));
  }

  function alter(
    { publisher, publication }: Pick<Change, 'publisher' | 'publication'>,
    tables: ReturnType<typeof tablesOf>,
    context: PlanContext,
    createsMissingTables: boolean,
  ) {
    return planAlterPublication(
      {
        nodeId: publisher,
        name: `${publisher}_${publication}`,
        tables,
        schemas: null,
        operations: null,
        viaPartitionRoot: null,
        generatedColumns: null,
        createsMissingTables,
      },
      context,
    );
  }

  /** Subscribers that the plan lets copy a table again that holds rows of before. */
  async function holders(table: string, plan: Plan): Promise<readonly Subscriber[]> {
    const found: Subscriber[] = [];
    for (const at of SUBSCRIBERS) {
      const copies = plan.steps.some(
        ({ nodeId, effect }) => nodeId === at && effect.includes(`opying of public.${table} `),
      );
      const [there] = await on(at, `SELECT to_regclass('${table}') IS NOT NULL AS is`);
      if (!copies || there?.['is'] !== true) continue;
      if ((await on(at, `SELECT FROM ${table} LIMIT 1`)).length > 0) found.push(at);
    }
    return found;
  }

  it(`${PLANNED} changes by plans cause no error, and lose nothing that is published`, async function () {
    this.timeout(IS_SOAK ? 3_600_000 : 360_000);
    const since = logLines().length - 1;
    for (const one of fc.sample(change, PLANNED)) {
      // How many rows a table holds is what statistics say.
      for (const at of SUBSCRIBERS) await on(at, 'ANALYZE');
      const context = await declaredContext();
      const name = `${one.publisher}_${one.publication}`;
      const table = { schema: 'public', name: `${one.publisher}_${one.table}` };
      const tables = tablesOf(name, context, one.publisher);
      const rest = tables.filter((other) => other.name !== table.name);
      const wanted =
        rest.length < tables.length
          ? rest
          : [...tables, { ...table, columns: null, rowFilter: null }];
      const plan = alter(one, wanted, context, true);
      assert.ok(isRunnable(plan), JSON.stringify([one, plan.findings]));
      // A table that comes back holds the rows of before: the plan says so, and its advice is followed.
      const full = await holders(table.name, plan);
      assert.deepEqual(
        plan.findings.flatMap(({ code, nodeId }) => (code === 'rowsPresent' ? [nodeId] : [])),
        full,
      );
      for (const at of full) await on(at, `TRUNCATE ${table.name}`);
      assert.deepEqual([...hit(plan.impacts, 'stops')], []);
      await rig.done(plan);
      await writeEverywhere();
      await untilCaughtUp(ALL);
    }
    await untilAllReady();
    await assertAlike();
    assert.deepEqual([...failing(since)], [], errorsSince(since));
    assert.equal(await counted(), 0);
  });

  it(`${NAIVE} naive changes stop just those that the plan named`, async function () {
    this.timeout(IS_SOAK ? 3_600_000 : 360_000);
    for (const [index, one] of fc.sample(naiveChange, NAIVE).entries()) {
      const { publisher, publication, there } = one;
      const table = `${publisher}_new_${index}`;
      await on(publisher, `CREATE TABLE ${table} (${COLUMNS})`);
      for (const at of SUBSCRIBERS) {
        if (there[at] === 'nothing') continue;
        const columns = there[at] === 'all' ? COLUMNS : 'id int PRIMARY KEY';
        await on(at, `CREATE TABLE ${table} (${columns})`);
      }
      const context = await rig.context();
      const name = `${publisher}_${publication}`;
      const tables = tablesOf(name, context, publisher);
      const added = { schema: 'public', name: table, columns: null, rowFilter: null };
      const plan = alter(one, [...tables, added], context, false);
      const predicted = hit(plan.impacts, 'stops');
      const takers = SUBSCRIBERS.filter((at) => TAKES[at][publisher].includes(name));
      assert.deepEqual(
        [...predicted].sort(),
        takers
          .filter((at) => there[at] !== 'all')
          .map((at) => `${at}/${publisher}`)
          .sort(),
      );

      const since = logLines().length - 1;
      await on(publisher, `ALTER PUBLICATION ${name} ADD TABLE ${table}`);
      await writeEverywhere();
      await waitFor(() => Promise.resolve([...predicted].every((who) => failing(since).has(who))), {
        what: `${[...predicted].join(', ')} have stopped`,
      });
      await untilCaughtUp(ALL.filter(({ at, from }) => !predicted.has(`${at}/${from}`)));
      assert.deepEqual(
        [...failing(since)].sort(),
        [...predicted].sort(),
        `${JSON.stringify(one)}\n${errorsSince(since)}`,
      );

      for (const at of takers) {
        await on(at, `CREATE TABLE IF NOT EXISTS ${table} (${COLUMNS})`);
        await on(at, `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS extra text`);
      }
      await untilCaughtUp(ALL);
      for (const at of takers) {
        await on(at, `ALTER SUBSCRIPTION ${at}_${publisher} REFRESH PUBLICATION`);
        const [row] = await on(at, `SELECT count(*)::int AS count FROM ${table}`);
        assert.notEqual(row, undefined);
      }
      await untilAllReady();
    }
    await assertAlike();
  });

  it(`${NEW_COLUMNS} new columns, upstream first, stop just those that lack them, and a plan for each leads on`, async function () {
    this.timeout(IS_SOAK ? 3_600_000 : 360_000);
    for (const [index, one] of fc.sample(newColumn, NEW_COLUMNS).entries()) {
      const { publisher, publication, there } = one;
      const table = `${publisher}_${publication}_base`;
      const column = `added_${index}`;
      const takers = SUBSCRIBERS.filter((at) =>
        TAKES[at][publisher].includes(`${publisher}_${publication}`),
      );
      for (const at of SUBSCRIBERS.filter((name) => there[name])) {
        await on(at, `ALTER TABLE ${table} ADD COLUMN ${column} text`);
      }
      const since = logLines().length - 1;
      await on(publisher, `ALTER TABLE ${table} ADD COLUMN ${column} text DEFAULT 'new'`);
      const predicted = narrow(await declaredContext());
      assert.deepEqual(
        [...predicted].sort(),
        takers
          .filter((at) => !there[at])
          .map((at) => `${at}/${publisher}`)
          .sort(),
      );
      await writeEverywhere();
      await waitFor(() => Promise.resolve([...predicted].every((who) => failing(since).has(who))), {
        what: `${[...predicted].join(', ')} have stopped`,
      });
      await untilCaughtUp(ALL.filter(({ at, from }) => !predicted.has(`${at}/${from}`)));
      assert.deepEqual(
        [...failing(since)].sort(),
        [...predicted].sort(),
        `${JSON.stringify(one)}\n${errorsSince(since)}`,
      );
      for (const { at, from } of ALL.filter((who) => predicted.has(`${who.at}/${who.from}`))) {
        const request = { nodeId: at, name: `${at}_${from}` };
        await rig.done(planRepairDrift(request, await declaredContext()));
      }
      await untilCaughtUp(ALL);
      for (const at of takers) {
        const newest = `SELECT id, ${column} FROM ${table} ORDER BY id DESC LIMIT 1`;
        assert.deepEqual(await on(at, newest), await on(publisher, newest), at);
      }
    }
    await assertAlike();
  });

  it('a publication dropped under its readers stops them or loses rows, as predicted', async () => {
    const context = await rig.context();
    const impacts = impactsOfDroppingPublication(context, {
      publisherId: 'north',
      publication: 'north_p',
    });
    const stops = hit(impacts, 'stops');
    const loses = hit(impacts, 'losesRows');
    const readers = ['one/north', 'two/north'];
    assert.deepEqual(
      [[...stops].sort(), [...loses].sort()],
      major < 18 ? [readers, []] : [[], readers],
    );

    const since = logLines().length - 1;
    await on('north', 'DROP PUBLICATION north_p');
    await on('north', `INSERT INTO north_p_base VALUES (-1, 'lost')`);
    await writeEverywhere();
    await waitFor(() => Promise.resolve([...stops].every((who) => failing(since).has(who))), {
      what: `${[...stops].join(', ')} have stopped`,
    });
    await untilCaughtUp(ALL.filter(({ at, from }) => !stops.has(`${at}/${from}`)));
    assert.deepEqual([...failing(since)].sort(), [...stops].sort());
    for (const at of ['one', 'two']) {
      assert.deepEqual(await on(at, 'SELECT id FROM north_p_base WHERE id = -1'), []);
    }
  });
});

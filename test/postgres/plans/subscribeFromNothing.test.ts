import assert from 'node:assert/strict';
import { isRunnable, type Plan } from '../../../src/core/plan/plan';
import { planCreateSubscription } from '../../../src/core/plan/planCreateSubscription';
import { planDocument } from '../../../src/core/plan/planDocument';
import { reportDocument } from '../../../src/core/plan/reportDocument';
import { reportSentence } from '../../../src/core/plan/reportSentence';
import type { CreateSubscriptionRequest } from '../../../src/core/plan/requests';
import { readCopyProgress } from '../../../src/operations/copyProgress';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forOldestAndNewest } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { makePatientGateway, never, nodeAt } from '../pg/support';
import { addressOf, codes, PlanRig, untilReady } from './planRig';

const PASSWORD = "c4n4ry's \\pass";
const SECRETS = { publisherPassword: PASSWORD };
const LOGIN = 'replication_user';
const REFUSED = 'refused_user';
const MINE = 'mine';
const READING = { user: null, mayWrite: false };
/** What a worker hears of a slot that is lost, by version. */
const LOST =
  /can no longer (?:get changes from|access) replication slot|cannot read from logical replication slot|requested WAL segment \w+ has already been removed/u;

forOldestAndNewest('Subscribing with nothing there yet, and with too much', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    edge = await (await clusters.add('edge', { conf: { log_statement: 'all' } })).start();
    for (const role of [LOGIN, REFUSED]) {
      await createLogin(central, role, { password: PASSWORD });
      await central.query(`ALTER ROLE ${role} REPLICATION`);
    }
    await central.query(`
      CREATE TYPE mood AS ENUM ('so', 'it''s');
      CREATE SCHEMA sites;
      CREATE TABLE sites.site (id int PRIMARY KEY, name text NOT NULL);
      CREATE TABLE jobs (id serial PRIMARY KEY, feels mood NOT NULL DEFAULT 'so', site int REFERENCES sites.site,
        at timestamptz NOT NULL DEFAULT now(), CHECK (id > 0));
      CREATE INDEX jobs_at ON jobs (at DESC);
      CREATE TABLE runs (id int, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE runs_1 PARTITION OF runs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
      INSERT INTO sites.site VALUES (1, 'north');
      INSERT INTO jobs (feels, site) SELECT 'it''s', 1 FROM generate_series(1, 50);
      INSERT INTO runs SELECT n, '2024-05-05' FROM generate_series(1, 10) AS n;
      CREATE TABLE free (id int PRIMARY KEY, name text);
      INSERT INTO free SELECT n, 'same' FROM generate_series(1, 3) AS n;
      GRANT USAGE ON SCHEMA sites TO PUBLIC;
      GRANT SELECT ON jobs, runs, runs_1, free, sites.site TO ${LOGIN}, ${REFUSED};
      CREATE PUBLICATION jobs_pub FOR TABLE jobs, sites.site, runs WITH (publish_via_partition_root = true);
      CREATE PUBLICATION free_pub FOR TABLE free`);
    await central.query('CREATE DATABASE copy');
    await edge.query(`CREATE TYPE mood AS ENUM ('so', 'it''s')`);
    await central.setHba([
      ...['all', 'replication'].flatMap((database) => [
        `host ${database} postgres 127.0.0.1/32 trust`,
        `host ${database} ${REFUSED} 127.0.0.1/32 reject`,
        `host ${database} all 127.0.0.1/32 scram-sha-256`,
      ]),
    ]);
    rig = new PlanRig({
      central: { cluster: central },
      edge: { cluster: edge },
      copy: { cluster: central, database: 'copy' },
    });
  });

  after(async () => {
    await clusters.stop();
  });

  afterEach(async () => {
    await edge.query('DROP TABLE IF EXISTS free, seen; DROP FUNCTION IF EXISTS remember');
  });

  async function planOf(
    change: Partial<CreateSubscriptionRequest> = {},
    { user = LOGIN, database = 'postgres' } = {},
  ): Promise<Plan> {
    const request: CreateSubscriptionRequest = {
      nodeId: 'edge',
      name: 'jobs_sub',
      publisherId: 'central',
      publications: ['jobs_pub'],
      connection: addressOf(central, { database, user, secret: 'publisherPassword' }),
      connectionTest: { kind: 'notTried', why: 'Here it would say nothing.' },
      slotName: 'jobs_sub',
      usesExistingSlot: false,
      copyData: true,
      options: {},
      ...change,
    };
    return planCreateSubscription(request, await rig.context([LOGIN, REFUSED]));
  }

  /** Everything found but what this suite's connection always brings. */
  function found(plan: Plan): readonly string[] {
    return codes(plan).filter((code) => !/passwordExposed|untestedConninfo/u.test(code));
  }

  const makesAll = { createsMissingTables: true };

  it('a rule that lets this machine in and refuses the subscriber stops the plan with nothing changed', async () => {
    const before = await rig.state();
    const plan = await planOf(makesAll, { user: REFUSED });
    assert.deepEqual(found(plan), []);
    assert.equal(plan.steps.length, 6);
    const report = await rig.run(plan, SECRETS);
    assert.match(
      reportSentence(report),
      /^Stopped at step 1 of 6 on edge: .*pg_hba\.conf rejects connection for host "127\.0\.0\.1", user "refused_user".*\(08006\)/u,
    );
    assert.deepEqual(await rig.state(), before);

    // Another refusal, and where the first step would have made a slot.
    const wrong = { publisherPassword: 'not it' };
    const same = await planOf({ nodeId: 'copy', publications: ['free_pub'], ...makesAll });
    assert.deepEqual(
      same.steps.map(({ nodeId }) => nodeId),
      ['copy', 'copy', 'central', 'copy'],
    );
    assert.match(
      reportSentence(await rig.run(same, wrong)),
      /^Stopped at step 1 of 4 on copy: .*password authentication failed/u,
    );
    assert.deepEqual(await rig.state(), before);
    const written = [edge.readLog(), central.readLog(), planDocument(plan), reportDocument(report)];
    for (const text of written) assert.ok(!text.includes('c4n4ry'));
  });

  it('makes every table that is missing, then copies; the undo leaves none that holds rows', async () => {
    const plan = await planOf(makesAll);
    assert.deepEqual(
      plan.steps.map(({ title }) => title),
      [
        'Try the connection from edge to central',
        'Create table sites.site',
        'Create table public.jobs',
        'Create table public.runs',
        'Create table public.runs_1',
        'Create subscription jobs_sub',
      ],
    );
    const report = await rig.done(plan, SECRETS);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs', 'runs', 'sites.site']);
    assert.deepEqual(await counts(edge, ['jobs', 'runs', 'sites.site']), [50, 10, 1]);
    const again = await planOf({ ...makesAll, name: 'other_sub', slotName: 'other_sub' });
    assert.deepEqual(
      again.steps.map(({ title }) => title),
      ['Create subscription other_sub'],
    );
    await assert.rejects(rig.undo(report), /holds rows\. Drop it by hand/u);
    assert.deepEqual(await counts(edge, ['jobs', 'runs', 'sites.site']), [50, 10, 1]);
    await edge.query('DROP TABLE jobs, runs; DROP SCHEMA sites CASCADE');
  });

  it('types that the subscriber lacks are found, with what makes them', async () => {
    await edge.query('DROP TYPE mood');
    const plan = await planOf(makesAll);
    assert.deepEqual(found(plan), ['error missingType edge']);
    assert.match(await rig.forced(plan, SECRETS), /type "public\.mood" does not exist.*\(42704\)/u);
    await rig.applyFixes(plan);
    assert.deepEqual(found(await planOf(makesAll)), []);
    await edge.query('DROP SCHEMA IF EXISTS sites CASCADE');
  });

  it('rows that are there: the copy collides for ever, as the plan says; without a copy it does not', async () => {
    await edge.query(
      "CREATE TABLE free (id int PRIMARY KEY, name text); INSERT INTO free VALUES (1, 'mine')",
    );
    const free = { publications: ['free_pub'], name: MINE, slotName: MINE };
    const plan = await waitFor(
      async () => {
        const made = await planOf(free);
        return found(made).length > 0 ? made : null;
      },
      { what: 'the statistics have heard of the row' },
    );
    assert.deepEqual(found(plan), ['warning rowsPresent edge']);
    const report = await rig.done(plan, SECRETS);
    await waitFor(() => edge.readLog().includes('duplicate key value violates unique constraint'), {
      what: 'the copy collides',
    });
    await rig.undo(report);
    assert.deepEqual(found(await planOf({ ...free, copyData: false })), []);
  });

  it('a key of the subscriber alone stops it at the second row', async () => {
    await edge.query('CREATE TABLE free (id int PRIMARY KEY, name text UNIQUE)');
    const plan = await planOf({ publications: ['free_pub'], name: MINE, slotName: MINE });
    assert.deepEqual(found(plan), ['warning uniqueKey edge']);
    assert.ok(plan.findings.some(({ text }) => text.includes('takes each (name) once')));
    const report = await rig.done(plan, SECRETS);
    await waitFor(() => edge.readLog().includes('"free_name_key"'), { what: 'the copy collides' });
    await edge.query('ALTER TABLE free DROP CONSTRAINT free_name_key');
    await untilReady({ cluster: edge }, MINE, ['free']);
    await rig.undo(report);
  });

  it('a trigger that fires for replicated rows: an unqualified name stops the subscription; the fix lets it go on', async () => {
    await edge.query(`
      CREATE TABLE free (id int PRIMARY KEY, name text);
      CREATE TABLE seen (id int);
      CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen VALUES (NEW.id); RETURN NEW; END';
      CREATE TRIGGER plain_one AFTER INSERT ON free FOR EACH ROW EXECUTE FUNCTION remember();
      CREATE TRIGGER remember AFTER INSERT ON free FOR EACH ROW EXECUTE FUNCTION remember();
      ALTER TABLE free ENABLE ALWAYS TRIGGER remember`);
    const plan = await planOf({ publications: ['free_pub'], name: MINE, slotName: MINE });
    assert.deepEqual(found(plan), ['warning firingTrigger edge']);
    const report = await rig.done(plan, SECRETS);
    await waitFor(() => edge.readLog().includes('relation "seen" does not exist'), {
      what: 'the copy stops in the trigger',
    });
    await rig.applyFixes(plan);
    await untilReady({ cluster: edge }, MINE, ['free']);
    assert.deepEqual(await edge.query('SELECT FROM seen'), []);
    await rig.undo(report);
  });

  it('the first copy tells how far it is, and the undo ends it in the middle', async () => {
    await central.query(`
      CREATE TABLE big (id int PRIMARY KEY); INSERT INTO big SELECT generate_series(1, 4000); ANALYZE big;
      CREATE PUBLICATION big_pub FOR TABLE big;
      GRANT SELECT ON big TO ${LOGIN}`);
    await edge.query(`
      CREATE TABLE big (id int PRIMARY KEY);
      CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END';
      CREATE TRIGGER slowly BEFORE INSERT ON big FOR EACH ROW EXECUTE FUNCTION slowly();
      ALTER TABLE big ENABLE ALWAYS TRIGGER slowly`);
    const gateway = makePatientGateway();
    const watch = await gateway.open(nodeAt(edge), never());
    try {
      const plan = await planOf({ publications: ['big_pub'], name: MINE, slotName: MINE });
      const report = await rig.done(plan, SECRETS);
      const copying = await waitFor(
        async () => {
          const [subscription] = (await watch.readFast(never())).subscriptions;
          const copy = subscription?.copies?.find(({ name }) => name === 'big') ?? null;
          return (copy?.rows ?? 0) > 20 ? copy : null;
        },
        { what: 'rows of big are being copied' },
      );
      const { schema, bytes, runningMs } = copying;
      assert.equal(schema, 'public');
      assert.ok(bytes !== null && bytes > 0 && runningMs !== null && runningMs > 0);
      // What a plan says that waits for such a copy.
      const waiting = await rig.changes.openChange(nodeAt(edge), READING, never());
      const sizes = [{ schema, name: 'big', totalRows: 4000 }];
      const wait = { subscription: MINE, tables: sizes };
      const words = await readCopyProgress(waiting, wait, never());
      await waiting.close();
      assert.match(
        words ?? '',
        /^public\.big: copying · [\d,]+ of about 4,000 rows · about .+ left$/u,
      );
      const published = await gateway.open(nodeAt(central), never());
      const { publications } = await published.readSlow(never());
      await published.close();
      const tables = publications.find(({ name }) => name === 'big_pub')?.tables;
      assert.equal(tables?.find(({ name }) => name === 'big')?.rowEstimate, 4000);

      await rig.undo(report);
      assert.deepEqual(await edge.query('SELECT FROM big'), []);
    } finally {
      await watch.close();
    }
    await edge.query('DROP TABLE big; DROP FUNCTION slowly');
    await central.query('DROP PUBLICATION big_pub; DROP TABLE big');
  });

  it('a slot that is lost: attaching to it would succeed and bring nothing, so it is refused', async () => {
    await central.query("SELECT pg_create_logical_replication_slot('old', 'pgoutput')");
    await edge.query('CREATE TABLE free (id int PRIMARY KEY, name text)');
    await central.query("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
    await central.query('SELECT pg_reload_conf()');
    try {
      await waitFor(
        async () => {
          await central.query(
            "SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1000)), pg_switch_wal()",
          );
          await central.query('CHECKPOINT');
          const rows = await central.query<{ status: string }>(
            "SELECT wal_status AS status FROM pg_replication_slots WHERE slot_name = 'old'",
          );
          return rows[0]?.status === 'lost';
        },
        { what: 'the slot is lost' },
      );
      const plan = await planOf({
        publications: ['free_pub'],
        name: MINE,
        slotName: 'old',
        usesExistingSlot: true,
        copyData: false,
      });
      assert.deepEqual(found(plan), ['error slotLost central']);
      assert.equal(isRunnable(plan), false);
      // The naive statement: it succeeds.
      assert.equal(await rig.forced(plan, SECRETS), 'Done: 1 of 1 step on edge.');
      await waitFor(() => LOST.test(edge.readLog()), { what: 'and never works' });
    } finally {
      await edge.query(
        `ALTER SUBSCRIPTION ${MINE} DISABLE; ALTER SUBSCRIPTION ${MINE} SET (slot_name = NONE)`,
      );
      await edge.query(`DROP SUBSCRIPTION ${MINE}`);
      await central.query('ALTER SYSTEM RESET max_slot_wal_keep_size');
      await central.query('SELECT pg_reload_conf()');
    }
    await waitFor(
      async () => {
        await central.query("SELECT pg_drop_replication_slot('old')");
        return true;
      },
      { what: 'the slot is read by nobody' },
    );
  });

  it('to its own server: the naive statement hangs until its limit; one that is missing a publication is silent', async () => {
    await central.query('CREATE TABLE free (id int PRIMARY KEY, name text)', undefined, {
      database: 'copy',
    });
    const naive = `CREATE SUBSCRIPTION naive CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION free_pub`;
    const session = await central.connect({ database: 'copy' });
    try {
      await session.query("SET statement_timeout = '2s'");
      await assert.rejects(session.query(naive), /statement timeout/u);
    } finally {
      await session.end();
    }
    await waitFor(
      async () => (await central.query('SELECT FROM pg_replication_slots')).length === 0,
      { what: 'its slot is gone' },
    );
    // Without the look-up beforehand: made, and nothing ever comes.
    await edge.query(
      `CREATE SUBSCRIPTION naive CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION fre_pub`,
    );
    assert.deepEqual(await edge.query('SELECT FROM pg_subscription_rel'), []);
    const plan = await planOf({ publications: ['fre_pub'] });
    assert.ok(codes(plan).includes('error missingPublication central'));
    await edge.query('DROP SUBSCRIPTION naive');
  });
});

async function counts(cluster: Cluster, tables: readonly string[]): Promise<readonly number[]> {
  const found: number[] = [];
  for (const table of tables) found.push((await cluster.query(`SELECT FROM ${table}`)).length);
  return found;
}

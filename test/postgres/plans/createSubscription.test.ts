import assert from 'node:assert/strict';
import { isServerFailure } from '../../../src/core/failure';
import { isRunnable, type Plan } from '../../../src/core/plan/plan';
import { planCreateSubscription } from '../../../src/core/plan/planCreateSubscription';
import { planDocument } from '../../../src/core/plan/planDocument';
import { reportDocument } from '../../../src/core/plan/reportDocument';
import { reportSentence } from '../../../src/core/plan/reportSentence';
import type {
  ConnectionTest,
  CreateSubscriptionRequest,
  PlanContext,
} from '../../../src/core/plan/requests';
import { deriveSlotName } from '../../../src/core/slotName';
import { createLogin, requirePasswords } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { freePort } from '../../clusters/freePort';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { never } from '../pg/support';
import { addressOf, codes, PlanRig, untilReady } from './planRig';

const PASSWORD = "c4n4ry's \\pass";
const ODD = `My-"Sub'; DROP TABLE jobs; --`;
const SECRETS = { publisherPassword: PASSWORD };
const LOGIN = 'replication_user';

forEachMajor('Create Subscription', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;
  let baseline: unknown;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    edge = await (await clusters.add('edge', { conf: { log_statement: 'all' } })).start();
    await createLogin(central, LOGIN, { password: PASSWORD });
    await createLogin(edge, 'deployer', { password: 'deployer' });
    await central.query(`
      ALTER ROLE ${LOGIN} REPLICATION;
      CREATE TABLE jobs (id int PRIMARY KEY, name text);
      CREATE TABLE runs (id bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), tags text[]);
      INSERT INTO jobs SELECT n, 'job' FROM generate_series(1, 50) AS n;
      INSERT INTO runs SELECT n FROM generate_series(1, 10) AS n;
      GRANT SELECT ON jobs, runs TO ${LOGIN};
      CREATE PUBLICATION jobs_pub FOR TABLE jobs;
      CREATE PUBLICATION runs_pub FOR TABLE runs`);
    await central.query('CREATE DATABASE copy');
    await requirePasswords(central);
    await requirePasswords(edge);
    const jobs = 'CREATE TABLE jobs (id int PRIMARY KEY, name text)';
    await edge.query(jobs);
    await central.query(jobs, undefined, { database: 'copy' });
    rig = new PlanRig({
      central: { cluster: central },
      edge: { cluster: edge },
      copy: { cluster: central, database: 'copy' },
    });
    baseline = await rig.state();
  });

  after(async () => {
    await clusters.stop();
  });

  afterEach(async () => {
    // Each test leaves the servers as it found them; the next one would tell by more than this.
    assert.deepEqual(await rig.state(), baseline);
  });

  function request(change: Partial<CreateSubscriptionRequest> = {}): CreateSubscriptionRequest {
    const name = change.name ?? 'jobs_sub';
    return {
      nodeId: 'edge',
      name,
      publisherId: 'central',
      publications: ['jobs_pub'],
      connection: addressOf(central, { user: LOGIN, secret: 'publisherPassword' }),
      connectionTest: { kind: 'notTried', why: 'This test does without.' },
      slotName: name,
      usesExistingSlot: false,
      copyData: true,
      options: {},
      ...change,
    };
  }

  async function tried(asked: CreateSubscriptionRequest): Promise<ConnectionTest> {
    const conninfo = asked.connection.map(({ keyword, value }) => [
      keyword,
      typeof value === 'string' ? value : PASSWORD,
    ]);
    try {
      const answer = await rig.changes.tryReplication(
        'central',
        Object.fromEntries(conninfo) as Record<string, string>,
        never(),
      );
      return { kind: 'passed', ...answer };
    } catch (error) {
      if (!isServerFailure(error)) throw error;
      return { kind: 'failed', failure: error.facts };
    }
  }

  /** As the command does it: the connection is tried, then everything is read. */
  async function planOf(change: Partial<CreateSubscriptionRequest> = {}, on = rig): Promise<Plan> {
    const asked = request(change);
    const connectionTest = change.connectionTest ?? (await tried(asked));
    return planCreateSubscription({ ...asked, connectionTest }, await contextOf(on));
  }

  function contextOf(on: PlanRig): Promise<PlanContext> {
    return on.context([LOGIN]);
  }

  /** Everything found but the note on where a password is kept. */
  function found(plan: Plan): readonly string[] {
    return codes(plan).filter((code) => !code.includes('passwordExposed'));
  }

  it('brings the edge to streaming; the password is in no log; the undo takes all back', async () => {
    const plan = await planOf({ options: major >= 15 ? { disableOnError: true } : {} });
    assert.deepEqual(codes(plan), ['note passwordExposed edge']);
    const report = await rig.done(plan, SECRETS);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
    await central.query("INSERT INTO jobs VALUES (51, 'later')");
    await untilRows(edge, 'jobs', 51);
    const [sender] = await central.query<{ state: string }>(
      "SELECT state FROM pg_stat_replication WHERE application_name = 'jobs_sub'",
    );
    assert.equal(sender?.state, 'streaming');

    const [kept] = await edge.query<{ subconninfo: string }>(
      'SELECT subconninfo FROM pg_subscription',
    );
    assert.match(kept?.subconninfo ?? '', /password='c4n4ry\\'s \\\\pass'/);
    const written = {
      'log of edge': edge.readLog(),
      'log of central': central.readLog(),
      document: planDocument(plan),
      report: reportDocument(report) + JSON.stringify(report),
      audit: JSON.stringify(rig.audit),
    };
    for (const [where, text] of Object.entries(written)) {
      assert.ok(!text.includes('c4n4ry'), where);
    }
    const [audited] = rig.audit.entries.slice(-1);
    assert.match(audited?.sql ?? '', /password=''\*\*\*''/);

    await rig.undo(report);
    await clear();
  });

  it('without a password the statement shown is the one in the server’s log', async () => {
    const connection = addressOf(central);
    const plan = await planOf({
      connection,
      copyData: false,
      name: ODD,
      slotName: deriveSlotName(ODD),
    });
    assert.deepEqual(codes(plan), ['note illegalName central']);
    const report = await rig.done(plan);
    const [audited] = rig.audit.entries.slice(-1);
    assert.ok(audited !== undefined && planDocument(plan).includes(`\n${audited.sql};\n`));
    assert.ok(edge.readLog().includes(audited.sql.replaceAll('\n', '\n\t')));
    await untilReady({ cluster: edge }, ODD, ['jobs']);
    await rig.undo(report);
    await clear();
  });

  it('a missing table and a missing column: found, refused by the server, made by the fix', async () => {
    const plan = await planOf({ publications: ['jobs_pub', 'runs_pub'] });
    assert.deepEqual(found(plan), ['error missingTable edge']);
    assert.equal(isRunnable(plan), false);
    assert.match(await rig.forced(plan, SECRETS), /\(42P01\)/);
    assert.deepEqual(await rig.state(), baseline);

    await rig.applyFixes(plan);
    await edge.query('ALTER TABLE runs DROP COLUMN tags; ALTER TABLE jobs DROP COLUMN name');
    try {
      const columns = await planOf({ publications: ['jobs_pub', 'runs_pub'] });
      assert.deepEqual(found(columns), Array(2).fill('error missingColumn edge'));
      await rig.applyFixes(columns);
      const whole = await planOf({ publications: ['jobs_pub', 'runs_pub'] });
      assert.deepEqual(found(whole), []);
      const report = await rig.done(whole, SECRETS);
      await untilReady({ cluster: edge }, 'jobs_sub', ['jobs', 'runs']);
      await rig.undo(report);
    } finally {
      await edge.query('DROP TABLE runs');
      await clear();
    }
  });

  it('what UPDATE needs on the subscriber: a key, or the subscription stops', async () => {
    await edge.query('ALTER TABLE jobs DROP CONSTRAINT jobs_pkey');
    const plan = await planOf();
    assert.deepEqual(found(plan), ['error noReplicaIdentity edge']);
    await rig.forced(plan, SECRETS);
    try {
      await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
      await central.query("UPDATE jobs SET name = 'changed' WHERE id = 1");
      await waitFor(
        () => edge.readLog().includes('has neither REPLICA IDENTITY index nor PRIMARY KEY'),
        { what: 'the apply worker says why it stops' },
      );
      await rig.applyFixes(plan);
      await waitFor(
        async () =>
          (await edge.query("SELECT FROM jobs WHERE id = 1 AND name = 'changed'")).length === 1,
        { what: 'the fix lets it go on' },
      );
    } finally {
      await edge.query('DROP SUBSCRIPTION jobs_sub');
      await clear();
      await edge.query('ALTER TABLE jobs DROP CONSTRAINT IF EXISTS jobs_pkey; DROP TABLE jobs');
      await edge.query('CREATE TABLE jobs (id int PRIMARY KEY, name text)');
      baseline = await rig.state();
    }
  });

  it('a wrong connection, by each way in which it can be wrong', async () => {
    const closed = String(await freePort());
    const wrong: readonly (readonly [string, string])[] = [
      ['port', closed],
      ['dbname', 'nowhere'],
      ['user', 'nobody'],
      ['password', 'wrong'],
      ['port', String(edge.port)],
    ];
    for (const [keyword, value] of wrong) {
      const asked = request();
      const connection = asked.connection.map((item) =>
        item.keyword === keyword ? { keyword, value } : item,
      );
      const connectionTest = await tried({ ...asked, connection });
      const plan = await planOf({
        connectionTest,
        // Tried with it, planned without it: a password never stands in a plan.
        connection: keyword === 'password' ? asked.connection : connection,
      });
      assert.ok(codes(plan).includes('error wrongConninfo edge'), `${keyword}=${value}`);
      assert.equal(isRunnable(plan), false);
      assert.doesNotMatch(JSON.stringify(plan), /c4n4ry/);
    }
  });

  it('a publication that is not there would be waited for in silence', async () => {
    const plan = await planOf({ publications: ['job_pub'] });
    assert.deepEqual(found(plan), ['error missingPublication central']);
    assert.match(plan.findings[0]?.fix?.text ?? '', /jobs_pub/);
  });

  it('the role that logs in must stream and read; the fix lets it', async () => {
    await central.query(`ALTER ROLE ${LOGIN} NOREPLICATION; REVOKE SELECT ON jobs FROM ${LOGIN}`);
    try {
      const plan = await planOf();
      assert.deepEqual(found(plan), [
        'error wrongConninfo edge',
        'error privilege central',
        'error privilege central',
      ]);
      assert.match(
        await rig.forced(plan, SECRETS),
        /Stopped at step 1 of 1 on edge: .*permission denied|must be superuser or replication role/u,
      );
      await rig.applyFixes(plan);
      assert.deepEqual(found(await planOf()), []);
    } finally {
      await central.query(`ALTER ROLE ${LOGIN} REPLICATION; GRANT SELECT ON jobs TO ${LOGIN}`);
      baseline = await rig.state();
    }
  });

  it('who may create it: a superuser up to 15, a granted role from 16 on', async () => {
    const deployer = new PlanRig({
      central: { cluster: central },
      edge: { cluster: edge, admin: 'deployer', password: 'deployer' },
    });
    await edge.query('CREATE ROLE jobs_owner');
    await edge.query('ALTER TABLE jobs OWNER TO jobs_owner');
    try {
      const plan = await planOf({}, deployer);
      assert.match(await deployer.forced(plan, SECRETS), /\(42501\)/);
      if (major < 16) {
        assert.deepEqual(found(plan), ['error privilege edge']);
        return;
      }
      assert.deepEqual(found(plan), Array(3).fill('error privilege edge'));
      await deployer.applyFixes(plan);
      const able = await planOf({}, deployer);
      assert.deepEqual(codes(able), ['warning passwordExposed edge']);
      const report = await deployer.done(able, SECRETS);
      await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
      await deployer.undo(report);
      await clear();
    } finally {
      await edge.query(`ALTER TABLE jobs OWNER TO postgres; DROP OWNED BY jobs_owner; DROP ROLE jobs_owner;
        REVOKE CREATE ON DATABASE postgres FROM deployer`);
      if (major >= 16) await edge.query('REVOKE pg_create_subscription FROM deployer');
      baseline = await rig.state();
    }
  });

  it('one server: the slot before the subscription, and the undo of both', async () => {
    const plan = await planOf({ nodeId: 'copy' });
    assert.deepEqual(found(plan), ['note sameServer copy']);
    assert.deepEqual(
      plan.steps.map(({ nodeId }) => nodeId),
      ['copy', 'central', 'copy'],
    );
    const report = await rig.done(plan, SECRETS);
    await untilReady({ cluster: central, database: 'copy' }, 'jobs_sub', ['jobs']);
    await rig.undo(report);
    await central.query('TRUNCATE jobs', undefined, { database: 'copy' });
    const itself = await planOf({ nodeId: 'central' });
    assert.ok(codes(itself).includes('error sameServer central'));
  });

  it('a failure in the middle: the report says what is done, and its undo takes it back', async () => {
    const plan = await planOf({ nodeId: 'copy' });
    await central.query('ALTER TABLE jobs RENAME TO jobs_away', undefined, { database: 'copy' });
    try {
      const report = await rig.run(plan, SECRETS);
      assert.equal(
        reportSentence(report),
        'Stopped at step 3 of 3 on copy: Since the plan was made, copy got a subscription jobs_sub, lost a table, or became a standby. Make the plan anew. Steps 1 and 2 are done and stay.',
      );
      assert.equal((await slots()).length, 1);
      // The server's own refusal instead of ours: the same report, the same undo.
      const steps = plan.steps.slice(2).map((step) => ({ ...step, precondition: null }));
      const refused = await rig.run({ ...plan, steps }, SECRETS);
      assert.match(reportSentence(refused), /^Stopped at step 1 of 1 on copy: .*\(42P01\)\.$/u);
      await rig.undo(report);
      assert.deepEqual(await slots(), []);
      assert.ok(!central.readLog().includes('c4n4ry'));
    } finally {
      await central.query('ALTER TABLE jobs_away RENAME TO jobs', undefined, { database: 'copy' });
    }
  });

  it('slots: taken, attached to, and given back by the undo', async () => {
    await central.query("SELECT pg_create_logical_replication_slot('jobs_sub', 'pgoutput')");
    try {
      const taken = await planOf();
      assert.deepEqual(found(taken), ['error slotTaken central']);
      assert.match(await rig.forced(taken, SECRETS), /jobs_sub" already exists/);

      await central.query("INSERT INTO jobs VALUES (60, 'since the slot')");
      const plan = await planOf({ usesExistingSlot: true, copyData: false });
      assert.deepEqual(found(plan), []);
      const report = await rig.done(plan, SECRETS);
      await untilRows(edge, 'jobs', 1);
      await rig.undo(report);
      assert.deepEqual(await slots(), ['jobs_sub']);
    } finally {
      await dropSlot('jobs_sub');
      await clear();
    }
    assert.deepEqual(found(await planOf({ usesExistingSlot: true })), ['error notFound central']);
  });

  it('no slot, no sender left: found before the server says it', async () => {
    const [{ max } = { max: 0 }] = await central.query<{ max: number }>(
      "SELECT current_setting('max_replication_slots')::int AS max",
    );
    await central.query(
      'SELECT pg_create_physical_replication_slot($1 || n) FROM generate_series(1, $2::int) AS n',
      ['filler_', max],
    );
    try {
      const plan = await planOf();
      assert.deepEqual(found(plan), ['error noFreeSlot central']);
      assert.match(await rig.forced(plan, SECRETS), /all replication slots are in use/);
    } finally {
      await central.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
    }
  });

  it('wal_level, senders and workers: nothing works before a restart, and the fix is all it takes', async () => {
    const quiet = await clusters.add('quiet', {
      conf: { wal_level: 'replica', max_wal_senders: 0, max_logical_replication_workers: 0 },
    });
    await quiet.start();
    try {
      await quiet.query(
        'CREATE TABLE jobs (id int PRIMARY KEY, name text); CREATE PUBLICATION jobs_pub FOR TABLE jobs',
      );
      const connection = addressOf(quiet);
      const there = new PlanRig({ central: { cluster: quiet }, edge: { cluster: edge } });
      const plan = await planOf({ connection }, there);
      assert.deepEqual(codes(plan), [
        'error wrongConninfo edge',
        'error walLevel central',
        'error noFreeSender central',
      ]);
      assert.match(await there.forced(plan), /\(08006\)/);
      const back = new PlanRig({ central: { cluster: central }, edge: { cluster: quiet } });
      const idle = await planOf({}, back);
      assert.deepEqual(found(idle), ['error noFreeWorker edge']);
      assert.equal(await back.forced(idle, SECRETS), 'Done: 1 of 1 step on edge.');
      const workers = await quiet.query('SELECT pid FROM pg_stat_subscription');
      assert.deepEqual(workers, [{ pid: null }]);
      await quiet.query('DROP SUBSCRIPTION jobs_sub');
      await back.applyFixes(idle);
      await there.applyFixes(plan);
      // What ALTER SYSTEM wrote is read last, after the rig's own file.
      await quiet.restart();
      assert.deepEqual(codes(await planOf({ connection }, there)), []);
      assert.deepEqual(found(await planOf({}, back)), []);
    } finally {
      await quiet.stop('SIGQUIT');
    }
  });

  it('origins run out on the subscriber, and the subscription would take nothing', async () => {
    const setting = major >= 18 ? 'max_active_replication_origins' : 'max_replication_slots';
    const [{ max } = { max: 0 }] = await edge.query<{ max: number }>(
      'SELECT current_setting($1)::int AS max',
      [setting],
    );
    for (let n = 1; n <= max; n += 1) {
      await edge.query(
        "SELECT pg_replication_origin_create($1), pg_replication_origin_advance($1, '0/1')",
        [`filler_${n}`],
      );
    }
    try {
      const plan = await planOf({ copyData: false });
      assert.deepEqual(found(plan), ['error noFreeSlot edge']);
      assert.ok(plan.findings[0]?.fix?.text.includes(setting));
      await rig.forced(plan, SECRETS);
      await waitFor(() => edge.readLog().includes('could not find free replication state'), {
        what: 'the apply worker says why it does not start',
      });
    } finally {
      await edge.query('DROP SUBSCRIPTION jobs_sub');
      await edge.query(
        "SELECT pg_replication_origin_drop(roname) FROM pg_replication_origin WHERE roname LIKE 'filler%'",
      );
    }
  });

  it('a standby as publisher: from 16 on, with help of its primary', async () => {
    const standby = await (await clusters.addStandby('standby', central)).start();
    await standby.setHba(central.readHba());
    const there = new PlanRig({
      primary: { cluster: central },
      central: { cluster: standby, standbyOf: 'primary' },
      edge: { cluster: edge },
    });
    try {
      const connection = request().connection.map((item) =>
        item.keyword === 'port' ? { keyword: 'port', value: String(standby.port) } : item,
      );
      const plan = await planOf({ connection }, there);
      if (major < 16) {
        assert.deepEqual(found(plan), ['error standby central']);
        assert.match(await there.forced(plan, SECRETS), /recovery/);
        return;
      }
      assert.deepEqual(found(plan), ['warning standby primary']);
      const help = setInterval(() => void there.applyFixes(plan).catch(() => undefined), 200);
      try {
        const report = await there.done(plan, SECRETS);
        await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
        await there.undo(report);
      } finally {
        clearInterval(help);
        await clear();
      }
    } finally {
      await standby.stop('SIGQUIT');
    }
  });

  it('a transaction that writes is named, and options of newer versions are refused', async () => {
    const writer = await central.connect({ applicationName: 'batch' });
    try {
      await writer.query('BEGIN; UPDATE jobs SET name = name WHERE id = 1');
      const plan = await waitFor(
        async () => {
          const made = await planOf({
            options: { disableOnError: true, origin: 'none', failover: true },
          });
          return found(made).includes('warning longTransaction central') ? made : null;
        },
        { what: 'the transaction has run for a second' },
      );
      assert.match(
        plan.findings.find(({ code }) => code === 'longTransaction')?.text ?? '',
        /1 transaction on central wrote .* \(postgres, batch\)/u,
      );
      const refused = found(plan).filter((code) => code.includes('unsupportedOption')).length;
      assert.equal(refused, { 14: 3, 15: 2, 16: 1, 17: 0, 18: 0 }[major]);
    } finally {
      await writer.end();
    }
  });

  it('a slot that waits too long: nothing is created, and what is left behind goes by itself', async () => {
    const logged = edge.readLog().length;
    const writer = await central.connect({ applicationName: 'batch' });
    try {
      await writer.query('BEGIN; UPDATE jobs SET name = name WHERE id = 1');
      const made = await planOf();
      // Long enough for its server to have reached the publisher.
      const steps = made.steps.map((step) => ({ ...step, statementLimitMs: 5_000 }));
      const report = await rig.run({ ...made, steps }, SECRETS);
      assert.equal(
        reportSentence(report),
        'Stopped at step 1 of 1 on edge: canceling statement due to statement timeout (57014).',
      );
      assert.deepEqual(await slots(), ['jobs_sub']);
      assert.match(
        reportDocument(report),
        /Left by the step that failed .*\n.* central shows the slot jobs_sub until the transactions/u,
      );
      // Earlier tests let a role fail that cannot hide its statements.
      assert.ok(!edge.readLog().slice(logged).includes('c4n4ry'));
    } finally {
      await writer.end();
    }
    await waitFor(async () => (await slots()).length === 0, { what: 'the slot is gone' });
  });

  async function clear(): Promise<void> {
    await edge.query('TRUNCATE jobs');
    await central.query('DELETE FROM jobs WHERE id > 50');
  }

  async function slots(): Promise<readonly string[]> {
    const rows = await central.query<{ name: string }>(
      'SELECT slot_name AS name FROM pg_replication_slots',
    );
    return rows.map(({ name }) => name);
  }

  async function dropSlot(name: string): Promise<void> {
    await waitFor(
      async () => {
        await central.query('SELECT pg_drop_replication_slot($1)', [name]);
        return true;
      },
      { what: `${name} is read by nobody` },
    );
  }
});

async function untilRows(cluster: Cluster, table: string, count: number): Promise<void> {
  await waitFor(async () => (await cluster.query(`SELECT FROM ${table}`)).length === count, {
    what: `${table} on ${cluster.name} has ${count} rows`,
  });
}

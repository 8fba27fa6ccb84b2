import assert from 'node:assert/strict';
import {
  planAlterSubscription,
  type AlterSubscriptionRequest,
} from '../../../src/core/plan/planAlterSubscription';
import type { Plan } from '../../../src/core/plan/plan';
import type { ConninfoItem } from '../../../src/core/plan/sqlText';
import { createLogin, requirePasswords } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { addressOf, codes, PlanRig, untilReady } from './planRig';

const CANARY = 'c4n4ry';
const OLD = 'first word';
const NEW = `${CANARY} p'a\\s "w$d;=`;

const NOTHING: AlterSubscriptionRequest = {
  nodeId: 'edge',
  name: 'jobs_sub',
  publications: null,
  options: {},
  connection: null,
  enabled: null,
  connectionTest: { kind: 'notTried', why: 'It is a test.' },
};

forEachMajor('Altering a subscription', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await (
      await clusters.add('central', { conf: { max_prepared_transactions: 4 } })
    ).start();
    edge = await (
      await clusters.add('edge', { conf: { log_statement: 'all', max_prepared_transactions: 4 } })
    ).start();
    await createLogin(central, 'replicator', { password: OLD });
    await central.query(`ALTER ROLE replicator REPLICATION;
      CREATE TABLE jobs (id int PRIMARY KEY); CREATE TABLE runs (id int PRIMARY KEY); INSERT INTO runs VALUES (1);
      GRANT SELECT ON jobs, runs TO replicator;
      CREATE PUBLICATION jobs_pub FOR TABLE jobs; CREATE PUBLICATION runs_pub FOR TABLE runs`);
    await requirePasswords(central);
    await edge.query('CREATE TABLE jobs (id int PRIMARY KEY)');
    const conninfo = `host=127.0.0.1 port=${central.port} dbname=postgres user=replicator password=''${OLD}''`;
    await edge.query(`CREATE SUBSCRIPTION jobs_sub CONNECTION '${conninfo}' PUBLICATION jobs_pub`);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
    rig = new PlanRig({ central: { cluster: central }, edge: { cluster: edge } });
  });

  after(async () => {
    await clusters.stop();
  });

  async function planOf(change: Partial<AlterSubscriptionRequest>): Promise<Plan> {
    const context = await rig.context();
    const nodes = context.topology.nodes.map((node) => ({
      ...node,
      subscriptions: node.id === 'edge' ? [DECLARED] : [],
    }));
    return planAlterSubscription(
      { ...NOTHING, ...change },
      { ...context, topology: { ...context.topology, nodes } },
    );
  }

  /** What the server has of it: `disableOnError: true`. */
  async function option(key: string): Promise<unknown> {
    const { catalogs } = await rig.context();
    return catalogs.get('edge')?.subscriptions[0]?.options[key];
  }

  const titles = (plan: Plan): readonly string[] => plan.steps.map(({ title }) => title);

  async function untilStreaming(id: number): Promise<void> {
    await central.query('INSERT INTO jobs VALUES ($1)', [id]);
    await waitFor(
      async () => (await edge.query('SELECT FROM jobs WHERE id = $1', [id])).length === 1,
      { what: `row ${id} arrives` },
    );
  }

  it('nothing differs: nothing to do', async () => {
    const plan = await planOf({
      publications: ['jobs_pub'],
      options: { binary: false, slotName: 'jobs_sub', streaming: major >= 18 ? 'parallel' : 'off' },
      enabled: true,
    });
    assert.deepEqual([titles(plan), codes(plan)], [[], ['note nothingToDo edge']]);
  });

  it('options change while it runs; the undo puts them back; then a second plan is empty', async () => {
    const options = {
      binary: true,
      streaming: major >= 16 ? 'parallel' : true,
      ...(major >= 15 ? { disableOnError: true } : {}),
      ...(major >= 16 ? { origin: 'none' } : {}),
    };
    const before = await Promise.all(Object.keys(options).map(option));
    const report = await rig.done(await planOf({ options }));
    for (const step of report.plan.steps) {
      assert.deepEqual(
        Object.values((await edge.query(step.effectCheck?.sql ?? ''))[0] ?? {}),
        [true],
        step.title,
      );
    }
    assert.deepEqual(await Promise.all(Object.keys(options).map(option)), Object.values(options));
    assert.deepEqual(codes(await planOf({ options })).slice(0, 1), ['note nothingToDo edge']);
    await rig.undo(report);
    assert.deepEqual(await Promise.all(Object.keys(options).map(option)), before);
    await untilStreaming(1);
  });

  it('an option that this version lacks is refused by name', async () => {
    const lacking = { 14: 'disableOnError', 15: 'origin', 16: 'failover', 17: 'twoPhase' }[
      major as 14 | 15 | 16 | 17
    ] as string | undefined;
    if (lacking === undefined) return;
    const value = lacking === 'origin' ? 'none' : true;
    const plan = await planOf({ options: { [lacking]: value } });
    assert.ok(codes(plan).includes('error unsupportedOption edge'));
    assert.ok(plan.findings.some(({ text }) => text.includes(`"${lacking}"`)));
  });

  if (major >= 17) {
    it('failover and two_phase: refused while it runs, changed between disabling and enabling it', async () => {
      const options = { failover: true, ...(major >= 18 ? { twoPhase: true } : {}) };
      for (const word of major >= 18 ? ['failover', 'two_phase'] : ['failover']) {
        await assert.rejects(edge.query(`ALTER SUBSCRIPTION jobs_sub SET (${word} = true)`), {
          code: '55000',
        });
      }
      const plan = await planOf({ options });
      assert.deepEqual(titles(plan), [
        'Disable subscription jobs_sub',
        'Set failover of jobs_sub',
        ...(major >= 18 ? ['Set twoPhase of jobs_sub'] : []),
        'Enable subscription jobs_sub',
      ]);
      const report = await rig.done(plan);
      await untilStreaming(2);
      // The worker turns two_phase of the slot on when it is up.
      await waitFor(
        async () => {
          const [slot] = await central.query(
            `SELECT failover${major >= 18 ? ', two_phase' : ''} FROM pg_replication_slots`,
          );
          return Object.values(slot ?? {}).every((value) => value === true);
        },
        { what: 'the slot has both' },
      );
      if (major >= 18) {
        // While it is on, no table can be copied.
        assert.deepEqual(codes(await planOf({ publications: ['jobs_pub', 'runs_pub'] })), [
          'error missingTable edge',
          'error unsupportedOption edge',
        ]);
      }
      await rig.undo(report);
      assert.equal(await option('failover'), false);
      await untilStreaming(3);
    });
  }

  it('other publications: a table that is missing is found first; then new ones are copied', async () => {
    const wished = { publications: ['jobs_pub', 'runs_pub'] };
    const missing = await planOf(wished);
    assert.deepEqual(codes(missing), ['error missingTable edge']);
    assert.match(await rig.forced(missing), /\(42P01\)/);
    await rig.applyFixes(missing);
    const report = await rig.done(await planOf(wished));
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs', 'runs']);
    assert.equal((await edge.query('SELECT FROM runs')).length, 1);
    assert.deepEqual(titles(await planOf(wished)), []);
    await rig.undo(report);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
    assert.deepEqual(codes(await planOf({ publications: ['jobz_pub'] })), [
      'error missingPublication central',
    ]);
  });

  it('a disabled one gets publications without a refresh, which follows once it is enabled; without copying where asked', async () => {
    await rig.done(await planOf({ enabled: false }));
    await edge.query('TRUNCATE runs');
    const publications = ['jobs_pub', 'runs_pub'];
    const resting = await planOf({ publications });
    assert.deepEqual(
      resting.impacts.map(({ kind }) => kind),
      ['needsRefresh'],
    );
    const woken = await planOf({ publications, enabled: true, copiesNewTables: false });
    assert.deepEqual(titles(woken), [
      'Set the publications of jobs_sub',
      'Enable subscription jobs_sub',
      'Refresh subscription jobs_sub',
    ]);
    await rig.done(woken);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs', 'runs']);
    assert.equal((await edge.query('SELECT FROM runs')).length, 0);
    await untilStreaming(4);
  });

  it('a new password reaches the publisher, and is in no log of the server and nothing of ours', async () => {
    const connection: readonly ConninfoItem[] = addressOf(central, {
      user: 'replicator',
      secret: 'publisherPassword',
    });
    await central.query(`ALTER ROLE replicator PASSWORD '${NEW.replaceAll("'", "''")}'`);
    const plan = await planOf({ connection });
    assert.deepEqual(titles(plan), ['Change the connection of jobs_sub']);
    const report = await rig.done(plan, { publisherPassword: NEW });
    await untilStreaming(5);
    await edge.query('ALTER SUBSCRIPTION jobs_sub DISABLE; ALTER SUBSCRIPTION jobs_sub ENABLE');
    await untilStreaming(6);
    assert.ok(!JSON.stringify([report, rig.audit.entries, rig.audit.notes]).includes(CANARY));
    assert.ok(!edge.readLog().includes(CANARY));
    const elsewhere = await planOf({
      connection,
      connectionTest: { kind: 'passed', systemIdentifier: '7' },
    });
    assert.deepEqual(codes(elsewhere), ['error wrongConninfo edge', 'note passwordExposed edge']);
  });
});

const DECLARED = {
  name: 'jobs_sub',
  publisher: 'central',
  publications: ['jobs_pub'],
  connection: null,
  slotName: 'jobs_sub',
  options: {},
};

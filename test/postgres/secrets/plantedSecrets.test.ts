import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { detailsText } from '../../../src/core/describe/detailsText';
import { isServerFailure } from '../../../src/core/failure';
import { confirmationOf } from '../../../src/core/plan/confirmationOf';
import { findingsText } from '../../../src/core/plan/findingsText';
import { isRunnable, type Plan } from '../../../src/core/plan/plan';
import { planAlterSubscription } from '../../../src/core/plan/planAlterSubscription';
import { planCreateSubscription } from '../../../src/core/plan/planCreateSubscription';
import { planDocument } from '../../../src/core/plan/planDocument';
import { reportDocument } from '../../../src/core/plan/reportDocument';
import { reportSentence } from '../../../src/core/plan/reportSentence';
import type { CreateSubscriptionRequest } from '../../../src/core/plan/requests';
import { planCreateReplicationRole } from '../../../src/core/plan/roles/planCreateReplicationRole';
import type { ConninfoItem } from '../../../src/core/plan/sqlText';
import { secretKey } from '../../../src/core/secretKey';
import type { PasswordSource, TopologyNode } from '../../../src/core/topology';
import { toApiSnapshot } from '../../../src/host/apiSnapshot';
import { scramVerifier } from '../../../src/host/scramVerifier';
import { SystemClock } from '../../../src/host/systemClock';
import { PlanRunner } from '../../../src/operations/planRunner';
import { requirePasswords } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forOldestAndNewest } from '../../clusters/majors';
import { nodeOf, Watcher } from '../faults/watcher';
import { MemoryLog, MemorySecrets, never, nodeAt } from '../pg/support';
import { makeGateways, MemoryAudit, planOf, stepOn } from '../plans/changeSupport';
import { ChangesRig } from '../plans/changesRig';
import { addressOf } from '../plans/planRig';
import { loginSql, MARK, secret, SECRETS } from './plantedSecrets';

const CONF = {
  log_statement: 'all',
  log_min_duration_statement: 0,
  log_connections: true,
  log_replication_commands: true,
  shared_preload_libraries: 'pg_stat_statements',
};

const FILE = JSON.stringify({
  name: 'Secrets',
  nodes: {
    central: {
      connection: 'postgresql://postgres@127.0.0.1:5432/postgres',
      publications: { changes_pub: { tables: ['public.item'] } },
    },
    edge: {
      connection: 'postgresql://postgres@127.0.0.1:5433/postgres',
      subscriptions: {
        changes_sub: {
          publisher: 'central',
          publications: ['changes_pub'],
          copyData: false,
          enabled: false,
        },
      },
    },
  },
});

forOldestAndNewest('20 planted secrets', function (major) {
  const seen: string[] = [];
  const log = new MemoryLog();
  const audit = new MemoryAudit();
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: ChangesRig;
  let home: string;
  let quietUntil: ReadonlyMap<Cluster, number>;

  before(async function () {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'pgt-secrets-'));
    clusters = new Clusters(major);
    central = await clusters.add('central', { conf: CONF });
    edge = await clusters.add('edge', { conf: CONF });
    await Promise.all([central.start(), edge.start()]);
    const tables = 'CREATE TABLE item (id int PRIMARY KEY); CREATE EXTENSION pg_stat_statements';
    await central.query(`${tables}; CREATE PUBLICATION item_pub FOR TABLE item`);
    await edge.query(tables);
    for (const [index, password] of SECRETS.entries()) {
      await central.query(loginSql(`login_${index}`, password));
    }
    for (let index = 15; index < SECRETS.length; index += 1) {
      await central.query(`ALTER ROLE login_${index} SUPERUSER`);
    }
    await requirePasswords(central);
    rig = new ChangesRig({ central: { cluster: central }, edge: { cluster: edge } }, FILE);
    // What was made above stands in the log, which shows that it would be found there.
    assert.ok(central.readLog().includes(MARK));
    await central.query('SELECT pg_stat_statements_reset()');
    quietUntil = new Map([central, edge].map((server) => [server, server.readLog().length]));
  });

  after(async () => {
    fs.rmSync(home, { recursive: true, force: true });
    await clusters.stop();
  });

  afterEach(() => {
    for (const text of [...seen, ...log.lines, ...audit.notes, inspect(audit.entries)]) {
      assert.ok(!text.includes(MARK), text);
    }
  });

  const connection = (
    user: number,
    more: readonly ConninfoItem[] = [],
  ): readonly ConninfoItem[] => [
    ...addressOf(central, { user: `login_${user}`, secret: 'password' }),
    ...more,
  ];

  /** Plans it, shows it everywhere, runs it in spite of what was found, and shows what became of it. @returns whether it was done */
  async function carryOut(
    plan: Plan,
    secrets: Readonly<Record<string, string>>,
    means: {
      readonly nodes?: readonly TopologyNode[];
      readonly changes?: ReturnType<typeof makeGateways>['changes'];
    } = {},
  ): Promise<boolean> {
    const { nodes = rig.nodes, changes = makeGateways({ log }).changes } = means;
    show(planDocument(plan), findingsText(plan.findings), inspect(plan, { depth: 20 }));
    show(inspect(confirmationOf(plan)), JSON.stringify(plan.fileChanges));
    const runner = new PlanRunner({ gateway: changes, clock: new SystemClock(), audit, log });
    const steps = plan.steps.map((step) => ({ ...step, precondition: null }));
    const report = await runner.run(
      { ...plan, steps, findings: [] },
      { nodes: new Map(nodes.map((node) => [node.id, node])), users: {}, secrets },
      never(),
    );
    show(reportDocument(report), reportSentence(report), inspect(report, { depth: 20 }));
    return report.outcomes.every(({ state }) => state === 'done');
  }

  const show = (...texts: readonly string[]): void => {
    seen.push(...texts);
  };

  async function subscribe(
    name: string,
    change: Partial<CreateSubscriptionRequest>,
    secrets: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    const context = await rig.context();
    const request: CreateSubscriptionRequest = {
      nodeId: 'edge',
      name,
      publisherId: 'central',
      publications: ['item_pub'],
      connection: connection(0),
      connectionTest: {
        kind: 'passed',
        systemIdentifier: context.catalogs.get('central')?.server.systemIdentifier ?? '',
      },
      slotName: name,
      usesExistingSlot: false,
      copyData: false,
      options: { enabled: false },
      ...change,
    };
    return carryOut(planCreateSubscription(request, context), secrets);
  }

  it('of a new subscription, made well, in every way of quoting', async function () {
    for (const index of [0, 1, 2, 3, 4, 5, 12]) {
      const done = await subscribe(
        `good_${index}`,
        { connection: connection(index) },
        { password: secret(index) },
      );
      assert.ok(done, `login_${index} signs in`);
    }
  });

  it('of a new subscription that fails: password, database, name, token, option, and a probe', async function () {
    const failing: readonly (readonly [string, Partial<CreateSubscriptionRequest>])[] = [
      ['bad_password', { connection: connection(7) }],
      [
        'bad_database',
        {
          connection: connection(6).map((item) =>
            item.keyword === 'dbname' ? { ...item, value: 'nowhere' } : item,
          ),
        },
      ],
      ['good_0', { connection: connection(6) }],
      [
        'bad_keyword',
        { connection: connection(6, [{ keyword: 'no_such', value: { secret: 'token' } }]) },
      ],
      ['bad_sslmode', { connection: connection(6, [{ keyword: 'sslmode', value: 'bogus' }]) }],
      ['bad_probe', { connection: connection(7), probesConnection: true }],
      ['bad_publication', { connection: connection(6), publications: ['no_pub'], options: {} }],
    ];
    for (const [name, change] of failing) {
      const done = await subscribe(name, change, { password: secret(6), token: secret(13) });
      if (name !== 'bad_publication') assert.ok(!done, `${name} fails`);
    }
    const good = connection(6, [{ keyword: 'sslpassword', value: { secret: 'key' } }]);
    assert.ok(
      await subscribe(
        'good_probe',
        { connection: good, probesConnection: true },
        { password: secret(6), key: secret(14) },
      ),
    );
  });

  it('given as text where a secret belongs: no statement is made of it', async () => {
    const context = await rig.context();
    const plain = connection(8).map((item) =>
      item.keyword === 'password' ? { ...item, value: secret(8) } : item,
    );
    const plans = [
      planAlterSubscription({ ...ALTERED, name: 'good_0', connection: plain }, context),
    ];
    for (const plan of plans) {
      assert.ok(!isRunnable(plan));
      assert.deepEqual(plan.steps, []);
      show(inspect(plan, { depth: 20 }), planDocument(plan), findingsText(plan.findings));
    }
  });

  it('of a password that is rotated, well and badly', async function () {
    const rotate = async (name: string, items: readonly ConninfoItem[], index: number) =>
      carryOut(
        planAlterSubscription({ ...ALTERED, name, connection: items }, await rig.context()),
        { password: secret(index) },
      );
    assert.ok(await rotate('good_0', connection(9), 9));
    assert.ok(!(await rotate('good_0', connection(10, [{ keyword: 'no_such', value: 'x' }]), 10)));
  });

  it('of a role: the server gets a verifier, and shows not even that', async function () {
    const verifier = scramVerifier(secret(11));
    const pieces = verifier.split(/[$:]/u).filter((piece) => piece.length > 20);
    assert.ok(pieces.length >= 2);
    const plan = planCreateReplicationRole(
      {
        nodeId: 'central',
        name: 'streamer',
        duties: ['replication'],
        tables: [{ schema: 'public', name: 'item' }],
        verifier: { secret: 'verifier' },
      },
      await rig.context(['streamer']),
    );
    assert.ok(await carryOut(plan, { verifier }));
    assert.ok(!(await carryOut(plan, { verifier })), 'it exists by now');
    for (const text of [...seen, inspect(audit.entries), ...(await serverTexts())]) {
      for (const piece of pieces) assert.ok(!text.includes(piece), text);
    }
  });

  it('of a plan that brings the servers to the file, done and cut short', async function () {
    const plan = await rig.planned();
    assert.ok(isRunnable(plan), findingsText(plan.findings));
    const wrong = Object.fromEntries(
      Object.entries(rig.secrets).map(([key, value]): [string, string] =>
        key.startsWith('verifier') ? [key, value] : [key, secret(15)],
      ),
    );
    const isDone = await carryOut(plan, wrong);
    assert.ok(!isDone, 'the role has another password');
    assert.ok(await carryOut(await rig.planned(), rig.secrets));
  });

  it('with which this extension signs in: variable, file and store, right and wrong', async function () {
    const passfile = path.join(home, '.pgpass');
    const lines = [17, 18].map((index) => {
      const escaped = secret(index === 18 ? 0 : index).replaceAll(/[\\:]/gu, '\\$&');
      return `127.0.0.1:${central.port}:*:login_${index}:${escaped}\n`;
    });
    fs.writeFileSync(passfile, lines.join(''), { mode: 0o600 });
    const stored = new MemorySecrets();
    for (const [index, password] of [
      [19, secret(19)],
      [16, secret(1)],
    ] as const) {
      const target = { user: `login_${index}`, host: '127.0.0.1', port: central.port };
      await stored.store(secretKey({ ...target, database: 'postgres' }), password);
    }
    const ways: readonly (readonly [number, PasswordSource, boolean])[] = [
      [15, { kind: 'env', variable: 'RIGHT' }, true],
      [16, { kind: 'env', variable: 'WRONG' }, false],
      [17, { kind: 'pgpass' }, true],
      [18, { kind: 'pgpass' }, false],
      [19, { kind: 'secret' }, true],
      [16, { kind: 'secret' }, false],
      [18, { kind: 'auto' }, false],
    ];
    const { changes } = makeGateways({
      log,
      secrets: stored,
      environment: {
        variables: { RIGHT: secret(15), WRONG: secret(2), PGPASSFILE: passfile },
        homeDirectory: home,
        userName: 'nobody',
        platform: process.platform,
      },
    });
    for (const [index, passwordSource, isRight] of ways) {
      const options = { id: 'central', passwordSource, params: { user: `login_${index}` } };
      const nodes = [nodeAt(central, options)];
      const plan = planOf(stepOn('central', [`COMMENT ON TABLE item IS 'by ${index}'`]));
      try {
        assert.equal(await carryOut(plan, {}, { nodes, changes }), isRight, `login_${index}`);
      } catch (error) {
        if (!isServerFailure(error)) throw error;
        show(inspect(error, { depth: 20 }));
      }
    }
  });

  it('are in no picture of the servers that is drawn, told or exported', async function () {
    const watcher = new Watcher([nodeOf(central, {}, 'postgres'), nodeOf(edge, {}, 'postgres')]);
    try {
      const snapshot = await watcher.look();
      assert.ok(snapshot.nodes.some(({ sample }) => (sample.fast?.subscriptions.length ?? 0) > 3));
      show(inspect(snapshot, { depth: 30, maxArrayLength: null }));
      show(JSON.stringify(toApiSnapshot([snapshot])));
      for (const { id } of snapshot.nodes)
        show(JSON.stringify(detailsText(snapshot, id, Date.now())));
    } finally {
      await watcher.close();
    }
    show(inspect(await rig.context(), { depth: 30, maxArrayLength: null }));
  });

  it('are neither in the logs of the servers nor in what they count of statements', async () => {
    for (const text of await serverTexts()) {
      const place = text.indexOf(MARK);
      assert.equal(place, -1, text.slice(Math.max(0, place - 400), place + 100));
    }
    // The subscriptions do hold them, and a statement that is not ours is written down.
    const [kept] = await edge.query<{ text: string }>(
      `SELECT string_agg(subconninfo, '') AS text FROM pg_subscription`,
    );
    assert.ok(kept?.text.includes(MARK));
    await edge.query(`CREATE ROLE witness PASSWORD '${MARK} of nobody'`);
    const [logged, counted] = [edge.readLog(), (await counts(edge)).join('\n')];
    assert.ok(logged.includes(`${MARK} of nobody`));
    assert.ok(counted.includes('CREATE ROLE witness'), counted);
  });

  async function serverTexts(): Promise<readonly string[]> {
    const texts = await Promise.all(
      [central, edge].map(async (server) => [
        server.readLog().slice(quietUntil.get(server)),
        ...(await counts(server)),
        ...(await server.query<{ query: string }>('SELECT query FROM pg_stat_activity')).map(
          ({ query }) => query,
        ),
      ]),
    );
    return texts.flat();
  }

  async function counts(server: Cluster): Promise<readonly string[]> {
    const rows = await server.query<{ query: string }>('SELECT query FROM pg_stat_statements');
    return rows.map(({ query }) => query);
  }
});

const ALTERED = {
  nodeId: 'edge',
  publications: null,
  options: {},
  enabled: null,
  connectionTest: { kind: 'notTried', why: 'This is a test.' },
} as const;

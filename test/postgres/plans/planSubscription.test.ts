import assert from 'node:assert/strict';
import type { ConninfoItem, PlanStatement } from '../../../src/core/plan/sqlText';
import type { PlanReport } from '../../../src/core/plan/report';
import { SystemClock } from '../../../src/host/systemClock';
import { PlanRunner } from '../../../src/operations/planRunner';
import { createLogin, requirePasswords } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { MemoryLog, never } from '../pg/support';
import { administered, makeGateways, MemoryAudit, planOf, stepOn } from './changeSupport';
import { addressOf } from './planRig';

const CANARY = 'c4n4ry';
const RIGHT = `${CANARY} p'a\\s "w$d;=`;
const WRONG = `${CANARY} wr'o\\ng`;

forEachMajor('A plan that makes a subscription', function (major) {
  let clusters: Clusters;
  let publisher: Cluster;
  let subscriber: Cluster;
  let audit: MemoryAudit;
  let log: MemoryLog;

  before(async function () {
    clusters = new Clusters(major);
    publisher = await (await clusters.add('publisher', { conf: { wal_level: 'logical' } })).start();
    await createLogin(publisher, 'replicator', { password: RIGHT });
    await publisher.query(`ALTER ROLE replicator REPLICATION; CREATE TABLE public.item (id int PRIMARY KEY);
      GRANT SELECT ON public.item TO replicator; CREATE PUBLICATION item_pub FOR TABLE public.item`);
    await requirePasswords(publisher);
    subscriber = await (
      await clusters.add('subscriber', {
        conf: { log_statement: 'all', log_min_duration_statement: 0 },
      })
    ).start();
    await subscriber.query('CREATE TABLE public.item (id int PRIMARY KEY)');
  });

  after(async () => {
    await clusters.stop();
  });

  beforeEach(() => {
    audit = new MemoryAudit();
    log = new MemoryLog();
  });

  const connection = (dbname = 'postgres'): readonly ConninfoItem[] =>
    addressOf(publisher, { database: dbname, user: 'replicator', secret: 'publisherPassword' });

  const create = (name: string, conninfo = connection()): PlanStatement => ({
    parts: [`CREATE SUBSCRIPTION ${name} CONNECTION `, { conninfo }, ' PUBLICATION item_pub'],
  });

  function run(
    statements: readonly (PlanStatement | string)[],
    password: string,
    means: { readonly user?: string; readonly signal?: AbortSignal } = {},
  ): Promise<PlanReport> {
    const { changes } = makeGateways({ log });
    const runner = new PlanRunner({ gateway: changes, clock: new SystemClock(), audit, log });
    const node = administered(subscriber, means.user ?? null, { id: 'subscriber' });
    return runner.run(
      planOf(
        ...statements.map((statement) =>
          stepOn('subscriber', [statement], {
            statementLimitMs: 60_000,
            effectCheck: {
              sql: `SELECT count(*) = 1 FROM pg_subscription WHERE subname = 'waiting_sub'`,
              otherwise: 'It is not there.',
            },
          }),
        ),
      ),
      {
        nodes: new Map([['subscriber', node]]),
        users: {},
        secrets: { publisherPassword: password },
      },
      means.signal ?? never(),
    );
  }

  /** Everything of ours that a person or a file gets to see. */
  const seen = (report: PlanReport): string =>
    JSON.stringify([report, audit.entries, audit.notes, log.lines]);

  it('takes its password to the publisher as it is', async () => {
    const report = await run([create('item_sub')], RIGHT);
    assert.deepEqual(report.outcomes[0]?.state, 'done');
    await waitFor(
      async () => {
        const rows = await subscriber.query(
          `SELECT FROM pg_subscription_rel WHERE srsubstate = 'r'`,
        );
        return rows.length === 1;
      },
      { what: 'the table is ready' },
    );
    assert.ok(!seen(report).includes(CANARY));
    assert.match(audit.lines[0] ?? '', /user='{1,2}replicator'{1,2} password='{1,2}\*\*\*'{1,2}/);
  });

  it('has its password in nothing of ours and in no log of the server when a superuser runs the plan, well or badly', async () => {
    const failed = await run([create('item_sub')], RIGHT);
    assert.equal(failed.outcomes[0]?.failure?.sqlstate, '42710');
    const refused = await run([create('other_sub')], WRONG);
    assert.equal(refused.outcomes[0]?.state, 'failed');
    assert.match(
      refused.outcomes[0].failure?.serverMessage ?? '',
      /password authentication failed/,
    );
    const nowhere = await run([create('third_sub', connection('nowhere'))], RIGHT);
    assert.match(nowhere.outcomes[0]?.failure?.serverMessage ?? '', /"nowhere" does not exist/);
    const broken: PlanStatement = {
      parts: ['CREATE SUBSCRIPTION bad CONNECTION ', { conninfo: connection() }, ' PUBLICATION'],
    };
    const syntax = await run([broken], RIGHT);
    assert.equal(syntax.outcomes[0]?.failure?.sqlstate, '42601');
    for (const report of [failed, refused, nowhere, syntax]) {
      assert.ok(!seen(report).includes(CANARY));
    }
    for (const server of [subscriber, publisher]) {
      assert.ok(!server.readLog().includes(CANARY), server.name);
    }
  });

  it('what holds no secret is in the log of the server as it was shown, before and after', async () => {
    const report = await run(
      [
        `COMMENT ON TABLE public.item IS 'before'`,
        create('fourth_sub'),
        `COMMENT ON TABLE public.item IS 'after'`,
      ],
      RIGHT,
    );
    assert.deepEqual(
      report.outcomes.map(({ state }) => state),
      ['done', 'done', 'done'],
    );
    for (const word of ['before', 'after']) {
      assert.ok(subscriber.readLog().includes(`COMMENT ON TABLE public.item IS '${word}'`), word);
    }
    assert.ok(!subscriber.readLog().includes(CANARY));
  });

  it('what refuses a transaction runs: refresh and drop, slot and all', async () => {
    const report = await run(
      [
        'ALTER SUBSCRIPTION item_sub REFRESH PUBLICATION',
        'ALTER SUBSCRIPTION fourth_sub DISABLE',
        'DROP SUBSCRIPTION fourth_sub',
      ],
      RIGHT,
    );
    assert.deepEqual(
      report.outcomes.map(({ state }) => state),
      ['done', 'done', 'done'],
    );
    const slots = await publisher.query(
      `SELECT FROM pg_replication_slots WHERE slot_name = 'fourth_sub'`,
    );
    assert.equal(slots.length, 0);
  });

  it('cancelled while a transaction at the publisher keeps it waiting: the server stops, nothing is left there', async () => {
    const writer = await publisher.connect();
    const source = new AbortController();
    try {
      await writer.query('BEGIN; INSERT INTO public.item VALUES (1000)');
      const outcome = run([create('waiting_sub')], RIGHT, { signal: source.signal });
      const pid = await waitFor(
        async () => {
          const [row] = await subscriber.query<{ pid: number }>(
            `SELECT pid FROM pg_stat_activity WHERE application_name = 'pg-topology'
               AND state = 'active' AND query LIKE 'CREATE SUBSCRIPTION waiting_sub%'`,
          );
          return row?.pid;
        },
        { what: 'CREATE SUBSCRIPTION waits' },
      );
      source.abort();
      const report = await outcome;
      assert.equal(report.wasCancelled, true);
      assert.equal(report.outcomes[0]?.state, 'failed');
      assert.equal(report.outcomes[0].failure?.reason, 'cancelled');
      const left = await subscriber.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
      assert.equal(left.length, 0);
      const made = await subscriber.query(
        `SELECT FROM pg_subscription WHERE subname = 'waiting_sub'`,
      );
      assert.equal(made.length, 0);
      assert.ok(!seen(report).includes(CANARY));
      assert.ok(!subscriber.readLog().includes(CANARY));
    } finally {
      await writer.end();
    }
  });

  // Before 16 nobody but a superuser makes a subscription. Last, since it leaves the canary in the log.
  if (major >= 16) {
    it('a role that is no superuser cannot keep a failing statement out of the log: only the plan can warn', async () => {
      await createLogin(subscriber, 'subscriber', { memberOf: ['pg_create_subscription'] });
      await subscriber.query('GRANT CREATE ON DATABASE postgres TO subscriber');
      const refused = await run([create('mine_sub')], WRONG, { user: 'subscriber' });
      assert.equal(refused.outcomes[0]?.state, 'failed');
      assert.ok(!seen(refused).includes(CANARY));
      assert.ok(subscriber.readLog().includes(CANARY));
    });
  }
});

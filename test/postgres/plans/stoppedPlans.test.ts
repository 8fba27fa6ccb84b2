import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { makePlan } from '../../../src/core/plan/makePlan';
import type { Plan, PlanStep } from '../../../src/core/plan/plan';
import { planCreatePublication } from '../../../src/core/plan/planCreatePublication';
import { planDocument } from '../../../src/core/plan/planDocument';
import { planInstallPendingSync } from '../../../src/core/plan/planInstallPendingSync';
import { isComplete } from '../../../src/core/plan/report';
import { joinReports, retryPlan } from '../../../src/core/plan/retryPlan';
import { sqlStatement } from '../../../src/core/plan/sqlText';
import { undoPlan } from '../../../src/core/plan/undoPlan';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { lockTable } from '../../clusters/faults';
import { forOldestAndNewest } from '../../clusters/majors';
import { never, nodeAt } from '../pg/support';
import { lockWaitingStep, makeGateways, planOf, stepOn } from './changeSupport';
import { codes, PlanRig } from './planRig';

forOldestAndNewest('Plans that stopped, and plans by hand', (major) => {
  let clusters: Clusters;
  let central: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await (
      await clusters.add('central', { conf: { max_prepared_transactions: 2 } })
    ).start();
    await central.query('CREATE DATABASE edge');
    await central.query('CREATE TABLE jobs (id int PRIMARY KEY, name text)');
    rig = new PlanRig({
      central: { cluster: central },
      edge: { cluster: central, database: 'edge' },
    });
  });

  after(async () => {
    await clusters.stop();
  });

  /** A publication, a table elsewhere, then what needs the table `later`, then one more. */
  async function fourSteps(): Promise<Plan> {
    const made = planCreatePublication(
      {
        nodeId: 'central',
        name: 'jobs_pub',
        allTables: false,
        schemas: [],
        tables: [{ schema: 'public', name: 'jobs', columns: null, rowFilter: null }],
        operations: ['insert'],
        viaPartitionRoot: false,
      },
      await rig.context(),
    );
    const rest = planOf(
      stepOn('edge', ['CREATE SCHEMA app', 'CREATE TABLE app.copy (id int)'], {
        isTransactional: true,
        undo: [sqlStatement('DROP TABLE app.copy'), sqlStatement('DROP SCHEMA app')],
      }),
      stepOn('central', ['ALTER PUBLICATION jobs_pub ADD TABLE later'], {
        undo: [sqlStatement('ALTER PUBLICATION jobs_pub DROP TABLE later')],
      }),
      stepOn('edge', ['COMMENT ON TABLE app.copy IS $$made$$']),
    );
    return { ...made, steps: [...made.steps, ...rest.steps] };
  }

  it('the undo plan leaves the catalogs as they were', async () => {
    const before = await rig.state();
    const report = await rig.run(await fourSteps());
    assert.deepEqual(
      report.outcomes.map(({ state }) => state),
      ['done', 'done', 'failed', 'notRun'],
    );
    assert.notDeepEqual(await rig.state(), before);
    await rig.done(undoPlan(report));
    assert.deepEqual(await rig.state(), before);
  });

  it('a retry goes on where it stopped, and the whole can be undone after it', async () => {
    const before = await rig.state();
    const first = await rig.run(await fourSteps());
    await central.query('CREATE TABLE later (id int PRIMARY KEY)');
    const second = await rig.done(retryPlan(first));
    assert.deepEqual(
      second.outcomes.map(({ step }) => step.nodeId),
      ['central', 'edge'],
    );
    const whole = joinReports(first, second);
    assert.ok(isComplete(whole));
    assert.equal(whole.outcomes.length, 4);
    await rig.done(undoPlan(whole));
    await central.query('DROP TABLE later');
    assert.deepEqual(await rig.state(), before);
  });

  it('every kind of change gives up on a locked table soon, and names who holds it', async () => {
    await central.query('CREATE PUBLICATION held_pub FOR TABLE jobs');
    const lock = await lockTable(central, 'jobs');
    try {
      const changes = [
        'CREATE PUBLICATION other_pub FOR TABLE jobs',
        'ALTER PUBLICATION held_pub SET TABLE jobs',
        'ALTER PUBLICATION held_pub DROP TABLE jobs',
        'DROP TABLE jobs',
        'ALTER TABLE jobs ADD COLUMN extra text',
        'ALTER TABLE jobs REPLICA IDENTITY FULL',
        'CREATE INDEX ON jobs (name)',
        'CREATE TRIGGER t AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
        'COMMENT ON TABLE jobs IS $$x$$',
      ];
      const failuresOf = async (stepFor: (sql: string) => PlanStep) =>
        Promise.all(
          changes.map(async (sql) => (await rig.run(planOf(stepFor(sql)))).outcomes[0]?.failure),
        );
      const soon = await failuresOf((sql) => stepOn('central', [sql], { isTransactional: true }));
      assert.deepEqual(
        soon.map((failure) => failure?.sqlstate),
        changes.map(() => '55P03'),
      );
      const named = await failuresOf((sql) => lockWaitingStep('central', sql));
      for (const [index, failure] of named.entries()) {
        assert.equal(failure?.sqlstate, '55P03', changes[index]);
        assert.match(failure.advice ?? '', /^It waited for pid \d+ \(/u, changes[index]);
      }
    } finally {
      await lock.end();
      await central.query('DROP PUBLICATION held_pub');
    }
  });

  it('a prepared transaction is named, also where a change waits for it', async () => {
    const session = await central.connect();
    await session.query(`BEGIN; INSERT INTO jobs VALUES (1, 'x'); PREPARE TRANSACTION 'forgotten'`);
    await session.end();
    try {
      const writers = (await rig.context()).catalogs.get('central')?.writers ?? [];
      assert.deepEqual(
        writers.map(({ pid, preparedAs, user }) => [pid, preparedAs, user]),
        [[null, 'forgotten', 'postgres']],
      );
      const { outcomes } = await rig.run(planOf(lockWaitingStep('central', 'DROP TABLE jobs')));
      assert.equal(
        outcomes[0]?.failure?.advice,
        'It waited for a prepared transaction (see pg_prepared_xacts): try again when that has ended.',
      );
    } finally {
      await central.query(`ROLLBACK PREPARED 'forgotten'`);
    }
  });

  it('a pooler is recognised by the key of the session, and no plan runs through it', async () => {
    const pooler = await startPooler(central.port);
    try {
      const { changes } = makeGateways();
      for (const [port, isPooled] of [
        [central.port, undefined],
        [pooler.port, true],
      ] as const) {
        const node = nodeAt({ port }, { id: 'central' });
        const session = await changes.openChange(node, { user: null, mayWrite: false }, never());
        const catalog = await session.readCatalog([]);
        await session.close();
        assert.equal(catalog.server.isPooled, isPooled);
        const context = await rig.context();
        const known = { ...context, catalogs: new Map([['central', catalog]]) };
        const plan = makePlan(known, {
          kind: 'test',
          title: 'Test',
          steps: [stepOn('central', ['SELECT 1'])],
          findings: [],
        });
        assert.deepEqual(codes(plan), isPooled === true ? ['error pooler central'] : []);
      }
    } finally {
      await pooler.stop();
    }
  });

  it('the document runs by hand, statement by statement, to the same end', async () => {
    const plan = planInstallPendingSync(
      {
        nodeId: 'edge',
        primaryId: 'central',
        table: { schema: 'pgtopology', name: 'pending_sync' },
      },
      await rig.context(),
    );
    await rig.done(plan);
    const byPlan = await shape();
    await central.query('DROP SCHEMA pgtopology CASCADE', undefined, { database: 'edge' });
    const session = await central.connect({ database: 'edge' });
    try {
      for (const statement of statementsOf(planDocument(plan))) await session.query(statement);
    } finally {
      await session.end();
    }
    assert.deepEqual(await shape(), byPlan);
    await central.query('DROP SCHEMA pgtopology CASCADE', undefined, { database: 'edge' });
  });

  /** Everything in our schema, by name. */
  function shape(): Promise<readonly unknown[]> {
    return central.query(
      `SELECT c.relname, c.relkind, c.relacl::text, obj_description(c.oid) AS comment,
              (SELECT json_agg(attname || ' ' || format_type(atttypid, atttypmod) ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0) AS columns
         FROM pg_class AS c WHERE relnamespace = 'pgtopology'::regnamespace ORDER BY relname`,
      undefined,
      { database: 'edge' },
    );
  }
});

/** Answers in the server's place as poolers do: with a key for cancelling that is its own. */
async function startPooler(serverPort: number) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const behind = net.connect(serverPort, '127.0.0.1');
    for (const socket of [client, behind]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(behind);
    behind.on('data', (chunk) => {
      const key = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
      if (key >= 0) chunk.writeInt32BE(1_000_000_007, key + 5);
      client.write(chunk);
    });
    behind.on('end', () => client.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: address.port, stop };
}

/** As a client would split it: comment lines go, a statement ends with a line that ends in a semicolon outside of $$. */
function statementsOf(text: string): readonly string[] {
  const statements: string[] = [];
  let open = '';
  for (const line of text.split('\n')) {
    if (open === '' && (line.startsWith('--') || line === '')) continue;
    open += `${line}\n`;
    const isQuoted = open.split('$$').length % 2 === 0;
    if (!line.endsWith(';') || isQuoted) continue;
    statements.push(open);
    open = '';
  }
  assert.equal(open, '');
  return statements;
}

import assert from 'node:assert/strict';
import { isRunnable, type Plan } from '../../../src/core/plan/plan';
import { planCreatePublication } from '../../../src/core/plan/planCreatePublication';
import { planDocument, scriptOf } from '../../../src/core/plan/planDocument';
import { reportSentence } from '../../../src/core/plan/reportSentence';
import type { CreatePublicationRequest } from '../../../src/core/plan/requests';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { snapshot } from '../../unit/core/describe/makeSnapshot';
import { dataOf, never, toolRig } from '../../unit/languageModel/support';
import { codes as allCodes, PlanRig } from './planRig';

/** What no publication carries is said of every new one. */
const codes = (plan: Plan) => allCodes(plan).filter((code) => !code.includes('notCarried'));

const ODD = `Odd "name"; DROP TABLE jobs; --`;

forEachMajor('Create Publication', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central', { conf: { log_statement: 'all' } })).start();
    await createLogin(central, 'deployer');
    await central.query(`
      CREATE TABLE jobs (id int PRIMARY KEY, name text, region text);
      CREATE TABLE bare (id int);
      CREATE TABLE "Odd ""name""; DROP TABLE jobs; --" (id int PRIMARY KEY);
      CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
      CREATE UNLOGGED TABLE fast (id int PRIMARY KEY);
      CREATE VIEW open_jobs AS SELECT * FROM jobs;
      CREATE MATERIALIZED VIEW sums AS SELECT 1 AS one;
      CREATE SCHEMA audit CREATE TABLE log (id int PRIMARY KEY);
      CREATE TABLE mine (id int PRIMARY KEY); ALTER TABLE mine OWNER TO deployer;`);
    rig = new PlanRig({ central: { cluster: central } });
  });

  after(async () => {
    await clusters.stop();
  });

  function request(change: Partial<CreatePublicationRequest> = {}): CreatePublicationRequest {
    return {
      nodeId: 'central',
      name: 'jobs_pub',
      allTables: false,
      schemas: [],
      tables: [table('jobs')],
      operations: ['insert', 'update', 'delete', 'truncate'],
      viaPartitionRoot: false,
      ...change,
    };
  }

  async function planOf(change: Partial<CreatePublicationRequest>, on = rig) {
    return planCreatePublication(request(change), await on.context());
  }

  it('is previewed for a language model with the very SQL, and nothing changes', async () => {
    const before = await rig.state();
    const { desk } = toolRig([snapshot({ nodes: rig.nodes })], { gateway: rig.changes });
    const input = {
      change: 'createPublication',
      node: 'central',
      name: ODD,
      tables: ['public.jobs', 'public."Odd ""name""; DROP TABLE jobs; --"'],
    };
    const answer = dataOf(await desk.invoke('preview_plan', input, never()));
    const { items: steps } = answer['steps'] as { items: { sql: string[] }[] };
    const planned = await planOf({ name: ODD, tables: [table('jobs'), table(ODD)] });
    assert.deepEqual(
      steps.flatMap(({ sql }) => sql),
      planned.steps.flatMap(({ statements, isTransactional }) =>
        scriptOf(statements, isTransactional),
      ),
    );
    assert.deepEqual([answer['couldRun'], answer['isRun']], [true, false]);
    const bare = { ...input, tables: ['public.bare'] };
    const { findings } = dataOf(await desk.invoke('preview_plan', bare, never()));
    assert.match(JSON.stringify(findings), /public\.bare/u);
    const whole = dataOf(await desk.invoke('preview_plan', { change: 'bringToFile' }, never()));
    assert.equal(whole['couldRun'], false, 'the file asks for nothing');
    assert.deepEqual(await rig.state(), before);
  });

  it('runs what it showed, and nothing else; the undo leaves the catalogs as before', async () => {
    const before = await rig.state();
    const plan = await planOf({
      name: ODD,
      tables: [table('jobs'), table(ODD), table('parted')],
      operations: ['insert', 'update'],
      viaPartitionRoot: true,
    });
    const report = await rig.done(plan);
    assert.equal(reportSentence(report), 'Done: 1 of 1 step on central.');
    const [made] = await central.query(
      `SELECT p.pubname, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot,
         (SELECT json_agg(prrelid::regclass::text ORDER BY prrelid) FROM pg_publication_rel) AS tables
         FROM pg_publication AS p`,
    );
    assert.deepEqual(made, {
      pubname: ODD,
      pubinsert: true,
      pubupdate: true,
      pubdelete: false,
      pubtruncate: false,
      pubviaroot: true,
      tables: ['jobs', `"Odd ""name""; DROP TABLE jobs; --"`, 'parted'],
    });
    const [statement] = rig.audit.entries.map(({ sql }) => sql);
    assert.ok(statement !== undefined && planDocument(plan).includes(`\n${statement};\n`));
    assert.ok(central.readLog().includes(statement.replaceAll('\n', '\n\t')));
    await rig.undo(report);
    assert.deepEqual(await rig.state(), before);
  });

  it('all tables, schemas, column lists and filters, as far as the version has them', async () => {
    const before = await rig.state();
    const all = await planOf({ allTables: true, tables: [], operations: ['insert'] });
    assert.deepEqual(codes(all), ['warning allTables central']);
    await rig.undo(await rig.done(all));

    const schema = await planOf({ schemas: ['audit'], tables: [table('jobs')] });
    const listed = await planOf({
      tables: [{ ...table('jobs'), columns: ['id', 'name'], rowFilter: 'id > 10' }],
    });
    if (major < 15) {
      assert.deepEqual(codes(schema), ['error unsupportedOption central']);
      assert.deepEqual(codes(listed), Array(2).fill('error unsupportedOption central'));
      for (const plan of [schema, listed]) assert.match(await rig.forced(plan), /\(42601\)/);
    } else {
      for (const plan of [schema, listed]) await rig.undo(await rig.done(plan));
    }
    assert.deepEqual(await rig.state(), before);
  });

  it('tables that cannot be published are found, and the server would refuse each', async () => {
    const before = await rig.state();
    const unfit: readonly (readonly [string, string, RegExp])[] = [
      ['fast', 'unfitTable', /\(22023\)/],
      ['open_jobs', 'unfitTable', /\(22023\)/],
      ['sums', 'unfitTable', /\(22023\)/],
      ['absent', 'missingTable', /\(42P01\)/],
    ];
    for (const [name, code, words] of unfit) {
      const plan = await planOf({ tables: [table(name)] });
      assert.deepEqual(codes(plan), [`error ${code} central`]);
      assert.equal(isRunnable(plan), false);
      assert.match(await rig.forced(plan), words);
    }
    assert.deepEqual(await rig.state(), before);
  });

  it('no replica identity: the application’s UPDATE would fail; the fix makes it work', async () => {
    const plan = await planOf({ tables: [table('bare')] });
    assert.deepEqual(codes(plan), ['error noReplicaIdentity central']);
    assert.equal(await rig.forced(plan), 'Done: 1 of 1 step on central.');
    try {
      await assert.rejects(central.query('DELETE FROM bare'), { code: '55000' });
      await rig.applyFixes(plan);
      await central.query('DELETE FROM bare');
    } finally {
      await central.query('DROP PUBLICATION jobs_pub; ALTER TABLE bare REPLICA IDENTITY DEFAULT');
    }
    assert.deepEqual(codes(await planOf({ tables: [table('bare')], operations: ['insert'] })), []);
    if (major < 15) return;
    for (const rowFilter of ["region = 'eu'", null]) {
      const columns = rowFilter === null ? ['name'] : null;
      const blind = await planOf({ tables: [{ ...table('jobs'), columns, rowFilter }] });
      assert.deepEqual(codes(blind), ['error noReplicaIdentity central']);
      await rig.forced(blind);
      await assert.rejects(central.query("UPDATE jobs SET name = 'x'"), { code: '42P10' });
      await central.query('DROP PUBLICATION jobs_pub');
    }
  });

  it('a row filter that the server refuses is refused beforehand, or told in its words', async () => {
    if (major < 15) return;
    const before = await rig.state();
    const filtered = (rowFilter: string) =>
      planOf({ tables: [{ ...table('jobs'), rowFilter }], operations: ['insert'] });
    const mutable = await filtered("now() > '2020-01-01'");
    assert.deepEqual(codes(mutable), ['error unfitTable central']);
    assert.match(await rig.forced(mutable), /\(0A000\)/);
    const unknown = await filtered('jobz = 1');
    assert.deepEqual(codes(unknown), []);
    assert.match(await rig.forced(unknown), /column "jobz" does not exist \(42703\)/);
    await central.query(
      'CREATE FUNCTION own(int) RETURNS bool IMMUTABLE LANGUAGE sql AS $$ SELECT true $$',
    );
    assert.match(await rig.forced(await filtered('own(id)')), /WHERE expression \(0A000\)/);
    await central.query('DROP FUNCTION own(int)');
    assert.deepEqual(await rig.state(), before);
  });

  it('privileges are asked for as the server asks, and what is offered to copy grants them', async () => {
    const before = await rig.state();
    const deployer = new PlanRig({ central: { cluster: central, admin: 'deployer' } });
    const plan = await planOf({}, deployer);
    assert.deepEqual(codes(plan), ['error privilege central', 'error privilege central']);
    assert.match(await deployer.forced(plan), /\(42501\)/);
    const wholesale = await planOf({ allTables: true, tables: [] }, deployer);
    assert.ok(wholesale.findings.some(({ text }) => text.startsWith('Only a superuser')));
    assert.match(await deployer.forced(wholesale), /\(42501\)/);

    await central.query('GRANT CREATE ON DATABASE postgres TO deployer');
    try {
      const own = await planOf({ tables: [table('mine')] }, deployer);
      assert.deepEqual(codes(own), []);
      await deployer.undo(await deployer.done(own));
    } finally {
      await central.query('REVOKE CREATE ON DATABASE postgres FROM deployer');
    }
    assert.deepEqual(await rig.state(), before);
  });

  it('a name that was taken after the plan was made stops it, and nothing is taken back', async () => {
    const before = await rig.state();
    const plan = await planOf({});
    await central.query('CREATE PUBLICATION jobs_pub FOR TABLE mine');
    try {
      assert.deepEqual(codes(await planOf({})), ['error nameTaken central']);
      const report = await rig.run(plan);
      assert.equal(
        reportSentence(report),
        'Stopped at step 1 of 1 on central: central has a publication jobs_pub by now. Choose another name.',
      );
      await rig.undo(report);
      const [{ count } = { count: 0 }] = await central.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM pg_publication_rel WHERE prrelid = 'mine'::regclass",
      );
      assert.equal(count, 1);
      assert.match(await rig.forced(plan), /\(42710\)/);
    } finally {
      await central.query('DROP PUBLICATION jobs_pub');
    }
    assert.deepEqual(await rig.state(), before);
  });
});

function table(name: string) {
  return { schema: 'public', name, columns: null, rowFilter: null };
}

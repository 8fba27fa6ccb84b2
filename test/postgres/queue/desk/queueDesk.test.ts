import assert from 'node:assert/strict';
import type {
  ChoiceResult,
  ConflictChoice,
  ConflictDetails,
} from '../../../../src/core/queue/conflict';
import {
  DEFAULT_THRESHOLDS,
  type Topology,
  type TopologyNode,
} from '../../../../src/core/topology';
import { DrainRefused } from '../../../../src/operations/drain/drainJob';
import { jobOf } from '../../../../src/operations/drain/jobOf';
import { ServerQueueDesk } from '../../../../src/operations/drain/serverQueueDesk';
import { PgDrainGateway } from '../../../../src/pg/drain/pgDrainGateway';
import { forOldestAndNewest } from '../../../clusters/majors';
import { failureOf, MemoryLog, never, nodeAt } from '../../pg/support';
import { makeGateways } from '../../plans/changeSupport';
import { drain } from '../drain/drainRig';
import { QueueRig } from '../queueRig';
import { bytesOf, EXACT_TABLE, EXACT_VALUES, restore } from './exactRows';

const address = { topologyId: 'file:///pg-topology.json', nodeId: 'edge' };
const TABLES = ['public.jobs', 'public."Odd ""t"', 'public.exact'];
const ODD = 'public."Odd ""t"';

/** Decisions of a person on real servers. What a drain leaves behind is written by hand: it is not what is tested here. */
forOldestAndNewest('A person at a queue', function (major) {
  let rig: QueueRig;
  let desk: ServerQueueDesk;
  let mayContact = true;
  let standby: TopologyNode | null = null;
  let isSplit = false;
  let next = 0;

  before(async function () {
    rig = await QueueRig.start(major);
    await rig.everywhere(
      `CREATE TABLE public.jobs (id bigint PRIMARY KEY, name varchar(12) NOT NULL, big numeric, doc json,
         tags text[], docb jsonb, twice bigint GENERATED ALWAYS AS (id * 2) STORED, t text, UNIQUE (name))`,
    );
    await rig.everywhere(
      `CREATE TABLE ${ODD} ("a ""b" int GENERATED ALWAYS AS IDENTITY, "c.d" text, v text, PRIMARY KEY ("a ""b", "c.d"))`,
    );
    await rig.everywhere(EXACT_TABLE);
    await rig.install(TABLES, { guard: false });
    const { gateway, changes } = makeGateways();
    const primary = nodeAt(rig.primary, { id: 'primary' });
    const topologyOf = (): Topology => ({
      name: 'Rig',
      environment: 'development',
      nodes: [primary, ...(standby === null ? [] : [standby]), rig.edgeNode()],
      consumers: [],
      thresholds: DEFAULT_THRESHOLDS,
    });
    desk = new ServerQueueDesk({
      changes,
      gateway: new PgDrainGateway(gateway.dialer),
      topologyOf,
      mayContact: () => Promise.resolve(mayContact),
      jobOf: (of) => {
        if (isSplit) throw new DrainRefused(['Refused: 2 writable nodes of one system.']);
        return jobOf(topologyOf(), of, { who: 'a test', isStrict: false });
      },
      clock: { nowMs: () => 7, monotonicMs: () => 7 },
      log: new MemoryLog(),
    });
  });

  after(async () => {
    await rig.stop();
  });

  /** Writes on the edge, and lets the operations that it queues be in that state. */
  async function queued(sql: string, state: 'conflict' | 'dead', error = ''): Promise<string> {
    await rig.edge.query(sql);
    const rows = await rig.edge.query<{ id: string }>(
      `UPDATE pgtopology.pending_sync SET state = $1, error = nullif($2, ''), error_sqlstate = CASE WHEN $2 = '' THEN NULL ELSE '23505' END
        WHERE state = 'pending' RETURNING id::text`,
      [state, error],
    );
    assert.equal(rows.length, 1);
    return rows[0]?.id ?? '';
  }

  /** A row that both sides changed, as it is found after a drain: number, operation and what is shown. */
  async function bothChanged(): Promise<{ id: number; operation: string; shown: ConflictDetails }> {
    next += 1;
    const id = next;
    const first = `INSERT INTO public.jobs VALUES (${id}, 'old ${id}', 1.50, '{"a":  1}', '[2:3]={x,y}')`;
    await rig.primary.query(first);
    await rig.edge.query(first);
    await rig.edge.query(`DELETE FROM pgtopology.pending_sync WHERE state = 'pending'`);
    await rig.primary.query(`UPDATE public.jobs SET t = 'primary' WHERE id = ${id}`);
    const operation = await queued(
      `UPDATE public.jobs SET name = 'edge ${id}', big = 9007199254740993.10 WHERE id = ${id}`,
      'conflict',
    );
    return { id, operation, shown: await show(operation) };
  }

  async function show(operation: string): Promise<ConflictDetails> {
    const shown = await desk.readConflict(address, operation, never());
    assert.ok(shown !== null);
    return shown;
  }

  async function decide(shown: ConflictDetails, choice: ConflictChoice): Promise<ChoiceResult> {
    const results: ChoiceResult[] = [];
    await desk.decide(address, [shown], choice, (result) => results.push(result), never());
    const [result] = results;
    assert.ok(result !== undefined && results.length === 1);
    return result;
  }

  const onPrimary = async (id: number) =>
    (
      await rig.primary.query(
        `SELECT name, big::text, doc::text, tags::text, t FROM public.jobs WHERE id = ${id}`,
      )
    )[0];
  const stateOf = async (operation: string) =>
    (
      await rig.edge.query(
        `SELECT state, synced_at IS NOT NULL AS synced, error FROM pgtopology.pending_sync WHERE id = $1`,
        [operation],
      )
    )[0];
  const outcomeOf = async (operation: string) =>
    (
      await rig.primary.query(
        `SELECT l.outcome, l.row_hash IS NOT NULL AS hashed, c.state, c.resolution, c.edge_row ->> 'name' AS edge,
                c.primary_row ->> 't' AS primary, c.settled_by
           FROM pgtopology.applied_operation l JOIN pgtopology.conflict c USING (operation_id) WHERE operation_id = $1`,
        [operation],
      )
    )[0];

  const DONE = { state: 'done', synced: true, error: null };

  it('shows both rows as the primary writes them, every number as it is', async () => {
    const { id, shown } = await bothChanged();
    assert.equal(shown.kind, 'changed');
    assert.equal(shown.policy, 'primary-wins');
    assert.equal(shown.operation, 'UPDATE');
    const row = (name: string, big: string, t: string) =>
      `{"t": ${t}, "id": ${id}, "big": ${big}, "doc": {"a": 1}, "docb": null, "name": "${name}", "tags": ["x", "y"], "twice": ${id * 2}}`;
    assert.equal(shown.primaryRow, row(`old ${id}`, '1.50', '"primary"'));
    assert.equal(shown.edgeRow, row(`edge ${id}`, '9007199254740993.10', 'null'));
    assert.equal(shown.base, row(`old ${id}`, '1.50', 'null'));
    assert.equal(shown.key, `{"id": ${id}}`);
    await decide(shown, { kind: 'drop' });
  });

  it('keeps the primary as it is, and the version of the edge beside it', async () => {
    const { id, operation, shown } = await bothChanged();
    const before = await onPrimary(id);
    assert.deepEqual(await decide(shown, { kind: 'keepPrimary' }), { kind: 'done' });
    assert.deepEqual(await onPrimary(id), before);
    assert.deepEqual(await stateOf(operation), DONE);
    assert.deepEqual(await outcomeOf(operation), {
      outcome: 'decided',
      hashed: false,
      state: 'settled',
      resolution: 'keepPrimary',
      edge: `edge ${id}`,
      primary: 'primary',
      settled_by: 'postgres',
    });
    assert.deepEqual(await decide(shown, { kind: 'keepEdge' }), { kind: 'gone' });
    assert.equal(await desk.readConflict(address, operation, never()), null);
  });

  it('writes the row of the edge byte for byte, and keeps that of the primary', async () => {
    const { id, operation, shown } = await bothChanged();
    assert.deepEqual(await decide(shown, { kind: 'keepEdge' }), { kind: 'done' });
    assert.deepEqual(await onPrimary(id), {
      name: `edge ${id}`,
      big: '9007199254740993.10',
      doc: '{"a":  1}',
      tags: '[2:3]={x,y}',
      t: null,
    });
    assert.deepEqual(await stateOf(operation), DONE);
    const noted = await outcomeOf(operation);
    assert.equal(noted?.['resolution'], 'keepEdge');
    assert.equal(noted['primary'], 'primary');
    assert.equal(noted['hashed'], true);
  });

  it('writes what was merged, and takes exactly what was left as one side had it', async () => {
    const { id, operation, shown } = await bothChanged();
    // Number of the edge, word of the primary, a name of the person's own; spaces and bounds that JSON cannot hold stay.
    const row = `{"t": "primary", "id": ${id}, "big": 9007199254740993.10, "doc": {"a": 1}, "name": "mine ${id}", "tags": ["x", "y"], "docb": {"x": 1.0}}`;
    assert.deepEqual(await decide(shown, { kind: 'merged', row }), { kind: 'done' });
    assert.deepEqual(await onPrimary(id), {
      name: `mine ${id}`,
      big: '9007199254740993.10',
      doc: '{"a":  1}',
      tags: '[2:3]={x,y}',
      t: 'primary',
    });
    assert.equal((await outcomeOf(operation))?.['resolution'], 'merged');
  });

  it('refuses a choice about a row that has changed again, and shows it anew', async () => {
    const { id, operation, shown } = await bothChanged();
    await rig.primary.query(`UPDATE public.jobs SET t = 'later' WHERE id = ${id}`);
    const result = await decide(shown, { kind: 'keepEdge' });
    assert.ok(result.kind === 'changedAgain');
    assert.match(result.details.primaryRow ?? '', /"t": "later"/u);
    assert.equal(result.details.edgeRow, shown.edgeRow);
    assert.equal((await onPrimary(id))?.['t'], 'later');
    assert.deepEqual((await stateOf(operation))?.['state'], 'conflict');
    assert.deepEqual(await decide(result.details, { kind: 'keepEdge' }), { kind: 'done' });
  });

  it('says what the server refused, and changes nothing', async () => {
    const { id, operation, shown } = await bothChanged();
    await rig.primary.query(`INSERT INTO public.jobs (id, name) VALUES (${id + 5_000}, 'taken')`);
    const before = await onPrimary(id);
    const refusals = [
      [`{"id": ${id}, "name": "taken"}`, '23505', /duplicate key/u],
      [`{"id": ${id}, "name": null}`, '23502', /null value/u],
      [`{"id": ${id}, "name": "much too long a name"}`, '22001', /too long/u],
      [`{"id": "one", "name": "a"}`, '22P02', /invalid input syntax/u],
      [`{"id": ${id}, "nome": "a"}`, null, /public\.jobs on primary has no column "nome"\./u],
    ] as const;
    for (const [row, sqlstate, words] of refusals) {
      const result = await decide(shown, { kind: 'merged', row });
      assert.ok(result.kind === 'refused', row);
      assert.equal(result.sqlstate, sqlstate);
      assert.match(result.message, words);
    }
    assert.deepEqual(await onPrimary(id), before);
    assert.equal((await stateOf(operation))?.['state'], 'conflict');
    assert.deepEqual(await decide(shown, { kind: 'drop' }), { kind: 'done' });
    assert.equal((await outcomeOf(operation))?.['outcome'], 'dropped');
  });

  it('inserts the row of the edge where the primary has none any more, and deletes what the edge deleted', async () => {
    const { id, operation } = await bothChanged();
    await rig.primary.query(`DELETE FROM public.jobs WHERE id = ${id}`);
    const shown = await show(operation);
    assert.equal(shown.primaryRow, null);
    assert.equal(shown.primaryFingerprint, null);
    assert.deepEqual(await decide(shown, { kind: 'keepEdge' }), { kind: 'done' });
    assert.equal((await onPrimary(id))?.['name'], `edge ${id}`);
    const deleted = await queued(`DELETE FROM public.jobs WHERE id = ${id}`, 'conflict');
    const shownDelete = await show(deleted);
    assert.equal(shownDelete.edgeRow, null);
    assert.deepEqual(await decide(shownDelete, { kind: 'keepEdge' }), { kind: 'done' });
    assert.equal(await onPrimary(id), undefined);
  });

  it('notices a row that came where there was none', async () => {
    const { id, operation } = await bothChanged();
    await rig.primary.query(`DELETE FROM public.jobs WHERE id = ${id}`);
    const shown = await show(operation);
    await rig.primary.query(`INSERT INTO public.jobs (id, name) VALUES (${id}, 'came ${id}')`);
    const result = await decide(shown, { kind: 'keepEdge' });
    assert.equal(result.kind, 'changedAgain');
    await decide(await show(operation), { kind: 'drop' });
  });

  it('names the row that has taken the key which the edge gave to one that is gone', async () => {
    next += 2;
    const [id, taken] = [next - 1, next];
    await rig.edge.query(`INSERT INTO public.jobs (id, name) VALUES (${id}, 'old ${id}')`);
    await rig.edge.query(`DELETE FROM pgtopology.pending_sync WHERE state = 'pending'`);
    const sql = `UPDATE public.jobs SET id = ${taken} WHERE id = ${id}`;
    const operation = await queued(sql, 'conflict');
    await rig.primary.query(`INSERT INTO public.jobs (id, name) VALUES (${taken}, 'other')`);
    const shown = await show(operation);
    assert.equal(shown.primaryRow, null);
    const result = await decide(shown, { kind: 'keepEdge' });
    assert.ok(result.kind === 'refused', result.kind);
    assert.match(result.message, new RegExp(`has another row with the key \\(${taken}\\)`, 'u'));
    assert.match(result.message, /Edit and Apply Merged/u);
    assert.deepEqual((await onPrimary(taken))?.['name'], 'other');

    const row = (key: number) => `{"id": ${key}, "name": "moved ${id}"}`;
    assert.equal((await decide(shown, { kind: 'merged', row: row(taken) })).kind, 'refused');
    const free = { kind: 'merged', row: row(id) } as const;
    assert.deepEqual(await decide(shown, free), { kind: 'done' });
    assert.deepEqual((await onPrimary(id))?.['name'], `moved ${id}`);
  });

  it('keeps and shows json of the primary that jsonb does not hold', async () => {
    const values = ['{"a": "\\ud83d"}', '{"a": "\\u0000"}', '{"a": 1e1000000}'];
    const kept = [];
    for (const value of values) {
      const { id, operation } = await bothChanged();
      await rig.primary.query('UPDATE public.jobs SET doc = $1 WHERE id = $2', [value, id]);
      const shown = await show(operation);
      assert.match(shown.primaryRow ?? '', /"doc": "/u);
      assert.deepEqual(await decide(shown, { kind: 'keepPrimary' }), { kind: 'done' });
      await rig.edge.query(`UPDATE public.jobs SET t = 'later' WHERE id = ${id}`);
      const { counts } = await drain(rig);
      assert.deepEqual([counts.kept, counts.dead], [1, 0]);
      const rows = await rig.primary.query<{ doc: string }>(
        `SELECT primary_row ->> 'doc' AS doc FROM pgtopology.conflict WHERE (key ->> 'id')::int = ${id}`,
      );
      kept.push(rows.map(({ doc }) => doc));
      const [there] = await rig.primary.query(`SELECT doc::text FROM public.jobs WHERE id = ${id}`);
      assert.deepEqual(there, { doc: value });
    }
    assert.deepEqual(
      kept,
      values.map((value) => [value, value]),
    );
    await rig.edge.query('DELETE FROM pgtopology.pending_sync');
  });

  it('knows the row that was chosen when the edge changes it next', async () => {
    const { id } = await bothChanged();
    await rig.edge.query('DELETE FROM pgtopology.pending_sync');
    await rig.primary.query(`
      UPDATE public.jobs SET t = NULL WHERE id = ${id};
      INSERT INTO public.jobs (id, name) VALUES (${id + 40_000}, 'dup ${id}');
      CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.docb := '{"touched": true}'; RETURN NEW; END $$;
      CREATE TRIGGER touch BEFORE UPDATE ON public.jobs FOR EACH ROW WHEN (NEW.id = ${id}) EXECUTE FUNCTION public.touch();
      UPDATE public.jobs SET name = 'edge ${id}', big = 9007199254740993.10 WHERE id = ${id}`);
    await rig.edge.query(`UPDATE public.jobs SET docb = '{"touched": true}' WHERE id = ${id}`);
    await rig.edge.query('DELETE FROM pgtopology.pending_sync');
    await rig.edge.query(`UPDATE public.jobs SET name = 'dup ${id}', docb = NULL WHERE id = ${id}`);
    assert.equal((await drain(rig)).counts.conflicts, 1);
    const [refused] = await rig.queued();
    await rig.primary.query(`DELETE FROM public.jobs WHERE id = ${id + 40_000}`);
    const shown = await show(refused?.id ?? '');
    assert.deepEqual(await decide(shown, { kind: 'keepEdge' }), { kind: 'done' });
    await rig.edge.query(`UPDATE public.jobs SET t = 'next' WHERE id = ${id}`);
    const { counts } = await drain(rig);
    await rig.primary.query('DROP FUNCTION public.touch CASCADE');
    assert.deepEqual([counts.applied, counts.kept], [1, 0]);
    await rig.edge.query('DELETE FROM pgtopology.pending_sync');
  });

  it('works with quoted names, keys of two columns and identity columns', async () => {
    const operation = await queued(
      `INSERT INTO ${ODD} ("c.d", v) VALUES ('it''s', 'edge')`,
      'conflict',
    );
    await rig.primary.query(`INSERT INTO ${ODD} ("c.d", v) VALUES ('it''s', 'primary')`);
    const shown = await show(operation);
    assert.match(shown.primaryRow ?? '', /"v": "primary"/u);
    assert.deepEqual(await decide(shown, { kind: 'keepEdge' }), { kind: 'done' });
    assert.deepEqual(await rig.primary.query(`SELECT v FROM ${ODD}`), [{ v: 'edge' }]);
    await rig.primary.query(`DELETE FROM ${ODD}`);
    const again = await queued(`UPDATE ${ODD} SET v = 'second'`, 'conflict');
    assert.deepEqual(await decide(await show(again), { kind: 'keepEdge' }), { kind: 'done' });
    assert.deepEqual(await rig.primary.query(`SELECT "a ""b" AS a, v FROM ${ODD}`), [
      { a: 1, v: 'second' },
    ]);
  });

  it('finds by its primary key what an application queued, and says when it cannot', async () => {
    next += 1;
    await rig.primary.query(
      `INSERT INTO public.jobs (id, name, t) VALUES (${next}, 'p ${next}', 'stays')`,
    );
    const byApplication = (data: string) =>
      queued(
        `INSERT INTO pgtopology.pending_sync (table_name, operation, data) VALUES ('jobs', 'UPDATE', '${data}')`,
        'conflict',
      );
    const operation = await byApplication(
      `{"id": ${next}, "name": "app ${next}", "docb": {"k": [1.50]}}`,
    );
    assert.deepEqual(await decide(await show(operation), { kind: 'keepEdge' }), { kind: 'done' });
    assert.deepEqual(
      await rig.primary.query(`SELECT name, docb::text, t FROM public.jobs WHERE id = ${next}`),
      [{ name: `app ${next}`, docb: '{"k": [1.50]}', t: 'stays' }],
    );
    const keyless = await show(await byApplication('{"name": "nobody"}'));
    assert.equal(keyless.primaryRow, null);
    const result = await decide(keyless, { kind: 'keepEdge' });
    assert.ok(result.kind === 'refused');
    assert.match(result.message, /does not give the primary key of public\.jobs on primary/u);
    assert.deepEqual(await decide(keyless, { kind: 'drop' }), { kind: 'done' });
  });

  it('marks on the edge what the primary has already decided', async () => {
    const { operation, shown } = await bothChanged();
    await decide(shown, { kind: 'keepEdge' });
    await rig.edge.query(
      `UPDATE pgtopology.pending_sync SET state = 'conflict', synced_at = NULL WHERE id = $1`,
      [operation],
    );
    assert.deepEqual(await decide(await show(operation), { kind: 'keepPrimary' }), {
      kind: 'gone',
    });
    assert.deepEqual(await stateOf(operation), DONE);
    assert.equal((await outcomeOf(operation))?.['resolution'], 'keepEdge');
  });

  it('lists what waits without its rows', async () => {
    next += 1;
    const secret = 'do not list';
    const dead = await queued(
      `INSERT INTO public.jobs (id, name, t) VALUES (${next}, 'd ${next}', '${secret}')`,
      'dead',
      'duplicate key value',
    );
    await rig.edge.query(`INSERT INTO public.jobs (id, name) VALUES (${next + 9_000}, 'waits')`);
    const contents = await desk.readContents(address, never());
    assert.equal(contents.readAtMs, 7);
    const [jobs, ...others] = contents.tables;
    assert.deepEqual(others, []);
    assert.deepEqual(
      { ...jobs, oldestAtMs: null },
      {
        table: { schema: 'public', name: 'jobs' },
        pending: 1,
        conflicts: 0,
        dead: 1,
        oldestAtMs: null,
      },
    );
    assert.equal(typeof jobs?.oldestAtMs, 'number');
    const [entry] = contents.dead;
    assert.equal(entry?.id, dead);
    assert.equal(entry.keyText, `id = ${next}`);
    assert.equal(entry.error, 'duplicate key value');
    assert.equal(entry.sqlstate, '23505');
    assert.ok(entry.bytes > 0);
    assert.ok(typeof entry.seq === 'bigint');
    const shown = JSON.stringify(contents, (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    assert.ok(!shown.includes(secret));
    await rig.edge.query(`DELETE FROM pgtopology.pending_sync WHERE state = 'pending'`);
    assert.equal(await desk.dropDead(address, [dead], never()), 1);
  });

  it('shows a dead operation, and tries it again with other values', async () => {
    next += 1;
    const dead = await queued(
      `INSERT INTO public.jobs (id, name, big) VALUES (${next}, 'x ${next}', 9007199254740993.10)`,
      'dead',
      'no room',
    );
    const shown = await desk.readDead(address, dead, never());
    assert.equal(shown?.error, 'no room');
    assert.equal(shown.isCut, false);
    assert.match(shown.data ?? '', /"big": 9007199254740993\.10/u);
    const edited = (shown.data ?? '').replace(`"id": ${next}`, `"id": ${next + 20_000}`);
    assert.equal(await desk.retryDead(address, [dead], edited, never()), 1);
    const rows = await rig.edge.query(
      `SELECT state, attempts, error, key::text, data ->> 'big' AS big FROM pgtopology.pending_sync WHERE id = $1`,
      [dead],
    );
    assert.deepEqual(rows, [
      {
        state: 'pending',
        attempts: 0,
        error: null,
        key: `{"id": ${next + 20_000}}`,
        big: '9007199254740993.10',
      },
    ]);
    assert.equal(await desk.retryDead(address, [dead], null, never()), 0);
    assert.equal(await desk.readDead(address, dead, never()), null);
    await rig.edge.query(`DELETE FROM pgtopology.pending_sync WHERE id = $1`, [dead]);
  });

  it('lets dead operations go, and notes them in the ledger', async () => {
    next += 1;
    const dead = await queued(
      `INSERT INTO public.jobs (id, name) VALUES (${next}, 'y ${next}')`,
      'dead',
    );
    assert.equal(await desk.dropDead(address, [dead], never()), 1);
    assert.deepEqual(await stateOf(dead), DONE);
    const noted = await rig.primary.query(
      'SELECT outcome FROM pgtopology.applied_operation WHERE operation_id = $1',
      [dead],
    );
    assert.deepEqual(noted, [{ outcome: 'dropped' }]);
    assert.equal(await desk.dropDead(address, [dead], never()), 0);
  });

  it('exports statements that do what the operations would have done', async () => {
    next += 1;
    const insert = await queued(
      `INSERT INTO public.jobs (id, name, big, doc, tags, docb) VALUES (${next}, 'q''\\ ${next}', 'NaN', '{"a":  1,"a":2}', '[0:0]={"x,y"}', 'null')`,
      'dead',
      "it's\n'); DROP TABLE public.jobs; --",
    );
    const update = await queued(
      `UPDATE public.jobs SET t = NULL, big = 1.50 WHERE id = ${next}`,
      'conflict',
    );
    await queued(
      `INSERT INTO pgtopology.pending_sync (table_name, operation, data) VALUES ('jobs', 'UPDATE', '{"id": ${next}, "docb": {"z": 1}}')`,
      'dead',
    );
    const lost = await queued(
      `INSERT INTO pgtopology.pending_sync (table_name, operation, data) VALUES ('jobs', 'DELETE', '{"name": "x"}')`,
      'dead',
    );
    const text = await desk.exportSql(address, null, never());
    assert.ok(text.indexOf(insert) < text.indexOf(update));
    assert.match(text, /^-- '\); DROP TABLE public\.jobs; --$/mu);
    assert.match(text.slice(text.indexOf(lost)), /cannot be written as a statement/u);
    await rig.primary.query(text);
    const row = `SELECT id::int, name, big::text, doc::text, tags::text, docb::text FROM public.jobs WHERE id = ${next}`;
    assert.deepEqual(await rig.primary.query(row), [
      {
        id: next,
        name: `q'\\ ${next}`,
        big: '1.50',
        doc: '{"a":  1,"a":2}',
        tags: '[0:0]={"x,y"}',
        docb: '{"z": 1}',
      },
    ]);
    const one = await desk.exportSql(address, [update], never());
    assert.ok(one.includes(update) && !one.includes(insert));
  });

  it('keeps the version that lost byte for byte, whichever it is', async () => {
    for (const [id, choice, lost] of [
      [1, 'keepEdge', 'primary_row'],
      [2, 'keepPrimary', 'edge_row'],
      [3, 'drop', 'edge_row'],
    ] as const) {
      await rig.primary.query(`INSERT INTO public.exact VALUES (${id}, ${EXACT_VALUES.primary})`);
      const operation = await queued(
        `INSERT INTO public.exact VALUES (${id}, ${EXACT_VALUES.edge})`,
        'conflict',
      );
      const versions = {
        primary_row: await bytesOf(rig.primary, 'public.exact', id),
        edge_row: await bytesOf(rig.edge, 'public.exact', id),
      };
      assert.notEqual(versions.primary_row, versions.edge_row);
      const shown = await show(operation);
      assert.match(shown.primaryRow ?? '', /"t": "t".*"r": "r"|"r": "r".*"t": "t"/u);
      assert.deepEqual(await decide(shown, { kind: choice }), { kind: 'done' });
      const winner = choice === 'keepEdge' ? versions.edge_row : versions.primary_row;
      assert.equal(await bytesOf(rig.primary, 'public.exact', id), winner, choice);
      await restore(rig.primary, operation, lost);
      assert.equal(await bytesOf(rig.primary, 'public.kept', id), versions[lost], choice);
    }
  });

  it('decides on all of a kind, each by itself', async () => {
    await rig.edge.query(`DELETE FROM pgtopology.pending_sync WHERE state IN ('conflict', 'dead')`);
    const [first, second, third] = [await bothChanged(), await bothChanged(), await bothChanged()];
    const odd = await queued(`INSERT INTO ${ODD} ("c.d", v) VALUES ('of it', 'e')`, 'conflict');
    const table = { schema: 'public', name: 'jobs' };
    const list = await desk.listConflicts(address, { table }, never());
    assert.equal(list.isCut, false);
    assert.deepEqual(
      list.conflicts.map(({ operationId }) => operationId),
      [first.operation, second.operation, third.operation],
    );
    assert.deepEqual(
      list.conflicts.map(({ primaryFingerprint }) => primaryFingerprint),
      [first, second, third].map(({ shown }) => shown.primaryFingerprint),
    );
    assert.equal((await desk.listConflicts(address, {}, never())).conflicts.length, 4);
    // One row changes after it was listed, another constraint refuses the second.
    await rig.primary.query(`UPDATE public.jobs SET t = 'later' WHERE id = ${first.id}`);
    await rig.primary.query(
      `INSERT INTO public.jobs (id, name) VALUES (${second.id + 30_000}, 'edge ${second.id}')`,
    );
    const results: ChoiceResult[] = [];
    const kind = 'keepEdge';
    await desk.decide(address, list.conflicts, { kind }, (one) => results.push(one), never());
    assert.deepEqual(
      results.map((result) => result.kind),
      ['changedAgain', 'refused', 'done'],
    );
    assert.equal((await onPrimary(third.id))?.['name'], `edge ${third.id}`);
    const left = await desk.listConflicts(address, {}, never());
    assert.deepEqual(
      left.conflicts.map(({ operationId }) => operationId),
      [first.operation, second.operation, odd],
    );
    await desk.decide(address, left.conflicts, { kind: 'drop' }, () => undefined, never());
    assert.deepEqual((await desk.listConflicts(address, {}, never())).conflicts, []);
  });

  it('tries all dead operations of a table again, and only those', async () => {
    next += 2;
    const ids: string[] = [];
    for (const id of [next - 1, next]) {
      ids.push(
        await queued(`INSERT INTO public.jobs (id, name) VALUES (${id}, 'z ${id}')`, 'dead'),
      );
    }
    const odd = await queued(`INSERT INTO ${ODD} ("c.d", v) VALUES ('dead', 'e')`, 'dead');
    const all = await desk.listDead(address, {}, never());
    const jobs = await desk.listDead(
      address,
      { table: { schema: 'public', name: 'jobs' } },
      never(),
    );
    assert.deepEqual(all.slice(-3), [...ids, odd]);
    assert.deepEqual(jobs.slice(-2), ids);
    assert.equal(await desk.retryDead(address, ids, null, never()), 2);
    assert.equal(await desk.retryDead(address, [...ids, odd], null, never()), 1);
    await rig.edge.query(`DELETE FROM pgtopology.pending_sync WHERE state = 'pending'`);
  });

  it('opens nothing where contact is not allowed, and knows no queue that the file does not', async () => {
    mayContact = false;
    const failure = await failureOf(desk.readContents(address, never()));
    mayContact = true;
    assert.match(failure.text, /edge may not be contacted/u);
    const other = { ...address, nodeId: 'primary' };
    assert.match(
      (await failureOf(desk.readContents(other, never()))).text,
      /declares no queue of primary/u,
    );
  });

  it('goes on with the node that was promoted, once the person has seen its row, and with neither of two', async function () {
    const { id, operation, shown } = await bothChanged();
    const dead = await queued(`INSERT INTO public.jobs (id, name) VALUES (777, 'dead')`, 'dead');
    // What a drain notes of the primary that it went to.
    await rig.edge.query(
      `UPDATE pgtopology.edge_identity SET primary_timeline = 1, primary_system = $1`,
      [
        (
          await rig.primary.query(`SELECT system_identifier::text AS s FROM pg_control_system()`)
        )[0]?.['s'],
      ],
    );
    const promoted = await (await rig.clusters.addStandby('standby', rig.primary)).start();
    standby = { ...nodeAt(promoted, { id: 'standby' }), standbyOf: 'primary' };
    await rig.primary.stop('SIGKILL');
    assert.match(
      (await failureOf(desk.readConflict(address, operation, never()))).text,
      /primary/u,
    );
    await promoted.promote();

    const result = await decide(shown, { kind: 'keepEdge' });
    assert.ok(result.kind === 'changedAgain', result.kind);
    assert.equal(result.details.primaryId, 'standby');
    assert.equal(result.details.primaryRow, shown.primaryRow);
    isSplit = true;
    for (const refused of [
      decide(result.details, { kind: 'keepEdge' }),
      desk.dropDead(address, [dead], never()),
      desk.retryDead(address, [dead], null, never()),
    ]) {
      assert.match((await failureOf(refused)).text, /2 writable nodes of one system/u);
    }
    isSplit = false;
    assert.deepEqual(await decide(result.details, { kind: 'keepEdge' }), { kind: 'done' });
    assert.equal(await desk.dropDead(address, [dead], never()), 1);
    assert.deepEqual(await promoted.query(`SELECT name FROM public.jobs WHERE id = ${id}`), [
      { name: `edge ${id}` },
    ]);
    const noted = `SELECT outcome FROM pgtopology.applied_operation WHERE operation_id IN ('${operation}', '${dead}') ORDER BY 1`;
    assert.deepEqual(await promoted.query(noted), [{ outcome: 'decided' }, { outcome: 'dropped' }]);

    // The old one is back, on a timeline that this edge has left: it is not asked any more.
    await rig.edge.query('UPDATE pgtopology.edge_identity SET primary_timeline = 2');
    await rig.primary.start();
    const later = await queued(
      `UPDATE public.jobs SET name = 'later' WHERE id = ${id}`,
      'conflict',
    );
    assert.equal((await show(later)).primaryId, 'standby');
    assert.deepEqual(await decide(await show(later), { kind: 'keepEdge' }), { kind: 'done' });
    assert.deepEqual(await rig.primary.query(noted), []);
  });
});

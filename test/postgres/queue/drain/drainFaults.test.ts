import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { copyStopped } from '../../../clusters/dataDirectory';
import { forOldestAndNewest } from '../../../clusters/majors';
import { nodeAt } from '../../pg/support';
import { QueueRig } from '../queueRig';
import { StatementGate } from '../proof/statementGate';
import { cancelWaitingDrain } from './cancelledDrain';
import { drain, preview, through, untilUnlocked } from './drainRig';
import { SmallDisk } from './smallDisk';

/** Makes each row large enough that a few MB are soon full, and small enough to stay in the table itself. */
const PADDING = '.'.repeat(1900);

forOldestAndNewest('A drain of a queue in trouble', function (major) {
  let rig: QueueRig;
  let next = 1;

  before(async function () {
    rig = await QueueRig.start(major, { edges: ['edge', 'other'] });
    await rig.everywhere('CREATE TABLE public.notes (id int PRIMARY KEY, body text)');
    await rig.install(['public.notes']);
    // Every row that comes to the primary, so that one that came twice is seen.
    await rig.primary.query(`
      CREATE TABLE public.came (id int);
      CREATE FUNCTION public.note_coming() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO public.came VALUES (NEW.id); RETURN NULL; END $$;
      CREATE TRIGGER note_coming AFTER INSERT OR UPDATE ON public.notes FOR EACH ROW EXECUTE FUNCTION public.note_coming()`);
  });

  after(async () => {
    await rig.stop();
  });

  /** Writes rows that no test before has. */
  async function write(count: number, edge = 'edge', body = 'n'): Promise<void> {
    await rig
      .edgeOf(edge)
      .query(
        `INSERT INTO public.notes SELECT i, '${body}' FROM generate_series(${next}, ${next + count - 1}) AS i`,
      );
    next += count;
  }

  async function refusal(edge: string): Promise<string> {
    const { end } = await drain(rig, { edge });
    return end.kind === 'refused' ? end.reasons.join(' ') : end.kind;
  }

  it('tries a batch again that another transaction made fail', async () => {
    await rig.primary.query(`
      CREATE SEQUENCE public.tries;
      CREATE FUNCTION public.collide() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE n bigint := nextval('public.tries');
        BEGIN
          IF n = 1 THEN RAISE EXCEPTION USING ERRCODE = '40001'; END IF;
          IF n = 2 THEN RAISE EXCEPTION USING ERRCODE = '40P01'; END IF;
          RETURN NULL;
        END $$;
      CREATE TRIGGER collide AFTER INSERT ON public.notes FOR EACH STATEMENT EXECUTE FUNCTION public.collide()`);
    await write(3);
    const report = await drain(rig);
    await rig.primary.query('DROP TRIGGER collide ON public.notes');
    assert.deepEqual(report.end, { kind: 'drained' });
    assert.equal(report.counts.applied, 3);
    assert.deepEqual(
      (await rig.queued()).map(({ attempts, state }) => `${state} ${attempts}`),
      ['done 0', 'done 0', 'done 0'],
    );
  });

  it('commits no batch before the one in front of it, which has to be tried again', async () => {
    const from = next;
    next += 1_700;
    await rig.edge.query(
      `DO $$ BEGIN FOR i IN ${from}..${next - 1} LOOP INSERT INTO public.notes VALUES (i); COMMIT; END LOOP; END $$`,
    );
    // While the first batch takes its time, those behind it are sent; the second fails once.
    await rig.primary.query(`
      CREATE SEQUENCE public.failures;
      CREATE FUNCTION public.hinder() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.id = ${from} THEN PERFORM pg_sleep(1);
        ELSIF NEW.id = ${from + 600} AND nextval('public.failures') = 1 THEN RAISE EXCEPTION USING ERRCODE = '40001';
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER hinder AFTER INSERT ON public.notes FOR EACH ROW EXECUTE FUNCTION public.hinder()`);
    const report = await drain(rig);
    await rig.primary.query('DROP FUNCTION public.hinder() CASCADE; DROP SEQUENCE public.failures');
    assert.deepEqual(report.end, { kind: 'drained' });
    // In the order in which they were written: a batch is a transaction of the primary.
    const batches = await rig.primary.query<{ first: number; last: number; rows: number }>(
      `SELECT min(id) AS first, max(id) AS last, count(*)::int AS rows FROM public.came WHERE id >= $1 GROUP BY xmin::text ORDER BY min(ctid)`,
      [from],
    );
    assert.ok(batches.length > 2, JSON.stringify(batches));
    let expected = from;
    for (const { first, last, rows } of batches) {
      assert.deepEqual([first, last - first + 1], [expected, rows], JSON.stringify(batches));
      expected = last + 1;
    }
    assert.equal(expected, next);
  });

  it('says who holds the lock that it waits for, and goes on once it is free', async () => {
    await write(1);
    const blocker = await rig.primary.connect({ applicationName: 'report' });
    await blocker.query('BEGIN; LOCK TABLE public.notes IN ACCESS EXCLUSIVE MODE');
    const report = await drain(rig);
    await blocker.query('ROLLBACK');
    await blocker.end();
    assert.equal(report.end.kind, 'stopped');
    assert.match(report.notes.join(), /pid \d+ \(postgres, report, for \d+ s\)/u);
    assert.deepEqual((await drain(rig)).end, { kind: 'drained' });
    assert.equal(await rig.depth(), 0);
  });

  it('stops on a full disk with the words of the server, and marks only what is there', async function () {
    const disk = new SmallDisk(rig.clusters.run.path);
    await (disk.isThere ? fillUp(disk) : pretendFull());
    await write(1200, 'edge', 'n' + PADDING);
    const report = await drain(rig);
    await rig.primary.query(
      disk.isThere
        ? 'ALTER TABLE public.notes SET TABLESPACE pg_default'
        : 'DROP TRIGGER is_full ON public.notes',
    );
    if (disk.isThere) await rig.primary.query('DROP TABLESPACE small');
    disk.unmount();
    const { end } = report;
    if (end.kind !== 'stopped') throw new Error(`it ended as ${end.kind}`);
    assert.equal(end.failure.sqlstate, '53100');
    assert.match(end.failure.text, /No space left on device/u);
    const left = (await rig.queued()).filter(({ state }) => state === 'pending');
    assert.ok(left.length > 0);
    assert.ok(left.every(({ attempts, error }) => attempts === 0 && error === null));
    assert.deepEqual((await drain(rig)).end, { kind: 'drained' });
    assert.equal(await rig.depth(), 0);
  });

  it('stops on a full disk of the edge, which does not know yet what the primary has', async function () {
    // Tablespaces wait for checkpoints.
    const disk = new SmallDisk(path.join(rig.clusters.run.path, 'edge-disk'));
    try {
      await rig.edge.query('TRUNCATE pgtopology.pending_sync');
      await (disk.isThere ? fillQueue(disk) : pretendQueueFull());
      const { end } = await drain(rig);
      const [there] = await rig.primary.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM public.notes',
      );
      const left = await rig.depth();
      await rig.edge.query(
        disk.isThere
          ? 'ALTER TABLE pgtopology.pending_sync SET TABLESPACE pg_default'
          : 'DROP TRIGGER is_full ON pgtopology.pending_sync',
      );
      if (disk.isThere) await rig.edge.query('DROP TABLESPACE small');
      if (end.kind !== 'stopped') throw new Error(`it ended as ${end.kind}`);
      assert.equal(end.failure.sqlstate, '53100');
      // Some of what still waits there has arrived.
      assert.ok(left > next - 1 - (there?.count ?? 0), `${left} wait`);
    } finally {
      disk.unmount();
    }
    await endsOnce();
  });

  /** Puts the queue on a disk that has room for its rows, and not for all of them once more as done. */
  async function fillQueue(disk: SmallDisk): Promise<void> {
    await rig.edge.query(`CREATE TABLESPACE small LOCATION '${disk.folder}'`);
    await rig.edge.query('ALTER TABLE pgtopology.pending_sync SET TABLESPACE small');
    for (let bytes = 0; bytes < 600_000;) {
      await write(300);
      const [row] = await rig.edge.query<{ bytes: number }>(
        `SELECT pg_relation_size('pgtopology.pending_sync')::int AS bytes`,
      );
      bytes = row?.bytes ?? 0;
    }
  }

  /** Where no disk can be made: the server's words, from a trigger, for all but the first rows. */
  async function pretendQueueFull(): Promise<void> {
    await write(1500);
    await rig.edge.query(`
      CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file "base/5/16400": No space left on device';
        END $$;
      CREATE TRIGGER is_full BEFORE UPDATE ON pgtopology.pending_sync FOR EACH ROW
        WHEN ((NEW.key ->> 'id')::int > ${next - 700}) EXECUTE FUNCTION public.full()`);
  }

  it('is cancelled within a second also while the edge waits to mark', async () => {
    await write(20);
    const blocker = await rig.edge.connect();
    await blocker.query(
      `BEGIN; SELECT FROM pgtopology.pending_sync WHERE state = 'pending' FOR UPDATE`,
    );
    const { end, tookMs, mayTakeMs } = await cancelWaitingDrain(rig, rig.edge);
    await blocker.query('ROLLBACK');
    await blocker.end();
    assert.deepEqual(end, { kind: 'cancelled' });
    assert.ok(tookMs < mayTakeMs, `${tookMs} of ${mayTakeMs} ms`);
    await untilUnlocked(rig);
    assert.equal(await rig.depth(), 20);
    await endsOnce();
  });

  for (const when of ['before', 'after'] as const) {
    it(`goes on where the edge was lost ${when} it marked what the primary has`, async () => {
      await write(20);
      const gate = await StatementGate.start(rig.edge);
      gate.arm({
        fits: (text) => text.includes('marked AS ('),
        nth: 1,
        when,
        act: () => undefined,
      });
      const { end } = await drain(rig, { edgeNode: through(rig.edgeNode(), gate) });
      await gate.stop();
      assert.equal(gate.strikes, 1);
      assert.deepEqual(end, { kind: 'drained' });
      await endsOnce();
    });
  }

  /** Drains what is left, after which every row has come to the primary, and none of them twice. */
  async function endsOnce(): Promise<void> {
    assert.deepEqual((await drain(rig)).end, { kind: 'drained' });
    assert.equal(await rig.depth(), 0);
    const [row] = await rig.primary.query(
      `SELECT (SELECT count(*)::int FROM public.notes) AS rows, count(*)::int AS times, count(DISTINCT id)::int AS ids FROM public.came`,
    );
    const all = next - 1;
    assert.deepEqual(row, { rows: all, times: all, ids: all });
  }

  /** Puts the table on a disk that does not hold what is to come. */
  async function fillUp(disk: SmallDisk): Promise<void> {
    await rig.primary.query(`CREATE TABLESPACE small LOCATION '${disk.folder}'`);
    await rig.primary.query('ALTER TABLE public.notes SET TABLESPACE small');
  }

  /** Where no disk can be made: the server's words, from a trigger. */
  async function pretendFull(): Promise<void> {
    await rig.primary.query(`
      CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file "base/5/16400": No space left on device';
        END $$;
      CREATE TRIGGER is_full BEFORE INSERT ON public.notes FOR EACH ROW EXECUTE FUNCTION public.full()`);
  }

  it('refuses a table that comes back by a subscription and has no echo guard', async () => {
    await rig.subscribe(['public.notes'], ['edge']);
    await rig.edge.query('ALTER TABLE public.notes DISABLE TRIGGER pgtopology_echo_guard');
    await write(1);
    const words = await refusal('edge');
    await rig.edge.query('ALTER TABLE public.notes ENABLE REPLICA TRIGGER pgtopology_echo_guard');
    assert.match(words, /public\.notes .* has no echo guard/u);
    assert.deepEqual((await drain(rig)).end, { kind: 'drained' });
    await rig.edge.query('DROP SUBSCRIPTION from_primary_edge');
  });

  it('knows the copy of an edge, by its files and by its dump', async function () {
    const other = rig.edgeOf('other');
    const [identity] = await rig.edge.query<{ edge_id: string; system_identifier: string }>(
      'SELECT edge_id, system_identifier FROM pgtopology.edge_identity',
    );
    await other.query('UPDATE pgtopology.edge_identity SET edge_id = $1, system_identifier = $2', [
      identity?.edge_id,
      identity?.system_identifier,
    ]);
    await write(1, 'other');
    assert.match(await refusal('other'), /restored from its dump.*New Identity/u);

    await other.stop();
    await rig.edge.stop();
    fs.rmSync(other.dataDirectory, { recursive: true });
    await copyStopped(rig.edge.dataDirectory, other.dataDirectory);
    await Promise.all([other.start(), rig.edge.start()]);
    for (let left = 2; left > 0; left -= 1) {
      await write(1);
      assert.deepEqual((await drain(rig)).end, { kind: 'drained' });
    }
    await write(1, 'other');
    assert.match(await refusal('other'), /is a copy of the edge/u);
    assert.equal(await rig.depth('other'), 1);
  });

  it('sends again what a failed-over primary had lost, and not to the old one', async function () {
    const standby = await (await rig.clusters.addStandby('standby', rig.primary)).start();
    const standbyNode = { ...nodeAt(standby, { id: 'standby' }), standbyOf: 'primary' };
    const primaries = [rig.primaryNode, standbyNode];
    // One connection to both, of which the standby is tried first.
    const severalHosts = nodeAt(rig.primary, {
      id: 'primary',
      params: {
        host: '127.0.0.1,127.0.0.1',
        port: `${standby.port},${rig.primary.port}`,
        target_session_attrs: 'read-write',
      },
    });
    await write(5);
    const through = await drain(rig, { primaries: [severalHosts] });
    assert.deepEqual(through.end, { kind: 'drained' });
    assert.equal(through.counts.applied, 5);
    await standby.stop();
    await write(7);
    assert.deepEqual((await drain(rig, { primaries })).end, { kind: 'drained' });
    await rig.primary.stop('SIGKILL');
    await standby.start();
    await standby.promote();
    // Told also while nothing waits.
    const lost = await preview(rig, { primaries });
    assert.equal(lost.total, 0);
    assert.ok(lost.missing >= 7, JSON.stringify(lost));
    assert.match(lost.notes.join(' '), /standby was promoted or restored .* sent again first/u);
    await write(2);
    const report = await drain(rig, { primaries });
    assert.deepEqual(report.end, { kind: 'drained' }, JSON.stringify(report));
    assert.equal(report.primaryId, 'standby');
    assert.equal(report.resent, lost.missing);
    const ids = async (cluster: typeof standby): Promise<readonly string[]> =>
      (await rig.rows(cluster, 'public.notes')).filter((row) => /,n(\.|\))/u.test(row));
    const there = new Set(await ids(standby));
    assert.deepEqual(
      (await ids(rig.edge)).filter((row) => !there.has(row)),
      [],
    );

    await rig.primary.start();
    await write(1);
    assert.match(await refusal('edge'), /another server was promoted since/u);
    assert.equal((await drain(rig, { primaries })).primaryId, 'standby');
    assert.equal(await rig.depth(), 0);
    // Both take writes now, and the first one is it.
    await write(1);
    assert.deepEqual((await drain(rig, { primaries: [severalHosts] })).end, { kind: 'drained' });
    assert.ok((await ids(standby)).includes(`(${next - 1},n)`));

    // Another system as the declared primary: what it never took is not sent without a word.
    await rig.edge.query(`UPDATE pgtopology.edge_identity SET primary_system = '1'`);
    const declared = { primaries: [{ ...standbyNode, standbyOf: null }] };
    assert.deepEqual((await drain(rig, declared)).end, { kind: 'drained' });
    await rig.edge.query(`UPDATE pgtopology.edge_identity SET primary_system = '1'`);
    await standby.query(`
      DELETE FROM pgtopology.applied_operation WHERE operation_id IN
        (SELECT operation_id FROM pgtopology.applied_operation ORDER BY applied_at DESC LIMIT 3)`);
    const { end } = await drain(rig, declared);
    assert.equal(end.kind, 'refused', JSON.stringify(end));
    assert.match(
      end.reasons.join(' '),
      /another system .* lacks 3 operations .* Give New Identity/u,
    );
  });
});

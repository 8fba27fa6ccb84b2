import assert from 'node:assert/strict';
import fs from 'node:fs';
import { copyStopped } from '../../../clusters/dataDirectory';
import { forEachMajor } from '../../../clusters/majors';
import { nodeAt } from '../../pg/support';
import { QueueRig } from '../queueRig';
import { drain } from './drainRig';
import { SmallDisk } from './smallDisk';

/** Makes each row large enough that a few MB are soon full, and small enough to stay in the table itself. */
const PADDING = '.'.repeat(1900);

forEachMajor('A drain of a queue in trouble', function (major) {
  let rig: QueueRig;
  let next = 1;

  before(async function () {
    this.timeout(120_000);
    rig = await QueueRig.start(major, { edges: ['edge', 'other'] });
    await rig.everywhere('CREATE TABLE public.notes (id int PRIMARY KEY, body text)');
    await rig.install(['public.notes']);
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
    this.timeout(120_000);
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
    this.timeout(120_000);
    const standby = await (await rig.clusters.addStandby('standby', rig.primary)).start();
    const standbyNode = { ...nodeAt(standby, { id: 'standby' }), standbyOf: 'primary' };
    const primaries = [rig.primaryNode, standbyNode];
    await write(5);
    assert.deepEqual((await drain(rig, { primaries })).end, { kind: 'drained' });
    await standby.stop();
    await write(7);
    assert.deepEqual((await drain(rig, { primaries })).end, { kind: 'drained' });
    await rig.primary.stop('SIGKILL');
    await standby.start();
    await standby.promote();
    await write(2);
    const report = await drain(rig, { primaries });
    assert.deepEqual(report.end, { kind: 'drained' }, JSON.stringify(report));
    assert.equal(report.primaryId, 'standby');
    assert.ok(report.resent >= 7, String(report.resent));
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
  });
});

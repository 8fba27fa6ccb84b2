import assert from 'node:assert/strict';
import { lossReport } from '../../../src/core/loss/makeLossReport';
import type { LossReport, LossRow } from '../../../src/core/loss/lossReport';
import { parseLsn, type Lsn } from '../../../src/core/lsn';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { freezeBackend, killBackend } from '../../clusters/faults';
import { forOldestAndNewest } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { nodeAt } from '../pg/support';
import { Looks } from './looks';

interface Written {
  readonly id: number;
  readonly from: Lsn;
  readonly to: Lsn;
  /** When its commit was known here, which is never before it was. */
  readonly knownAtMs: number;
}

/** Some kilobytes that do not compress. */
const INSERT = `INSERT INTO t VALUES ($1, (SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 100)))`;

/** Writes one row after the other until the server goes away, and notes where in the WAL each is. */
class Writer {
  readonly rows: Written[] = [];
  /** The server is about to be killed. */
  mayFail = false;
  private isOver = false;

  constructor(private readonly server: Cluster) {}

  async run(): Promise<void> {
    const client = await this.server.connect();
    const position = async (): Promise<Lsn> => {
      const { rows } = await client.query<{ lsn: string }>(
        'SELECT pg_current_wal_insert_lsn()::text AS lsn',
      );
      return parseLsn(rows[0]?.lsn ?? '') ?? 0n;
    };
    try {
      for (let id = 1; !this.isOver; id += 1) {
        const from = await position();
        await client.query(INSERT, [id]);
        const knownAtMs = Date.now();
        this.rows.push({ id, from, to: await position(), knownAtMs });
      }
    } catch (error) {
      // That the server was killed is what it waits for.
      if (!this.mayFail) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  end(): void {
    this.isOver = true;
  }
}

function rowOfStandby({ rows }: LossReport): LossRow {
  const row = rows.find(({ subject }) => subject === 'streaming/read');
  assert.ok(row);
  return row;
}

forOldestAndNewest('what could be lost now', (major) => {
  const clusters = new Clusters(major);
  let central: Cluster;
  let read: Cluster;

  before(async () => {
    central = await clusters.add('central');
    read = await clusters.addStandby('read', central, { slot: 'read' });
    await central.start();
    await read.start();
    await central.query('CREATE TABLE t (id int PRIMARY KEY, filler text)');
  });

  after(() => clusters.stop());

  it('is never less than what is missing after the primary is killed', async () => {
    const params = { user: 'postgres' };
    const looks = new Looks(
      [
        nodeAt(central, { id: 'central', params }),
        { ...nodeAt(read, { id: 'read', params }), standbyOf: 'central', slot: 'read' },
      ],
      () => Date.now(),
    );
    const writer = new Writer(central);
    const writing = writer.run();
    // Told by whoever waits for it.
    writing.catch(() => undefined);
    try {
      await Promise.race([
        writing,
        waitFor(() => writer.rows.length > 20, { what: 'rows are written' }),
      ]);
      const [receiver] = await read.query<{ pid: number }>('SELECT pid FROM pg_stat_wal_receiver');
      assert.ok(receiver, 'the standby streams');
      // What the standby cannot take is written on and on.
      freezeBackend(receiver.pid);
      const told = await waitFor(
        async () => {
          const report = lossReport(await looks.look());
          return (rowOfStandby(report).bytes ?? 0) > 200_000 ? report : null;
        },
        { what: 'the page says that something has not arrived' },
      );
      const count = writer.rows.length;
      await waitFor(() => writer.rows.length > count + 20, { what: 'more is written' });
      writer.mayFail = true;
      await central.stop('SIGKILL');
      await writing;
      // What the system still holds for it would arrive after all; its server begins anew from what it had flushed.
      killBackend(receiver.pid);
      await waitFor(
        async () => {
          const [row] = await read.query(
            'SELECT FROM t WHERE NOT EXISTS (SELECT FROM pg_stat_wal_receiver)',
          );
          return row !== undefined;
        },
        { what: 'the standby has recovered' },
      );
      const after = rowOfStandby(lossReport(await looks.look()));
      await read.promote();
      const arrived = new Set(
        (await read.query<{ id: number }>('SELECT id FROM t')).map(({ id }) => id),
      );
      const { asOfMs } = told;
      const said = rowOfStandby(told).bytes ?? 0;
      assert.ok(asOfMs !== null);
      const missing = writer.rows.filter(({ id }) => !arrived.has(id));
      const before = missing.filter(({ knownAtMs }) => knownAtMs < asOfMs);
      assert.ok(missing.length > 0, 'something is missing');
      const first = before[0];
      const last = before.at(-1);
      const lost = first === undefined || last === undefined ? 0 : Number(last.to - first.from);
      assert.ok(lost <= said, `${lost} B are missing, ${said} B were said`);
      assert.match(after.notArrived, /^unknown, /u, 'now nobody can tell');
      assert.ok(arrived.size > 0, 'what had arrived is there');
    } finally {
      writer.end();
      await looks.close();
    }
  });
});

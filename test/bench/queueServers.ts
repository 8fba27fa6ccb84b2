import { DEFAULT_QUEUE } from '../../src/core/queue/queueNames';
import { edgeSetUpSql, primarySetUpSql } from '../../src/core/queue/setUpSql';
import type { DeclaredQueue } from '../../src/core/topology';
import type { Cluster } from '../clusters/cluster';
import type { Clusters } from '../clusters/clusters';

/** A table as shops have them: a number, texts, an amount, JSON and times. */
const JOBS_SQL = `CREATE TABLE public.jobs (id bigint PRIMARY KEY, name text NOT NULL, amount numeric(12,2),
  doc jsonb, is_open boolean, updated_at timestamptz)`;

export const JOBS_QUEUE: DeclaredQueue = {
  primary: 'primary',
  table: DEFAULT_QUEUE,
  capture: 'trigger',
  tables: [{ schema: 'public', name: 'jobs', policy: 'primary-wins' }],
};

/** An edge whose queue is made by our trigger, and its primary. */
export async function startQueueServers(
  clusters: Clusters,
): Promise<{ readonly edge: Cluster; readonly primary: Cluster }> {
  const conf = { shared_buffers: '256MB', max_wal_size: '4GB', autovacuum: 'off' };
  const primary = await (await clusters.add('primary', { conf })).start();
  const edge = await (await clusters.add('edge', { conf })).start();
  const captured = {
    schema: 'public',
    name: 'jobs',
    key: ['id'],
    textColumns: ['doc'],
    columns: ['id', 'name', 'amount', 'doc', 'is_open', 'updated_at'],
  };
  await runAll(primary, [JOBS_SQL, ...primarySetUpSql()]);
  await runAll(edge, [
    JOBS_SQL,
    ...edgeSetUpSql({ queue: DEFAULT_QUEUE, captured: [captured], guarded: [] }),
  ]);
  return { primary, edge };
}

/** Writes new rows on the edge, a hundred a transaction. */
export async function writeJobs(edge: Cluster, first: number, count: number): Promise<void> {
  await edge.query(`DO $$ BEGIN
    FOR start IN ${first}..${first + count - 1} BY 100 LOOP
      INSERT INTO public.jobs ${rowsSql('start', `least(start + 99, ${first + count - 1})`)};
      COMMIT;
    END LOOP; END $$`);
  await edge.query('ANALYZE pgtopology.pending_sync');
}

/** The rows of `writeJobs`, as a query. */
export function rowsSql(from: string, to: string): string {
  return `SELECT n, 'job ' || n, n / 100.0, jsonb_build_object('step', n % 7, 'note', 'say "hello"', 'tags', jsonb_build_array('a', n)),
    n % 2 = 0, timestamptz '2026-01-01Z' + n * interval '1.000001 s' FROM generate_series(${from}, ${to}) AS n`;
}

/**
 * Rows as the trigger would queue them, put there directly: a million through the trigger take minutes.
 * @param each rows of one transaction
 */
export async function queueJobs(
  edge: Cluster,
  count: number,
  state: 'pending' | 'done',
  each = 1000,
  first = 1,
): Promise<void> {
  const last = first + count - 1;
  await edge.query(`DO $$ BEGIN
    FOR start IN ${first}..${last} BY ${each} LOOP
      INSERT INTO pgtopology.pending_sync (table_schema, table_name, operation, key, data, state, synced_at)
        SELECT 'public', 'jobs', 'INSERT', jsonb_build_object('id', j.id), to_jsonb(j) || jsonb_build_object('doc', j.doc::text), '${state}',
          ${state === 'done' ? 'now()' : 'NULL'}
          FROM (${rowsSql('start', `least(start + ${each - 1}, ${last})`)}) AS j (id, name, amount, doc, is_open, updated_at);
      COMMIT;
    END LOOP; END $$`);
  await edge.query('VACUUM ANALYZE pgtopology.pending_sync');
}

async function runAll(cluster: Cluster, statements: readonly string[]): Promise<void> {
  const session = await cluster.connect();
  try {
    for (const sql of statements) await session.query(sql);
  } finally {
    await session.end();
  }
}

import type pg from 'pg';
import type { Cluster } from '../clusters/cluster';

/** One row of a queue as a naive drain has it in hand. */
interface QueuedRow {
  readonly id: string;
  readonly data: string;
}

const OPEN = `SELECT id::text AS id, data::text AS data FROM pgtopology.pending_sync WHERE state = 'pending' ORDER BY seq`;

/**
 * What most people write: one statement on the primary for each row, with a ledger, and one on the edge to mark it.
 * @returns rows a second
 */
export async function drainRowByRow(
  edge: Cluster,
  primary: { readonly port: number },
  connect: (target: { readonly port: number }) => Promise<pg.Client>,
  limit: number,
): Promise<number> {
  const [from, to] = [await edge.connect(), await connect(primary)];
  try {
    const { rows } = await from.query<QueuedRow>(`${OPEN} LIMIT ${limit}`);
    const startedMs = performance.now();
    for (const { id, data } of rows) {
      await to.query({
        name: 'apply',
        text: `WITH fresh AS (
            INSERT INTO public.naive_ledger (operation_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING operation_id
          )
          INSERT INTO public.jobs SELECT r.* FROM fresh, jsonb_populate_record(NULL::public.jobs, $2::jsonb) AS r`,
        values: [id, data],
      });
      await from.query({
        name: 'mark',
        text: `UPDATE pgtopology.pending_sync SET state = 'done', synced_at = now() WHERE id = $1`,
        values: [id],
      });
    }
    return (rows.length / (performance.now() - startedMs)) * 1000;
  } finally {
    await Promise.all([from.end(), to.end()]);
  }
}

/**
 * The floor: all rows are in hand, one statement writes them, nothing is marked or remembered.
 * @returns milliseconds
 */
export async function insertInOneStatement(
  rows: string,
  primary: { readonly port: number },
  connect: (target: { readonly port: number }) => Promise<pg.Client>,
): Promise<number> {
  const to = await connect(primary);
  try {
    const startedMs = performance.now();
    await to.query(
      'INSERT INTO public.jobs SELECT * FROM jsonb_populate_recordset(NULL::public.jobs, $1::jsonb)',
      [rows],
    );
    return performance.now() - startedMs;
  } finally {
    await to.end();
  }
}

/** All open rows of a queue as one text, for `insertInOneStatement`. */
export async function rowsInHand(edge: Cluster): Promise<string> {
  const [row] = await edge.query<{ rows: string }>(
    `SELECT jsonb_agg(data)::text AS rows FROM pgtopology.pending_sync WHERE state = 'pending'`,
  );
  if (row === undefined) throw new Error('The queue is empty.');
  return row.rows;
}

import { findApplyError, type ApplyError } from '../core/decoding/applyError';
import { isServerFailure } from '../core/failure';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { SqlSession } from '../core/ports/sqlSession';

/** As much of the end of the log is read. */
const TAIL_BYTES = 1_000_000;

/** The log that the collector writes now; no row where there is none. */
const TAIL = `SELECT pg_catalog.pg_read_binary_file(f.path, greatest(0, s.size - ${TAIL_BYTES}), ${TAIL_BYTES}) AS tail
  FROM (SELECT coalesce(pg_catalog.pg_current_logfile('csvlog'), pg_catalog.pg_current_logfile('stderr'), pg_catalog.pg_current_logfile()) AS path) AS f,
       LATERAL pg_catalog.pg_stat_file(f.path) AS s
 WHERE f.path IS NOT NULL`;

/**
 * The last error that stopped a subscription, from the log of its server. Only superusers, and roles that were granted
 * pg_current_logfile(), pg_stat_file() and pg_read_binary_file(), may read it, and only where the collector writes it.
 * @param oid of the subscription
 * @returns `null` when the log may not be read, is not written by the collector, or says nothing
 * @throws ServerFailure when the connection fails
 */
export async function readApplyError(
  session: Pick<SqlSession, 'query' | 'isClosed'>,
  oid: number,
  signal: CancelSignal,
): Promise<ApplyError | null> {
  try {
    const { rows } = await session.query({ text: TAIL }, signal);
    const tail = rows[0]?.['tail'];
    if (!(tail instanceof Uint8Array)) return null;
    return findApplyError(new TextDecoder().decode(tail), oid);
  } catch (error) {
    if (isServerFailure(error) && !session.isClosed) return null;
    throw error;
  }
}

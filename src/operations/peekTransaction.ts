import { decodePgoutput, type DecodedTransaction } from '../core/decoding/pgoutput';
import { formatLsn, type Lsn } from '../core/lsn';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { SqlSession } from '../core/ports/sqlSession';

export interface TransactionWish {
  /** The subscription's slot, which is left as it is. */
  readonly slotName: string;
  readonly publications: readonly string[];
  /** The one that finishes here; `null`: the first that the subscriber lacks. */
  readonly finishLsn: Lsn | null;
  /** What the subscriber has applied; `null`: not known, so everything that the slot would send counts as lacking. */
  readonly appliedLsn: Lsn | null;
  /** Name for the copy of the slot. */
  readonly copyName: string;
}

/** Of what is decoded at most so many messages are read. */
const MESSAGE_LIMIT = 50_000;

/**
 * Reads a transaction that waits for a subscription, from a temporary copy of its slot that is dropped right after. Where
 * the live slot stands does not change.
 * @param session on the publisher, of a role with the attribute REPLICATION; the copy would end with it
 * @returns `null` when it does not wait there, or is too large to be looked at
 * @throws ServerFailure, after the copy was dropped
 */
export async function peekTransaction(
  session: Pick<SqlSession, 'query' | 'isClosed'>,
  wish: TransactionWish,
  signal: CancelSignal,
): Promise<DecodedTransaction | null> {
  const { slotName, copyName } = wish;
  await session.query(
    {
      text: 'SELECT pg_catalog.pg_copy_logical_replication_slot($1::pg_catalog.name, $2::pg_catalog.name, true)',
      values: [slotName, copyName],
    },
    signal,
  );
  try {
    if (wish.finishLsn !== null) {
      const found = await peek(session, wish, { upTo: wish.finishLsn + 1n, changes: null }, signal);
      return found.find(({ finishLsn }) => finishLsn === wish.finishLsn) ?? null;
    }
    for (const changes of [1, 100, MESSAGE_LIMIT]) {
      const found = await peek(session, wish, { upTo: null, changes }, signal);
      const first = found.find(
        (each) => each.changes.length > 0 && each.finishLsn >= (wish.appliedLsn ?? 0n),
      );
      if (first !== undefined) return first;
    }
    return null;
  } finally {
    if (!session.isClosed) {
      await session.query({
        text: 'SELECT pg_catalog.pg_drop_replication_slot($1::pg_catalog.name)',
        values: [copyName],
      });
    }
  }
}

async function peek(
  session: Pick<SqlSession, 'query'>,
  { copyName, publications }: TransactionWish,
  until: { readonly upTo: Lsn | null; readonly changes: number | null },
  signal: CancelSignal,
): Promise<readonly DecodedTransaction[]> {
  const { rows } = await session.query(
    {
      text: `SELECT c.data FROM pg_catalog.pg_logical_slot_peek_binary_changes($1::pg_catalog.name, $2::pg_catalog.pg_lsn,
       $3::pg_catalog.int4, 'proto_version', '1', 'publication_names', $4::pg_catalog.text) WITH ORDINALITY AS c(lsn, xid, data, n)
 ORDER BY c.n LIMIT ${MESSAGE_LIMIT}`,
      values: [
        copyName,
        until.upTo === null ? null : formatLsn(until.upTo),
        until.changes,
        publications.map((name) => `"${name.replaceAll('"', '""')}"`).join(','),
      ],
    },
    signal,
  );
  const decoder = new TextDecoder();
  return decodePgoutput(
    rows.flatMap(({ data }) => (data instanceof Uint8Array ? [data] : [])),
    (bytes) => decoder.decode(bytes),
  );
}

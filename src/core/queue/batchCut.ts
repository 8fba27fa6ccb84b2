import type { QueueOperation } from './operation';

/** One open row of a queue, as a page brings it. */
export interface PageRow {
  /** Its texts are null where `hasData` is false. */
  readonly operation: QueueOperation;
  /** False for a row that was too large for its page: it is read again by itself. */
  readonly hasData: boolean;
  /** Keys that it acts on, where the edge had to be asked for them; see `ActedOn`. */
  readonly touches?: readonly string[];
  /** False while it waits for its next attempt. */
  readonly isDue: boolean;
  /** Lowest and highest `seq` of the open rows of its transaction when the page was read; its own without a transaction. */
  readonly first: bigint;
  readonly last: bigint;
}

/** What one transaction of the edge left open. */
export interface QueueTransaction {
  /** `null`: a row of its own. */
  readonly txid: string | null;
  readonly last: bigint;
  /** In the order of the queue. `null`: too large to be held, so that it is read when its turn has come. */
  readonly rows: readonly PageRow[] | null;
}

/** What one transaction of the primary takes at most. */
export interface BatchLimits {
  readonly rows: number;
  readonly bytes: number;
}

export const BATCH_LIMITS: BatchLimits = { rows: 500, bytes: 1_000_000 };

export type Batch =
  | { readonly kind: 'whole'; readonly rows: readonly PageRow[] }
  /** One transaction, or one row, that is larger than a batch. */
  | { readonly kind: 'streamed'; readonly transaction: QueueTransaction };

/**
 * Cuts between transactions, never within one; what is larger than a batch is one of its own. Keeps the order.
 * @param aim rows that a batch should have, where transactions are small enough
 */
export function cutBatches(
  transactions: readonly QueueTransaction[],
  limits: BatchLimits,
  aim = limits.rows,
): readonly Batch[] {
  const batches: Batch[] = [];
  let rows: PageRow[] = [];
  let bytes = 0;
  const close = (): void => {
    if (rows.length > 0) batches.push({ kind: 'whole', rows });
    rows = [];
    bytes = 0;
  };
  for (const transaction of transactions) {
    const own = transaction.rows;
    const size = own === null ? 0 : bytesOf(own);
    if (own === null || own.length > limits.rows || size > limits.bytes) {
      close();
      batches.push({ kind: 'streamed', transaction });
      continue;
    }
    if (rows.length + own.length > Math.min(aim, limits.rows) || bytes + size > limits.bytes)
      close();
    rows.push(...own);
    bytes += size;
  }
  close();
  return batches;
}

export function bytesOf(rows: readonly PageRow[]): number {
  return rows.reduce((sum, { operation }) => sum + operation.bytes, 0);
}

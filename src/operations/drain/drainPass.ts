import type { CancelSignal } from '../../core/ports/cancelSignal';
import {
  BATCH_LIMITS,
  cutBatches,
  type Batch,
  type PageRow,
  type QueueTransaction,
} from '../../core/queue/batchCut';
import { TransactionOrder } from '../../core/queue/transactionOrder';
import { pageStatement, readPage } from '../../core/queue/queuePage';
import type { StreamParts } from './transactionWriter';

type PageParts = Pick<StreamParts, 'edge' | 'queue' | 'catalog'>;

/**
 * Goes through the queue once, in order, reading one page ahead while the batches of the last one are written.
 * @param aim rows that a batch should have; asked before each page
 * @param write awaited, one batch at a time; false ends the pass
 * @returns the last `seq` that was read
 */
export async function goThrough(
  parts: PageParts,
  upTo: bigint | null,
  aim: () => number,
  write: (batch: Batch) => Promise<boolean>,
  signal: CancelSignal,
): Promise<bigint> {
  const order = new TransactionOrder(BATCH_LIMITS);
  for (let next = readNext(parts, order, upTo, signal); ;) {
    const page = await next;
    const ready: readonly QueueTransaction[] = order.add(page);
    const isEnd = page.length === 0;
    if (!isEnd) next = readNext(parts, order, upTo, signal);
    for (const batch of cutBatches(ready, BATCH_LIMITS, aim())) {
      if (await write(batch)) continue;
      await next;
      return order.cursor;
    }
    if (isEnd) return order.cursor;
  }
}

/** A failure while the batches before it are written is told when it is waited for. */
function readNext(
  { edge, queue, catalog }: PageParts,
  order: TransactionOrder,
  upTo: bigint | null,
  signal: CancelSignal,
): Promise<readonly PageRow[]> {
  const statement = pageStatement({
    queue: queue.table,
    scope: { kind: 'all', skipped: order.skipped, upTo },
    after: order.cursor,
    limits: BATCH_LIMITS,
    tables: catalog.tables,
  });
  const page = edge.run([statement], signal).then(([answer]) => readPage(answer?.rows ?? []));
  page.catch(() => undefined);
  return page;
}

import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { SqlStatement } from '../../core/ports/sqlSession';
import { outcomesStatement, readOutcomes, refusalStatements } from '../../core/queue/applyOutcomes';
import { BATCH_LIMITS, type PageRow, type QueueTransaction } from '../../core/queue/batchCut';
import { BlockedKeys } from '../../core/queue/blockedKeys';
import type { Mark } from '../../core/queue/edgeStatements';
import {
  pageNamesStatement,
  pageStatement,
  readPage,
  readPageNames,
  type PageScope,
} from '../../core/queue/queuePage';
import type { DeclaredQueue } from '../../core/topology';
import { firstFailure, results } from './answers';
import {
  blockUndone,
  COMMIT,
  type BatchResult,
  type BatchWriter,
  type WriterParts,
} from './batchWriter';
import type { EdgeEnd } from './edgeEnd';
import { withKeys } from './edgeKeys';
import { applyCarefully, nothingAside } from './pageApplier';
import { settle, settleBatch, type Settled, type SettledBatch } from './settled';
import { sortRows } from './sortRows';

/** Which rows of the queue a transaction of the edge is. */
export function scopeOf({
  txid,
  last,
}: QueueTransaction): Exclude<PageScope, { readonly kind: 'all' }> {
  return txid === null ? { kind: 'row', seq: last } : { kind: 'transaction', txid };
}

export interface StreamParts extends WriterParts {
  readonly edge: EdgeEnd;
  /** To the primary, as its first answer took. */
  readonly roundTripMs: number;
  readonly queue: DeclaredQueue;
}

/** The next rows of what is streamed, with their values and keys. @throws ServerFailure */
export async function readRows(
  { edge, queue, catalog }: Pick<StreamParts, 'edge' | 'queue' | 'catalog'>,
  scope: PageScope,
  after: bigint,
  signal: CancelSignal,
): Promise<readonly PageRow[]> {
  const request = { queue: queue.table, scope, after, limits: BATCH_LIMITS };
  const [page] = await edge.run([pageStatement(request)], signal);
  return withKeys(readPage(page?.rows ?? []), { edge, queue, catalog }, signal);
}

/** Applies rows within an open transaction, and says what became of them as far as the transaction goes. */
export async function applyRows(
  rows: readonly PageRow[],
  parts: WriterParts,
  blocked: BlockedKeys,
  isFresh: boolean,
  signal: CancelSignal,
): Promise<BatchResult> {
  const { session, facts, catalog } = parts;
  const { todo, refused, waiting } = sortRows(rows, catalog, blocked);
  const aside = { ...nothingAside(), refused: [...refused], waiting: [...waiting] };
  await applyCarefully(todo, { session, facts, catalog, blocked, aside }, isFresh, signal);
  const ids = [...todo, ...refused].map(({ source }) => source.id);
  const ending: readonly SqlStatement[] = [
    ...refusalStatements(aside.refused, facts),
    outcomesStatement(ids),
  ];
  const ledger = results(await session.queryAll(ending, signal)).at(-1);
  const outcomes = readOutcomes(ledger?.rows ?? []);
  blockUndone(todo, outcomes, blocked, aside);
  return { tried: todo, aside, outcomes, batches: 0n };
}

/**
 * Applies one transaction of the edge that is larger than a batch: whole, in one transaction of the primary, but page by page, so
 * that no more than two pages of it are held here.
 * @param onPage gets what became of each page once the primary has committed; awaited
 */
export async function writeStreamed(
  transaction: QueueTransaction,
  writer: BatchWriter,
  parts: StreamParts,
  onPage: (settled: SettledBatch) => Promise<void>,
  signal: CancelSignal,
): Promise<void> {
  const scope = scopeOf(transaction);
  /** What the ledger does not tell of operations that were set aside. */
  const asides = await writer.inWays(signal, (way, blocked) =>
    writer.inTransaction(way, signal, async () => {
      const marks = new Map<string, Settled>();
      let reading = readRows(parts, scope, 0n, signal);
      for (;;) {
        const rows = await reading;
        const last = rows.at(-1);
        if (last === undefined) break;
        // Read while the primary writes.
        reading = readRows(parts, scope, last.operation.seq, signal);
        // Where writing fails first, nobody waits for it.
        reading.catch(() => undefined);
        const result = await applyRows(rows, parts, blocked, way.isFresh, signal);
        for (const one of settleBatch(result).others) {
          if (isAside(one)) marks.set(one.verdict.operationId, one);
        }
      }
      const failed = firstFailure(await parts.session.queryAll([COMMIT], signal));
      if (failed !== null) throw failed.failure;
      writer.hasCommitted();
      return marks;
    }),
  );
  for (let after = 0n; ;) {
    const { settled, last } = await settledPage(parts, scope, after, asides, signal);
    if (last === null) return;
    await onPage(settled);
    after = last;
  }
}

/** Most were plainly applied: their names are all that is needed then. */
async function settledPage(
  parts: StreamParts,
  scope: ReturnType<typeof scopeOf>,
  after: bigint,
  asides: ReadonlyMap<string, Settled>,
  signal: CancelSignal,
): Promise<{ readonly settled: SettledBatch; readonly last: bigint | null }> {
  const { edge, queue, session } = parts;
  const statement = pageNamesStatement(queue.table, scope, after, BATCH_LIMITS.rows);
  const [page] = await edge.run([statement], signal);
  const named = readPageNames(page?.rows ?? []);
  const ids = named.map(({ id }) => id);
  const last = named.at(-1)?.seq ?? null;
  if (last === null) return { settled: { applied: [], others: [] }, last };
  const outcomes = readOutcomes((await session.query(outcomesStatement(ids), signal)).rows);
  if (outcomes.areAllApplied && !ids.some((id) => asides.has(id))) {
    return { settled: { applied: named, others: [] }, last };
  }
  const rows = await readRows(parts, scope, after, signal);
  const others = await settledLater(rows, parts, asides, signal);
  return { settled: { applied: [], others }, last: rows.at(-1)?.operation.seq ?? null };
}

function isAside({ verdict, mark }: Settled): boolean {
  const state: Mark['state'] | undefined = mark?.state;
  return verdict.outcome === null || state === 'conflict';
}

/** What the ledger says of rows whose transaction was committed. */
async function settledLater(
  rows: readonly PageRow[],
  { session, catalog }: WriterParts,
  asides: ReadonlyMap<string, Settled>,
  signal: CancelSignal,
): Promise<readonly Settled[]> {
  const { todo, refused } = sortRows(
    rows.map((row) => ({ ...row, isDue: true })),
    catalog,
    new BlockedKeys(),
  );
  const ids = rows.map(({ operation }) => operation.id);
  const answer = await session.query(outcomesStatement(ids), signal);
  const outcomes = readOutcomes(answer.rows);
  const fresh = settle({
    tried: todo,
    aside: { ...nothingAside(), refused: [...refused] },
    outcomes,
    batches: 0n,
  });
  return fresh.map((one) => asides.get(one.verdict.operationId) ?? one);
}

import type { CancelSignal } from '../../core/ports/cancelSignal';
import { BATCH_LIMITS, bytesOf, cutBatches, type Batch } from '../../core/queue/batchCut';
import { pageStatement, readPage } from '../../core/queue/queuePage';
import { TransactionOrder } from '../../core/queue/transactionOrder';
import type { StreamParts } from './transactionWriter';

type PageParts = Pick<StreamParts, 'edge' | 'queue'>;

/** What was read ahead and not taken yet: no more than this and a page. */
const MAX_AHEAD = 1;

/** Goes through the queue once, in order, reading ahead while batches are written. */
export class BatchSource {
  readonly #order = new TransactionOrder(BATCH_LIMITS);
  readonly #ready: Batch[] = [];
  #reading: Promise<void> | null = null;
  #isEnd = false;
  /** Somebody takes what is read, so that more may be. */
  #isAsked = false;
  #isClosed = false;
  #failure: { readonly error: unknown } | null = null;

  /** @param aim rows that a batch should have; asked for each page */
  constructor(
    private readonly parts: PageParts,
    private readonly upTo: bigint | null,
    private readonly aim: () => number,
    private readonly signal: CancelSignal,
  ) {}

  /** Reads one page, before anything is asked for. */
  readFirst(): void {
    if (this.#reading === null && this.cursor === 0n) this.#readOnce();
  }

  /** The last `seq` that was read. */
  get cursor(): bigint {
    return this.#order.cursor;
  }

  /** Looks at the next batch, where it was read. */
  get first(): Batch | null {
    this.#readOn();
    return this.#ready[0] ?? null;
  }

  /** What was read is all that will come. */
  get isOver(): boolean {
    return this.#isEnd || this.#failure !== null;
  }

  /** Nothing more will come. @throws what reading failed by */
  get isEnd(): boolean {
    if (this.#ready.length > 0) return false;
    if (this.#failure !== null) throw this.#failure.error;
    return this.#isEnd;
  }

  /** When `first` or `isEnd` has something new to say; never rejects. */
  async untilReady(): Promise<void> {
    this.#readOn();
    while (this.#ready.length === 0 && this.#reading !== null) await this.#reading;
  }

  take(): Batch | null {
    const batch = this.#ready.shift() ?? null;
    this.#readOn();
    return batch;
  }

  /** These come first again. */
  putBack(batches: readonly Batch[]): void {
    this.#ready.unshift(...batches);
  }

  /** Reads no further. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reading;
  }

  #readOn(): void {
    if (this.#isClosed || this.#isEnd || this.#failure !== null || this.#reading !== null) return;
    if (this.#ready.length >= MAX_AHEAD || bytesAhead(this.#ready) > BATCH_LIMITS.bytes) return;
    this.#isAsked = true;
    this.#readOnce();
  }

  #readOnce(): void {
    this.#reading = this.#read().then(
      () => {
        this.#reading = null;
        if (this.#isAsked) this.#readOn();
      },
      (error: unknown) => {
        this.#reading = null;
        this.#failure = { error };
      },
    );
  }

  async #read(): Promise<void> {
    const { edge, queue } = this.parts;
    const statement = pageStatement({
      queue: queue.table,
      scope: { kind: 'all', skipped: this.#order.skipped, upTo: this.upTo },
      after: this.#order.cursor,
      limits: BATCH_LIMITS,
    });
    const [answer] = await edge.run([statement], this.signal);
    const page = readPage(answer?.rows ?? []);
    this.#ready.push(...cutBatches(this.#order.add(page), BATCH_LIMITS, this.aim()));
    this.#isEnd = page.length === 0;
  }
}

function bytesAhead(batches: readonly Batch[]): number {
  return batches.reduce(
    (sum, batch) => sum + (batch.kind === 'whole' ? bytesOf(batch.rows) : 0),
    0,
  );
}

/** Gives one batch after the other to `write`, which is awaited; false ends it. */
export async function goThrough(
  source: BatchSource,
  write: (batch: Batch) => Promise<boolean>,
): Promise<void> {
  try {
    for (;;) {
      await source.untilReady();
      if (source.isEnd) return;
      const batch = source.take();
      if (batch !== null && !(await write(batch))) return;
    }
  } finally {
    await source.close();
  }
}

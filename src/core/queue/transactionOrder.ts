import { bytesOf, type BatchLimits, type PageRow, type QueueTransaction } from './batchCut';

/** A transaction of which not all rows were read yet. */
interface Held {
  readonly txid: string;
  last: bigint;
  rows: PageRow[] | null;
}

/**
 * Puts rows that come in the order of `seq` together to transactions, and these into the order of their highest `seq`: of two
 * that touch one key the later one has the higher, since it waited for the other's lock. Holds one batch of rows at most.
 */
export class TransactionOrder {
  readonly #held = new Map<string, Held>();
  #cursor = 0n;

  constructor(private readonly limits: BatchLimits) {}

  /** All open rows up to here were read. */
  get cursor(): bigint {
    return this.#cursor;
  }

  /** Transactions whose rows are not worth reading with the pages: they are read by themselves. */
  get skipped(): readonly string[] {
    return [...this.#held.values()].filter(({ rows }) => rows === null).map(({ txid }) => txid);
  }

  /** @returns what is complete now, in order. An empty page is the end: everything that is held comes. */
  add(page: readonly PageRow[]): readonly QueueTransaction[] {
    const before = this.#cursor;
    const ready: QueueTransaction[] = [];
    for (const row of page) {
      const { seq, txid } = row.operation;
      if (txid === null) ready.push({ txid, last: seq, rows: row.hasData ? [row] : null });
      else this.#hold(txid, row, before);
      this.#cursor = seq;
    }
    for (const [txid, { last, rows }] of this.#held) {
      if (page.length > 0 && last > this.#cursor) continue;
      ready.push({ txid, last, rows });
      this.#held.delete(txid);
    }
    this.#letGo();
    return ready.toSorted((a, b) => (a.last < b.last ? -1 : 1));
  }

  #hold(txid: string, row: PageRow, before: bigint): void {
    const held = this.#held.get(txid);
    // Rows that came to light behind the cursor, or that waited there: it has to be read again as a whole.
    const isLate = held === undefined && row.first <= before;
    const known = held ?? { txid, last: row.last, rows: isLate ? null : [] };
    known.last = row.last > known.last ? row.last : known.last;
    if (row.hasData) known.rows?.push(row);
    else known.rows = null;
    this.#held.set(txid, known);
  }

  /** Forgets rows of the largest transactions until the rest fits into a batch. */
  #letGo(): void {
    for (;;) {
      const full = [...this.#held.values()].filter((held) => held.rows !== null);
      const rows = full.flatMap((held) => held.rows ?? []);
      if (rows.length <= this.limits.rows && bytesOf(rows) <= this.limits.bytes) return;
      const largest = full.reduce((a, b) => (weight(a) >= weight(b) ? a : b));
      largest.rows = null;
    }
  }
}

function weight({ rows }: Held): number {
  return rows === null ? 0 : rows.length * 1000 + bytesOf(rows);
}

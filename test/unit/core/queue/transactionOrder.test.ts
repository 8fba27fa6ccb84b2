import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  bytesOf,
  cutBatches,
  type PageRow,
  type QueueTransaction,
} from '../../../../src/core/queue/batchCut';
import { TransactionOrder } from '../../../../src/core/queue/transactionOrder';

interface Written {
  readonly seq: bigint;
  /** `null`: a row of its own. */
  readonly txid: string | null;
  readonly bytes: number;
}

/** Rows of transactions that ran beside each other. */
const written: fc.Arbitrary<readonly Written[]> = fc
  .array(
    fc.record({
      txid: fc.option(fc.integer({ min: 1, max: 8 })),
      bytes: fc.integer({ max: 60, min: 1 }),
    }),
    { maxLength: 120 },
  )
  .map((rows) =>
    rows.map(({ txid, bytes }, index) => ({
      seq: BigInt(index + 1),
      txid: txid === null ? null : String(txid),
      bytes,
    })),
  );

const LIMITS = { rows: 12, bytes: 300 };

/** Reads all of them in pages as the statement would. @param size rows a page */
function readAll(rows: readonly Written[], size: number): readonly QueueTransaction[] {
  const order = new TransactionOrder(LIMITS);
  const all: QueueTransaction[] = [];
  for (;;) {
    const { cursor, skipped } = order;
    const page = rows
      .filter(({ seq, txid }) => seq > cursor && (txid === null || !skipped.includes(txid)))
      .slice(0, size);
    all.push(...order.add(page.map((row) => pageRow(row, rows))));
    const held = order.skipped.length;
    assert.ok(held <= 8);
    if (page.length === 0) return all;
  }
}

function pageRow({ seq, txid, bytes }: Written, rows: readonly Written[]): PageRow {
  const own = txid === null ? [] : rows.filter((row) => row.txid === txid);
  return {
    operation: {
      id: String(seq),
      seq,
      txid,
      table: { schema: 'public', name: 't' },
      operation: 'INSERT',
      writtenBy: 'trigger',
      key: '{}',
      data: '{}',
      oldData: null,
      bytes,
      attempts: 0,
      createdAt: '0',
    },
    hasData: true,
    isDue: true,
    first: own[0]?.seq ?? seq,
    last: own.at(-1)?.seq ?? seq,
  };
}

describe('TransactionOrder', () => {
  it('gives every transaction once, whole or to be read by itself, by its highest seq', () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 1, max: 20 }), (rows, size) => {
        const all = readAll(rows, size);
        const lasts = new Map<string, bigint>();
        for (const { txid, seq } of rows) lasts.set(txid ?? `row ${seq}`, seq);
        const expected = [...lasts].toSorted(([, a], [, b]) => (a < b ? -1 : 1));
        assert.deepEqual(
          all.map(({ txid, last }) => [txid ?? `row ${last}`, last]),
          expected,
        );
        for (const { txid, rows: held } of all) {
          if (held === null || txid === null) continue;
          const own = rows.filter((row) => row.txid === txid).map(({ seq }) => seq);
          assert.deepEqual(
            held.map(({ operation }) => operation.seq),
            own,
          );
        }
      }),
    );
  });

  it('reads a transaction anew that came to light behind the cursor', () => {
    const order = new TransactionOrder(LIMITS);
    const early: Written = { seq: 3n, txid: '7', bytes: 1 };
    const late: Written = { seq: 8n, txid: '7', bytes: 1 };
    const between: Written = { seq: 5n, txid: null, bytes: 1 };
    assert.equal(order.add([pageRow(between, [between])]).length, 1);
    const [found] = order.add([pageRow(late, [early, late])]);
    assert.deepEqual(found, { txid: '7', last: 8n, rows: null });
  });
});

describe('cutBatches', () => {
  it('keeps order and transactions, and no batch is larger than allowed', () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 1, max: 12 }), (rows, aim) => {
        const transactions = readAll(rows, 7);
        const batches = cutBatches(transactions, LIMITS, aim);
        const order: string[] = [];
        for (const batch of batches) {
          if (batch.kind === 'streamed') {
            order.push(String(batch.transaction.last));
            continue;
          }
          assert.ok(batch.rows.length <= LIMITS.rows);
          assert.ok(bytesOf(batch.rows) <= LIMITS.bytes);
          const own = transactions.filter(
            (transaction) => transaction.rows?.some((row) => batch.rows.includes(row)) === true,
          );
          // Whole transactions, and more than the aim only where one alone has more.
          assert.equal(
            own.reduce((sum, transaction) => sum + (transaction.rows?.length ?? 0), 0),
            batch.rows.length,
          );
          assert.ok(batch.rows.length <= aim || own.length === 1);
          order.push(...own.map(({ last }) => String(last)));
        }
        assert.deepEqual(
          order,
          transactions.map(({ last }) => String(last)),
        );
      }),
    );
  });
});

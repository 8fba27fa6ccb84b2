import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Answer } from '../../core/ports/drainGateway';
import { bytesOf, type PageRow } from '../../core/queue/batchCut';
import { BlockedKeys } from '../../core/queue/blockedKeys';
import { beginBatchStatement, countBatchStatement } from '../../core/queue/primaryStatements';
import { sentAtOnce } from '../../core/queue/sentAtOnce';
import { LastOperations } from '../../core/queue/waves';
import {
  batchStatements,
  outcomesOf,
  sortBatch,
  type BatchResult,
  type BatchWriter,
  type SortedBatch,
} from './batchWriter';
import { applyStatements, type SetAside } from './pageApplier';

/** What is on its way is held here until it is answered. */
const MAX_SENT_BYTES = 2_000_000;

interface SentBatch {
  readonly rows: readonly PageRow[];
  readonly bytes: number;
  readonly sorted: SortedBatch;
  readonly blocked: BlockedKeys;
  /** Number among the last operations. */
  readonly number: number;
  /** `null`: every row has to wait, so nothing was sent. */
  readonly answers: Promise<readonly Answer[]> | null;
  isAnswered: boolean;
  /** Counter after it. */
  readonly batches: bigint;
}

/** What became of the first batch that was on its way. */
export type Arrival =
  | { readonly kind: 'written'; readonly result: BatchResult }
  | { readonly kind: 'waiting'; readonly aside: SetAside }
  /** It was not done, and neither was any that had been sent after it. */
  | {
      readonly kind: 'failed';
      readonly failure: Error;
      readonly rows: readonly PageRow[];
      readonly later: readonly (readonly PageRow[])[];
    };

/**
 * Batches on their way to the primary, several at a time, each a transaction that takes effect only where the one before it was committed.
 * An operation stands behind those on its key that were sent before: where one of them becomes a conflict, it is left alone.
 */
export class BatchPipeline {
  #sent: SentBatch[] = [];
  #last = new LastOperations();
  #after: string | null = null;

  readonly #most: number;

  /** @param roundTripMs to the primary */
  constructor(
    private readonly writer: BatchWriter,
    roundTripMs: number,
  ) {
    this.#most = sentAtOnce(roundTripMs);
  }

  get isEmpty(): boolean {
    return this.#sent.length === 0;
  }

  /** Whether one more may be sent before the first is answered. One whose keys cannot be told goes alone. */
  hasRoom(rows: readonly PageRow[], most = this.#most): boolean {
    if (this.isEmpty) return true;
    if (this.#sent.length >= most) return false;
    const bytes = this.#sent.reduce((sum, sent) => sum + sent.bytes, bytesOf(rows));
    return bytes <= MAX_SENT_BYTES && !this.#sent.some(({ sorted }) => isUnclear(sorted));
  }

  /** @returns false where they have to wait until nothing is on its way */
  send(rows: readonly PageRow[], signal: CancelSignal): boolean {
    const { catalog, facts, session } = this.writer.parts;
    const previous = this.#sent.at(-1);
    const blocked = new BlockedKeys(previous?.blocked ?? this.writer.blocked);
    const sorted = sortBatch(rows, catalog, blocked);
    if (previous !== undefined && isUnclear(sorted)) return false;
    const from = previous?.batches ?? this.writer.batches;
    const number = this.#last.begin();
    const sent = { rows, bytes: bytesOf(rows), sorted, blocked, number };
    if (sorted.ids.length === 0) {
      this.#sent.push({ ...sent, answers: null, isAnswered: true, batches: from });
      return true;
    }
    const isFirst = this.#sent.every(({ answers }) => answers === null);
    const turn = this.writer.turn(from, isFirst ? null : this.#after);
    this.#after = turn.name;
    const applying = applyStatements(sorted.todo, catalog, facts, this.#last);
    const answers = session.queryAll(
      [beginBatchStatement, countBatchStatement(turn), ...batchStatements(sorted, applying, facts)],
      signal,
    );
    const batches = turn.counts ? from + 1n : from;
    const flying: SentBatch = { ...sent, answers, isAnswered: false, batches };
    void answers.then(() => {
      flying.isAnswered = true;
    });
    this.#sent.push(flying);
    return true;
  }

  get isAnswered(): boolean {
    return this.#sent[0]?.isAnswered === true;
  }

  /** When the first one is answered; never rejects. */
  async untilAnswered(): Promise<void> {
    await this.#sent[0]?.answers;
  }

  /** Takes the first one out, once it is answered. */
  async next(): Promise<Arrival | null> {
    const first = this.#sent.shift();
    if (first === undefined) return null;
    const { sorted, blocked, batches, number, rows } = first;
    const answers = await first.answers;
    let arrival: Arrival = { kind: 'waiting', aside: sorted.aside };
    if (answers !== null) {
      try {
        const outcomes = outcomesOf(answers, sorted, blocked);
        this.writer.batches = batches;
        const { todo: tried, aside } = sorted;
        arrival = { kind: 'written', result: { tried, aside, outcomes, batches } };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return { kind: 'failed', failure: error, rows, later: await this.#giveUp() };
      }
    }
    this.writer.blocked.take(blocked);
    this.#sent[0]?.blocked.standOn(this.writer.blocked);
    this.#last.forget(number);
    return arrival;
  }

  /** Waits until every one that was sent is refused. */
  async #giveUp(): Promise<readonly (readonly PageRow[])[]> {
    const later = this.#sent;
    this.#sent = [];
    this.#last = new LastOperations();
    for (const { answers } of later) await answers;
    return later.map(({ rows }) => rows);
  }
}

function isUnclear({ todo }: SortedBatch): boolean {
  return todo.some(({ touches }) => touches === null);
}

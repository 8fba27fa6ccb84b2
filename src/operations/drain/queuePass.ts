import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { SqlStatement } from '../../core/ports/sqlSession';
import { BATCH_LIMITS, type Batch, type PageRow } from '../../core/queue/batchCut';
import { BlockedKeys } from '../../core/queue/blockedKeys';
import { markStatement } from '../../core/queue/edgeStatements';
import { numberOrNull } from '../../core/queue/rowValues';
import { onlyRow } from './answers';
import { BatchPipeline } from './batchPipeline';
import { BatchWriter, type BatchResult } from './batchWriter';
import type { DrainJob } from './drainJob';
import { BatchSource } from './drainPass';
import { noteAside, withKeys } from './edgeKeys';
import type { DrainTally } from './drainTally';
import { writeMetric } from './finish';
import type { SetAside } from './pageApplier';
import { settleBatch, settleWaiting, type Settled, type SettledBatch } from './settled';
import { writeStreamed, type StreamParts } from './transactionWriter';

/** A batch that takes longer is followed by smaller ones, one that is quick by larger ones. */
const AIM_MS = 5_000;
const METRIC_MS = 60_000;
/** Batches that the primary has committed and the edge has not marked yet. */
const MAX_UNMARKED = 1;

/** What outlives a pass. */
export interface DrainPace {
  /** Rows that a batch should have. */
  aim: number;
  metricAtMs: number;
  /** When operations were marked last: a drain that gets on is never given up. */
  progressAtMs: number;
}

export interface PassParts {
  readonly stream: StreamParts;
  readonly job: DrainJob;
  readonly tally: DrainTally;
  readonly pace: DrainPace;
  /** Called when operations were marked. */
  readonly onMarked: () => void;
}

/**
 * Goes through the queue once: reads ahead on the edge, has several batches on their way to the primary, and marks on the edge what the
 * ledger says of those that were committed. What was applied and not marked, whatever happened, is sent again, and known by the ledger.
 */
export class QueuePass {
  readonly #source: BatchSource;
  readonly #writer: BatchWriter;
  readonly #pipeline: BatchPipeline;
  #marks: Promise<void>[] = [];
  /** What is on its way to the primary is waited for, and nothing more is sent. */
  #hasLostEdge = false;
  #beganMs: number;

  /**
   * @param upTo last `seq` that is looked at
   * @param ahead what was read of it already
   * @param counter the edge's on the primary
   */
  constructor(
    private readonly parts: PassParts,
    { upTo, ahead }: { readonly upTo: bigint | null; readonly ahead: BatchSource | null },
    counter: bigint,
    private readonly signal: CancelSignal,
  ) {
    const { stream, job, pace } = parts;
    const aim = (): number => (job.isStrict ? 1 : pace.aim);
    this.#source = ahead ?? new BatchSource(stream, upTo, aim, signal);
    this.#writer = new BatchWriter(stream, counter, new BlockedKeys());
    this.#pipeline = new BatchPipeline(this.#writer, stream.roundTripMs);
    this.#beganMs = stream.clock.monotonicMs();
  }

  /** Counter of the edge on the primary. */
  get batches(): bigint {
    return this.#writer.batches;
  }

  /** @returns the last `seq` that was read @throws whatever ends it; what was committed by then is marked where the edge can be reached */
  async run(): Promise<bigint> {
    try {
      await noteAside(this.#writer.blocked, this.parts.stream, this.signal);
      while (await this.#step());
      await this.#allMarked();
      return this.#source.cursor;
    } finally {
      await this.#source.close();
      await Promise.allSettled(this.#marks);
    }
  }

  /** @returns false when it has ended */
  async #step(): Promise<boolean> {
    if (this.#marks.length > MAX_UNMARKED) await this.#marks[0]?.catch(() => undefined);
    if (!this.#hasLostEdge) await this.#fill();
    if (this.#pipeline.isEmpty) {
      if (this.#hasLostEdge) await this.#allMarked();
      await this.#source.untilReady();
      if (this.#source.isEnd) return false;
      const batch = this.#source.first;
      if (batch?.kind !== 'streamed') return true;
      this.#source.take();
      return this.#stream(batch);
    }
    if (this.#pipeline.isAnswered) return this.#arrive();
    const answered = this.#pipeline.untilAnswered();
    const mayFill = !this.#hasLostEdge && this.#source.first === null && !this.#source.isOver;
    await (mayFill ? Promise.race([answered, this.#source.untilReady()]) : answered);
    return true;
  }

  /** Sends what has been read, as far as there is room. */
  async #fill(): Promise<void> {
    const { job, pace } = this.parts;
    const isOneByOne = job.isStrict || pace.aim < BATCH_LIMITS.rows;
    for (;;) {
      const batch = this.#source.first;
      if (batch?.kind !== 'whole') return;
      if (!this.#pipeline.hasRoom(batch.rows, isOneByOne ? 1 : undefined)) return;
      const rows = await this.#know(batch.rows);
      if (this.#pipeline.isEmpty) this.#beganMs = this.#nowMs;
      if (!this.#pipeline.send(rows, this.signal)) return;
      this.#source.take();
    }
  }

  async #arrive(): Promise<boolean> {
    const before = this.#setAside;
    const arrival = await this.#pipeline.next();
    switch (arrival?.kind) {
      case 'written':
        this.#note(arrival.result);
        break;
      case 'waiting':
        this.#note(arrival.aside);
        break;
      case 'failed': {
        const { failure, rows, later } = arrival;
        this.#source.putBack(later.map((one): Batch => ({ kind: 'whole', rows: one })));
        const all = await this.#writer.write(rows, this.signal, failure);
        for (const result of all) this.#note(result);
        break;
      }
      case undefined:
        break;
    }
    this.#adapt();
    await this.#writeMetric();
    return this.#goesOn(before);
  }

  async #stream({ transaction }: Extract<Batch, { readonly kind: 'streamed' }>): Promise<boolean> {
    const before = this.#setAside;
    await this.#allMarked();
    const mark = (settled: SettledBatch): Promise<void> =>
      this.#mark(settled, this.#writer.batches);
    await this.#know([]);
    await writeStreamed(transaction, this.#writer, this.parts.stream, mark, this.signal);
    await this.#writeMetric();
    return this.#goesOn(before);
  }

  /** In strict order nothing goes on behind an operation that was set aside. */
  async #goesOn(setAsideBefore: number): Promise<boolean> {
    if (!this.parts.job.isStrict) return true;
    await this.#allMarked();
    return this.#setAside === setAsideBefore;
  }

  get #setAside(): number {
    const { conflicts, dead, waiting } = this.parts.tally.counts;
    return conflicts + dead + waiting;
  }

  /** @returns them with their keys, where these are not told by themselves */
  async #know(rows: readonly PageRow[]): Promise<readonly PageRow[]> {
    const { stream } = this.parts;
    const tables = rows.map(({ operation }) => operation.table);
    await stream.catalog.know(tables, this.signal);
    return withKeys(rows, stream, this.signal);
  }

  #note(result: BatchResult | SetAside): void {
    if (!('outcomes' in result)) {
      this.parts.tally.add(0, result.waiting.map(settleWaiting), null);
      return;
    }
    const mark = this.#mark(settleBatch(result), result.batches);
    this.#marks.push(mark);
    // A failure is told by `#allMarked`.
    const forget = (): void => {
      this.#marks = this.#marks.filter((one) => one !== mark);
    };
    mark.then(forget, () => {
      this.#hasLostEdge = true;
    });
  }

  /** Marks rows, after those that were committed before them. */
  #mark({ applied, others }: SettledBatch, batches: bigint): Promise<void> {
    const marks = others.flatMap(({ mark }) => (mark === null ? [] : [mark]));
    const statement = markStatement(this.parts.job.queue.table, applied, marks, batches);
    return this.#sendMarks(statement, batches, applied.length, others);
  }

  /** The rows themselves are let go of. */
  async #sendMarks(
    statement: SqlStatement,
    batches: bigint,
    applied: number,
    others: readonly Settled[],
  ): Promise<void> {
    const { stream, tally, pace, onMarked } = this.parts;
    const [answer] = await stream.edge.run([statement], this.signal);
    this.#writer.noted = batches;
    tally.add(applied, others, numberOrNull(onlyRow(answer), 'latencyMs'));
    if (applied > 0 || others.some(({ mark }) => mark !== null)) pace.progressAtMs = this.#nowMs;
    onMarked();
  }

  async #allMarked(): Promise<void> {
    await Promise.all(this.#marks);
  }

  /** On the same session as the batches, so never within one. */
  async #writeMetric(): Promise<void> {
    const { stream, job, tally, pace } = this.parts;
    const nowMs = this.#nowMs;
    if (nowMs - pace.metricAtMs < METRIC_MS) return;
    pace.metricAtMs = nowMs;
    await writeMetric(stream.edge, stream.session, stream.facts.edgeId, job, tally, this.signal);
  }

  #adapt(): void {
    const { pace } = this.parts;
    const tookMs = this.#nowMs - this.#beganMs;
    this.#beganMs = this.#nowMs;
    if (tookMs > AIM_MS) pace.aim = Math.max(1, Math.floor(pace.aim / 2));
    else if (tookMs < AIM_MS / 4) pace.aim = Math.min(BATCH_LIMITS.rows, pace.aim * 2);
  }

  get #nowMs(): number {
    return this.parts.stream.clock.monotonicMs();
  }
}

import { isServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Clock } from '../../core/ports/clock';
import type { Answer, DrainSession } from '../../core/ports/drainGateway';
import type { SqlStatement } from '../../core/ports/sqlSession';
import {
  batchOutcomesStatement,
  outcomesStatement,
  readOutcomes,
  refusalStatements,
  type Outcomes,
} from '../../core/queue/applyOutcomes';
import type { BatchFacts, ResolvedOperation } from '../../core/queue/applyTypes';
import type { PageRow } from '../../core/queue/batchCut';
import { BlockedKeys } from '../../core/queue/blockedKeys';
import { isDrift, meaningOf } from '../../core/queue/operationFailure';
import {
  beginBatchStatement,
  countBatchStatement,
  type BatchTurn,
} from '../../core/queue/primaryStatements';
import { pause } from '../pause';
import { firstFailure, results } from './answers';
import type { Catalog } from './catalog';
import {
  applyCarefully,
  applyStatements,
  CatalogMoved,
  nothingAside,
  type SetAside,
} from './pageApplier';
import { sortRows } from './sortRows';

/** What a batch came to, once the primary has committed it. */
export interface BatchResult {
  /** Operations that were tried, in the order of the queue. */
  readonly tried: readonly ResolvedOperation[];
  readonly aside: SetAside;
  /** What the ledger says of them. */
  readonly outcomes: Outcomes;
  /** Counter of the edge on the primary. */
  readonly batches: bigint;
}

export interface WriterParts {
  readonly session: DrainSession;
  readonly facts: BatchFacts;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Somebody else has drained this edge meanwhile: what is to be done has to be looked at anew. */
export class CounterMoved extends Error {
  override readonly name = 'CounterMoved';
}

export const COMMIT: SqlStatement = { text: 'COMMIT' };
export const ROLLBACK: SqlStatement = { text: 'ROLLBACK' };
/** What waits until COMMIT fails where it is written instead, so that the operation at fault is known. */
const IMMEDIATELY: SqlStatement = { text: 'SET CONSTRAINTS ALL IMMEDIATE' };

const MAX_TRIES = 5;
const FIRST_WAIT_MS = 40;
const DIVISION_BY_ZERO = '22012';

/** One of several transactions of the edge is refused as a whole, when they are committed: each has to be tried by itself. */
class HasToBeParted extends Error {
  override readonly name = 'HasToBeParted';
}

/** How a batch is tried. Each failure leads to another way, so that none is tried for ever. */
interface Way {
  readonly mayPart: boolean;
  tries: number;
  isCareful: boolean;
  isImmediate: boolean;
  isFresh: boolean;
}

/** Applies pages on the primary, each in one transaction of its own. */
export class BatchWriter {
  /** What the edge has noted of the counter. */
  noted: bigint;
  #serial = 0;
  #counting = false;

  /** @param batches the edge's counter on the primary, which the edge has noted */
  constructor(
    readonly parts: WriterParts,
    public batches: bigint,
    readonly blocked: BlockedKeys,
  ) {
    this.noted = batches;
  }

  /**
   * Several transactions of the edge are one of the primary, unless it refuses them together: what is checked at COMMIT does not tell which
   * of them is to blame.
   * @param failure what an attempt of theirs has come to already
   * @returns one for each transaction of the primary; a `SetAside` where every row has to wait: nothing was sent
   * @throws ServerFailure of connection, resources or server: nothing was done, or, where COMMIT was not answered, the ledger knows;
   *   CounterMoved
   */
  async write(
    rows: readonly PageRow[],
    signal: CancelSignal,
    failure: Error | null = null,
  ): Promise<readonly (BatchResult | SetAside)[]> {
    const attempt = (way: Readonly<Way>, blocked: BlockedKeys): Promise<BatchResult | SetAside> =>
      this.#attempt(rows, way, blocked, signal);
    const transactions = transactionsOf(rows);
    try {
      return [await this.inWays(signal, attempt, failure, transactions.length > 1)];
    } catch (error) {
      if (!(error instanceof HasToBeParted)) throw error;
    }
    const all: (BatchResult | SetAside)[] = [];
    for (const transaction of transactions) all.push(...(await this.write(transaction, signal)));
    return all;
  }

  /**
   * Tries until it works, or fails for good. What an attempt set aside counts only if it stands.
   * @param mayPart whether what the primary refuses as a whole is given back, to be tried in parts (`HasToBeParted`)
   */
  async inWays<T>(
    signal: CancelSignal,
    attempt: (way: Readonly<Way>, blocked: BlockedKeys) => Promise<T>,
    failure: Error | null = null,
    mayPart = false,
  ): Promise<T> {
    const way: Way = { mayPart, tries: 0, isCareful: false, isImmediate: false, isFresh: false };
    if (failure !== null) await this.#choose(way, failure, signal);
    for (;;) {
      const blocked = new BlockedKeys(this.blocked);
      try {
        const result = await attempt(way, blocked);
        this.blocked.take(blocked);
        return result;
      } catch (error) {
        await this.#choose(way, error, signal);
      }
    }
  }

  /** Changes the way so that the next attempt gets further. @throws the error where there is no other way */
  async #choose(way: Way, error: unknown, signal: CancelSignal): Promise<void> {
    const isMoved = error instanceof CatalogMoved;
    if (!isMoved && !isServerFailure(error)) throw error;
    if (isMoved || isDrift(error.facts)) {
      if (way.isFresh && way.isCareful) throw error;
      way.isCareful ||= way.isFresh;
      way.isFresh = true;
      await this.parts.catalog.read(signal);
      return;
    }
    const meaning = meaningOf(error.facts);
    if (meaning === 'transient' && way.tries < MAX_TRIES) {
      way.tries += 1;
      const waitMs = FIRST_WAIT_MS * 2 ** way.tries * (0.5 + this.parts.random());
      await pause(this.parts.clock, waitMs, signal);
      return;
    }
    if (meaning !== 'operation' || way.isImmediate) throw error;
    if (way.isCareful && way.mayPart) throw new HasToBeParted();
    way.isImmediate = way.isCareful;
    way.isCareful = true;
  }

  async #attempt(
    rows: readonly PageRow[],
    way: Readonly<Way>,
    blocked: BlockedKeys,
    signal: CancelSignal,
  ): Promise<BatchResult | SetAside> {
    const { catalog, facts, session } = this.parts;
    const { todo, aside, ids } = sortBatch(rows, catalog, blocked);
    if (ids.length === 0) return aside;
    if (!way.isCareful) {
      const statements = [
        ...this.#beginning(way),
        ...batchStatements({ todo, aside, ids }, applyStatements(todo, catalog, facts), facts),
      ];
      const answers = await session.queryAll(statements, signal);
      return this.#committed(answers, todo, ids, aside, blocked);
    }
    return this.inTransaction(way, signal, async () => {
      const parts = { session, facts, catalog, blocked, aside };
      await applyCarefully(todo, parts, way.isFresh, signal);
      const ending = [...refusalStatements(aside.refused, facts), outcomesStatement(ids), COMMIT];
      const answers = await session.queryAll(ending, signal);
      return this.#committed(answers, todo, ids, aside, blocked);
    });
  }

  /** Opens a transaction for the work, which ends it; where it fails, it is rolled back. */
  async inTransaction<T>(
    way: Readonly<Way>,
    signal: CancelSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    const { session } = this.parts;
    try {
      const failed = firstFailure(await session.queryAll(this.#beginning(way), signal));
      if (failed !== null) throw asMoved(failed);
      return await work();
    } catch (error) {
      if (!session.isClosed) await session.queryAll([ROLLBACK]);
      throw error;
    }
  }

  #beginning({ isImmediate }: Readonly<Way>): readonly SqlStatement[] {
    const turn = this.turn(this.batches, null);
    this.#counting = turn.counts;
    return [beginBatchStatement, countBatchStatement(turn), ...(isImmediate ? [IMMEDIATELY] : [])];
  }

  /** @param from what the counter will be before it. The edge falls behind by one at most: else it would be taken for a copy. */
  turn(from: bigint, after: string | null): BatchTurn {
    this.#serial += 1;
    const name = String(this.#serial);
    const { edgeId } = this.parts.facts;
    return { edgeId, from, counts: from === this.noted, after, name };
  }

  /** What was begun here has been committed. */
  hasCommitted(): void {
    if (this.#counting) this.batches += 1n;
  }

  #committed(
    answers: readonly Answer[],
    tried: readonly ResolvedOperation[],
    ids: readonly string[],
    aside: SetAside,
    blocked: BlockedKeys,
  ): BatchResult {
    const outcomes = outcomesOf(answers, { todo: tried, aside, ids }, blocked);
    this.hasCommitted();
    return { tried, aside, outcomes, batches: this.batches };
  }
}

/** Rows of the same transaction of the edge stand together; each of an application's own that names none is one. */
function transactionsOf(rows: readonly PageRow[]): readonly (readonly PageRow[])[] {
  const all: PageRow[][] = [];
  let txid: string | null = null;
  for (const row of rows) {
    const last = all.at(-1);
    if (last !== undefined && txid !== null && row.operation.txid === txid) last.push(row);
    else all.push([row]);
    txid = row.operation.txid;
  }
  return all;
}

/** Rows of a batch as they are sent. */
export interface SortedBatch {
  readonly todo: readonly ResolvedOperation[];
  readonly aside: SetAside;
  /** Of all that the ledger is asked for; empty: nothing is to be sent. */
  readonly ids: readonly string[];
}

export function sortBatch(
  rows: readonly PageRow[],
  catalog: Catalog,
  blocked: BlockedKeys,
): SortedBatch {
  const { todo, refused, waiting } = sortRows(rows, catalog, blocked);
  const aside: SetAside = { ...nothingAside(), refused: [...refused], waiting: [...waiting] };
  return { todo, aside, ids: [...todo, ...refused].map(({ source }) => source.id) };
}

/** What follows the beginning of a batch that is sent at once. */
export function batchStatements(
  { aside, ids }: SortedBatch,
  applying: readonly SqlStatement[],
  facts: BatchFacts,
): readonly SqlStatement[] {
  return [
    ...applying,
    ...refusalStatements(aside.refused, facts),
    batchOutcomesStatement(ids),
    COMMIT,
  ];
}

/** What the ledger said, of a batch that was committed. @throws what it failed by */
export function outcomesOf(
  answers: readonly Answer[],
  { todo, aside }: SortedBatch,
  blocked: BlockedKeys,
): BatchResult['outcomes'] {
  const failed = firstFailure(answers);
  if (failed !== null) throw asMoved(failed);
  const outcomes = readOutcomes(results(answers).at(-2)?.rows ?? []);
  blockUndone(todo, outcomes, blocked, aside);
  return outcomes;
}

/** What comes later on the key of an operation that waits for a person, or was not done, waits as well. */
export function blockUndone(
  tried: readonly ResolvedOperation[],
  outcomes: Outcomes,
  blocked: BlockedKeys,
  aside: SetAside,
): void {
  if (outcomes.areAllApplied) return;
  const known = new Set(
    [...aside.deferred, ...aside.refused, ...aside.waiting].map(({ source }) => source.id),
  );
  for (const operation of tried) {
    const { source, keyText } = operation;
    const outcome = outcomes.get(source.id)?.outcome;
    if (outcome !== undefined && outcome !== 'conflict') continue;
    if (outcome === undefined && !known.has(source.id) && blocked.has(source, operation)) {
      aside.waiting.push({ source, keyText });
    }
    blocked.add(source, operation);
  }
}

/** @param counting which statement counts: nothing else of ours divides */
export function asMoved(
  { index, failure }: NonNullable<ReturnType<typeof firstFailure>>,
  counting = 1,
): Error {
  const isMoved = index === counting && failure.facts.sqlstate === DIVISION_BY_ZERO;
  return isMoved ? new CounterMoved() : failure;
}

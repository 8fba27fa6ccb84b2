import { isServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Clock } from '../../core/ports/clock';
import type { Answer, DrainSession } from '../../core/ports/drainGateway';
import type { SqlStatement } from '../../core/ports/sqlSession';
import { outcomesStatement, readOutcomes, refusalStatements } from '../../core/queue/applyOutcomes';
import type { BatchFacts, LedgerEntry, ResolvedOperation } from '../../core/queue/applyTypes';
import type { PageRow } from '../../core/queue/batchCut';
import { BlockedKeys } from '../../core/queue/blockedKeys';
import { isDrift, meaningOf } from '../../core/queue/operationFailure';
import { beginBatchStatement, countBatchStatement } from '../../core/queue/primaryStatements';
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
  readonly outcomes: ReadonlyMap<string, LedgerEntry>;
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

/** How a batch is tried. Each failure leads to another way, so that none is tried for ever. */
interface Way {
  tries: number;
  isCareful: boolean;
  isImmediate: boolean;
  isFresh: boolean;
}

/** Applies pages on the primary, each in one transaction of its own. */
export class BatchWriter {
  constructor(
    private readonly parts: WriterParts,
    public batches: bigint,
    private readonly blocked: BlockedKeys,
  ) {}

  /**
   * @returns `null` where every row has to wait: nothing was sent
   * @throws ServerFailure of connection, resources or server: nothing was done, or, where COMMIT was not answered, the ledger knows;
   *   CounterMoved
   */
  async write(rows: readonly PageRow[], signal: CancelSignal): Promise<BatchResult | SetAside> {
    return this.inWays(signal, (way, blocked) => this.#attempt(rows, way, blocked, signal));
  }

  /** Tries until it works, or fails for good. What an attempt set aside counts only if it stands. */
  async inWays<T>(
    signal: CancelSignal,
    attempt: (way: Readonly<Way>, blocked: BlockedKeys) => Promise<T>,
  ): Promise<T> {
    const way: Way = { tries: 0, isCareful: false, isImmediate: false, isFresh: false };
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
    const { todo, refused, waiting } = sortRows(rows, catalog, blocked);
    const aside: SetAside = { ...nothingAside(), refused: [...refused], waiting: [...waiting] };
    if (todo.length === 0 && refused.length === 0) return aside;
    const ids = [...todo, ...refused].map(({ source }) => source.id);
    if (!way.isCareful) {
      const answers = await session.queryAll(
        [
          ...this.#beginning(way),
          ...applyStatements(todo, catalog, facts),
          ...refusalStatements(refused, facts),
          outcomesStatement(ids),
          COMMIT,
        ],
        signal,
      );
      return this.#committed(answers, todo, aside, blocked);
    }
    return this.inTransaction(way, signal, async () => {
      const parts = { session, facts, catalog, blocked, aside };
      await applyCarefully(todo, parts, way.isFresh, signal);
      const ending = [...refusalStatements(aside.refused, facts), outcomesStatement(ids), COMMIT];
      return this.#committed(await session.queryAll(ending, signal), todo, aside, blocked);
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
    const { facts } = this.parts;
    return [
      beginBatchStatement,
      countBatchStatement(facts.edgeId, this.batches),
      ...(isImmediate ? [IMMEDIATELY] : []),
    ];
  }

  #committed(
    answers: readonly Answer[],
    tried: readonly ResolvedOperation[],
    aside: SetAside,
    blocked: BlockedKeys,
  ): BatchResult {
    const failed = firstFailure(answers);
    if (failed !== null) throw asMoved(failed);
    this.batches += 1n;
    const ledger = results(answers).at(-2);
    const outcomes = readOutcomes(ledger?.rows ?? []);
    blockUndone(tried, outcomes, blocked);
    return { tried, aside, outcomes, batches: this.batches };
  }
}

/** What comes later on the key of an operation that waits for a person, or was not done, was perhaps read already. */
export function blockUndone(
  tried: readonly ResolvedOperation[],
  outcomes: ReadonlyMap<string, LedgerEntry>,
  blocked: BlockedKeys,
): void {
  for (const operation of tried) {
    const outcome = outcomes.get(operation.source.id)?.outcome ?? 'conflict';
    if (outcome === 'conflict') blocked.add(operation.source, operation);
  }
}

/** The counter's statement comes second; nothing else of ours divides. */
function asMoved({ index, failure }: NonNullable<ReturnType<typeof firstFailure>>): Error {
  return index === 1 && failure.facts.sqlstate === DIVISION_BY_ZERO ? new CounterMoved() : failure;
}

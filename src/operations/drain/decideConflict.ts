import { isServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DrainSession } from '../../core/ports/drainGateway';
import type { ChoiceResult, ConflictChoice, ConflictDetails } from '../../core/queue/conflict';
import { notedConflictStatement, readNotedConflict } from '../../core/queue/conflictStatements';
import {
  lockEdgeStatement,
  markDecidedStatement,
  noteDecisionStatement,
  settleStatement,
  unknownColumns,
  writeStatement,
} from '../../core/queue/conflictWrite';
import { textOrNull } from '../../core/queue/rowValues';
import { formatTableName } from '../../core/tableName';
import {
  isAboutValues,
  readConflictOf,
  readQueuedConflictOf,
  withPrimaryForms,
  type FoundConflict,
} from './conflictReader';
import type { QueueEnds, QueueSessions } from './queueSessions';

/** What a transaction on the primary ended with; `again`: its row is another one now. */
type WriteResult =
  | { readonly kind: 'written' | 'decidedBefore' | 'again' }
  | Extract<ChoiceResult, { kind: 'refused' }>;

const DECIDED: readonly string[] = ['decided', 'dropped'];

/** Carries out one choice: one transaction on the primary, then the edge's row is marked. */
export class DecideConflict {
  constructor(
    private readonly sessions: QueueSessions,
    private readonly ends: QueueEnds,
    private readonly shown: ConflictDetails,
    private readonly choice: ConflictChoice,
  ) {}

  async run(signal: CancelSignal): Promise<ChoiceResult> {
    const { sessions, ends } = this;
    return sessions.writing(ends, 'edge', signal, async (edge) => {
      const { operationId } = this.shown;
      const conflict = await readQueuedConflictOf(edge, ends.queue, operationId, signal);
      if (conflict === null) return { kind: 'gone' };
      return sessions.writing(ends, 'primary', signal, async (primary) => {
        const found = await readConflictOf(primary, conflict, ends.queue, {
          isLocked: false,
          signal,
        });
        const result = await this.#write(primary, found, signal);
        if (result.kind === 'refused') return result;
        if (result.kind === 'again') return this.#changedAgain(primary, found, signal);
        await edge.query(markDecidedStatement(ends.queue.table, operationId), signal);
        return { kind: result.kind === 'written' ? 'done' : 'gone' };
      });
    });
  }

  async #changedAgain(
    primary: DrainSession,
    { conflict }: FoundConflict,
    signal: CancelSignal,
  ): Promise<ChoiceResult> {
    const { queue } = this.ends;
    const now = await readConflictOf(primary, conflict, queue, { isLocked: false, signal });
    return { kind: 'changedAgain', details: await withPrimaryForms(primary, now, signal) };
  }

  async #write(
    primary: DrainSession,
    found: FoundConflict,
    signal: CancelSignal,
  ): Promise<WriteResult> {
    const refusal = this.#refusalOf(found);
    if (refusal !== null) return refusal;
    await primary.query({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE' }, signal);
    let result: WriteResult;
    try {
      result = await this.#writeInside(primary, found, signal);
    } catch (error) {
      if (!isServerFailure(error) || !isAboutValues(error.facts.sqlstate)) throw error;
      const { sqlstate, serverMessage, text } = error.facts;
      result = { kind: 'refused', sqlstate, message: serverMessage ?? text };
    }
    if (result.kind !== 'written') {
      await primary.query({ text: 'ROLLBACK' }, signal);
      return result;
    }
    try {
      await primary.query({ text: 'COMMIT' }, signal);
    } catch (error) {
      if (!(await this.#isDecided(error, signal))) throw error;
    }
    return result;
  }

  async #writeInside(
    primary: DrainSession,
    { conflict }: FoundConflict,
    signal: CancelSignal,
  ): Promise<WriteResult> {
    await primary.query(lockEdgeStatement(conflict.edgeId), signal);
    const found = await readConflictOf(primary, conflict, this.ends.queue, {
      isLocked: true,
      signal,
    });
    if (DECIDED.includes(found.noted.outcome ?? '')) return { kind: 'decidedBefore' };
    const { details, columns, key } = found;
    if (details.primaryFingerprint !== this.shown.primaryFingerprint) return { kind: 'again' };
    const { choice, shown } = this;
    let hash: string | null = null;
    if (key !== null) {
      const statement = writeStatement(choice, { conflict, columns, key, shown });
      if (statement !== null) {
        const { rows } = await primary.query(statement, signal);
        if (rows[0] === undefined) return { kind: 'again' };
        // What a person merged is not what the edge goes on from: its next edit is looked at anew.
        if (choice.kind === 'keepEdge') hash = textOrNull(rows[0], 'hash');
      }
    }
    const kept = { ...details, base: shown.base, edgeRow: shown.edgeRow, key: shown.key };
    const decision = { conflict, details: kept, choice: choice.kind, hash };
    await primary.query(noteDecisionStatement(decision), signal);
    await primary.query(settleStatement(decision), signal);
    return { kind: 'written' };
  }

  /** Why what was chosen cannot be written whatever the server says. */
  #refusalOf({ columns, key, conflict }: FoundConflict): WriteResult | null {
    const { choice } = this;
    if (choice.kind === 'keepPrimary' || choice.kind === 'drop') return null;
    const table = formatTableName(conflict.table);
    const refused = (message: string): WriteResult => ({
      kind: 'refused',
      sqlstate: null,
      message,
    });
    const place = this.ends.primary.id;
    if (columns.length === 0) return refused(`${place} has no table ${table}.`);
    if (key === null) {
      return refused(`The operation does not give the primary key of ${table} on ${place}.`);
    }
    const row = choice.kind === 'merged' ? choice.row : (this.#edgeRow(conflict.data) ?? '{}');
    const unknown = unknownColumns(row, columns);
    if (unknown.length === 0) return null;
    const names = unknown.map((name) => `"${name}"`).join(', ');
    return refused(
      `${table} on ${place} has no ${unknown.length === 1 ? 'column' : 'columns'} ${names}.`,
    );
  }

  #edgeRow(data: string | null): string | null {
    return this.shown.operation === 'DELETE' ? null : data;
  }

  /** Whether a COMMIT whose answer was lost has happened after all: the ledger says so. */
  async #isDecided(error: unknown, signal: CancelSignal): Promise<boolean> {
    if (!isServerFailure(error)) return false;
    const { sessions, ends, shown } = this;
    return sessions.reading(ends, 'primary', signal, async (session) => {
      const { rows } = await session.query(notedConflictStatement(shown.operationId), signal);
      const outcome = rows[0] === undefined ? null : readNotedConflict(rows[0]).outcome;
      return DECIDED.includes(outcome ?? '');
    });
  }
}

import { isServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DrainSession } from '../../core/ports/drainGateway';
import type { SqlSession } from '../../core/ports/sqlSession';
import type { ChoiceResult, ConflictChoice, ShownConflict } from '../../core/queue/conflict';
import {
  keptRowStatement,
  notedConflictStatement,
  readNotedConflict,
} from '../../core/queue/conflictStatements';
import {
  isDelete,
  keyTakenSentence,
  lockEdgeStatement,
  markDecidedStatement,
  noteDecisionStatement,
  settleStatement,
  unknownColumns,
  writeStatement,
} from '../../core/queue/conflictWrite';
import { textOrNull } from '../../core/queue/rowValues';
import type { TargetTable } from '../../core/queue/targetTable';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import {
  isAboutValues,
  readConflictOf,
  readQueuedConflictOf,
  withPrimaryForms,
  type FoundConflict,
} from './conflictReader';
import { readKnownPrimary, type KnownPrimary } from './livePrimary';
import type { QueueEnds, QueueSessions } from './queueSessions';

/** What a transaction on the primary ended with; `again`: its row is another one now. */
type WriteResult =
  | { readonly kind: 'written' | 'decidedBefore' | 'again' }
  | Extract<ChoiceResult, { kind: 'refused' }>;

const DECIDED: readonly string[] = ['decided', 'dropped'];

/** Carries out one choice for conflicts, each by itself: one transaction on the primary, then the edge's row is marked. */
export class DecideConflicts {
  #known: KnownPrimary = { primarySystem: null, primaryTimeline: null };

  constructor(
    private readonly sessions: QueueSessions,
    private readonly ends: QueueEnds,
    private readonly choice: ConflictChoice,
  ) {}

  /** @param onResult called for each of them, in order. @throws ServerFailure what stands behind was not tried */
  async run(
    shown: readonly ShownConflict[],
    onResult: (result: ChoiceResult, shown: ShownConflict) => void,
    signal: CancelSignal,
  ): Promise<void> {
    const { sessions, ends } = this;
    await sessions.writing(ends, signal, async (edge) => {
      this.#known = await readKnownPrimary(edge, signal);
      await sessions.writingPrimary(ends, this.#known, signal, async (primary) => {
        for (const each of shown) {
          onResult(await this.#decide(edge, primary, each, signal), each);
        }
      });
    });
  }

  async #decide(
    edge: SqlSession,
    primary: DrainSession,
    shown: ShownConflict,
    signal: CancelSignal,
  ): Promise<ChoiceResult> {
    const { queue } = this.ends;
    const conflict = await readQueuedConflictOf(edge, queue, shown.operationId, signal);
    if (conflict === null) return { kind: 'gone' };
    const options = { isLocked: false, signal };
    const found = await readConflictOf(sessionOf(primary), conflict, queue, options);
    const result = await this.#write(primary, found, shown, signal);
    if (result.kind === 'refused') return result;
    if (result.kind === 'again') {
      const now = await readConflictOf(sessionOf(primary), conflict, queue, options);
      return { kind: 'changedAgain', details: await withPrimaryForms(primary, now, signal) };
    }
    await edge.query(markDecidedStatement(queue.table, shown.operationId), signal);
    return { kind: result.kind === 'written' ? 'done' : 'gone' };
  }

  async #write(
    primary: DrainSession,
    found: FoundConflict,
    shown: ShownConflict,
    signal: CancelSignal,
  ): Promise<WriteResult> {
    // What was confirmed was confirmed for that server.
    if (shown.primaryId !== primary.nodeId) return { kind: 'again' };
    const refusal = this.#refusalOf(found);
    if (refusal !== null) return refusal;
    await primary.query({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE' }, signal);
    let result: WriteResult;
    try {
      result = await this.#writeInside(primary, found, shown, signal);
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
      if (!(await this.#isDecided(error, shown, signal))) throw error;
    }
    return result;
  }

  async #writeInside(
    primary: DrainSession,
    { conflict }: FoundConflict,
    shown: ShownConflict,
    signal: CancelSignal,
  ): Promise<WriteResult> {
    await primary.query(lockEdgeStatement(conflict.edgeId), signal);
    const options = { isLocked: true, signal };
    const found = await readConflictOf(sessionOf(primary), conflict, this.ends.queue, options);
    if (DECIDED.includes(found.noted.outcome ?? '')) return { kind: 'decidedBefore' };
    const { details, columns, key } = found;
    if (details.primaryFingerprint !== shown.primaryFingerprint) return { kind: 'again' };
    const target = key === null ? null : await targetOf(primary, found, signal);
    const primaryRow = await keptRow(primary, found, target, signal);
    const { choice } = this;
    let hash: string | null = null;
    let nowKey = key?.source ?? null;
    if (key !== null) {
      const rows = { primaryRow: details.primaryRow, edgeRow: shown.edgeRow };
      const context = { conflict, columns, key, shown: rows };
      const statement = writeStatement(choice, context);
      if (statement !== null) {
        const { rows: written } = await primary.query(statement, signal);
        const row = choice.kind === 'merged' ? choice.row : conflict.data;
        if (written[0] === undefined) {
          const now = await readConflictOf(sessionOf(primary), conflict, this.ends.queue, options);
          if (now.details.primaryRow !== null || row === null) return { kind: 'again' };
          const message = keyTakenSentence(context, row, details.primaryId);
          return { kind: 'refused', sqlstate: null, message };
        }
        if (!isDelete(conflict) || choice.kind === 'merged') nowKey = row;
        // What a person merged is not what the edge goes on from: its next edit is looked at anew.
        if (choice.kind === 'keepEdge') hash = textOrNull(written[0], 'hash');
      }
    }
    const row = target === null || nowKey === null ? null : { target, key: nowKey };
    const decision = { conflict, details, primaryRow, choice: choice.kind, hash, row };
    await primary.query(noteDecisionStatement(decision), signal);
    await primary.query(settleStatement(decision), signal);
    return { kind: 'written' };
  }

  /** Why what was chosen cannot be written whatever the server says. */
  #refusalOf({ columns, key, conflict, details }: FoundConflict): WriteResult | null {
    const { choice } = this;
    if (choice.kind === 'keepPrimary' || choice.kind === 'drop') return null;
    const table = formatTableName(conflict.table);
    const refused = (message: string): WriteResult => ({
      kind: 'refused',
      sqlstate: null,
      message,
    });
    const place = details.primaryId;
    if (columns.length === 0) return refused(say`${place} has no table ${table}.`);
    if (key === null) {
      return refused(say`The operation does not give the primary key of ${table} on ${place}.`);
    }
    const edgeRow = conflict.operation === 'DELETE' ? null : conflict.data;
    const row = choice.kind === 'merged' ? choice.row : (edgeRow ?? '{}');
    const unknown = unknownColumns(row, columns);
    if (unknown.length === 0) return null;
    const names = unknown.map((name) => `"${name}"`).join(', ');
    return refused(
      say`${table} on ${place} has no ${unknown.length === 1 ? say`column` : say`columns`} ${names}.`,
    );
  }

  /** Whether a COMMIT whose answer was lost has happened after all: the ledger says so. */
  async #isDecided(error: unknown, shown: ShownConflict, signal: CancelSignal): Promise<boolean> {
    if (!isServerFailure(error)) return false;
    return this.sessions.readingPrimary(this.ends, this.#known, signal, async (session) => {
      const { rows } = await session.query(notedConflictStatement(shown.operationId), signal);
      const outcome = rows[0] === undefined ? null : readNotedConflict(rows[0]).outcome;
      return DECIDED.includes(outcome ?? '');
    });
  }
}

function sessionOf(session: DrainSession): { session: SqlSession; nodeId: string } {
  return { session, nodeId: session.nodeId };
}

/** @returns `null`: no table with a key */
async function targetOf(
  primary: DrainSession,
  { details: { table, policy } }: FoundConflict,
  signal: CancelSignal,
): Promise<TargetTable | null> {
  const [target] = await primary.readTargetTables([{ ...table, policy }], signal);
  return target === undefined || target.key.length === 0 ? null : target;
}

/** The row that is locked, as conflicts keep it. */
async function keptRow(
  primary: DrainSession,
  { key, details }: FoundConflict,
  target: TargetTable | null,
  signal: CancelSignal,
): Promise<string | null> {
  if (key === null || details.primaryRow === null) return null;
  if (target === null) return details.primaryRow;
  const [row] = (await primary.query(keptRowStatement(target, key), signal)).rows;
  return row === undefined ? null : textOrNull(row, 'row');
}

import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DeadOperation, QueueDesk } from '../../core/ports/drains';
import type { SqlSession } from '../../core/ports/sqlSession';
import {
  CONFLICT_LIST_LIMIT,
  type ChoiceResult,
  type ConflictChoice,
  type ConflictDetails,
  type ConflictList,
  type ShownConflict,
} from '../../core/queue/conflict';
import {
  LIST_PAGE,
  listStatement,
  readQueuedConflict,
  type OperationFilter,
  type QueuedConflict,
} from '../../core/queue/conflictStatements';
import {
  entriesStatement,
  queuedTablesStatement,
  readEntry,
  readQueuedTable,
} from '../../core/queue/contentsStatements';
import {
  dropDeadStatement,
  droppedStatement,
  forgetDroppedStatement,
  noteDroppedStatement,
  readDeadRow,
  readDeadStatement,
  retryStatement,
} from '../../core/queue/deadStatements';
import type { QueueAddress, QueueContents } from '../../core/queue/drain';
import {
  EXPORT_LIMIT,
  EXPORT_PAGE,
  exportHeader,
  exportStatement,
  operationSql,
  readExported,
} from '../../core/queue/exportSql';
import { EDGE_IDENTITY } from '../../core/queue/queueNames';
import { numberOf, textOf } from '../../core/queue/rowValues';
import { columnsStatement, readColumn, type ChoiceColumn } from '../../core/queue/targetColumns';
import { say } from '../../core/say';
import { qualifiedName } from '../../core/sql';
import { formatTableName } from '../../core/tableName';
import type { TableName } from '../../core/topology';
import { readConflictOf, readQueuedConflictOf, withPrimaryForms } from './conflictReader';
import { DecideConflicts } from './decideConflict';
import { fingerprintsOf } from './fingerprints';
import { readKnownPrimary } from './livePrimary';
import { QueueSessions, type QueueEnds, type QueueSessionsDeps } from './queueSessions';

/** What a person does with a queue, on the servers that hold it. Keeps nothing, neither sessions nor rows. */
export class ServerQueueDesk implements QueueDesk {
  readonly #sessions: QueueSessions;

  constructor(private readonly deps: QueueSessionsDeps) {
    this.#sessions = new QueueSessions(deps);
  }

  async readContents(address: QueueAddress, signal: CancelSignal): Promise<QueueContents> {
    const ends = this.#sessions.endsOf(address);
    const { table } = ends.queue;
    return this.#sessions.reading(ends, signal, async (edge) => {
      const tables = await edge.query(queuedTablesStatement(table), signal);
      const conflicts = await edge.query(entriesStatement(table, 'conflict'), signal);
      const dead = await edge.query(entriesStatement(table, 'dead'), signal);
      return {
        readAtMs: this.deps.clock.nowMs(),
        tables: tables.rows.map(readQueuedTable),
        conflicts: conflicts.rows.map(readEntry),
        dead: dead.rows.map(readEntry),
      };
    });
  }

  async readConflict(
    address: QueueAddress,
    operationId: string,
    signal: CancelSignal,
  ): Promise<ConflictDetails | null> {
    const ends = this.#sessions.endsOf(address);
    const { queue } = ends;
    const [conflict, known] = await this.#sessions.reading(ends, signal, async (edge) => [
      await readQueuedConflictOf(edge, queue, operationId, signal),
      await readKnownPrimary(edge, signal),
    ]);
    if (conflict === null) return null;
    return this.#sessions.readingPrimary(ends, known, signal, async (session, nodeId) => {
      const options = { isLocked: false, signal };
      const found = await readConflictOf({ session, nodeId }, conflict, queue, options);
      return withPrimaryForms(session, found, signal);
    });
  }

  async listConflicts(
    address: QueueAddress,
    filter: OperationFilter,
    signal: CancelSignal,
  ): Promise<ConflictList> {
    const ends = this.#sessions.endsOf(address);
    const [listed, known] = await this.#sessions.reading(ends, signal, async (edge) => [
      await listOf(edge, ends, 'conflict', filter, signal),
      await readKnownPrimary(edge, signal),
    ]);
    const isCut = listed.length > CONFLICT_LIST_LIMIT;
    const conflicts = listed.slice(0, CONFLICT_LIST_LIMIT);
    if (conflicts.length === 0) return { conflicts: [], isCut };
    return this.#sessions.readingPrimary(ends, known, signal, async (session, nodeId) => ({
      conflicts: await fingerprintsOf({ session, nodeId }, conflicts, ends.queue, signal),
      isCut,
    }));
  }

  async decide(
    address: QueueAddress,
    shown: readonly ShownConflict[],
    choice: ConflictChoice,
    onResult: (result: ChoiceResult, shown: ShownConflict) => void,
    signal: CancelSignal,
  ): Promise<void> {
    const ends = this.#sessions.endsOf(address);
    return new DecideConflicts(this.#sessions, ends, choice).run(shown, onResult, signal);
  }

  async readDead(
    address: QueueAddress,
    operationId: string,
    signal: CancelSignal,
  ): Promise<DeadOperation | null> {
    const ends = this.#sessions.endsOf(address);
    return this.#sessions.reading(ends, signal, async (edge) => {
      const { rows } = await edge.query(readDeadStatement(ends.queue.table, operationId), signal);
      return rows[0] === undefined ? null : readDeadRow(rows[0]);
    });
  }

  async listDead(
    address: QueueAddress,
    filter: OperationFilter,
    signal: CancelSignal,
  ): Promise<readonly string[]> {
    const ends = this.#sessions.endsOf(address);
    const listed = await this.#sessions.reading(ends, signal, async (edge) =>
      listOf(edge, ends, 'dead', filter, signal),
    );
    return listed.slice(0, CONFLICT_LIST_LIMIT).map(({ operationId }) => operationId);
  }

  async retryDead(
    address: QueueAddress,
    operationIds: readonly string[],
    data: string | null,
    signal: CancelSignal,
  ): Promise<number> {
    const ends = this.#sessions.endsOf(address);
    return this.#sessions.writing(ends, signal, async (edge) => {
      const statement = retryStatement(ends.queue.table, operationIds, data);
      return (await edge.query(statement, signal)).rowCount ?? 0;
    });
  }

  async dropDead(
    address: QueueAddress,
    operationIds: readonly string[],
    signal: CancelSignal,
  ): Promise<number> {
    const ends = this.#sessions.endsOf(address);
    return this.#sessions.writing(ends, signal, async (edge) => {
      await edge.query({ text: 'BEGIN' }, signal);
      const { rows } = await edge.query(dropDeadStatement(ends.queue.table, operationIds), signal);
      const dropped = rows.map((row) => ({ id: textOf(row, 'id'), seq: textOf(row, 'seq') }));
      if (dropped.length > 0) await this.#noteDropped(ends, edge, dropped, signal);
      else await edge.query({ text: 'ROLLBACK' }, signal);
      return dropped.length;
    });
  }

  async exportSql(
    address: QueueAddress,
    operationIds: readonly string[] | null,
    signal: CancelSignal,
  ): Promise<string> {
    const ends = this.#sessions.endsOf(address);
    return this.#sessions.reading(ends, signal, async (edge) => {
      const columns = new Map<string, readonly ChoiceColumn[]>();
      const parts = [exportHeader(ends.edge.id, ends.queue.primary)];
      let length = 0;
      for (let afterSeq = '-9223372036854775808'; ;) {
        const statement = exportStatement(ends.queue.table, operationIds, afterSeq);
        const page = (await edge.query(statement, signal)).rows.map(readExported);
        for (const operation of page) {
          const name = formatTableName(operation.table);
          const known = columns.get(name) ?? (await columnsOf(edge, operation.table, signal));
          columns.set(name, known);
          const text = operationSql(operation, known);
          length += text.length;
          if (length > EXPORT_LIMIT) {
            parts.push(say`-- There are more. Decide on these first, then export again.`);
            return `${parts.join('\n\n')}\n`;
          }
          parts.push(text);
        }
        const last = page.at(-1);
        if (last === undefined || page.length < EXPORT_PAGE) return `${parts.join('\n\n')}\n`;
        afterSeq = last.seq;
      }
    });
  }

  /** The ledger first, then the edge: an operation that is done on the edge and unknown to the ledger would be sent again. */
  async #noteDropped(
    ends: QueueEnds,
    edge: SqlSession,
    dropped: readonly { readonly id: string; readonly seq: string }[],
    signal: CancelSignal,
  ): Promise<void> {
    const edgeId = await readEdgeId(edge, signal);
    const known = await readKnownPrimary(edge, signal);
    const ids = dropped.map(({ id }) => id);
    await this.#sessions.writingPrimary(ends, known, signal, async (primary) => {
      await primary.query({ text: 'BEGIN READ WRITE' }, signal);
      await primary.query(noteDroppedStatement(edgeId, dropped), signal);
      try {
        await primary.query({ text: 'COMMIT' }, signal);
      } catch (error) {
        // Its answer may have been lost: the ledger says whether it has happened.
        const noted = await this.#sessions.readingPrimary(ends, known, signal, async (session) =>
          numberOf((await session.query(droppedStatement(ids), signal)).rows[0] ?? {}, 'dropped'),
        );
        if (noted < ids.length) throw error;
        await edge.query({ text: 'COMMIT' }, signal);
        return;
      }
      try {
        await edge.query({ text: 'COMMIT' }, signal);
      } catch (error) {
        // They are dead still, as far as anybody knows: trying them again must not find them dropped.
        await primary.query({ text: 'BEGIN READ WRITE' });
        await primary.query(forgetDroppedStatement(edgeId, ids));
        await primary.query({ text: 'COMMIT' });
        throw error;
      }
    });
  }
}

/** What identifies operations of one state, one more than a list may hold where there are more. */
async function listOf(
  edge: SqlSession,
  { queue }: QueueEnds,
  state: 'conflict' | 'dead',
  filter: OperationFilter,
  signal: CancelSignal,
): Promise<readonly QueuedConflict[]> {
  const listed: QueuedConflict[] = [];
  for (let afterSeq = '-9223372036854775808'; ;) {
    const statement = listStatement(queue.table, state, filter, afterSeq);
    const page = (await edge.query(statement, signal)).rows.map(readQueuedConflict);
    listed.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < LIST_PAGE || listed.length > CONFLICT_LIST_LIMIT) {
      return listed;
    }
    afterSeq = last.seq;
  }
}

async function readEdgeId(edge: SqlSession, signal: CancelSignal): Promise<string> {
  const text = `SELECT i.edge_id::text AS "edgeId" FROM ${qualifiedName(EDGE_IDENTITY)} AS i`;
  const [row] = (await edge.query({ text }, signal)).rows;
  return textOf(row ?? {}, 'edgeId');
}

async function columnsOf(
  session: SqlSession,
  table: TableName,
  signal: CancelSignal,
): Promise<readonly ChoiceColumn[]> {
  return (await session.query(columnsStatement(table), signal)).rows.map(readColumn);
}

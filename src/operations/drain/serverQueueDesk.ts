import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Clock } from '../../core/ports/clock';
import type { DeadOperation, QueueDesk } from '../../core/ports/drains';
import type { SqlSession } from '../../core/ports/sqlSession';
import type { ChoiceResult, ConflictChoice, ConflictDetails } from '../../core/queue/conflict';
import {
  entriesStatement,
  queuedTablesStatement,
  readEntry,
  readQueuedTable,
} from '../../core/queue/contentsStatements';
import {
  dropDeadStatement,
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
import { textOf } from '../../core/queue/rowValues';
import { columnsStatement, readColumn, type ChoiceColumn } from '../../core/queue/targetColumns';
import { qualifiedName } from '../../core/sql';
import { formatTableName } from '../../core/tableName';
import type { TableName } from '../../core/topology';
import { readConflictOf, readQueuedConflictOf, withPrimaryForms } from './conflictReader';
import { DecideConflict } from './decideConflict';
import { QueueSessions, type QueueEnds, type QueueSessionsDeps } from './queueSessions';

export interface QueueDeskDeps extends QueueSessionsDeps {
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** What a person does with a queue, on the servers that hold it. Keeps nothing, neither sessions nor rows. */
export class ServerQueueDesk implements QueueDesk {
  readonly #sessions: QueueSessions;

  constructor(private readonly deps: QueueDeskDeps) {
    this.#sessions = new QueueSessions(deps);
  }

  async readContents(address: QueueAddress, signal: CancelSignal): Promise<QueueContents> {
    const ends = this.#sessions.endsOf(address);
    const { table } = ends.queue;
    return this.#sessions.reading(ends, 'edge', signal, async (edge) => {
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
    const conflict = await this.#sessions.reading(ends, 'edge', signal, (edge) =>
      readQueuedConflictOf(edge, queue, operationId, signal),
    );
    if (conflict === null) return null;
    return this.#sessions.reading(ends, 'primary', signal, async (primary) => {
      const found = await readConflictOf(primary, conflict, queue, { isLocked: false, signal });
      return withPrimaryForms(primary, found, signal);
    });
  }

  async decide(
    address: QueueAddress,
    shown: ConflictDetails,
    choice: ConflictChoice,
    signal: CancelSignal,
  ): Promise<ChoiceResult> {
    const ends = this.#sessions.endsOf(address);
    return new DecideConflict(this.#sessions, ends, shown, choice).run(signal);
  }

  async readDead(
    address: QueueAddress,
    operationId: string,
    signal: CancelSignal,
  ): Promise<DeadOperation | null> {
    const ends = this.#sessions.endsOf(address);
    return this.#sessions.reading(ends, 'edge', signal, async (edge) => {
      const { rows } = await edge.query(readDeadStatement(ends.queue.table, operationId), signal);
      return rows[0] === undefined ? null : readDeadRow(rows[0]);
    });
  }

  async retryDead(
    address: QueueAddress,
    operationId: string,
    data: string | null,
    signal: CancelSignal,
  ): Promise<boolean> {
    const ends = this.#sessions.endsOf(address);
    return this.#sessions.writing(ends, 'edge', signal, async (edge) => {
      const statement = retryStatement(ends.queue.table, operationId, data);
      return ((await edge.query(statement, signal)).rowCount ?? 0) > 0;
    });
  }

  async dropDead(
    address: QueueAddress,
    operationIds: readonly string[],
    signal: CancelSignal,
  ): Promise<number> {
    const ends = this.#sessions.endsOf(address);
    return this.#sessions.writing(ends, 'edge', signal, async (edge) => {
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
    return this.#sessions.reading(ends, 'edge', signal, async (edge) => {
      const columns = new Map<string, readonly ChoiceColumn[]>();
      const parts = [exportHeader(ends.edge.id, ends.primary.id)];
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
            parts.push('-- There are more. Decide on these first, then export again.');
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
    await this.#sessions.writing(ends, 'primary', signal, async (primary) => {
      await primary.query({ text: 'BEGIN READ WRITE' }, signal);
      await primary.query(noteDroppedStatement(edgeId, dropped), signal);
      await primary.query({ text: 'COMMIT' }, signal);
      try {
        await edge.query({ text: 'COMMIT' }, signal);
      } catch (error) {
        // They are dead still, as far as anybody knows: trying them again must not find them dropped.
        const ids = dropped.map(({ id }) => id);
        await primary.query({ text: 'BEGIN READ WRITE' });
        await primary.query(forgetDroppedStatement(edgeId, ids));
        await primary.query({ text: 'COMMIT' });
        throw error;
      }
    });
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

import {
  drainTargetText,
  operationGroupText,
  operationsNoteText,
  operationTableText,
  operationText,
  operationTooltip,
  pendingGroupText,
  queuedTableText,
  type TopologyQueues,
} from '../core/describe/queueRows';
import type { RowText } from '../core/describe/rowText';
import type { OperationEntry, QueueContents, QueuedTable } from '../core/queue/drain';
import { operationGroupSubject } from '../core/queue/queueSubject';
import { say } from '../core/say';
import type { QueueSnapshot } from '../core/snapshot';
import { formatTableName } from '../core/tableName';
import type { Row, RowKind } from './row';

/** Makes a row below the queue's. */
type MakeRow = (
  kind: RowKind,
  path: readonly string[],
  subject: string,
  text: RowText,
  rest?: Partial<Pick<Row, 'children' | 'tooltip' | 'reads'>>,
) => Row;

/**
 * What stands below a queue: where it goes, what waits by table, and each operation that waits for a person. Counts are those
 * of the poll; operations are read when somebody unfolds them.
 */
export function queueChildren(
  queue: QueueSnapshot,
  queues: TopologyQueues,
  nowMs: number,
  make: MakeRow,
): readonly Row[] {
  const { facts, id, nodeId } = queue;
  if (facts === null) return [];
  const contents = queues.contentsOf(nodeId);
  const operations = (kind: 'conflicts' | 'dead'): readonly Row[] => {
    const count = facts[kind];
    if (count === 0) return [];
    const isListed = contents !== null && typeof contents !== 'string';
    const entries = isListed ? contents[kind] : [];
    const more = count - entries.length;
    const isWhole = isListed && (more <= 0 || tablesOf(kind, contents).length > 1);
    const note = isWhole ? [] : [noteRow(kind, isListed ? more : 0)];
    const subject = operationGroupSubject(id, { state: STATES[kind], table: null });
    return [
      make('group', [kind], subject, operationGroupText(kind, count, entries, nowMs), {
        children: [...(isListed ? byTable(kind, contents) : []), ...note],
        reads: nodeId,
      }),
    ];
  };
  /** A table has a row of its own where there are others. */
  const byTable = (kind: 'conflicts' | 'dead', listed: QueueContents) => {
    const entries = listed[kind];
    const concerned = tablesOf(kind, listed);
    if (concerned.length < 2) return entries.map((entry) => operation(entry));
    return concerned.map(({ table, [kind]: count }) => {
      const own = entries.filter(
        (entry) => entry.table.schema === table.schema && entry.table.name === table.name,
      );
      const more = count - own.length;
      const note = more <= 0 ? [] : [noteRow(say`${kind} of ${formatTableName(table)}`, more)];
      const subject = operationGroupSubject(id, { state: STATES[kind], table });
      const text = operationTableText(kind, table, count);
      return make('group', [kind, table.schema, table.name], subject, text, {
        children: [...own.map((entry) => operation(entry)), ...note],
      });
    });
  };
  const operation = (entry: OperationEntry): Row =>
    make(
      'queueOperation',
      ['operation', entry.id],
      `${id}/${entry.id}`,
      operationText(entry, nowMs),
      { tooltip: () => operationTooltip(entry, queue) },
    );
  const noteRow = (kind: string, more: number): Row =>
    make(
      'group',
      [kind, 'note'],
      id,
      operationsNoteText(typeof contents === 'string' ? contents : null, more),
    );
  const waiting = (facts.tables ?? []).filter((table) => table.waiting > 0);
  const pending =
    facts.waiting === 0
      ? []
      : [
          make('group', ['pending'], id, pendingGroupText(queue, nowMs), {
            children: waiting.map((table) =>
              make(
                'table',
                ['pending', table.schema ?? '', table.name],
                id,
                queuedTableText(table, nowMs),
              ),
            ),
          }),
        ];
  return [
    make('group', ['target'], id, drainTargetText(queue)),
    ...pending,
    ...operations('conflicts'),
    ...operations('dead'),
  ];
}

function tablesOf(kind: 'conflicts' | 'dead', { tables }: QueueContents): readonly QueuedTable[] {
  return tables.filter((table) => table[kind] > 0);
}

const STATES = { conflicts: 'conflict', dead: 'dead' } as const;

import {
  drainTargetText,
  operationGroupText,
  operationsNoteText,
  operationText,
  operationTooltip,
  pendingGroupText,
  queuedTableText,
  type TopologyQueues,
} from '../core/describe/queueRows';
import type { RowText } from '../core/describe/rowText';
import type { OperationEntry } from '../core/queue/drain';
import type { QueueSnapshot } from '../core/snapshot';
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
    const entries = contents === null || typeof contents === 'string' ? [] : contents[kind];
    const rows = entries.map((entry) => operation(entry));
    const more = count - entries.length;
    const isListed = contents !== null && typeof contents !== 'string';
    const note = isListed && more <= 0 ? [] : [noteRow(kind, isListed ? more : 0)];
    return [
      make('group', [kind], id, operationGroupText(kind, count, entries, nowMs), {
        children: [...rows, ...note],
        reads: nodeId,
      }),
    ];
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

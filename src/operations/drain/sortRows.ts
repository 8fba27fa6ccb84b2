import type { RefusedOperation, ResolvedOperation } from '../../core/queue/applyTypes';
import type { PageRow } from '../../core/queue/batchCut';
import type { BlockedKeys } from '../../core/queue/blockedKeys';
import type { OperationRefusal, QueueOperation } from '../../core/queue/operation';
import { actedOn, type ActedOn } from '../../core/queue/keysActedOn';
import { isRefusal, resolveOperation } from '../../core/queue/resolveOperation';
import { ambiguitySentence } from '../../core/queue/tableMeant';
import type { TableName } from '../../core/topology';
import type { Catalog, Target } from './catalog';

/** An operation that an earlier one on its key holds up, or whose next attempt has not come. */
export interface WaitingOperation {
  readonly source: QueueOperation;
  readonly keyText: string;
}

/** What is to be done with the rows of a page. */
export interface SortedRows {
  readonly todo: readonly ResolvedOperation[];
  readonly refused: readonly RefusedOperation[];
  readonly waiting: readonly WaitingOperation[];
}

/** Tells rows that can be applied from those that cannot, or not yet; what is set aside holds up what comes later on its key. */
export function sortRows(
  rows: readonly PageRow[],
  catalog: Catalog,
  blocked: BlockedKeys,
): SortedRows {
  const todo: ResolvedOperation[] = [];
  const refused: RefusedOperation[] = [];
  const waiting: WaitingOperation[] = [];
  for (const row of rows) {
    const source = row.operation;
    const target = catalog.targetOf(source);
    const { table, name, others } = target;
    const result =
      others.length > 0
        ? ambiguous(source, [name, ...others])
        : withKeys(resolveOperation(source, table, catalog.shapes), row);
    if (row.isDue && !isRefusal(result) && !blocked.has(source, result)) {
      todo.push(result);
      continue;
    }
    const all = isRefusal(result) ? mayActOn(source, target, catalog, row.touches) : [result];
    const block = (): void => {
      for (const on of all) blocked.add(source, on);
    };
    if (!row.isDue || all.some((on) => blocked.has(source, on))) {
      block();
      waiting.push({ source, keyText: isRefusal(result) ? (source.key ?? '') : result.keyText });
    } else if (isRefusal(result)) {
      block();
      const policy = catalog.policyOf(name);
      refused.push({ source, resolved: null, policy, refusal: result });
    }
  }
  return { todo, refused, waiting };
}

/** What an operation acts on that cannot be applied, in each table that it may be of. @param known keys that had to be asked for */
export function mayActOn(
  source: Parameters<typeof actedOn>[0],
  { table, name, others }: Target,
  catalog: Catalog,
  known?: readonly string[],
): readonly ActedOn[] {
  if (others.length === 0) return [actedOn(source, table, known)];
  return [name, ...others].map((one) =>
    actedOn({ ...source, table: one }, catalog.find(one), known),
  );
}

/** With the keys that the edge had to be asked for. */
function withKeys(
  result: ResolvedOperation | OperationRefusal,
  { touches }: PageRow,
): ResolvedOperation | OperationRefusal {
  return touches === undefined || isRefusal(result) ? result : { ...result, touches };
}

function ambiguous({ id, table }: QueueOperation, tables: readonly TableName[]): OperationRefusal {
  const message = ambiguitySentence(table, tables);
  return { operationId: id, state: 'dead', conflict: null, sqlstate: '42P09', message };
}

import type { RefusedOperation, ResolvedOperation } from '../../core/queue/applyTypes';
import type { PageRow } from '../../core/queue/batchCut';
import type { BlockedKeys } from '../../core/queue/blockedKeys';
import type { OperationRefusal, QueueOperation } from '../../core/queue/operation';
import { actedOn } from '../../core/queue/keysActedOn';
import { isRefusal, resolveOperation } from '../../core/queue/resolveOperation';
import type { Catalog } from './catalog';

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
    const table = catalog.find(source.table);
    const result = withKeys(resolveOperation(source, table, catalog.shapes), row);
    const on = isRefusal(result) ? actedOn(source, table, row.touches) : result;
    if (!row.isDue || blocked.has(source, on)) {
      blocked.add(source, on);
      waiting.push({ source, keyText: isRefusal(result) ? (source.key ?? '') : result.keyText });
    } else if (isRefusal(result)) {
      blocked.add(source, on);
      const policy = catalog.policyOf(source.table);
      refused.push({ source, resolved: null, policy, refusal: result });
    } else {
      todo.push(result);
    }
  }
  return { todo, refused, waiting };
}

/** With the keys that the edge had to be asked for. */
function withKeys(
  result: ResolvedOperation | OperationRefusal,
  { touches }: PageRow,
): ResolvedOperation | OperationRefusal {
  return touches === undefined || isRefusal(result) ? result : { ...result, touches };
}

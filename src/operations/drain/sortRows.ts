import type { RefusedOperation, ResolvedOperation } from '../../core/queue/applyTypes';
import type { PageRow } from '../../core/queue/batchCut';
import type { BlockedKeys } from '../../core/queue/blockedKeys';
import type { QueueOperation } from '../../core/queue/operation';
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
    const result = resolveOperation(source, catalog.find(source.table), catalog.shapes);
    const resolved = isRefusal(result) ? null : result;
    if (row.isBlocked || !row.isDue || blocked.has(source, resolved)) {
      blocked.add(source, resolved);
      waiting.push({ source, keyText: resolved?.keyText ?? source.key ?? '' });
    } else if (isRefusal(result)) {
      blocked.add(source, null);
      const policy = catalog.policyOf(source.table);
      refused.push({ source, resolved: null, policy, refusal: result });
    } else {
      todo.push(result);
    }
  }
  return { todo, refused, waiting };
}

import { BATCH_LIMITS } from '../../../../src/core/queue/batchCut';

/** Cuts the batches of every drain of this process smaller, so that a few rows make many of them, and transactions larger than one. */
export function setBatchRows(rows: number): void {
  // The one place that may: nothing but a test has a use for other sizes.
  Object.assign(BATCH_LIMITS, { rows });
}

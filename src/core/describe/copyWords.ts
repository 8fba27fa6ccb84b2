import type {
  PublicationTableFacts,
  SubscriptionFacts,
  SubscriptionTableFacts,
  TableCopyFacts,
} from '../facts';
import { formatBytes, formatCount, formatCounted, formatDuration } from '../format';
import { say } from '../say';
import { facts } from './rowText';

/** What is known of the first copy of one table. */
export interface TableCopyView {
  /** Told by the worker that copies it; `null` when none does. */
  readonly copy: TableCopyFacts | null;
  /** Rows that its publisher thinks it has; `null` when it does not know, or sends some of them only. */
  readonly totalRows: number | null;
  /** Tables whose copy has begun, whoever works on it. `null`: not read. */
  readonly begunTables: number | null;
  /** Tables that are being copied now. */
  readonly runningCopies: number;
}

/** What of one subscription's copying is about this table. */
export function copyViewOf(
  table: SubscriptionTableFacts,
  subscription: SubscriptionFacts | null,
  published: PublicationTableFacts | null,
): TableCopyView {
  const copies = subscription?.copies ?? [];
  const isWhole = published?.rowFilter === null;
  return {
    copy: copies.find(({ schema, name }) => schema === table.schema && name === table.name) ?? null,
    totalRows: isWhole ? (published.rowEstimate ?? null) : null,
    begunTables: subscription?.copies === undefined ? null : subscription.tableStates.d,
    runningCopies: copies.length,
  };
}

/**
 * The state of a table below a subscription: `ready`, `queued`, `copying · 1,200 of about 4,000 rows · about 3 min`. States
 * are read once a minute and workers with each poll, so the worker is believed first.
 */
export function tableStateWords(table: SubscriptionTableFacts, view: TableCopyView): string {
  const { copy, begunTables, runningCopies } = view;
  if (copy !== null && table.state !== 'r') return copyingWords(copy, view.totalRows);
  switch (table.state) {
    case 'r':
      return say`ready`;
    case 'i':
      return say`queued`;
    case 'd':
      // Begun, and nobody works on it: its worker ended, and the next one waits for its turn.
      if (begunTables === null) return say`copying`;
      if (begunTables === 0) return say`copied, catching up`;
      return begunTables > runningCopies ? say`copy stopped, waits for its next try` : say`copying`;
    case 'f':
    case 's':
      return say`copied, catching up`;
  }
}

function copyingWords({ rows, bytes, runningMs }: TableCopyFacts, total: number | null): string {
  // An edge's guard writes the rows itself, so its server counts none; the bytes say that it goes on.
  if (rows === null || rows === 0) {
    return facts(say`copying`, bytes === null || bytes === 0 ? null : formatBytes(bytes));
  }
  if (total === null || total < rows) {
    return facts(
      say`copying`,
      formatCounted(rows, 'row'),
      bytes === null ? null : formatBytes(bytes),
    );
  }
  const leftMs = runningMs === null ? null : (runningMs / rows) * (total - rows);
  return facts(
    say`copying`,
    say`${formatCount(rows)} of about ${formatCounted(Math.round(total), 'row')}`,
    leftMs === null ? null : say`about ${formatDuration(leftMs)} left`,
  );
}

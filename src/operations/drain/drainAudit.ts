import { formatCount, formatDuration } from '../../core/format';
import type { AuditLog } from '../../core/ports/auditLog';
import type { Disposable } from '../../core/ports/disposable';
import type { Drains } from '../../core/ports/drains';
import type { DrainReport } from '../../core/queue/drain';
import { conflictsOf } from '../../core/queue/drainWords';
import { say } from '../../core/say';

/** Writes every drain into the audit log when it has ended, also those that nobody asked for: no values, no keys. */
export class DrainAudit implements Disposable {
  readonly #subscription: Disposable;
  readonly #last = new Map<string, DrainReport>();

  constructor(
    private readonly drains: Pick<Drains, 'of' | 'onDidChange'>,
    private readonly audit: Pick<AuditLog, 'note'>,
  ) {
    this.#subscription = drains.onDidChange((topologyId) => this.#look(topologyId));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #look(topologyId: string): void {
    for (const { address, last } of this.drains.of(topologyId)) {
      const key = `${topologyId} ${address.nodeId}`;
      if (last === null || this.#last.get(key) === last) continue;
      this.#last.set(key, last);
      this.audit.note(drainNote(last));
    }
  }
}

/** `Drain of vengeance to central: done in 4 s; 9,996 applied, 0 skipped, 3 conflicts, 0 dead` */
export function drainNote(report: DrainReport): string {
  const { address, primaryId, counts, startedAtMs, endedAtMs } = report;
  const took = formatDuration(Math.max(1, endedAtMs - startedAtMs), 'fine');
  const numbers = [
    say`${formatCount(counts.applied)} applied`,
    say`${formatCount(counts.skipped)} skipped`,
    say`${formatCount(conflictsOf(counts))} conflicts`,
    say`${formatCount(counts.dead)} dead`,
  ];
  return say`Drain of ${address.nodeId} to ${primaryId}: ${outcomeOf(report)} after ${took}; ${numbers.join(', ')}`;
}

function outcomeOf({ end }: DrainReport): string {
  switch (end.kind) {
    case 'drained':
      return 'done';
    case 'cancelled':
      return 'cancelled';
    case 'busy':
      return say`not begun, pid ${end.pid} drains`;
    case 'refused':
      return 'refused';
    case 'stopped': {
      const { reason, sqlstate } = end.failure;
      return `stopped, ${reason}${sqlstate === null ? '' : ` (${sqlstate})`}`;
    }
  }
}

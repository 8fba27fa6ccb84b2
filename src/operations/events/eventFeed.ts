import { lastResult } from '../../core/describe/topologyChecks';
import { checkEvent, drainEvent, planEvent } from '../../core/events/actEvents';
import type { CheckResult } from '../../core/checks/checkResult';
import type { PlanReport } from '../../core/plan/report';
import type { Checks } from '../../core/ports/checks';
import type { Disposable } from '../../core/ports/disposable';
import type { Drains } from '../../core/ports/drains';
import type { TopologyMonitor } from '../../core/ports/topologyMonitor';
import type { DrainReport } from '../../core/queue/drain';
import type { EventBook } from './eventBook';

export interface EventFeedDeps {
  readonly book: EventBook;
  readonly monitor: Pick<TopologyMonitor, 'current' | 'onDidChange'>;
  readonly checks: Pick<Checks, 'of' | 'onDidChange'>;
  readonly drains: Pick<Drains, 'of' | 'onDidChange'>;
}

/** Writes into the book what the monitor, checks and drains tell by themselves, and what plans did. */
export class EventFeed implements Disposable {
  readonly #subscriptions: readonly Disposable[];
  readonly #lastChecks = new Map<string, CheckResult>();
  readonly #lastDrains = new Map<string, DrainReport>();

  constructor(private readonly deps: EventFeedDeps) {
    const { monitor, checks, drains, book } = deps;
    this.#subscriptions = [
      monitor.onDidChange((snapshot) => book.noteSnapshot(snapshot)),
      checks.onDidChange((topologyId) => this.#lookAtChecks(topologyId)),
      drains.onDidChange((topologyId) => this.#lookAtDrains(topologyId)),
    ];
  }

  planEnded(report: PlanReport): void {
    this.deps.book.note(report.plan.topologyId, planEvent(report));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #lookAtChecks(topologyId: string): void {
    const { book, checks, monitor } = this.deps;
    const snapshot = monitor.current().find(({ id }) => id === topologyId);
    for (const known of checks.of(topologyId)) {
      const last = lastResult(known);
      const key = `${topologyId}\n${known.edgeId}`;
      const before = this.#lastChecks.get(key) ?? null;
      if (last === null || last === before) continue;
      this.#lastChecks.set(key, last);
      const edge = snapshot?.edges.find(({ id }) => id === known.edgeId);
      const event = edge === undefined ? null : checkEvent(edge, before, last);
      if (event !== null) book.note(topologyId, event);
    }
  }

  #lookAtDrains(topologyId: string): void {
    const { book, drains } = this.deps;
    for (const { address, last } of drains.of(topologyId)) {
      const key = `${topologyId}\n${address.nodeId}`;
      if (last === null || this.#lastDrains.get(key) === last) continue;
      this.#lastDrains.set(key, last);
      const event = drainEvent(last);
      if (event !== null) book.note(topologyId, event);
    }
  }
}

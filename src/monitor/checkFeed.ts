import type { CheckResult } from '../core/checks/checkResult';
import type { Checks } from '../core/ports/checks';
import type { Disposable } from '../core/ports/disposable';

/** Where results go. */
interface CheckSink {
  recordChecks(topologyId: string, results: readonly CheckResult[]): void;
}

/** Hands each result of a check on once. The port tells only that something changed, and what the last results are. */
export class CheckFeed implements Disposable {
  /** By topology and edge: the newest result that was handed on. */
  private readonly seen = new Map<string, Map<string, CheckResult>>();
  private readonly subscription: Disposable;

  constructor(
    private readonly checks: Pick<Checks, 'of' | 'onDidChange'>,
    private readonly sink: CheckSink,
  ) {
    this.subscription = checks.onDidChange((topologyId) => this.take(topologyId));
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private take(topologyId: string): void {
    const seen = this.seen.get(topologyId) ?? new Map<string, CheckResult>();
    this.seen.set(topologyId, seen);
    const fresh: CheckResult[] = [];
    for (const { edgeId, results } of this.checks.of(topologyId)) {
      const newest = results.at(-1);
      const last = seen.get(edgeId);
      if (newest === undefined || newest === last) continue;
      // -1 when it was the first, or when so many came since that it is not kept any more: then all are new.
      const from = last === undefined ? 0 : results.lastIndexOf(last) + 1;
      fresh.push(...results.slice(from));
      seen.set(edgeId, newest);
    }
    this.sink.recordChecks(topologyId, fresh);
  }
}

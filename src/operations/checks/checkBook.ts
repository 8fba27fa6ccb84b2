import type { CheckResult } from '../../core/checks/checkResult';
import type { EdgeChecks } from '../../core/ports/checks';
import type { Disposable } from '../../core/ports/disposable';

/** Results kept of each edge. */
const KEPT = 200;

interface Entry {
  readonly results: readonly CheckResult[];
  readonly running: number;
}

const NOTHING: Entry = { results: [], running: 0 };

/** The last results of each edge, and what is under way. */
export class CheckBook {
  private readonly entries = new Map<string, Map<string, Entry>>();
  /** Same object until something changed. */
  private readonly drawn = new Map<string, readonly EdgeChecks[]>();
  private readonly listeners = new Set<(topologyId: string) => void>();

  of(topologyId: string): readonly EdgeChecks[] {
    const known = this.drawn.get(topologyId);
    if (known !== undefined) return known;
    const made = [...(this.entries.get(topologyId) ?? [])].map(([edgeId, entry]) => ({
      edgeId,
      results: entry.results,
      isRunning: entry.running > 0,
    }));
    this.drawn.set(topologyId, made);
    return made;
  }

  onDidChange(listener: (topologyId: string) => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  }

  begin(topologyId: string, edgeIds: readonly string[]): void {
    for (const id of edgeIds) {
      this.change(topologyId, id, (entry) => ({ ...entry, running: entry.running + 1 }));
    }
    this.tell(topologyId);
  }

  /** For edges that ended without a result. */
  end(topologyId: string, edgeIds: readonly string[]): void {
    if (edgeIds.length === 0) return;
    for (const id of edgeIds) {
      this.change(topologyId, id, (entry) => ({ ...entry, running: entry.running - 1 }));
    }
    this.tell(topologyId);
  }

  /** @param ends whether it ends what `begin` began */
  add(topologyId: string, result: CheckResult, ends: boolean): void {
    this.change(topologyId, result.edgeId, ({ results, running }) => ({
      results: [...results, result].slice(-KEPT),
      running: ends ? running - 1 : running,
    }));
    this.tell(topologyId);
  }

  /** Says that something about the checks of a topology changed. */
  tell(topologyId: string): void {
    this.drawn.delete(topologyId);
    for (const listener of [...this.listeners]) listener(topologyId);
  }

  dispose(): void {
    this.listeners.clear();
  }

  private change(topologyId: string, edgeId: string, change: (entry: Entry) => Entry): void {
    const edges = this.entries.get(topologyId) ?? new Map<string, Entry>();
    this.entries.set(topologyId, edges);
    edges.set(edgeId, change(edges.get(edgeId) ?? NOTHING));
  }
}

import type { Clock } from '../core/ports/clock';

/** So many dials may start at once; a workspace of this size never waits. */
const BURST = 20;
const GAP_MS = 10;

/**
 * Spreads dials over time: twenty at once, then a hundred a second. It counts starts, not connections, so a node that
 * never answers holds nobody up. Without it 500 nodes would dial in one burst after start, sleep or a network change.
 */
export class DialPace {
  private tailMs = Number.NEGATIVE_INFINITY;
  private readonly unheardNodes = new Set<object>();

  constructor(private readonly clock: Clock) {}

  /** Takes the next place in the line. @returns milliseconds to wait before dialling, usually 0. */
  take(): number {
    const nowMs = this.clock.monotonicMs();
    this.tailMs = Math.max(this.tailMs, nowMs) + GAP_MS;
    return Math.max(0, this.tailMs - nowMs - BURST * GAP_MS);
  }

  /** Nodes whose dials no server hears of. */
  get unheard(): number {
    return this.unheardNodes.size;
  }

  /** Says of a node, by whatever stands for it, whether its dials end unheard. */
  note(node: object, isUnheard: boolean): void {
    if (isUnheard) this.unheardNodes.add(node);
    else this.unheardNodes.delete(node);
  }
}

import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';

/** Drawing takes at most this share of the time, whatever the number of nodes. */
const SHARE = 0.1;

/**
 * Draws soon after something changed, once for all that changes meanwhile. A stream of changes cannot starve it, and the more
 * a drawing costs the longer the next one waits.
 */
export class DrawPace implements Disposable {
  #cancelSoon: (() => void) | null = null;
  #cancelLater: (() => void) | null = null;
  #costMs = 0;

  /**
   * @param leastMs between a change and its drawing.
   * @param mostMs after which it is drawn anew though nothing changed: ages grow.
   */
  constructor(
    private readonly clock: Clock,
    private readonly leastMs: number,
    private readonly mostMs: number,
    private readonly draw: () => void,
  ) {}

  /** Something changed. */
  request(): void {
    const waitMs = Math.max(this.leastMs, this.#costMs / SHARE);
    this.#cancelSoon ??= this.clock.schedule(waitMs, () => this.drawNow());
  }

  drawNow(): void {
    this.dispose();
    const startedMs = this.clock.monotonicMs();
    this.draw();
    this.#costMs = this.clock.monotonicMs() - startedMs;
    this.#cancelLater = this.clock.schedule(this.mostMs, () => this.drawNow());
  }

  dispose(): void {
    this.#cancelSoon?.();
    this.#cancelLater?.();
    this.#cancelSoon = null;
    this.#cancelLater = null;
  }
}

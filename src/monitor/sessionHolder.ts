import { CancelSource } from '../core/cancelSource';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Clock } from '../core/ports/clock';
import type { NodeSession } from '../core/ports/nodeGateway';
import { endsWithin } from './timeLimit';

/** Sessions end within a second by contract; past this nobody waits any longer. */
export const CLOSE_LIMIT_MS = 1_500;

/** The one session of a node and the one thing under way on it. */
export class SessionHolder {
  private held: NodeSession | null = null;
  private spoiled = false;
  private cancellation: CancelSource | null = null;
  private underWay: Promise<void> = Promise.resolve();

  constructor(private readonly clock: Clock) {}

  get session(): NodeSession | null {
    return this.held;
  }

  /** True when what is held must not be used again. */
  get isSpoiled(): boolean {
    return this.held !== null && (this.spoiled || this.held.isClosed);
  }

  /** Marks what is held as not to be used again: timed out, meant for another connection, or older than a sleep. */
  spoil(): void {
    this.spoiled = true;
  }

  hold(session: NodeSession): void {
    this.held = session;
    this.spoiled = false;
  }

  /** Starts the next thing. It must not reject, and must look at its signal after each await. */
  run(work: (signal: CancelSignal) => Promise<void>): void {
    this.cancellation = new CancelSource();
    this.underWay = work(this.cancellation);
  }

  /** Cancels what is under way, and ends the session. @returns false when that took longer than the limit. */
  async close(): Promise<boolean> {
    this.cancellation?.cancel();
    this.cancellation = null;
    const { held, underWay } = this;
    this.held = null;
    this.spoiled = false;
    return await endsWithin(this.clock, CLOSE_LIMIT_MS, Promise.all([held?.close(), underWay]));
  }
}

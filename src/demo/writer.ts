import type { ChangeSession } from '../core/ports/changeGateway';
import type { Clock } from '../core/ports/clock';
import { TIDY_SQL, WRITER_SQL } from './demoSql';

/** Five rounds a second: enough for a chart to move, too little for a machine to notice. */
const ROUND_MS = 200;
/** While the primary is away. */
const RETRY_MS = 1_000;
const ROUNDS_A_TIDY = 300;

/** The application of the demo: a few orders a second on the primary, by one session that comes back after every fault. */
export class DemoWriter {
  #session: ChangeSession | null = null;
  #cancel: (() => void) | null = null;
  #rounds = 0;
  #isClosed = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly open: () => Promise<ChangeSession>,
    private readonly clock: Pick<Clock, 'schedule'>,
  ) {}

  start(): void {
    this.#next(0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.#running;
    await this.#session?.close();
  }

  #next(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancel = this.clock.schedule(delayMs, () => {
      this.#running = this.#round().then(
        () => this.#next(ROUND_MS),
        // That the primary is away is what the demo shows; whoever watches says so.
        () => this.#next(RETRY_MS),
      );
    });
  }

  async #round(): Promise<void> {
    if (this.#session?.isClosed !== false) this.#session = await this.open();
    for (const text of WRITER_SQL) await this.#session.query({ text });
    this.#rounds += 1;
    if (this.#rounds % ROUNDS_A_TIDY === 0) await this.#session.query({ text: TIDY_SQL });
  }
}

import { CancelSource } from '../core/cancelSource';
import { isServerFailure, type FailureFacts } from '../core/failure';
import { SQLSTATE } from '../core/sqlstate';
import type { ChangeSession } from '../core/ports/changeGateway';
import type { Clock } from '../core/ports/clock';
import { say } from '../core/say';

/** Less than half the limit on a lock, so that there is time to look before it ends. */
const LOOK_AFTER_MS = 700;

/** What a wait ends with: its own limit, or that of the statement. */
const WAITED: readonly (string | null)[] = [SQLSTATE.lockNotAvailable, SQLSTATE.queryCanceled];

/**
 * Looks, from a session of its own, at who blocks a statement that takes long: once it has failed nobody knows any more.
 * A statement that is quick costs nothing.
 */
export class LockWatch {
  readonly #signal = new CancelSource();
  readonly #unschedule: () => void;
  #looking: Promise<void> = Promise.resolve();
  #holders: readonly string[] = [];

  /** @param open opens the session to look from; it is closed here */
  constructor(
    clock: Clock,
    private readonly backendPid: number,
    private readonly open: (signal: CancelSource) => Promise<ChangeSession>,
  ) {
    this.#unschedule = clock.schedule(LOOK_AFTER_MS, () => {
      this.#looking = this.#look();
    });
  }

  /** Ends looking, and adds to a failed wait for whom it was. Call it once, also when all went well. */
  async end(failure: FailureFacts | null): Promise<FailureFacts | null> {
    this.#unschedule();
    this.#signal.cancel();
    await this.#looking;
    if (failure === null || this.#holders.length === 0) return failure;
    if (!WAITED.includes(failure.sqlstate)) return failure;
    const who = this.#holders.join(', ');
    return { ...failure, advice: say`It waited for ${who}: try again when that has ended.` };
  }

  async #look(): Promise<void> {
    let session: ChangeSession | null = null;
    try {
      session = await this.open(this.#signal);
      const { rows } = await session.query({ text, values: [this.backendPid] }, this.#signal);
      this.#holders = rows.map(({ holder }) => String(holder));
    } catch (error) {
      // Nice to know, and no more than that.
      if (!isServerFailure(error)) throw error;
    } finally {
      await session?.close();
    }
  }
}

/** Lowest version: 14. Source: pg_blocking_pids(), which says 0 for a prepared transaction, pg_stat_activity. */
const text = `
SELECT pg_catalog.format('pid %s (%s)', a.pid, pg_catalog.concat_ws(', ', a.usename, nullif(a.application_name, ''))) AS "holder"
  FROM pg_catalog.pg_stat_activity AS a
 WHERE a.pid = ANY (pg_catalog.pg_blocking_pids($1::pg_catalog.int4))
UNION ALL
SELECT 'a prepared transaction (see pg_prepared_xacts)'
 WHERE 0 = ANY (pg_catalog.pg_blocking_pids($1::pg_catalog.int4))
 ORDER BY 1`;

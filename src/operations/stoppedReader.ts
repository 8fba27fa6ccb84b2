import type { ApplyError } from '../core/decoding/applyError';
import type { DecodedTransaction } from '../core/decoding/pgoutput';
import { isServerFailure } from '../core/failure';
import { parseLsn, type Lsn } from '../core/lsn';
import type { CatalogSubscription } from '../core/plan/nodeCatalog';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { ChangeGateway, ChangeSession } from '../core/ports/changeGateway';
import { say } from '../core/say';
import type { TopologyNode } from '../core/topology';
import { peekTransaction } from './peekTransaction';
import { readApplyError } from './readApplyError';

export interface StoppedSubscription {
  readonly subscriber: TopologyNode;
  /** `null`: it is not reached, or nothing may be made there, not even a temporary slot. */
  readonly publisher: TopologyNode | null;
  readonly subscription: Pick<CatalogSubscription, 'oid' | 'slotName' | 'publications'>;
}

/** Why a subscription stopped, as far as it can be told. */
export interface StopReason {
  /** From its server's log; `null` when that may not be read, or says nothing. */
  readonly error: ApplyError | null;
  /** The transaction that waits to be applied; `null`: see `why`. */
  readonly transaction: DecodedTransaction | null;
  /** Finished sentence about what kept us from looking at it; `null` when nothing did. */
  readonly why: string | null;
}

/** Sessions of ours on one server do not share a slot's name. */
const COPY_NAME = 'pg_topology_peek';

/** Finds out why a subscription stopped: what its server wrote down, and what waits at its publisher. */
export class StoppedReader {
  constructor(private readonly gateway: Pick<ChangeGateway, 'openChange'>) {}

  /**
   * Opens a session on each of the two, reads, and ends them.
   * @param finishLsn the transaction that a person named; `null`: the one of the log, else the first that is lacking
   * @throws ServerFailure when the subscriber cannot be asked
   */
  async read(
    { subscriber, publisher, subscription }: StoppedSubscription,
    finishLsn: Lsn | null,
    signal: CancelSignal,
  ): Promise<StopReason> {
    const { error, appliedLsn } = await this.#on(subscriber, signal, async (session) => ({
      error: await readApplyError(session, subscription.oid, signal),
      appliedLsn: await readAppliedLsn(session, subscription.oid, signal),
    }));
    const { slotName, publications } = subscription;
    if (publisher === null || slotName === null) {
      return {
        error,
        transaction: null,
        why: say`Its publisher cannot be asked what waits there.`,
      };
    }
    // An error that was overcome since is in the log all the same.
    const logged = parseLsn(error?.finishLsn ?? '');
    const isPast = logged !== null && appliedLsn !== null && logged < appliedLsn;
    const wish = { slotName, publications, appliedLsn };
    try {
      const transaction = await this.#on(publisher, signal, async (session) =>
        peekTransaction(
          session,
          {
            ...wish,
            finishLsn: finishLsn ?? (isPast ? null : logged),
            copyName: `${COPY_NAME}_${session.backendPid}`,
          },
          signal,
        ),
      );
      return {
        error: isPast ? null : error,
        transaction,
        why:
          transaction === null
            ? say`No such transaction waits at its publisher, or it is too large to be looked at.`
            : null,
      };
    } catch (failure) {
      if (!isServerFailure(failure) || failure.facts.reason === 'cancelled') throw failure;
      return { error: isPast ? null : error, transaction: null, why: failure.facts.text };
    }
  }

  async #on<T>(
    node: TopologyNode,
    signal: CancelSignal,
    act: (session: ChangeSession) => Promise<T>,
  ): Promise<T> {
    const session = await this.gateway.openChange(node, { user: null, mayWrite: false }, signal);
    try {
      return await act(session);
    } finally {
      await session.close();
    }
  }
}

/** How far it has applied what its publisher sent. @returns `null` for a role that may not ask: superusers alone may */
async function readAppliedLsn(
  session: ChangeSession,
  oid: number,
  signal: CancelSignal,
): Promise<Lsn | null> {
  try {
    const { rows } = await session.query(
      {
        text: `SELECT pg_catalog.pg_replication_origin_progress('pg_' || $1::pg_catalog.oid, false)::pg_catalog.text AS lsn`,
        values: [oid],
      },
      signal,
    );
    const lsn = rows[0]?.['lsn'];
    return typeof lsn === 'string' ? parseLsn(lsn) : null;
  } catch (error) {
    if (isServerFailure(error) && error.facts.reason !== 'cancelled') return null;
    throw error;
  }
}

import { CancelSource } from '../../core/cancelSource';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DrainSession } from '../../core/ports/drainGateway';
import type { DrainJob, DrainerDeps } from './drainJob';
import { refusePooled } from './edgeEnd';
import { findPrimary, type KnownPrimary, type LivePrimary } from './livePrimary';

/** The server that takes the operations. */
export type PrimaryEnd = LivePrimary<DrainSession>;

/** The declared primary's session, which is opened while the edge is looked at. Whoever makes it drops it. */
export class EarlyPrimary {
  readonly #cancel = new CancelSource();
  #session: Promise<DrainSession> | null = null;

  constructor(
    { gateway }: Pick<DrainerDeps, 'gateway'>,
    { primaries: [declared], queue }: Pick<DrainJob, 'primaries' | 'queue'>,
    signal: CancelSignal,
  ) {
    if (declared === undefined || signal.aborted) return;
    const pass = (): void => this.#cancel.cancel();
    signal.addEventListener('abort', pass);
    const opening = gateway.openDrain(declared, 'primary', this.#cancel, queue.drainUser);
    const settled = (): void => signal.removeEventListener('abort', pass);
    opening.then(settled, settled);
    this.#session = opening;
  }

  /** Once: who takes it closes it. */
  take(): Promise<DrainSession> | null {
    const session = this.#session;
    this.#session = null;
    return session;
  }

  /** Gives up what nobody took. Never rejects. */
  async drop(): Promise<void> {
    const session = this.take();
    if (session === null) return;
    this.#cancel.cancel();
    await session.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }
}

/**
 * Opens the declared primary, or the node that took its place, to write.
 * @param early the declared one's session, where it is being opened already
 * @throws ServerFailure or DrainRefused: that of the declared one where none fits
 */
export async function openPrimary(
  {
    gateway,
    clock,
    log,
  }: Pick<DrainerDeps, 'gateway' | 'log'> & {
    readonly clock: Pick<DrainerDeps['clock'], 'nowMs' | 'monotonicMs'>;
  },
  { primaries, queue }: Pick<DrainJob, 'primaries' | 'queue'>,
  edge: KnownPrimary,
  signal: CancelSignal,
  early: EarlyPrimary | null = null,
): Promise<PrimaryEnd> {
  const open = async (node: DrainJob['edge']): Promise<DrainSession> => {
    const opening = node === primaries[0] ? early?.take() : null;
    const session = await (opening ?? gateway.openDrain(node, 'primary', signal, queue.drainUser));
    try {
      refusePooled(session);
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  };
  return findPrimary({ clock, log }, primaries, edge, open, signal);
}

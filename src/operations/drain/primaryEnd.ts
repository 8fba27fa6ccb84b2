import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DrainSession } from '../../core/ports/drainGateway';
import type { DrainJob, DrainerDeps } from './drainJob';
import { refusePooled } from './edgeEnd';
import { findPrimary, type KnownPrimary, type LivePrimary } from './livePrimary';

/** The server that takes the operations. */
export type PrimaryEnd = LivePrimary<DrainSession>;

/**
 * Opens the declared primary, or the node that took its place, to write.
 * @throws ServerFailure or DrainRefused: that of the declared one where none fits
 */
export async function openPrimary(
  {
    gateway,
    clock,
    log,
  }: Pick<DrainerDeps, 'gateway' | 'log'> & {
    readonly clock: Pick<DrainerDeps['clock'], 'nowMs'>;
  },
  { primaries, queue }: Pick<DrainJob, 'primaries' | 'queue'>,
  edge: KnownPrimary,
  signal: CancelSignal,
): Promise<PrimaryEnd> {
  const open = async (node: DrainJob['edge']): Promise<DrainSession> => {
    const session = await gateway.openDrain(node, 'primary', signal, queue.drainUser);
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

import { isServerFailure, type ServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DrainSession } from '../../core/ports/drainGateway';
import { primaryStatement } from '../../core/queue/primaryStatements';
import { numberOf, textOf } from '../../core/queue/rowValues';
import { onlyRow } from './answers';
import { DrainRefused, type DrainJob, type DrainerDeps } from './drainJob';
import { refusePooled, type EdgeIdentity } from './edgeEnd';

/** The server that takes the operations. */
export interface PrimaryEnd {
  readonly session: DrainSession;
  readonly system: string;
  readonly timeline: number;
  /** Clock of the primary less that of this machine, in milliseconds. */
  readonly aheadMs: number;
}

/**
 * Opens the declared primary, or the node that took its place: writable, and the system that the edge knows.
 * @throws ServerFailure or DrainRefused: that of the declared one where none fits
 */
export async function openPrimary(
  deps: DrainerDeps,
  job: DrainJob,
  edge: EdgeIdentity,
  signal: CancelSignal,
): Promise<PrimaryEnd> {
  let first: ServerFailure | DrainRefused | null = null;
  for (const [index, node] of job.primaries.entries()) {
    try {
      const session = await deps.gateway.openDrain(node, 'primary', signal, job.queue.drainUser);
      const end = await identify(deps, session, signal);
      if (index === 0 || edge.primarySystem === end.system) return await accept(end, edge);
      await session.close();
    } catch (error) {
      if (!isServerFailure(error) && !(error instanceof DrainRefused)) throw error;
      if (isServerFailure(error) && error.facts.reason === 'cancelled') throw error;
      deps.log.debug(`${node.id} takes no operations: ${error.message}`);
      first ??= error;
    }
  }
  throw first ?? new DrainRefused(['The file names no primary for this queue.']);
}

async function identify(
  { clock }: DrainerDeps,
  session: DrainSession,
  signal: CancelSignal,
): Promise<PrimaryEnd> {
  try {
    const beforeMs = clock.nowMs();
    const row = onlyRow(await session.query(primaryStatement, signal));
    const middleMs = (beforeMs + clock.nowMs()) / 2;
    return {
      session,
      system: textOf(row, 'system'),
      timeline: numberOf(row, 'timeline'),
      aheadMs: numberOf(row, 'clockUs') / 1000 - middleMs,
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** A primary that came back after another one had been promoted is on an older timeline: what it takes is lost. */
async function accept(end: PrimaryEnd, edge: EdgeIdentity): Promise<PrimaryEnd> {
  try {
    refusePooled(end.session);
    const isOld =
      edge.primarySystem === end.system &&
      edge.primaryTimeline !== null &&
      end.timeline < edge.primaryTimeline;
    if (!isOld) return end;
    throw new DrainRefused([
      `${end.session.nodeId} is on timeline ${end.timeline}, but this edge was drained to timeline ${edge.primaryTimeline}: another server was promoted since, and this one is no longer the primary.`,
    ]);
  } catch (error) {
    await end.session.close();
    throw error;
  }
}

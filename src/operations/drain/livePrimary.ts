import { isServerFailure, ServerFailure } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Clock } from '../../core/ports/clock';
import type { Log } from '../../core/ports/log';
import type { SqlSession } from '../../core/ports/sqlSession';
import { identityStatement } from '../../core/queue/edgeStatements';
import { primaryStatement } from '../../core/queue/primaryStatements';
import { numberOf, numberOrNull, textOf, textOrNull } from '../../core/queue/rowValues';
import { say } from '../../core/say';
import type { TopologyNode } from '../../core/topology';
import { onlyRow } from './answers';
import { askClock } from './clockAnswer';
import { DrainRefused } from './drainJob';
import type { EdgeIdentity } from './edgeEnd';

/** A server that is the primary now. */
export interface LivePrimary<Session> {
  readonly nodeId: string;
  readonly session: Session;
  readonly system: string;
  readonly timeline: number;
  /** Clock of the primary less that of this machine, in milliseconds. */
  readonly aheadMs: number;
  /** How long its answer took. */
  readonly roundTripMs: number;
}

/** Which primary an edge knows. */
export type KnownPrimary = Pick<EdgeIdentity, 'primarySystem' | 'primaryTimeline'>;

/**
 * Finds the declared primary, or the node that took its place: writable, the system that the edge knows, and on no older timeline than
 * the edge was drained to.
 * @param primaries the declared one first
 * @param open fails or refuses where the node is none; whoever called closes the session that is given
 * @throws ServerFailure or DrainRefused: that of the declared one where none fits
 */
export async function findPrimary<Session extends SqlSession>(
  { clock, log }: { readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>; readonly log: Log },
  primaries: readonly TopologyNode[],
  edge: KnownPrimary,
  open: (node: TopologyNode) => Promise<Session>,
  signal: CancelSignal,
): Promise<LivePrimary<Session>> {
  let first: ServerFailure | DrainRefused | null = null;
  for (const [index, node] of primaries.entries()) {
    try {
      const session = await open(node);
      try {
        const primary = await identify(clock, node.id, session, signal);
        const isDeclared = index === 0;
        if (isDeclared || edge.primarySystem === primary.system) {
          refuseOld(primary, edge);
          return primary;
        }
      } catch (error) {
        await session.close();
        throw error;
      }
      await session.close();
    } catch (error) {
      if (!isServerFailure(error) && !(error instanceof DrainRefused)) throw error;
      if (isServerFailure(error) && error.facts.reason === 'cancelled') throw error;
      log.debug(`${node.id} takes no operations: ${error.message}`);
      first ??= error;
    }
  }
  throw first ?? new DrainRefused([say`The file names no primary for this queue.`]);
}

/** A session that only reads is opened on a standby as well. @throws ServerFailure where it is one */
export async function refuseStandby(
  nodeId: string,
  session: SqlSession,
  signal: CancelSignal,
): Promise<void> {
  const text = 'SELECT pg_catalog.pg_is_in_recovery() AS "isInRecovery"';
  const { isInRecovery } = onlyRow(await session.query({ text }, signal));
  if (isInRecovery === true) throw new ServerFailure(describeFailure('readOnly', { nodeId }));
}

/** Which primary this edge was drained to last. @throws ServerFailure */
export async function readKnownPrimary(
  edge: SqlSession,
  signal: CancelSignal,
): Promise<KnownPrimary> {
  const [row = {}] = (await edge.query(identityStatement, signal)).rows;
  return {
    primarySystem: textOrNull(row, 'primarySystem'),
    primaryTimeline: numberOrNull(row, 'primaryTimeline'),
  };
}

async function identify<Session extends SqlSession>(
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>,
  nodeId: string,
  session: Session,
  signal: CancelSignal,
): Promise<LivePrimary<Session>> {
  const { row, aheadMs, roundTripMs } = await askClock(clock, async () =>
    onlyRow(await session.query(primaryStatement, signal)),
  );
  return {
    nodeId,
    session,
    system: textOf(row, 'system'),
    timeline: numberOf(row, 'timeline'),
    aheadMs,
    roundTripMs,
  };
}

/** A primary that came back after another one had been promoted is on an older timeline: what it takes is lost. */
function refuseOld({ nodeId, system, timeline }: LivePrimary<unknown>, edge: KnownPrimary): void {
  const isOld =
    edge.primarySystem === system &&
    edge.primaryTimeline !== null &&
    timeline < edge.primaryTimeline;
  if (!isOld) return;
  throw new DrainRefused([
    say`${nodeId} is on timeline ${timeline}, but this edge was drained to timeline ${edge.primaryTimeline}: another server was promoted since, and this one is no longer the primary.`,
  ]);
}

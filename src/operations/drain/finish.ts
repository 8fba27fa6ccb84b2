import { CancelSource } from '../../core/cancelSource';
import { isServerFailure, type ServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DrainSession } from '../../core/ports/drainGateway';
import type { Log } from '../../core/ports/log';
import type { SqlResult, SqlStatement } from '../../core/ports/sqlSession';
import {
  deleteExpiredStatement,
  expiredStatement,
  openStatement,
} from '../../core/queue/edgeStatements';
import {
  beginBatchStatement,
  blockersStatement,
  forgetStatement,
  forgetStraysStatement,
  metricStatement,
  pruneMetricsStatement,
} from '../../core/queue/primaryStatements';
import { RETENTION_DAYS } from '../../core/queue/queueNames';
import { numberOf, numberOrNull, textOf } from '../../core/queue/rowValues';
import { say } from '../../core/say';
import { SQLSTATE } from '../../core/sqlstate';
import { onlyRow, results } from './answers';
import { COMMIT } from './batchWriter';
import type { DrainJob } from './drainJob';
import type { DrainTally } from './drainTally';
import type { EdgeEnd } from './edgeEnd';
import type { PrimaryEnd } from './primaryEnd';

/** What is open on the edge. */
export interface OpenOperations {
  readonly count: number;
  readonly oldestMs: number | null;
}

async function readOpen(
  edge: EdgeEnd,
  job: DrainJob,
  cap: number,
  signal: CancelSignal,
): Promise<OpenOperations> {
  const [answer] = await edge.run([openStatement(job.queue.table, cap)], signal);
  return openOf(answer);
}

function openOf(answer: SqlResult | undefined): OpenOperations {
  const row = onlyRow(answer);
  return { count: numberOf(row, 'open'), oldestMs: numberOrNull(row, 'oldestMs') };
}

/** What a chart of the depth needs; a larger one looks the same. */
const DEPTH_CAP = 100_001;
const EXPIRED_PAGE = 1_000;

/** Notes what was drained since the last time. @throws ServerFailure */
export async function writeMetric(
  edge: EdgeEnd,
  session: DrainSession,
  edgeId: string,
  job: DrainJob,
  tally: DrainTally,
  signal: CancelSignal,
): Promise<void> {
  const open = await readOpen(edge, job, DEPTH_CAP, signal);
  await insertMetric(open, session, edgeId, job, tally, signal);
}

async function insertMetric(
  { count, oldestMs }: OpenOperations,
  session: DrainSession,
  edgeId: string,
  job: DrainJob,
  tally: DrainTally,
  signal: CancelSignal,
): Promise<void> {
  const { drained, conflicts, latencyMs } = tally;
  const metric = {
    edgeId,
    edge: job.edge.id,
    depth: Math.min(count, DEPTH_CAP),
    oldestMs,
    drained,
    conflicts,
    latencyMs,
  };
  results(
    await session.queryAll(
      [beginBatchStatement, metricStatement(metric), pruneMetricsStatement(edgeId), COMMIT],
      signal,
    ),
  );
  tally.drained = 0;
  tally.conflicts = 0;
}

export interface FinishParts {
  readonly edge: EdgeEnd;
  readonly primary: PrimaryEnd | null;
  readonly job: DrainJob;
  readonly tally: DrainTally;
  /** False after a cancellation or a failure: then nothing is tidied, which could make somebody wait. */
  readonly isWhole: boolean;
  readonly cap: number;
  readonly log: Log;
}

/** What follows a drain: its last metric, what is kept long enough, what is left. Never rejects. @returns open operations, where it can be told */
export async function finish(parts: FinishParts): Promise<number | null> {
  const { edge, primary, job, tally, isWhole } = parts;
  const signal = new CancelSource();
  try {
    if (edge.session.isClosed) return null;
    if (!isWhole || primary === null) return (await readOpen(edge, job, parts.cap, signal)).count;
    const { table } = job.queue;
    const [opened, expired] = await edge.run(
      [openStatement(table, parts.cap), expiredPage(job)],
      signal,
    );
    const open = openOf(opened);
    const { edgeId } = edge.identity;
    // On their way together.
    await Promise.all([
      insertMetric(open, primary.session, edgeId, job, tally, signal),
      forgetStrays(primary.session, signal),
    ]);
    await forgetExpired(expired, edge, primary.session, job, signal);
    return open.count;
  } catch (error) {
    if (!isServerFailure(error)) throw error;
    parts.log.debug(`${job.edge.id}: what follows a drain failed: ${error.facts.text}`);
    return null;
  }
}

function expiredPage({ queue }: DrainJob): SqlStatement {
  return expiredStatement(queue.table, RETENTION_DAYS, EXPIRED_PAGE);
}

/** The ledger's entry goes first: a done operation without one is too old to be sent again. @param first page of them */
async function forgetExpired(
  first: SqlResult | undefined,
  edge: EdgeEnd,
  session: DrainSession,
  job: DrainJob,
  signal: CancelSignal,
): Promise<void> {
  for (let page = first; ;) {
    const ids = (page?.rows ?? []).map((row) => textOf(row, 'id'));
    if (ids.length === 0) return;
    const forgetting = [beginBatchStatement, forgetStatement(ids), COMMIT];
    results(await session.queryAll(forgetting, signal));
    // A page that was not full may only have had younger ones in front.
    const statements = [deleteExpiredStatement(job.queue.table, ids), expiredPage(job)];
    [, page] = await edge.run(statements, signal);
  }
}

/** What removed edges left, or one under its former identity. */
async function forgetStrays(session: DrainSession, signal: CancelSignal): Promise<void> {
  results(await session.queryAll([beginBatchStatement, forgetStraysStatement(), COMMIT], signal));
}

const LIMITS: readonly string[] = [SQLSTATE.lockNotAvailable, SQLSTATE.queryCanceled];

/** Where a lock was not to be had: who has open transactions there. Never rejects. */
export async function noteBlockers(
  primary: PrimaryEnd | null,
  { facts }: ServerFailure,
  notes: string[],
): Promise<void> {
  if (primary === null || primary.session.isClosed) return;
  if (facts.sqlstate === null || !LIMITS.includes(facts.sqlstate)) return;
  const [answer] = await primary.session.queryAll([blockersStatement]);
  if (answer === undefined || isServerFailure(answer)) return;
  const who = answer.rows.map((row) => {
    const application = textOf(row, 'application');
    const as = application === '' ? '' : `, ${application}`;
    const seconds = numberOrNull(row, 'seconds') ?? 0;
    return say`pid ${numberOf(row, 'pid')} (${textOf(row, 'user')}${as}, for ${seconds} s)`;
  });
  if (who.length > 0) {
    notes.push(
      say`Open transactions on ${primary.session.nodeId} that hold locks: ${who.join('; ')}.`,
    );
  }
}

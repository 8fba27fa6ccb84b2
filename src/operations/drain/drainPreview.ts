import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Batch, PageRow } from '../../core/queue/batchCut';
import { BlockedKeys } from '../../core/queue/blockedKeys';
import {
  PREVIEW_LIMIT,
  type DrainCounts,
  type DrainPreview,
  type OperationVerdict,
} from '../../core/queue/drain';
import { busyWords } from '../../core/queue/drainWords';
import { formatCounted } from '../../core/format';
import { SKEW_LIMIT_MS } from '../../core/queue/applyTypes';
import { beginBatchStatement } from '../../core/queue/primaryStatements';
import { say } from '../../core/say';
import { results } from './answers';
import { BatchWriter, ROLLBACK } from './batchWriter';
import { inspect, lookAtEdge, type Gate } from './drainGate';
import { DrainBusy, DrainRefused, type DrainJob, type DrainerDeps } from './drainJob';
import { BatchSource, goThrough } from './drainPass';
import { count, NO_COUNTS } from './drainTally';
import { EdgeEnd } from './edgeEnd';
import { noteAside, withKeys } from './edgeKeys';
import { openPrimary, type PrimaryEnd } from './primaryEnd';
import { settle } from './settled';
import { applyRows, readRows, scopeOf, type StreamParts } from './transactionWriter';

/**
 * Tries what a drain would do, with the same statements, in one transaction that is rolled back. Holds the edge's lock meanwhile, so
 * that no drain waits for its rows.
 * @throws ServerFailure
 */
export async function previewDrain(
  deps: DrainerDeps,
  job: DrainJob,
  signal: CancelSignal,
): Promise<DrainPreview> {
  let edge: EdgeEnd | null = null;
  let primary: PrimaryEnd | null = null;
  const nothing = {
    ...headOf(job),
    edgeId: job.edge.id,
    total: 0,
    missing: 0,
    verdicts: [],
    counts: NO_COUNTS,
    notes: [],
  };
  try {
    edge = await EdgeEnd.open(deps, job, { kind: 'look' }, signal);
    const looking = lookAtEdge(job, edge, signal);
    looking.catch(() => undefined);
    primary = await openPrimary(deps, job, edge.identity, signal);
    const gate = await inspect(job, edge, primary, looking, signal);
    const verdicts = await tryAll(deps, job, gate, signal);
    const counts: { -readonly [K in keyof DrainCounts]: DrainCounts[K] } = { ...NO_COUNTS };
    for (const verdict of verdicts) count(counts, verdict);
    return {
      ...headOf(job),
      edgeId: job.edge.id,
      primaryId: primary.session.nodeId,
      total: gate.open,
      missing: gate.missing,
      verdicts,
      counts,
      notes: notesOf(job, gate),
      refusals: [],
    };
  } catch (error) {
    if (error instanceof DrainRefused) return { ...nothing, refusals: error.reasons };
    if (!(error instanceof DrainBusy)) throw error;
    return { ...nothing, refusals: [`${job.edge.id} ${busyWords(error.holder)}.`] };
  } finally {
    await Promise.all([edge?.letGo(), primary?.session.close()]);
  }
}

function headOf({
  address,
  environment,
  primaries,
}: DrainJob): Pick<DrainPreview, 'address' | 'environment' | 'primaryId'> {
  return { address, environment, primaryId: primaries[0]?.id ?? '' };
}

async function tryAll(
  { clock, random }: DrainerDeps,
  job: DrainJob,
  { edge, primary, catalog, facts }: Gate,
  signal: CancelSignal,
): Promise<readonly OperationVerdict[]> {
  const { session, roundTripMs } = primary;
  const ends = { edge, session, roundTripMs };
  const parts: StreamParts = { ...ends, facts, catalog, clock, random, queue: job.queue };
  const aside = new BlockedKeys();
  await noteAside(aside, parts, signal);
  const ways = new BatchWriter(parts, 0n, aside);
  return ways.inWays(signal, async (way, blocked) => {
    const verdicts: OperationVerdict[] = [];
    const tryRows = async (rows: readonly PageRow[]): Promise<boolean> => {
      await catalog.know(
        rows.map(({ operation }) => operation.table),
        signal,
      );
      const some = rows.slice(0, PREVIEW_LIMIT - verdicts.length);
      const left = await withKeys(some, parts, signal);
      const result = await applyRows(left, parts, blocked, way.isFresh, signal);
      verdicts.push(...settle(result).map(({ verdict }) => verdict));
      return verdicts.length < PREVIEW_LIMIT;
    };
    const tryBatch = async (batch: Batch): Promise<boolean> => {
      if (batch.kind === 'whole') return tryRows(batch.rows);
      const scope = scopeOf(batch.transaction);
      for (let after = 0n; ;) {
        const rows = await readRows(parts, scope, after, signal);
        const last = rows.at(-1);
        if (last === undefined) return true;
        if (!(await tryRows(rows))) return false;
        after = last.operation.seq;
      }
    };
    try {
      results(await session.queryAll([beginBatchStatement], signal));
      const source = new BatchSource(parts, null, () => PREVIEW_LIMIT, signal);
      await goThrough(source, tryBatch);
      return verdicts.toSorted((a, b) => (a.seq < b.seq ? -1 : 1));
    } finally {
      if (!session.isClosed) await session.queryAll([ROLLBACK]);
    }
  });
}

function notesOf(job: DrainJob, { facts, missing, primary }: Gate): readonly string[] {
  const notes: string[] = [];
  const { skewMs } = facts;
  const usesTime = job.queue.tables.some(
    ({ policy }) => policy === 'newest-wins' || policy === 'merge',
  );
  if (usesTime && (skewMs === null || Math.abs(skewMs) > SKEW_LIMIT_MS)) {
    const seconds =
      skewMs === null ? say`an unknown time` : `${Math.abs(skewMs / 1000).toFixed(1)} s`;
    notes.push(
      say`The clocks of ${job.edge.id} and ${primary.session.nodeId} differ by ${seconds}: where the newer row would win, a person has to decide.`,
    );
  }
  if (missing > 0) {
    notes.push(
      say`${primary.session.nodeId} was promoted or restored since the last drain, and does not know of ${formatCounted(missing, 'operation')} that the former primary had taken. They are sent again first, in their old order; the dry run did not try them.`,
    );
  }
  return notes;
}

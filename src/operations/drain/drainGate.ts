import { isServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { BatchFacts } from '../../core/queue/applyTypes';
import {
  acknowledgedStatement,
  countBatchesStatement,
  notePrimaryStatement,
  queuedTablesStatement,
  resendStatement,
  unguardedStatement,
} from '../../core/queue/edgeStatements';
import {
  beginBatchStatement,
  countBatchStatement,
  enterStatement,
  missingStatement,
  registerStatement,
} from '../../core/queue/primaryStatements';
import { RETENTION_DAYS } from '../../core/queue/queueNames';
import { formatCounted, UNKNOWN } from '../../core/format';
import { bigintOf, numberOf, textOf } from '../../core/queue/rowValues';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import type { TableName } from '../../core/topology';
import { firstFailure } from './answers';
import { asMoved, COMMIT } from './batchWriter';
import { Catalog } from './catalog';
import { DrainRefused, type DrainJob } from './drainJob';
import type { EdgeEnd } from './edgeEnd';
import type { PrimaryEnd } from './primaryEnd';

/** What waits on an edge. */
export interface EdgeLook {
  /** Tables that open operations name. */
  readonly tables: readonly TableName[];
  /** How many operations are open. */
  readonly open: number;
}

/** Both ends, looked at and found fit. */
export interface Gate {
  readonly edge: EdgeEnd;
  readonly primary: PrimaryEnd;
  readonly catalog: Catalog;
  readonly facts: BatchFacts;
  /** Counter of the edge on the primary; `null`: the primary does not know the edge yet. */
  readonly registered: bigint | null;
  /** Operations that a primary had acknowledged and this one does not know: it was promoted, or restored, since. They are sent again. */
  readonly missing: number;
  /** Operations that were open on the edge. */
  readonly open: number;
}

/**
 * Reads what decides whether this edge may be drained to this primary.
 * @param looking what the edge alone tells
 * @throws DrainRefused, ServerFailure
 */
export async function inspect(
  job: DrainJob,
  edge: EdgeEnd,
  primary: PrimaryEnd,
  looking: Promise<EdgeLook>,
  signal: CancelSignal,
): Promise<Gate> {
  const { tables, open } = await looking;
  const catalog = new Catalog(primary.session, job.queue);
  // Both at once: they are one round trip.
  const reading = catalog.know([...tables, ...job.queue.tables], signal);
  // Where it fails first, nobody waits for it yet.
  reading.catch(() => undefined);
  try {
    const registered = await readRegister(edge.identity.edgeId, primary, signal);
    await reading;
    return await judge(job, { edge, primary, catalog, registered, open }, tables, signal);
  } catch (error) {
    await reading.catch(() => undefined);
    throw error;
  }
}

async function judge(
  job: DrainJob,
  found: Pick<Gate, 'edge' | 'primary' | 'catalog' | 'registered' | 'open'>,
  tables: readonly TableName[],
  signal: CancelSignal,
): Promise<Gate> {
  const { edge, primary, catalog, registered, open } = found;
  const { identity } = edge;
  const meant = tables.flatMap((table) => [
    table,
    catalog.targetOf({ table, writtenBy: 'application' }).name,
  ]);
  const { primarySystem, primaryTimeline, batches } = identity;
  const isOtherSystem = primarySystem !== null && primarySystem !== primary.system;
  const isOther = primarySystem !== null && (isOtherSystem || primaryTimeline !== primary.timeline);
  const mayHaveLost = isOther || (registered ?? 0n) < batches;
  const missing = mayHaveLost ? await countMissing(job, edge, primary, signal) : 0;
  const reasons = [
    ...copyReasons(job, edge, primary, registered),
    ...(isOtherSystem ? otherSystemReasons(job, edge, primary, missing) : []),
    ...(await echoReasons(job, edge, meant, signal)),
  ];
  if (reasons.length > 0) throw new DrainRefused(reasons);
  return {
    edge,
    primary,
    catalog,
    facts: { edgeId: identity.edgeId, skewMs: identity.aheadMs - primary.aheadMs },
    registered,
    missing,
    open,
  };
}

/**
 * Makes both ends agree before anything is drained: what the primary lost waits again, the edge is known there, the counters are equal and
 * tell this drain from those before.
 * @returns the counter, and how many operations are sent again
 */
export async function reconcile(
  job: DrainJob,
  { edge, primary, registered, missing }: Gate,
  signal: CancelSignal,
): Promise<{ readonly batches: bigint; readonly resent: number }> {
  const { identity, session } = edge;
  const { edgeId } = identity;
  const resent = missing > 0 ? await resend(job, edge, primary, signal) : 0;
  const known = registered ?? 0n;
  const from = known < identity.batches ? identity.batches : known;
  // Else a drain that is cut off right now would leave it behind by two.
  if (from > identity.batches) await edge.run([countBatchesStatement(from)], signal);
  const isNew = registered === null || known < identity.batches;
  const entry = enterStatement(edgeId, session.nodeId, identity.system, from);
  const turn = { edgeId, from, counts: true, after: null, name: 'begin' };
  const entering = [
    beginBatchStatement,
    ...(isNew ? [entry] : []),
    countBatchStatement(turn),
    COMMIT,
  ];
  const failed = firstFailure(await primary.session.queryAll(entering, signal));
  if (failed !== null) throw asMoved(failed, entering.length - 2);
  const batches = from + 1n;
  await edge.run(
    [countBatchesStatement(batches), notePrimaryStatement(primary.system, primary.timeline)],
    signal,
  );
  return { batches, resent };
}

const RESEND_PAGE = 1_000;

/** Each acknowledged operation that the ledger lacks waits again, in its old place. */
async function resend(
  job: DrainJob,
  edge: EdgeEnd,
  primary: PrimaryEnd,
  signal: CancelSignal,
): Promise<number> {
  let resent = 0;
  for await (const lost of missingPages(job, edge, primary, signal)) {
    const [answer] = await edge.run([resendStatement(job.queue.table, lost)], signal);
    resent += answer?.rowCount ?? 0;
  }
  return resent;
}

async function countMissing(
  job: DrainJob,
  edge: EdgeEnd,
  primary: PrimaryEnd,
  signal: CancelSignal,
): Promise<number> {
  let count = 0;
  for await (const lost of missingPages(job, edge, primary, signal)) count += lost.length;
  return count;
}

/** Looks every acknowledged operation up in the ledger. @returns ids of those that it lacks, page by page, none of them empty */
async function* missingPages(
  job: DrainJob,
  edge: EdgeEnd,
  primary: PrimaryEnd,
  signal: CancelSignal,
): AsyncGenerator<readonly string[]> {
  for (let after = 0n; ;) {
    const page = acknowledgedStatement(job.queue.table, after, RESEND_PAGE, RETENTION_DAYS);
    const [acknowledged] = await edge.run([page], signal);
    const rows = acknowledged?.rows ?? [];
    const last = rows.at(-1);
    if (last === undefined) return;
    after = bigintOf(last, 'seq');
    const ids = rows.map((row) => textOf(row, 'id'));
    const missing = (await primary.session.query(missingStatement(ids), signal)).rows;
    if (missing.length > 0) yield missing.map((row) => textOf(row, 'id'));
  }
}

/** After a failover the system stays the same. One that took over by a dump or an upgrade brings the ledger with it; anything else never saw them. */
function otherSystemReasons(
  { edge }: DrainJob,
  { identity }: EdgeEnd,
  { session, system }: PrimaryEnd,
  missing: number,
): readonly string[] {
  if (missing === 0) return [];
  return [
    say`${session.nodeId} is another system (${system}) than the one that ${edge.id} was drained to (${identity.primarySystem ?? UNKNOWN}), and its ledger lacks ${formatCounted(missing, 'operation')} of the last ${RETENTION_DAYS} days: sending them again could undo newer changes. If it is the right one, Give New Identity lets ${edge.id} begin there with what waits now.`,
  ];
}

/** Needs the edge alone, so that its primary is opened meanwhile. @throws DrainRefused, ServerFailure */
export async function lookAtEdge(
  job: DrainJob,
  edge: EdgeEnd,
  signal: CancelSignal,
): Promise<EdgeLook> {
  try {
    const [answer] = await edge.run([queuedTablesStatement(job.queue.table)], signal);
    const rows = answer?.rows ?? [];
    return {
      tables: rows.map((row) => ({ schema: textOf(row, 'schema'), name: textOf(row, 'name') })),
      open: rows.reduce((sum, row) => sum + numberOf(row, 'open'), 0),
    };
  } catch (error) {
    if (!isServerFailure(error) || error.facts.reason !== 'schemaDrift') throw error;
    const name = formatTableName(job.queue.table);
    throw new DrainRefused([
      say`${name} on ${job.edge.id} is not a queue that can be drained: run Set Up Edge, which makes it or brings it up to date.`,
    ]);
  }
}

async function readRegister(
  edgeId: string,
  { session }: PrimaryEnd,
  signal: CancelSignal,
): Promise<bigint | null> {
  try {
    const { rows } = await session.query(registerStatement(edgeId, false), signal);
    return rows[0] === undefined ? null : bigintOf(rows[0], 'batches');
  } catch (error) {
    if (!isServerFailure(error) || error.facts.reason !== 'schemaDrift') throw error;
    throw new DrainRefused([
      say`${session.nodeId} has no ledger for edges: run Set Up Edge, which makes it.`,
    ]);
  }
}

/** A dump restored elsewhere is on another server; a copy of the files has fallen behind what the primary counted of its original. */
function copyReasons(
  job: DrainJob,
  { identity }: EdgeEnd,
  { session }: PrimaryEnd,
  registered: bigint | null,
): readonly string[] {
  if (identity.madeOn !== identity.system) {
    return [
      say`${job.edge.id} carries the identity of an edge on another server (${identity.madeOn}): it was restored from its dump. Give it an identity of its own with New Identity.`,
    ];
  }
  const ahead = (registered ?? 0n) - identity.batches;
  if (ahead <= 1n) return [];
  return [
    say`${session.nodeId} has taken ${registered ?? 0n} batches of this edge, and ${job.edge.id} knows of ${identity.batches} only: it is a copy of the edge, or was restored from a backup. Give it an identity of its own with New Identity.`,
  ];
}

async function echoReasons(
  job: DrainJob,
  edge: EdgeEnd,
  tables: readonly TableName[],
  signal: CancelSignal,
): Promise<readonly string[]> {
  const [answer] = await edge.run([unguardedStatement(tables)], signal);
  return (answer?.rows ?? []).map((row) => {
    const name = formatTableName({ schema: textOf(row, 'schema'), name: textOf(row, 'name') });
    return say`${name} is queued on ${job.edge.id} and comes back by a subscription, but has no echo guard: the first row that returns would stop the subscription. Set Up Edge adds the guard.`;
  });
}

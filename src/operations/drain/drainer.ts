import { isServerFailure, ServerFailure } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import { BATCH_LIMITS } from '../../core/queue/batchCut';
import type { DrainEnd, DrainProgress, DrainReport } from '../../core/queue/drain';
import { firstAsideStatement } from '../../core/queue/edgeStatements';
import { endBackendStatement } from '../../core/queue/primaryStatements';
import { say } from '../../core/say';
import { pause } from '../pause';
import { isPassing } from '../planSessions';
import { onlyRow } from './answers';
import { CounterMoved } from './batchWriter';
import { inspect, lookAtEdge, reconcile, type Gate } from './drainGate';
import { DrainBusy, DrainRefused, type DrainerDeps, type DrainJob } from './drainJob';
import { BatchSource } from './drainPass';
import { DrainTally } from './drainTally';
import { EdgeEnd } from './edgeEnd';
import { finish, noteBlockers } from './finish';
import { EarlyPrimary, openPrimary, type PrimaryEnd } from './primaryEnd';
import { QueuePass, type DrainPace, type PassParts } from './queuePass';
import type { StreamParts } from './transactionWriter';

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5_000;
const MAX_MOVES = 20;
/** Counted no further: a number for people. */
const OPEN_CAP = 10_000_000;

/**
 * One drain of one edge, from its lock to its report. Whatever happens on the way, an operation is marked only after the primary has
 * committed it, and one whose fate is unknown is sent again, which the ledger makes harmless: so after every loss the drain simply
 * begins anew. Used once.
 */
export class Drainer {
  readonly #tally: DrainTally;
  readonly #notes: string[] = [];
  readonly #startedAtMs: number;
  #edge: EdgeEnd | null = null;
  #primary: PrimaryEnd | null = null;
  /** Backends whose sessions were lost: they may still be at work. */
  #lostPids: { readonly edge: number | null; readonly primary: number | null } = {
    edge: null,
    primary: null,
  };
  #primaryId: string;
  #left: number | null = null;
  readonly #pace: DrainPace;

  constructor(
    private readonly deps: DrainerDeps,
    private readonly job: DrainJob,
    private readonly onProgress: (progress: DrainProgress) => void = () => undefined,
  ) {
    const { clock } = deps;
    this.#tally = new DrainTally(clock);
    this.#startedAtMs = clock.nowMs();
    this.#pace = {
      aim: BATCH_LIMITS.rows,
      metricAtMs: 0,
      progressAtMs: clock.monotonicMs(),
    };
    this.#primaryId = job.primaries[0]?.id ?? '';
  }

  /** Rejects only for a defect: whatever a server does is in the report's end. */
  async run(signal: CancelSignal): Promise<DrainReport> {
    const end = await this.#untilEnd(signal).catch(async (defect: unknown) => {
      await this.#lose();
      throw defect;
    });
    await this.#close(end);
    const { counts, resent, verdicts } = this.#tally;
    return {
      address: this.job.address,
      primaryId: this.#primaryId,
      startedAtMs: this.#startedAtMs,
      endedAtMs: this.deps.clock.nowMs(),
      end,
      counts: { ...counts },
      left: this.#left,
      resent,
      verdicts,
      notes: this.#notes,
    };
  }

  async #untilEnd(signal: CancelSignal): Promise<DrainEnd> {
    let moves = 0;
    let waits = 0;
    for (;;) {
      const before = this.#pace.progressAtMs;
      try {
        await this.#drain(signal);
        return { kind: 'drained' };
      } catch (error) {
        if (signal.aborted) return { kind: 'cancelled' };
        if (error instanceof DrainRefused) return { kind: 'refused', reasons: error.reasons };
        if (error instanceof DrainBusy) return { kind: 'busy', ...error.holder };
        const failure = this.#failureOf(error);
        if (error instanceof CounterMoved) moves += 1;
        if (moves > MAX_MOVES || !this.#mayPass(error)) {
          await noteBlockers(this.#primary, failure, this.#notes);
          return { kind: 'stopped', failure: failure.facts };
        }
        waits = this.#pace.progressAtMs > before ? 0 : waits + 1;
        this.deps.log.debug(`${this.job.edge.id}: ${failure.facts.text} The drain begins anew.`);
        await this.#lose();
        const jitter = 0.5 + this.deps.random() / 2;
        const waitMs = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** waits) * jitter;
        if (this.deps.clock.monotonicMs() + waitMs > this.#pace.progressAtMs + this.deps.regainMs) {
          return { kind: 'stopped', failure: failure.facts };
        }
        await pause(this.deps.clock, waitMs, signal);
      }
    }
  }

  /** Whether it may help to dial again. A node that is to be promoted still calls itself a standby. */
  #mayPass(error: unknown): boolean {
    if (error instanceof CounterMoved) return true;
    if (!isServerFailure(error)) return false;
    const { reason } = error.facts;
    return isPassing(reason) || (reason === 'readOnly' && this.job.primaries.length > 1);
  }

  #failureOf(error: unknown): ServerFailure {
    if (isServerFailure(error)) return error;
    if (!(error instanceof CounterMoved)) throw error;
    const detail = say`another drain of this edge gets in between`;
    return new ServerFailure(describeFailure('other', { nodeId: this.#primaryId, detail }));
  }

  /** From the lock to the end of the queue. @throws whatever ends it */
  async #drain(signal: CancelSignal): Promise<void> {
    const { gate, source } = await this.#open(signal);
    const { batches, resent } = await reconcile(this.job, gate, signal);
    this.#tally.resent += resent;
    const { edge, primary, catalog, facts } = gate;
    const { clock, random } = this.deps;
    const stream: StreamParts = {
      session: primary.session,
      facts,
      catalog,
      clock,
      random,
      edge,
      roundTripMs: primary.roundTripMs,
      queue: this.job.queue,
    };
    this.#tally.total = Math.max(this.#tally.total, this.#tally.done + gate.open + resent);
    this.onProgress(this.#tally.progress);
    let upTo: bigint | null = this.job.isStrict ? await strictLimit(edge, this.job, signal) : null;
    const pass: PassParts = {
      stream,
      job: this.job,
      tally: this.#tally,
      pace: this.#pace,
      onMarked: () => this.onProgress(this.#tally.progress),
    };
    // What is sent again stands before what was read.
    let ahead = resent > 0 ? null : source;
    for (let counter = batches; ;) {
      const doneBefore = this.#tally.done;
      this.#tally.beginPass();
      const through = new QueuePass(pass, { upTo, ahead }, counter, signal);
      ahead = null;
      const last = await through.run();
      counter = through.batches;
      // What was committed late behind the cursor is found by another look; what comes meanwhile is the next drain's.
      upTo ??= last;
      if (this.#tally.done === doneBefore || this.job.isStrict) return;
    }
  }

  /** While the primary is being opened, the edge is looked at, and the first page of its queue is read. */
  async #open(signal: CancelSignal): Promise<Opened> {
    const { deps, job } = this;
    await this.#endLost('edge', signal);
    const early = new EarlyPrimary(deps, job, signal);
    try {
      const edge = await EdgeEnd.open(deps, job, { kind: 'drain', who: job.who }, signal);
      this.#edge = edge;
      const looking = lookAtEdge(job, edge, signal);
      const parts = { edge, queue: job.queue };
      // In strict order it has to be known first how far the queue is read.
      const source = job.isStrict
        ? null
        : new BatchSource(parts, null, () => this.#pace.aim, signal);
      looking.then(
        () => source?.readFirst(),
        () => undefined,
      );
      this.#primary = await openPrimary(deps, job, edge.identity, signal, early);
      this.#primaryId = this.#primary.session.nodeId;
      const { primary: pid } = this.#lostPids;
      if (pid !== null) await this.#primary.session.queryAll([endBackendStatement(pid)], signal);
      this.#lostPids = { edge: null, primary: null };
      return { gate: await inspect(job, edge, this.#primary, looking, signal), source };
    } finally {
      await early.drop();
    }
  }

  /** A session of ours that its server has not missed yet would hold the lock against us. */
  async #endLost(end: 'edge', signal: CancelSignal): Promise<void> {
    const pid = this.#lostPids[end];
    if (pid === null) return;
    const { edge, queue } = this.job;
    const session = await this.deps.gateway.openDrain(edge, 'edge', signal, queue.drainUser);
    await session.queryAll([endBackendStatement(pid)], signal);
    await session.close();
  }

  /** Both go, since what is under way on one end belongs to the other. */
  async #lose(): Promise<void> {
    const [edge, primary] = [this.#edge, this.#primary];
    this.#edge = null;
    this.#primary = null;
    this.#lostPids = {
      edge: edge?.session.isClosed === true ? edge.session.backendPid : this.#lostPids.edge,
      primary:
        primary?.session.isClosed === true ? primary.session.backendPid : this.#lostPids.primary,
    };
    await Promise.all([edge?.close(false), primary?.session.close()]);
  }

  async #close(end: DrainEnd): Promise<void> {
    const [edge, primary] = [this.#edge, this.#primary];
    this.#edge = null;
    this.#primary = null;
    const hasDrained = this.#tally.done > 0;
    if (edge !== null) {
      this.#left = await finish({
        edge,
        primary,
        job: this.job,
        tally: this.#tally,
        isWhole: end.kind === 'drained',
        cap: OPEN_CAP,
        log: this.deps.log,
      });
    }
    await Promise.all([edge?.close(hasDrained), primary?.session.close()]);
  }
}

interface Opened {
  readonly gate: Gate;
  /** Its first page is being read. */
  readonly source: BatchSource | null;
}

/** In strict order nothing behind an operation that was set aside is touched. */
async function strictLimit(
  edge: EdgeEnd,
  job: DrainJob,
  signal: CancelSignal,
): Promise<bigint | null> {
  const [answer] = await edge.run([firstAsideStatement(job.queue.table)], signal);
  const first = onlyRow(answer)['first'];
  return typeof first === 'bigint' ? first - 1n : null;
}

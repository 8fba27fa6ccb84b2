import { isUnheard, needsPerson, retryDelayMs } from '../core/backoff';
import type { CauseWants } from '../core/causeFacts';
import type { FailureReason, ServerFailure } from '../core/failure';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Log } from '../core/ports/log';
import type { NodeSession } from '../core/ports/nodeGateway';
import type { RefreshReason } from '../core/ports/topologyMonitor';
import type { NodeSample } from '../core/snapshot';
import type { TopologyNode } from '../core/topology';
import { CauseReader } from './causeReader';
import { NodeRecord } from './nodeRecord';
import { openNode, type Dialler, type Opened } from './openNode';
import { nextState, POLLER_TABLE, type PollerEvent, type PollerState } from './pollerMachine';
import { asServerFailure, leavesSessionUsable, readNode } from './readNode';
import { SessionHolder } from './sessionHolder';
import { Waiters } from './waiters';

/** A session that nobody looks through is given back after this long. */
export const RELEASE_MS = 60_000;
export const SLOW_INTERVAL_MS = 60_000;
/** An answer this young is not asked for again only because a view was shown. */
export const FRESH_MS = 1_000;
/** Typing in the file changes a connection many times; it is dialled when nothing changed for this long. */
export const REDECLARE_QUIET_MS = 300;
/** A timer that is this late says that the machine slept. */
const SLEPT_MS = 30_000;

export interface PollerDeps extends Dialler {
  readonly log: Log;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
}

/**
 * Polls one node: at most one dial or statement under way, the next after the last answer, back-off after failures.
 * The states and what moves between them are in `pollerMachine.ts` and on the page `docs/node-poller.md`.
 */
export class NodePoller {
  private state: PollerState;
  private readonly record: NodeRecord;
  private readonly causes: CauseReader;
  private readonly holder: SessionHolder;
  private readonly waiters = new Waiters();
  private isDisposed = false;
  private isDisconnected = false;
  private isBlocked: boolean;
  private isPersonNeeded = false;
  /** A poll is due, though nobody waits for it. */
  private isDue = false;
  private isSlowWanted = true;
  private hasSessionAnswered = false;
  private readings = 0;
  private answeredAtMs = Number.NEGATIVE_INFINITY;
  private readSlowAtMs = Number.NEGATIVE_INFINITY;
  private dueAtMs = Number.NEGATIVE_INFINITY;
  private pausedSinceMs = 0;
  private onceQuiet: (() => void)[] = [];
  private cancelTimer: () => void = () => undefined;

  /**
   * @param intervalMs milliseconds between an answer and the next poll; `null` while nobody looks.
   * @param onChanged called after the sample was replaced.
   */
  constructor(
    private readonly deps: PollerDeps,
    private readonly topologyId: string,
    private node: TopologyNode,
    private intervalMs: number | null,
    onChanged: () => void,
  ) {
    const { clock, log } = deps;
    const decision = deps.gate.decideBeforeResolving(topologyId);
    this.isBlocked = decision !== 'allowed';
    this.state = this.isBlocked ? 'blocked' : 'paused';
    this.record = new NodeRecord(clock, log, onChanged, decision, intervalMs === null);
    this.causes = new CauseReader(clock, log);
    this.holder = new SessionHolder(clock);
  }

  /** Asks for the first time, if someone looks and the gate allows it. */
  start(): void {
    this.isDue = this.intervalMs !== null;
    this.fire('pace');
  }

  sample(): NodeSample {
    return this.record.sample;
  }

  /** When the last attempt ended, well or not, or contact was cut on purpose; epoch ms. `null` before the first. */
  attemptedAtMs(): number | null {
    return this.record.attemptedAtMs;
  }

  /** Who looks has changed. From paused to polled asks at once, unless the last answer is a second old at most. */
  setInterval(intervalMs: number | null): void {
    const wasPaused = this.intervalMs === null;
    this.intervalMs = intervalMs;
    if (intervalMs === null) {
      this.isDue = false;
    } else if (wasPaused) {
      this.isBlocked = false;
      this.isDue = !this.isFresh();
    }
    if (intervalMs !== null && this.isFreeOfFailure())
      this.dueAtMs = this.answeredAtMs + intervalMs;
    this.fire('pace');
  }

  /**
   * What is to be read of why something is wrong; `null`: nothing. New wishes of a node that answers are read at once while
   * somebody looks, and again now and then with its polls.
   */
  wantCauses(wants: CauseWants | null): void {
    const isNew = this.causes.want(wants);
    if (!isNew || this.intervalMs === null || !this.isFreeOfFailure()) return;
    this.isDue = true;
    this.fire('pace');
  }

  /**
   * Wants an answer. `manual` and `afterCommand` are served even when nobody looks, with slow facts, and by a reading
   * that begins after this call; the other reasons join what is under way.
   * @returns resolves when the node answered, failed once, or will not be asked. Never rejects.
   */
  ask(reason: RefreshReason): Promise<void> {
    const isStrict = reason === 'manual' || reason === 'afterCommand';
    if (!this.mayAsk(reason)) return Promise.resolve();
    if (isStrict) this.isSlowWanted = true;
    if (reason === 'manual') this.causes.ask();
    this.isBlocked = false;
    this.isPersonNeeded = false;
    const joins = !isStrict && this.state === 'reading';
    const answered = this.waiters.add(joins ? this.readings : this.readings + 1);
    this.fire('ask');
    return answered;
  }

  /** Asks the gate again: a session that it no longer allows is closed, one that it allows now is opened if someone looks. */
  recheck(): void {
    const { gate } = this.deps;
    const { session } = this.holder;
    const decision =
      session === null
        ? gate.decideBeforeResolving(this.topologyId)
        : gate.decide(this.topologyId, [session.endpoint]);
    if (decision !== 'allowed') {
      this.isBlocked = true;
      if (!this.isDisconnected) this.record.setContact(decision);
    } else if (this.isBlocked) {
      this.isBlocked = false;
      this.isDue = this.intervalMs !== null;
      if (this.intervalMs === null && !this.isDisconnected) this.record.setContact('connecting');
    }
    this.fire(decision === 'allowed' ? 'recheck' : 'refuse');
  }

  /** Ends a *Disconnect*, or the silence after a refused password, and tries at once. Resolves like `ask`. */
  connect(): Promise<void> {
    if (this.isDisposed) return Promise.resolve();
    this.isDisconnected = false;
    if (this.holder.session === null) this.record.setContact('connecting');
    return this.ask('manual');
  }

  /** Stays silent until `connect`. @returns resolves when the session is gone. */
  disconnect(): Promise<void> {
    this.isDisconnected = true;
    this.isPersonNeeded = false;
    this.isDue = false;
    this.record.setContact('disconnected');
    this.fire('disconnect');
    return this.untilQuiet();
  }

  /** The file names another connection for this node: nothing that was known holds. Dials when the file came to rest. */
  redeclare(node: TopologyNode): void {
    const decision = this.deps.gate.decideBeforeResolving(this.topologyId);
    this.record.forget(decision);
    this.causes.forget();
    if (this.isDisconnected) this.record.setContact('disconnected');
    this.isBlocked = decision !== 'allowed';
    this.isPersonNeeded = false;
    this.answeredAtMs = Number.NEGATIVE_INFINITY;
    this.reopen(node);
  }

  /** The same server, but the session was opened for a node that said something else. What is known stays. */
  reopen(node: TopologyNode): void {
    this.node = node;
    this.holder.spoil();
    this.isSlowWanted = true;
    this.isDue = false;
    this.dueAtMs = this.deps.clock.monotonicMs() + REDECLARE_QUIET_MS;
    this.fire('redeclare');
  }

  /** Takes over what does not concern connection or queue table; the session stays. What drains here is looked at anew. */
  replaceNode(node: TopologyNode): void {
    const { drainedFrom, drainUsers } = this.node;
    this.node = node;
    if (isSameList(drainedFrom, node.drainedFrom) && isSameList(drainUsers, node.drainUsers))
      return;
    this.holder.session?.follow(node);
    this.isSlowWanted = true;
  }

  /** Ends everything. @returns resolves when the session is gone, or nobody waits for it any longer. */
  dispose(): Promise<void> {
    this.isDisposed = true;
    this.isDue = false;
    this.deps.pace.note(this, false);
    this.fire('dispose');
    return this.untilQuiet();
  }

  private mayAsk(reason: RefreshReason): boolean {
    if (this.isDisposed || this.isDisconnected) return false;
    if (reason === 'manual' || reason === 'afterCommand') return true;
    if (this.intervalMs === null) return false;
    // Without a password nothing is sent that would count as a failed login, so looking again does no harm.
    if (this.isPersonNeeded) {
      return reason === 'visible' && this.record.sample.failure?.reason === 'passwordNeeded';
    }
    return reason !== 'visible' || !this.isFresh();
  }

  private isFreeOfFailure(): boolean {
    return this.record.failedInARow === 0 && Number.isFinite(this.answeredAtMs);
  }

  private isFresh(): boolean {
    const ageMs = this.deps.clock.monotonicMs() - this.answeredAtMs;
    return this.record.failedInARow === 0 && ageMs < FRESH_MS;
  }

  private fire(event: PollerEvent): void {
    if (POLLER_TABLE[this.state][event] === 'stay') return;
    const before = this.state;
    this.cancelTimer();
    this.state = nextState(before, event, {
      isDisposed: this.isDisposed,
      isDisconnected: this.isDisconnected,
      isBlocked: this.isBlocked,
      needsPerson: this.isPersonNeeded,
      isAsked: this.isDue || !this.waiters.isEmpty,
      isPaused: this.intervalMs === null,
      hasSession: this.holder.session !== null,
      isSessionSpoiled: this.holder.isSpoiled,
    });
    if (this.state === 'paused' && before !== 'paused') {
      this.pausedSinceMs = this.deps.clock.monotonicMs();
    }
    this.enter(this.state);
  }

  private enter(state: PollerState): void {
    this.record.setPlan(this.intervalMs === null, null);
    if (state === 'opening') this.holder.run((signal) => this.open(signal));
    else if (state === 'reading') this.holder.run((signal) => this.read(signal));
    else if (state === 'closing') void this.close();
    else this.settle(state);
  }

  /** What the quiet states have in common: nobody is left waiting, and at most one timer runs. */
  private settle(state: PollerState): void {
    const { clock } = this.deps;
    const nowMs = clock.monotonicMs();
    const isRetry = state === 'waiting' && this.record.failedInARow > 0;
    const delayMs = Math.max(0, this.dueAtMs - nowMs);
    if (isRetry) this.record.setPlan(false, clock.nowMs() + delayMs);
    if (state === 'waiting') this.arm(delayMs);
    if (state === 'paused' && this.holder.session !== null) {
      this.arm(Math.max(0, this.pausedSinceMs + RELEASE_MS - nowMs));
    }
    this.waiters.releaseAll();
    for (const resolve of this.onceQuiet.splice(0)) resolve();
  }

  private arm(delayMs: number): void {
    const { clock } = this.deps;
    const dueAtMs = clock.nowMs() + delayMs;
    this.cancelTimer = clock.schedule(delayMs, () => {
      // The other end of a session gave it up during a long sleep, or the network in between did: open one, quietly.
      if (clock.nowMs() - dueAtMs > SLEPT_MS) this.holder.spoil();
      if (this.state === 'waiting') this.isDue = true;
      this.fire('due');
    });
  }

  private untilQuiet(): Promise<void> {
    if (this.state !== 'closing') return Promise.resolve();
    return new Promise((resolve) => this.onceQuiet.push(resolve));
  }

  private async open(signal: CancelSignal): Promise<void> {
    let opened: Opened;
    try {
      opened = await openNode(this.deps, this.topologyId, this.node, signal);
    } catch (error) {
      if (!signal.aborted) this.failed(asServerFailure(error, this.node.id));
      return;
    }
    if ('refused' in opened) {
      if (signal.aborted) return;
      this.isBlocked = true;
      this.isDue = false;
      this.record.setContact(opened.refused);
      this.fire('settled');
      return;
    }
    if (signal.aborted) {
      await opened.session.close();
      return;
    }
    // The file may have changed while it was dialled.
    opened.session.follow(this.node);
    this.holder.hold(opened.session);
    this.deps.pace.note(this, false);
    this.hasSessionAnswered = false;
    this.isSlowWanted = true;
    this.fire('opened');
  }

  private async read(signal: CancelSignal): Promise<void> {
    const { session } = this.holder;
    if (session === null) return;
    const { clock } = this.deps;
    const wantsSlow =
      this.isSlowWanted || clock.monotonicMs() - this.readSlowAtMs >= SLOW_INTERVAL_MS;
    this.readings += 1;
    this.isDue = false;
    this.isSlowWanted = false;
    try {
      const reading = await readNode(session, this.node.id, wantsSlow, clock, signal);
      if (signal.aborted) return;
      const nowMs = clock.monotonicMs();
      // Slow facts that failed are tried again in a minute, too.
      if (wantsSlow) this.readSlowAtMs = nowMs;
      this.hasSessionAnswered = true;
      this.answeredAtMs = nowMs;
      this.dueAtMs = nowMs + (this.intervalMs ?? 0);
      this.record.succeed(this.node.id, reading, session.endpoint);
      if (!(await this.readCauses(session, signal))) return;
      this.waiters.release(this.readings);
      this.fire('settled');
    } catch (error) {
      if (!signal.aborted) this.failed(asServerFailure(error, this.node.id));
    }
  }

  /** @returns false when it was cancelled. */
  private async readCauses(session: NodeSession, signal: CancelSignal): Promise<boolean> {
    const { causes, record } = this;
    if (causes.isOver) record.setCauses(null, null);
    const reading = await causes.read(session, this.node.id, signal);
    if (signal.aborted) return false;
    if (reading.kind === 'read') record.setCauses(reading.facts, this.deps.clock.nowMs());
    // The node is well: another session is opened quietly.
    else if (reading.kind === 'failed' && !reading.isSessionUsable) this.holder.spoil();
    return true;
  }

  private failed(failure: ServerFailure): void {
    const { reason } = failure.facts;
    const isSessionUsable = this.holder.session !== null && leavesSessionUsable(failure);
    if (!isSessionUsable) this.holder.spoil();
    if (reason === 'lost' && this.hasSessionAnswered) {
      // Only the old connection is gone so far; whether the server is too, the next dial shows.
      this.hasSessionAnswered = false;
      this.isDue = true;
    } else {
      this.isDue = false;
      this.record.fail(failure);
      this.isPersonNeeded = needsPerson(reason);
      const retryMs = this.retryMs(reason);
      const delayMs = isSessionUsable ? (this.intervalMs ?? retryMs) : retryMs;
      this.dueAtMs = this.deps.clock.monotonicMs() + delayMs;
      this.waiters.releaseAll();
    }
    this.fire('settled');
  }

  private retryMs(reason: FailureReason): number {
    const { intervalMs, record } = this;
    const { pace, random } = this.deps;
    pace.note(this, isUnheard(reason));
    const failures = record.failedInARow;
    const { failedAlike: alike } = record;
    const { unheard } = pace;
    return retryDelayMs({ reason, failures, alike, intervalMs, unheard }, random());
  }

  private async close(): Promise<void> {
    if (!(await this.holder.close())) {
      this.deps.log.warn(`The session of node "${this.node.id}" did not close in time.`);
    }
    this.fire('closed');
  }
}

function isSameList(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index]);
}

import type { CauseFacts } from '../core/causeFacts';
import type { Endpoint, ServerFailure } from '../core/failure';
import type { Clock } from '../core/ports/clock';
import type { ContactDecision } from '../core/ports/contactGate';
import type { Log } from '../core/ports/log';
import type { Contact, NodeSample } from '../core/snapshot';
import type { Reading } from './readNode';

/** A node that was never asked. */
function firstSample(decision: ContactDecision, isPollingPaused: boolean): NodeSample {
  return {
    contact: decision === 'allowed' ? 'connecting' : decision,
    failure: null,
    failingSinceMs: null,
    fast: null,
    fastAtMs: null,
    roundTripMs: null,
    slow: null,
    slowAtMs: null,
    endpoint: null,
    nextTryAtMs: null,
    isPollingPaused,
  };
}

/** What is known of one node: the sample, how often it failed in a row, and one log line for an outage. */
export class NodeRecord {
  private current: NodeSample;
  private failures = 0;
  private alike = 0;
  private attemptedAt: number | null = null;
  private slowTroubleLogged = false;

  /** @param onChanged called after the sample was replaced. */
  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly onChanged: () => void,
    decision: ContactDecision,
    isPollingPaused: boolean,
  ) {
    this.current = firstSample(decision, isPollingPaused);
  }

  /** Replaced, never changed. */
  get sample(): NodeSample {
    return this.current;
  }

  /** Failed attempts in a row. */
  get failedInARow(): number {
    return this.failures;
  }

  /** Those of them that failed for the reason that the last one had, without another in between. */
  get failedAlike(): number {
    return this.alike;
  }

  /** When the last attempt ended, well or not, or contact was cut on purpose; epoch ms. `null` before the first. */
  get attemptedAtMs(): number | null {
    return this.attemptedAt;
  }

  succeed(nodeId: string, reading: Reading, endpoint: Endpoint): void {
    const { failingSinceMs } = this.current;
    if (failingSinceMs !== null) {
      const seconds = Math.round((reading.fastAtMs - failingSinceMs) / 1000);
      this.log.info(`Node "${nodeId}" answers again after ${seconds} s.`);
    }
    this.noteSlowTrouble(reading);
    this.failures = 0;
    this.attemptedAt = reading.fastAtMs;
    // Spelled out: a spread of as many members costs more, and this is done at each poll of each node.
    this.replace({
      contact: 'connected',
      failure: null,
      failingSinceMs: null,
      fast: reading.fast,
      fastAtMs: reading.fastAtMs,
      roundTripMs: reading.roundTripMs,
      slow: reading.slow ?? this.current.slow,
      slowAtMs: reading.slow === null ? this.current.slowAtMs : reading.fastAtMs,
      causes: this.current.causes ?? null,
      causesAtMs: this.current.causesAtMs ?? null,
      endpoint,
      nextTryAtMs: null,
      isPollingPaused: this.current.isPollingPaused,
    });
  }

  /** Why something is wrong; `null`: nobody wants to know any longer. */
  setCauses(causes: CauseFacts | null, causesAtMs: number | null): void {
    if (causes === null && (this.current.causes ?? null) === null) return;
    this.replace({ ...this.current, causes, causesAtMs });
  }

  /** The last good facts stay, with their age. The first failure of an outage is logged, the others are not. */
  fail(failure: ServerFailure): void {
    const nowMs = this.clock.nowMs();
    const { facts } = failure;
    this.alike =
      this.failures > 0 && this.current.failure?.reason === facts.reason ? this.alike + 1 : 1;
    this.failures += 1;
    this.attemptedAt = nowMs;
    if (this.current.failingSinceMs === null) {
      // A start takes a moment and ends by itself: nothing to be warned of.
      if (facts.reason === 'starting') this.log.info(facts.text);
      else this.log.warn(facts.text);
    } else if (this.current.failure?.reason !== facts.reason) {
      this.log.debug(facts.text);
    }
    this.replace({
      ...this.current,
      contact: 'failed',
      failure: facts,
      failingSinceMs: this.current.failingSinceMs ?? nowMs,
    });
  }

  /** After gate or user decided about contact. An outage that runs goes on running. */
  setContact(contact: Contact): void {
    if (this.current.contact === contact) return;
    if (contact !== 'connecting') this.attemptedAt = this.clock.nowMs();
    this.replace({ ...this.current, contact });
  }

  setPlan(isPollingPaused: boolean, nextTryAtMs: number | null): void {
    const { current } = this;
    if (current.isPollingPaused === isPollingPaused && current.nextTryAtMs === nextTryAtMs) return;
    this.replace({ ...current, isPollingPaused, nextTryAtMs });
  }

  /** The entry means another server now: nothing that was known holds any more. */
  forget(decision: ContactDecision): void {
    this.failures = 0;
    this.attemptedAt = null;
    this.replace(firstSample(decision, this.current.isPollingPaused));
  }

  private noteSlowTrouble(reading: Reading): void {
    const { slowFailure } = reading;
    if (slowFailure !== null && !this.slowTroubleLogged) this.log.info(slowFailure.facts.text);
    this.slowTroubleLogged =
      slowFailure !== null || (this.slowTroubleLogged && reading.slow === null);
  }

  private replace(sample: NodeSample): void {
    this.current = sample;
    this.onChanged();
  }
}

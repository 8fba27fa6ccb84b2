import type { CauseFacts, CauseWants } from '../core/causeFacts';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Clock } from '../core/ports/clock';
import type { Log } from '../core/ports/log';
import type { NodeSession } from '../core/ports/nodeGateway';
import { asServerFailure, leavesSessionUsable } from './readNode';

/** What goes on being wanted is read again after this long. */
export const CAUSES_INTERVAL_MS = 30_000;
/** What is wanted again after it was not: a verdict that comes and goes with each poll costs no more than this. */
export const WANTED_AGAIN_MS = 10_000;
/** After a failure, which says that the server is not fit for it. */
export const FAILED_CAUSES_MS = 120_000;
/** Causes that nobody wants any longer are kept for so long, for whoever looks at what happened. */
export const KEEP_CAUSES_MS = 120_000;

const PARTS = ['blockers', 'replay', 'tables', 'wal', 'log'] as const;
type Part = (typeof PARTS)[number];

/** What reading the causes of one node came to. */
export type CauseReading =
  | { readonly kind: 'read'; readonly facts: CauseFacts }
  | { readonly kind: 'failed'; readonly isSessionUsable: boolean }
  /** Nobody wants to know, or it was read just now. */
  | { readonly kind: 'notDue' };

/** When the causes of one node are read: at once when something new is wanted, seldom after that, and not at all while it is well. */
export class CauseReader {
  private wants: CauseWants | null = null;
  private endedAtMs = Number.NEGATIVE_INFINITY;
  private readonly readAtMs = new Map<Part, number>();
  /** Parts that were not wanted at some time since they were read. */
  private readonly lapsed = new Set<Part>();
  /** Parts for which a poll of their own was asked for and has not been yet. */
  private readonly announced = new Set<Part>();
  private failedAtMs = Number.NEGATIVE_INFINITY;
  private isAsked = false;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** @returns whether something is wanted that was not before, and that is worth a poll of its own. */
  want(wants: CauseWants | null): boolean {
    const wanted = wants !== null && PARTS.some((part) => wants[part]) ? wants : null;
    const nowMs = this.clock.monotonicMs();
    if (wanted === null && this.wants !== null) this.endedAtMs = nowMs;
    this.wants = wanted;
    for (const part of PARTS) {
      if (wanted?.[part] === true) continue;
      this.lapsed.add(part);
      this.announced.delete(part);
    }
    const fresh = this.due(nowMs).filter(
      (part) => !this.announced.has(part) && (this.lapsed.has(part) || !this.readAtMs.has(part)),
    );
    for (const part of fresh) this.announced.add(part);
    return fresh.length > 0;
  }

  /** A person wants to know: what is wanted is read with the next poll, however young it is. */
  ask(): void {
    this.isAsked = true;
  }

  /** Nothing that was read or wanted holds any longer. */
  forget(): void {
    this.wants = null;
    this.endedAtMs = Number.NEGATIVE_INFINITY;
    this.failedAtMs = Number.NEGATIVE_INFINITY;
    this.readAtMs.clear();
    this.lapsed.clear();
    this.announced.clear();
  }

  /** True once what was read is of no use to anybody. */
  get isOver(): boolean {
    return this.wants === null && this.clock.monotonicMs() - this.endedAtMs >= KEEP_CAUSES_MS;
  }

  /** Never rejects: a node that answers polls is well, whatever becomes of this. */
  async read(session: NodeSession, nodeId: string, signal: CancelSignal): Promise<CauseReading> {
    const { wants, isAsked } = this;
    this.isAsked = false;
    this.announced.clear();
    if (wants === null) return { kind: 'notDue' };
    if (!isAsked && this.due(this.clock.monotonicMs()).length === 0) return { kind: 'notDue' };
    try {
      const facts = await session.readCauses(wants, signal);
      const nowMs = this.clock.monotonicMs();
      for (const part of PARTS) {
        if (!wants[part]) continue;
        this.readAtMs.set(part, nowMs);
        this.lapsed.delete(part);
      }
      return { kind: 'read', facts };
    } catch (error) {
      const failure = asServerFailure(error, nodeId);
      this.failedAtMs = this.clock.monotonicMs();
      if (!signal.aborted) this.log.debug(failure.facts.text);
      return {
        kind: 'failed',
        isSessionUsable: !session.isClosed && leavesSessionUsable(failure),
      };
    }
  }

  /** Parts that are wanted and were not read lately. */
  private due(nowMs: number): readonly Part[] {
    const { wants } = this;
    if (wants === null || nowMs - this.failedAtMs < FAILED_CAUSES_MS) return [];
    return PARTS.filter((part) => {
      const restMs = this.lapsed.has(part) ? WANTED_AGAIN_MS : CAUSES_INTERVAL_MS;
      return wants[part] && nowMs - (this.readAtMs.get(part) ?? Number.NEGATIVE_INFINITY) >= restMs;
    });
  }
}

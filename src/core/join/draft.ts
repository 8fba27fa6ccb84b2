import type {
  EdgeSnapshot,
  Evidence,
  Health,
  Measure,
  Verdict,
  VerdictCode,
  VerdictParams,
} from '../snapshot';
import { healthOfCode } from './severity';
import type { EdgeMemory, JoinMemory } from './memory';

/** A verdict before memory has said since when it holds. */
export interface VerdictDraft {
  readonly code: VerdictCode;
  /** Where the code alone does not decide it. */
  readonly health?: Health;
  readonly params?: VerdictParams;
  /** Known from the servers; `undefined`: since we saw it first. */
  readonly sinceMs?: number | null;
}

/** What one look at an edge found, before its past is added. */
export interface EdgeDraft {
  readonly verdict: VerdictDraft;
  readonly measure: Measure;
  /** When the measure was true. */
  readonly atMs: number | null;
  readonly unknownBecause: string | null;
  readonly notArrivedBytes?: number;
  readonly retainedWalBytes: number | null;
  readonly syncState: string | null;
  readonly slotName: string | null;
  readonly isRelativeToUpstream: boolean;
  readonly evidence: readonly Evidence[];
  readonly memory: EdgeMemory;
}

export const NO_MEASURE: Measure = { lagMs: null, lagBytes: null };

/** Collects the verdicts of one join with since when each holds, and what the next join has to remember of them. */
export class VerdictBook {
  private readonly next = new Map<string, { family: VerdictCode; sinceMs: number }>();

  constructor(
    private readonly past: JoinMemory,
    private readonly nowMs: number,
  ) {}

  /** @param id `node/<id>`, or the id of an edge, slot or queue. */
  settle(id: string, draft: VerdictDraft): Verdict {
    const health = draft.health ?? healthOfCode(draft.code);
    const before = this.past.verdicts.get(id);
    const family = familyOf(draft.code);
    const params = draft.params ?? {};
    if (family === null) {
      // What was true before the view went away may be true still; its age is kept for when the view comes back.
      if (before !== undefined) this.next.set(id, before);
      return { code: draft.code, health, sinceMs: draft.sinceMs ?? null, params };
    }
    const seenSinceMs = before?.family === family ? before.sinceMs : this.nowMs;
    const sinceMs = draft.sinceMs === undefined ? seenSinceMs : draft.sinceMs;
    this.next.set(id, { family, sinceMs: sinceMs ?? seenSinceMs });
    return { code: draft.code, health, sinceMs, params };
  }

  remembered(): JoinMemory['verdicts'] {
    return this.next;
  }
}

/** Codes that follow one another without anything having begun or ended share an age; `null`: has none of its own. */
function familyOf(code: VerdictCode): VerdictCode | null {
  if (code === 'idle') return 'streaming';
  if (code === 'queueEmpty') return 'queueWaiting';
  return code === 'stale' || code === 'connecting' ? null : code;
}

interface EdgeIdentity {
  readonly id: string;
  readonly kind: EdgeSnapshot['kind'];
  readonly name: string;
  readonly from: string | null;
  readonly to: string;
  readonly isDeclared: boolean;
}

/** Puts an edge together: who it is, what was found, since when. */
export function finishEdge(who: EdgeIdentity, draft: EdgeDraft, book: VerdictBook): EdgeSnapshot {
  return {
    id: who.id,
    kind: who.kind,
    name: who.name,
    from: who.from,
    to: who.to,
    isDeclared: who.isDeclared,
    slotName: draft.slotName,
    verdict: book.settle(who.id, draft.verdict),
    lagMs: draft.measure.lagMs,
    lagBytes: draft.measure.lagBytes,
    unknownBecause: draft.unknownBecause,
    isRelativeToUpstream: draft.isRelativeToUpstream,
    lastKnown: draft.memory.lastKnown,
    ...(draft.notArrivedBytes === undefined ? {} : { notArrivedBytes: draft.notArrivedBytes }),
    retainedWalBytes: draft.retainedWalBytes,
    syncState: draft.syncState,
    evidence: draft.evidence,
  };
}

/** The memory with the measure kept as last known, where there is one. */
export function withLastKnown(
  memory: EdgeMemory,
  measure: Measure,
  atMs: number | null,
): EdgeMemory {
  if (atMs === null || (measure.lagMs === null && measure.lagBytes === null)) return memory;
  return { ...memory, lastKnown: { ...measure, atMs } };
}

import { formatDuration } from '../format';
import { say } from '../say';
import type { TopologySnapshot, Verdict, VerdictCode } from '../snapshot';
import { edgePhrase, nodePhrase, queuePhrase, slotPhrase } from './statePhrases';
import type { TopologyEvent } from './topologyEvent';

/** What was told last of each subject. One that is not in it was well, or nobody knew. */
export type ToldStates = ReadonlyMap<string, VerdictCode>;

/** Without answers for longer than this, what happened in between is not known, and that is an event. */
const BLIND_MS = 60_000;

interface Subject {
  readonly id: string;
  readonly verdict: Verdict;
  /** Finished sentence for this state; `null`: it is none that is told. */
  readonly text: string | null;
}

/**
 * What changed for the worse, or back, since the states that were told: one event a subject. States that say only that nothing is
 * known are left out, so that what was told before stands until the opposite is known.
 */
export function stateEvents(told: ToldStates, after: TopologySnapshot): readonly TopologyEvent[] {
  const events: TopologyEvent[] = [];
  for (const subject of subjectsOf(after)) {
    const { verdict, id, text } = subject;
    const before = told.get(id);
    if (text === null || before === verdict.code) continue;
    const isTold = isTrouble(verdict);
    if (!isTold && (before === undefined || verdict.health === 'unknown')) continue;
    events.push({
      // A trouble is dated when it began; that it is over, when this window saw it.
      atMs: isTold
        ? Math.min(verdict.sinceMs ?? after.takenAtMs, after.takenAtMs)
        : after.takenAtMs,
      kind: 'state',
      subject: id,
      health: verdict.health,
      code: verdict.code,
      text,
    });
  }
  return events.sort((a, b) => a.atMs - b.atMs);
}

/** The states that are told once these events are: a subject that is well again is forgotten. */
export function toldAfter(told: ToldStates, events: readonly TopologyEvent[]): ToldStates {
  if (events.length === 0) return told;
  const next = new Map(told);
  for (const { kind, subject, code, health } of events) {
    if (kind !== 'state' || subject === null) continue;
    if (code === null || health === 'healthy' || health === 'busy') next.delete(subject);
    // Codes come back from a file as text; they are compared, never trusted.
    else next.set(subject, code as VerdictCode);
  }
  return next;
}

/** That answers came again after nobody had looked, or nothing had answered: what happened in between was not seen. */
export function resumedEvent(
  before: TopologySnapshot,
  after: TopologySnapshot,
): TopologyEvent | null {
  const last = newestAnswer(before);
  const now = newestAnswer(after);
  if (last === null || now === null || now - last < BLIND_MS) return null;
  return {
    atMs: now,
    kind: 'state',
    subject: null,
    health: 'unknown',
    code: null,
    text: say`Watching resumed after ${formatDuration(now - last, 'fine')}: what happened in between was not seen`,
  };
}

function newestAnswer({ nodes }: TopologySnapshot): number | null {
  let newest: number | null = null;
  for (const { sample } of nodes) {
    if (sample.fastAtMs !== null && (newest === null || sample.fastAtMs > newest)) {
      newest = sample.fastAtMs;
    }
  }
  return newest;
}

function subjectsOf({ nodes, edges, slots, queues }: TopologySnapshot): readonly Subject[] {
  return [
    ...nodes.map((node) => ({
      id: node.id,
      verdict: node.verdict,
      text: nodePhrase(node),
    })),
    ...edges.map((edge) => ({ id: edge.id, verdict: edge.verdict, text: edgePhrase(edge) })),
    ...slots.map((slot) => ({
      id: `slot/${slot.nodeId}/${slot.name}`,
      verdict: slot.verdict,
      text: slotPhrase(slot),
    })),
    ...queues.map((queue) => ({
      id: queue.id,
      verdict: queue.verdict,
      text: queuePhrase(queue),
    })),
  ];
}

function isTrouble({ health }: Verdict): boolean {
  return health === 'warning' || health === 'error';
}

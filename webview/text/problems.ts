import type { DiagnosisCode } from '../../src/core/diagnosis/diagnosis';
import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatDuration } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { Verdict } from '../../src/core/snapshot';
import type { DashboardState } from '../../src/protocol/dashboardState';
import { wholeSeconds } from './edgeText';
import { glyphOf, type StateGlyph, toneOf, type Tone } from './glyphs';
import { displayName } from './names';
import { findSubject, type Subject } from './subject';

/** One row of *Needs attention*. */
export interface Problem {
  readonly id: string;
  readonly code: DiagnosisCode;
  readonly tone: Tone;
  readonly glyph: StateGlyph;
  readonly name: string;
  /** For the headline: `stopped 4 min ago`. */
  readonly brief: string;
  /** The diagnosis in a sentence; it names what it is about. */
  readonly title: string;
  /** Since when, as a duration; empty when not known. */
  readonly age: string;
}

/** What needs a person, worst first, as it was diagnosed. */
export function problemsOf(state: DashboardState, nowMs: number): readonly Problem[] {
  return state.problems.flatMap(({ id, code, health, title, sinceMs }): Problem[] => {
    const subject = findSubject(state, id);
    if (subject === null) return [];
    const age = sinceMs === null ? '' : formatDuration(wholeSeconds(nowMs - sinceMs), 'coarse');
    return [
      {
        id,
        code,
        tone: toneOf(health),
        glyph: glyphOf(code, health),
        name: nameOf(subject),
        brief: briefOf(code, subject.value.verdict, age),
        title,
        age,
      },
    ];
  });
}

/** What people call it: of a queue its edge. */
export function nameOf(subject: Subject): string {
  switch (subject.kind) {
    case 'edge':
    case 'slot':
      return displayName(subject.value.name);
    case 'queue':
      return subject.value.nodeId;
    case 'node':
      return displayName(subject.value.id);
  }
}

/** A cause is too long for a headline: its state, where it has one that is trouble, else the cause in a few words. */
function briefOf(diagnosed: DiagnosisCode, verdict: Verdict, age: string): string {
  const isTrouble = verdict.health === 'error' || verdict.health === 'warning';
  const code = isTrouble ? verdict.code : diagnosed;
  const claim = CLAIMS[code];
  if (claim !== undefined) return claim;
  if (!isTrouble) return say`needs attention`;
  if (age === '') return verdictWord(verdict.code);
  if (code === 'stoppedByError') return say`stopped ${age} ago`;
  if (code === 'slotLost') return say`lost its slot ${age} ago`;
  return say`${verdictWord(verdict.code)} for ${age}`;
}

/** Words that make a sentence with the name before them, where the state's own word would not. */
const CLAIMS: Readonly<Partial<Record<DiagnosisCode, string>>> = {
  noPrivilege: say`needs pg_monitor`,
  passwordNeeded: say`needs a password`,
  splitBrain: say`is one of several writable nodes`,
  roleMismatch: say`has another role than declared`,
  wrongSystem: say`belongs to another system`,
  diverged: say`has diverged`,
  noWorker: say`finds no free worker`,
  nearLimit: say`is near its limit`,
  orphan: say`is kept for nobody`,
  ambiguous: say`cannot be told apart`,
  queueGrowing: say`has a growing queue`,
  queueFailedOver: say`has to be drained after a failover`,
  queueConflicts: say`has conflicts`,
  queueDead: say`has dead operations`,
  queueAbsent: say`has no queue table`,
  sameNode: say`is in the file twice`,
  clockSkew: say`has a clock that is off`,
  connectionsNearlyUsedUp: say`has hardly a connection left`,
  sequenceBehind: say`has sequences that are behind`,
  replicaIdentityMissing: say`refuses UPDATE and DELETE`,
  walRemoved: say`lacks WAL that was removed`,
  nearFileLimit: say`keeps more WAL than the file allows`,
  slotsUsedUp: say`has no slot left`,
  sendersUsedUp: say`has no sender left`,
  walLevelTooLow: say`has a wal_level that is too low`,
  longQuery: say`runs a query that holds replay back`,
  edgeOffline: say`is cut off from its primary`,
  queuePoisoned: say`has operations that stop its queue`,
  queueStuck: say`has a queue that does not move`,
};

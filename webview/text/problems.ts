import type { DiagnosisCode } from '../../src/core/diagnosis/diagnosis';
import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatDuration } from '../../src/core/format';
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
  if (!isTrouble) return 'needs attention';
  if (age === '') return verdictWord(verdict.code);
  if (code === 'stoppedByError') return `stopped ${age} ago`;
  if (code === 'slotLost') return `lost its slot ${age} ago`;
  return `${verdictWord(verdict.code)} for ${age}`;
}

/** Words that make a sentence with the name before them, where the state's own word would not. */
const CLAIMS: Readonly<Partial<Record<DiagnosisCode, string>>> = {
  noPrivilege: 'needs pg_monitor',
  passwordNeeded: 'needs a password',
  splitBrain: 'is one of several writable nodes',
  roleMismatch: 'has another role than declared',
  wrongSystem: 'belongs to another system',
  diverged: 'has diverged',
  noWorker: 'finds no free worker',
  nearLimit: 'is near its limit',
  orphan: 'is kept for nobody',
  ambiguous: 'cannot be told apart',
  queueGrowing: 'has a growing queue',
  queueFailedOver: 'has to be drained after a failover',
  queueConflicts: 'has conflicts',
  queueDead: 'has dead operations',
  queueAbsent: 'has no queue table',
  sameNode: 'is in the file twice',
  clockSkew: 'has a clock that is off',
  connectionsNearlyUsedUp: 'has hardly a connection left',
  sequenceBehind: 'has sequences that are behind',
  replicaIdentityMissing: 'refuses UPDATE and DELETE',
  walRemoved: 'lacks WAL that was removed',
  nearFileLimit: 'keeps more WAL than the file allows',
  slotsUsedUp: 'has no slot left',
  sendersUsedUp: 'has no sender left',
  walLevelTooLow: 'has a wal_level that is too low',
  longQuery: 'runs a query that holds replay back',
  edgeOffline: 'is cut off from its primary',
  queuePoisoned: 'has operations that stop its queue',
  queueStuck: 'has a queue that does not move',
};

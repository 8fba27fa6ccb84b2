import type { DiagnosisCode } from '../../src/core/diagnosis/diagnosis';
import type { Health, VerdictCode } from '../../src/core/snapshot';

/** Ids of the state glyphs in the sprite, without their prefix. Every silhouette differs, so none needs its colour. */
export type StateGlyph =
  | 'ok'
  | 'idle'
  | 'copying'
  | 'catching'
  | 'lagging'
  | 'growing'
  | 'expiring'
  | 'paused'
  | 'blocked'
  | 'disabled'
  | 'stopped'
  | 'disconnected'
  | 'lost'
  | 'mismatch'
  | 'noprivilege'
  | 'unreachable'
  | 'unknown'
  | 'stale'
  | 'restricted'
  | 'change';

/** Class that colours a glyph, line or bar; text stays in the foreground colour. */
export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'none';

const TONES: Readonly<Record<Health, Tone>> = {
  healthy: 'ok',
  busy: 'busy',
  warning: 'warn',
  error: 'bad',
  unknown: 'none',
};

const SHAPES: Readonly<Record<DiagnosisCode, StateGlyph>> = {
  restricted: 'unknown',
  notConnected: 'unknown',
  notApproved: 'unknown',
  disconnected: 'disabled',
  connecting: 'stale',
  unreachable: 'unreachable',
  starting: 'stale',
  passwordNeeded: 'noprivilege',
  tooOld: 'disabled',
  notPostgres: 'unreachable',
  noPrivilege: 'noprivilege',
  splitBrain: 'mismatch',
  roleMismatch: 'mismatch',
  wrongSystem: 'mismatch',
  diverged: 'mismatch',
  slotLost: 'lost',
  disabled: 'disabled',
  stoppedByError: 'stopped',
  applyErrorLoop: 'stopped',
  noWorker: 'lagging',
  notStreaming: 'disconnected',
  sourceCutOff: 'unknown',
  notFound: 'unknown',
  ambiguous: 'unknown',
  paused: 'paused',
  blocked: 'blocked',
  copying: 'copying',
  catchingUp: 'catching',
  lagging: 'lagging',
  stuck: 'lagging',
  idle: 'idle',
  streaming: 'ok',
  stale: 'stale',
  unknown: 'unknown',
  orphan: 'lagging',
  nearLimit: 'expiring',
  queueEmpty: 'idle',
  queueWaiting: 'ok',
  queueGrowing: 'growing',
  queueDraining: 'catching',
  queueFailedOver: 'lagging',
  queueConflicts: 'mismatch',
  queueDead: 'stopped',
  queueAbsent: 'unknown',
  healthy: 'ok',
  recoveryConflict: 'blocked',
  longQuery: 'blocked',
  applyDelay: 'paused',
  walRemoved: 'lost',
  duplicateKey: 'stopped',
  missingTable: 'stopped',
  missingColumn: 'stopped',
  applyDenied: 'noprivilege',
  constraintViolated: 'stopped',
  publicationMissing: 'stopped',
  copyFails: 'stopped',
  replicaIdentityMissing: 'stopped',
  sequenceBehind: 'lagging',
  sendersUsedUp: 'lagging',
  slotsUsedUp: 'lagging',
  walLevelTooLow: 'lagging',
  sameNode: 'mismatch',
  clockSkew: 'mismatch',
  connectionsNearlyUsedUp: 'expiring',
  unreachableFromHere: 'unreachable',
  nearFileLimit: 'expiring',
  queueStuck: 'lagging',
  queuePoisoned: 'stopped',
  edgeOffline: 'disconnected',
};

export function toneOf(health: Health): Tone {
  return TONES[health];
}

/** A code that this build does not know gives the unknown glyph, not an exception. */
export function glyphOf(code: string, health: Health = 'healthy'): StateGlyph {
  // A deep queue is no tick in yellow.
  if (code === 'queueWaiting' && (health === 'warning' || health === 'error')) return 'lagging';
  return isKnown(code) ? SHAPES[code] : 'unknown';
}

function isKnown(code: string): code is DiagnosisCode {
  return Object.hasOwn(SHAPES, code);
}

/** Nothing passes such an edge: its line goes on thin and its arrow is hollow. */
export function isCut(code: VerdictCode): boolean {
  return CUT.has(code);
}

const CUT: ReadonlySet<VerdictCode> = new Set<VerdictCode>([
  'notStreaming',
  'stoppedByError',
  'applyErrorLoop',
  'slotLost',
  'disabled',
  'paused',
  'blocked',
  'noWorker',
  'unreachable',
  'diverged',
  'wrongSystem',
]);

/** Values of such a thing are from before: drawn dashed, with a clock, and said with "was" and an age. */
export function isOld(code: VerdictCode): boolean {
  return code === 'stale' || code === 'connecting' || code === 'disconnected';
}

/** Nobody has asked: drawn as the file declares it. */
export function isNotAsked(code: VerdictCode): boolean {
  return code === 'restricted' || code === 'notConnected' || code === 'notApproved';
}

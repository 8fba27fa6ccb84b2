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
  | 'restricted';

/** Class that colours a glyph, line or bar; text stays in the foreground colour. */
export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'none';

const TONES: Readonly<Record<Health, Tone>> = {
  healthy: 'ok',
  busy: 'busy',
  warning: 'warn',
  error: 'bad',
  unknown: 'none',
};

interface Shape {
  readonly glyph: StateGlyph;
  /** What a screen reader says for the glyph. */
  readonly word: string;
}

const SHAPES: Readonly<Record<VerdictCode, Shape>> = {
  restricted: { glyph: 'unknown', word: 'not asked' },
  notConnected: { glyph: 'unknown', word: 'not connected' },
  notApproved: { glyph: 'unknown', word: 'waits for approval' },
  disconnected: { glyph: 'disabled', word: 'disconnected' },
  connecting: { glyph: 'stale', word: 'connecting' },
  unreachable: { glyph: 'unreachable', word: 'unreachable from here' },
  starting: { glyph: 'stale', word: 'starting' },
  passwordNeeded: { glyph: 'noprivilege', word: 'needs a password' },
  tooOld: { glyph: 'disabled', word: 'too old' },
  notPostgres: { glyph: 'unreachable', word: 'not Postgres' },
  noPrivilege: { glyph: 'noprivilege', word: 'no privilege' },
  splitBrain: { glyph: 'mismatch', word: 'split brain' },
  roleMismatch: { glyph: 'mismatch', word: 'role mismatch' },
  wrongSystem: { glyph: 'mismatch', word: 'another system' },
  diverged: { glyph: 'mismatch', word: 'diverged' },
  slotLost: { glyph: 'lost', word: 'slot lost' },
  disabled: { glyph: 'disabled', word: 'disabled' },
  stoppedByError: { glyph: 'stopped', word: 'stopped by an error' },
  applyErrorLoop: { glyph: 'stopped', word: 'apply error' },
  noWorker: { glyph: 'lagging', word: 'no worker free' },
  notStreaming: { glyph: 'disconnected', word: 'not streaming' },
  sourceCutOff: { glyph: 'unknown', word: 'source cut off' },
  notFound: { glyph: 'unknown', word: 'never seen' },
  ambiguous: { glyph: 'unknown', word: 'ambiguous' },
  paused: { glyph: 'paused', word: 'replay paused' },
  blocked: { glyph: 'blocked', word: 'blocked' },
  copying: { glyph: 'copying', word: 'copying' },
  catchingUp: { glyph: 'catching', word: 'catching up' },
  lagging: { glyph: 'lagging', word: 'lagging' },
  stuck: { glyph: 'lagging', word: 'stuck' },
  idle: { glyph: 'idle', word: 'idle' },
  streaming: { glyph: 'ok', word: 'streaming' },
  stale: { glyph: 'stale', word: 'out of date' },
  unknown: { glyph: 'unknown', word: 'unknown' },
  orphan: { glyph: 'lagging', word: 'kept for nobody' },
  nearLimit: { glyph: 'expiring', word: 'near its limit' },
  queueEmpty: { glyph: 'idle', word: 'empty' },
  queueWaiting: { glyph: 'ok', word: 'waiting' },
  queueGrowing: { glyph: 'growing', word: 'growing' },
  queueConflicts: { glyph: 'mismatch', word: 'conflicts' },
  queueDead: { glyph: 'stopped', word: 'dead operations' },
  queueAbsent: { glyph: 'unknown', word: 'not installed' },
  healthy: { glyph: 'ok', word: 'healthy' },
};

const UNKNOWN: Shape = { glyph: 'unknown', word: 'unknown' };

export function toneOf(health: Health): Tone {
  return TONES[health];
}

/** A code that this build does not know gives the unknown glyph, not an exception. */
export function glyphOf(code: VerdictCode): StateGlyph {
  return (SHAPES[code] as Shape | undefined)?.glyph ?? UNKNOWN.glyph;
}

export function wordOf(code: VerdictCode): string {
  return (SHAPES[code] as Shape | undefined)?.word ?? UNKNOWN.word;
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

import type { Health, VerdictCode } from '../snapshot';

/** How bad each verdict is by itself. Lag beyond the critical threshold and the like are raised where they are found. */
const HEALTH: Readonly<Record<VerdictCode, Health>> = {
  restricted: 'unknown',
  notConnected: 'unknown',
  notApproved: 'unknown',
  disconnected: 'unknown',
  connecting: 'unknown',
  unreachable: 'error',
  starting: 'unknown',
  passwordNeeded: 'warning',
  tooOld: 'unknown',
  notPostgres: 'error',
  noPrivilege: 'warning',
  splitBrain: 'error',
  roleMismatch: 'error',
  wrongSystem: 'error',
  diverged: 'error',
  slotLost: 'error',
  disabled: 'warning',
  stoppedByError: 'error',
  applyErrorLoop: 'error',
  noWorker: 'warning',
  notStreaming: 'error',
  sourceCutOff: 'unknown',
  notFound: 'unknown',
  ambiguous: 'warning',
  paused: 'warning',
  blocked: 'warning',
  copying: 'busy',
  catchingUp: 'busy',
  lagging: 'warning',
  stuck: 'warning',
  idle: 'healthy',
  streaming: 'healthy',
  stale: 'unknown',
  unknown: 'unknown',
  orphan: 'warning',
  nearLimit: 'error',
  queueEmpty: 'healthy',
  queueWaiting: 'healthy',
  queueGrowing: 'warning',
  queueDraining: 'busy',
  queueFailedOver: 'warning',
  queueConflicts: 'warning',
  queueDead: 'error',
  queueAbsent: 'unknown',
  healthy: 'healthy',
};

/** Every verdict that there is. */
export const VERDICT_CODES: readonly string[] = Object.keys(HEALTH);

export function healthOfCode(code: VerdictCode): Health {
  return HEALTH[code];
}

/** Bad to good. Unknown stands above busy: what is not known must not look like work going well. */
const HEALTH_ORDER: readonly Health[] = ['error', 'warning', 'unknown', 'busy', 'healthy'];

/** The worst of several healths; `healthy` of none. */
export function worstHealth(healths: Iterable<Health>): Health {
  let worst = HEALTH_ORDER.length - 1;
  for (const health of healths) worst = Math.min(worst, HEALTH_ORDER.indexOf(health));
  return HEALTH_ORDER[worst] ?? 'healthy';
}

/** Within one health: what loses or forks data first, then what does not arrive, then what is slow, then what wants a decision. */
const CODE_ORDER: readonly string[] = [
  'splitBrain',
  'diverged',
  'slotLost',
  'walRemoved',
  'wrongSystem',
  'roleMismatch',
  'duplicateKey',
  'constraintViolated',
  'missingTable',
  'missingColumn',
  'applyDenied',
  'publicationMissing',
  'copyFails',
  'stoppedByError',
  'applyErrorLoop',
  'nearLimit',
  'walLevelTooLow',
  'sendersUsedUp',
  'slotsUsedUp',
  'notStreaming',
  'unreachable',
  'unreachableFromHere',
  'notPostgres',
  'queueDead',
  'noWorker',
  'blocked',
  'recoveryConflict',
  'stuck',
  'longQuery',
  'paused',
  'lagging',
  'applyDelay',
  'queueConflicts',
  'queueFailedOver',
  'edgeOffline',
  'queueStuck',
  'queuePoisoned',
  'queueGrowing',
  'disabled',
  'orphan',
  'nearFileLimit',
  'ambiguous',
  'noPrivilege',
  'passwordNeeded',
  'connectionsNearlyUsedUp',
  'replicaIdentityMissing',
  'sequenceBehind',
  'sameNode',
  'clockSkew',
  'notFound',
];

const RANKS: ReadonlyMap<string, number> = new Map(CODE_ORDER.map((code, rank) => [code, rank]));

/** Orders two findings, worse first; 0 when they are as bad. */
export function compareSeverity(
  a: { readonly health: Health; readonly code: string },
  b: { readonly health: Health; readonly code: string },
): number {
  const byHealth = healthRank(a.health) - healthRank(b.health);
  return byHealth === 0 ? rankOfCode(a.code) - rankOfCode(b.code) : byHealth;
}

/** Where a health stands from bad to good. */
export function healthRank(health: Health): number {
  return HEALTH_ORDER.indexOf(health);
}

/** Where a code stands within one health; one that is not in the order comes last. */
export function rankOfCode(code: string): number {
  const index = RANKS.get(code);
  return index ?? RANKS.size;
}

import type { Health } from '../core/snapshot';

export const HEALTHS_WORST_FIRST: readonly Health[] = [
  'error',
  'warning',
  'unknown',
  'busy',
  'healthy',
];

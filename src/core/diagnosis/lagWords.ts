import { formatBytes, formatDuration } from '../format';
import type { Measure } from '../snapshot';

/** Time where it is known, else size: `12 ms`, `3.2 MB`, `not known how much`. */
export function lagWords({ lagMs, lagBytes }: Measure): string {
  if (lagMs !== null) return formatDuration(lagMs, 'fine');
  return lagBytes === null ? 'not known how much' : formatBytes(lagBytes);
}

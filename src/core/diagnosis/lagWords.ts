import { formatBytes, formatDuration } from '../format';
import { say } from '../say';
import type { Measure } from '../snapshot';

/** Time where it is known, else size: `12 ms`, `3.2 MB`, `not known how much`. */
export function lagWords({ lagMs, lagBytes }: Measure): string {
  if (lagMs !== null) return formatDuration(lagMs, 'fine');
  return lagBytes === null ? say`not known how much` : formatBytes(lagBytes);
}

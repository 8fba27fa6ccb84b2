import { formatCount } from '../format';
import { say } from '../say';

const TOLD = 3;

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`. */
export function listWords(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? '';
  if (names.length <= TOLD) return say`${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  return say`${names.slice(0, TOLD).join(', ')} and ${formatCount(names.length - TOLD)} more`;
}

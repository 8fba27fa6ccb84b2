import { formatCount } from '../format';
import { say } from '../say';

const NAMED = 3;

/** `a`, `a and b`, `a, b and 4 more`: names as a sentence takes them. */
export function listed(names: readonly string[]): string {
  const [first, ...rest] = names;
  if (first === undefined) return say`nothing`;
  if (rest.length === 0) return first;
  if (names.length <= NAMED) {
    return say`${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  }
  return say`${names.slice(0, NAMED - 1).join(', ')} and ${formatCount(names.length - NAMED + 1)} more`;
}

/** The name of an undeclared downstream without the path that marks it. */
export function shownId(id: string): string {
  return id.startsWith('undeclared/') ? id.slice('undeclared/'.length) : id;
}

/** Without the full stop that a sentence around it adds. */
export function trimStop(text: string): string {
  return text.replace(/\.+\s*$/u, '');
}

import { escapeLiteral } from '../../../src/core/sql';

/** What every planted secret holds, so that a piece of it is found however the rest was written. */
export const MARK = 'c4n4ry';

/** What quoting, escaping and counting go wrong with. */
const NASTY = [
  `p'a`,
  `''`,
  'b\\s',
  `\\'`,
  'with space',
  '"quoted"',
  'ünïcödé',
  '日本',
  '😀',
  '$$',
  '$1',
  '%s',
  `' password='x`,
  ';--',
  'a=b',
  '{json}',
  '@host:5432/db',
  '#?&',
  '`x`',
  `'`.repeat(7),
] as const;

/** Twenty secrets; each a word of its own with something awkward on both sides. */
export const SECRETS: readonly string[] = NASTY.map(
  (nasty, index) => `${nasty}${MARK}${index}x${nasty}`,
);

/** @throws when there are not so many */
export function secret(index: number): string {
  const found = SECRETS[index];
  if (found === undefined) throw new Error(`There is no secret ${index}.`);
  return found;
}

/** A role that has to show this password, made without a word in the log. */
export function loginSql(role: string, password: string): string {
  return `CREATE ROLE ${role} LOGIN REPLICATION PASSWORD ${escapeLiteral(password)}`;
}

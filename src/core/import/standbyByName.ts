const STANDBY = /^(?:replica|slave|standby|secondary|follower|ro|read|reader|readonly)\d*$/u;
const PRIMARY = /^(?:primary|master|main|leader|rw|write|writer)\d*$/u;

/**
 * The server that one is a standby of, if only their names tell: `db-replica` of `db`, `pg_slave1` of `pg_master`.
 * @returns one of `others`; `null` when the name is not that of a standby, or more than one may be meant
 */
export function standbyByName(name: string, others: readonly string[]): string | null {
  const own = take(name, STANDBY);
  if (own === null) return null;
  const plain = others.filter((other) => take(other, STANDBY) === null);
  const stems = plain.map((other) => ({ other, stem: take(other, PRIMARY) ?? stemOf(other) }));
  const same = stems.filter(({ stem }) => stem === own);
  if (same.length > 0) return one(same);
  // Names like `postgres` and `replica` share no word; then there must be no other choice.
  const named = stems.filter(({ other }) => take(other, PRIMARY) !== null);
  if (named.length > 0) return own === '' || named.length === stems.length ? one(named) : null;
  return own === '' ? one(stems) : null;
}

function one(found: readonly { readonly other: string }[]): string | null {
  return found.length === 1 ? (found[0]?.other ?? null) : null;
}

/** What is left of a name without the word; `null` when it has none such. */
function take(name: string, word: RegExp): string | null {
  const words = wordsOf(name);
  return words.some((part) => word.test(part))
    ? words.filter((part) => !word.test(part) && !/^\d+$/u.test(part)).join('-')
    : null;
}

function stemOf(name: string): string {
  return wordsOf(name)
    .filter((part) => !/^\d+$/u.test(part))
    .join('-');
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/gu, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((part) => part !== '');
}

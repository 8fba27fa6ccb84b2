/** What nobody is called after: it says nothing that tells one node from another. */
const EMPTY_WORDS: ReadonlySet<string> = new Set([
  'walreceiver',
  'main',
  'postgres',
  'postgresql',
  'template1',
  'localhost',
  'data',
  'pg',
]);

/** A name that a file, a tree and a sentence can hold; `null` when nothing telling is left of it. */
export function plainName(text: string): string | null {
  const plain = text
    .trim()
    .replace(/[^\p{L}\p{N}_.-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/gu, '');
  // Debian calls every cluster "18/main".
  if (plain === '' || EMPTY_WORDS.has(plain.toLowerCase()) || /^\d+-main$/u.test(plain))
    return null;
  if (/^[\d.]+$/u.test(plain)) return null;
  return plain.slice(0, 60);
}

/** The first label of a host's name; `null` for addresses and this machine. */
export function hostLabel(host: string): string | null {
  if (host.startsWith('/') || host.includes(':') || /^[\d.]+$/u.test(host)) return null;
  return plainName(host.split('.')[0] ?? '');
}

/**
 * Chooses a name for each node: the first of its hints that no other node has among its own, else one with a number.
 * @param nodes in the order in which they are shown; `fixed` is a name that stays
 */
export function chooseNames(
  nodes: readonly {
    readonly key: string;
    readonly fixed: string | null;
    readonly hints: readonly string[];
  }[],
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { key, fixed } of nodes) {
    if (fixed === null || taken.has(fixed)) continue;
    names.set(key, fixed);
    taken.add(fixed);
  }
  const wanted = nodes.map(({ key, hints }) => ({
    key,
    hints: [...new Set(hints.map(plainName).filter((hint) => hint !== null))],
  }));
  const counts = new Map<string, number>();
  for (const { hints } of wanted) {
    for (const hint of hints) counts.set(hint, (counts.get(hint) ?? 0) + 1);
  }
  for (const { key, hints } of wanted) {
    if (names.has(key)) continue;
    const own = hints.find((hint) => counts.get(hint) === 1 && !taken.has(hint));
    const name = own ?? numbered(hints[0] ?? 'node', taken);
    names.set(key, name);
    taken.add(name);
  }
  return names;
}

function numbered(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}

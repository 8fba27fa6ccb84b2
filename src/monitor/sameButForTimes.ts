/**
 * Members that differ in every snapshot although nothing happened. Durations such as a lag are not among them; evidence
 * is, since it says in words, ages included, what the facts beside it say.
 */
const TIMES: ReadonlySet<string> = new Set([
  'version',
  'evidence',
  'takenAtMs',
  'serverTimeMs',
  'fastAtMs',
  'slowAtMs',
  'causesAtMs',
  'atMs',
  'nextTryAtMs',
  'roundTripMs',
  'clockSkewMs',
  'replyAtMs',
  'latestEndAtMs',
  'lastMessageAtMs',
]);

/**
 * Compares two pieces of plain data by value, leaving out when it was read. What is the same object is not looked into,
 * so parts shared between snapshots cost nothing.
 */
export function isSameButForTimes(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a)) return Array.isArray(b) && areSameItems(a, b);
  return isRecord(a) && isRecord(b) && areSameMembers(a, b);
}

// Plain loops: a snapshot of a thousand nodes has tens of thousands of members, and is looked through at each poll.
function areSameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) {
    if (!isSameButForTimes(a[index], b[index])) return false;
  }
  return true;
}

function areSameMembers(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    const value = b[key];
    if (value === a[key] && (value !== undefined || key in b)) continue;
    if (TIMES.has(key)) continue;
    if (!(key in b) || !isSameButForTimes(a[key], value)) return false;
  }
  return true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

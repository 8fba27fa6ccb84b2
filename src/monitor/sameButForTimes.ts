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
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, index) => isSameButForTimes(item, b[index]))
    );
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => TIMES.has(key) || (key in b && isSameButForTimes(a[key], b[key])))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

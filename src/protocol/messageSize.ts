/** What the host takes from the dashboard in one message. */
export const HOST_MESSAGE_LIMIT_BYTES = 1024 * 1024;

const MAX_DEPTH = 16;

/**
 * Whether a message is small and flat enough to look at. Walks no further than the limit, so a huge or endlessly
 * nested value costs no more than one that just fits.
 * @param limitBytes compared with about what the value would take as JSON in UTF-8.
 */
export function isWithinSize(value: unknown, limitBytes: number): boolean {
  const budget = { left: limitBytes };
  return take(value, budget, 0);
}

function take(value: unknown, budget: { left: number }, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (typeof value === 'string') return takeText(value, budget);
  if (typeof value !== 'object' || value === null) return pay(budget, 8);
  if (!pay(budget, 2)) return false;
  if (Array.isArray(value)) {
    return value.every((item: unknown) => pay(budget, 1) && take(item, budget, depth + 1));
  }
  // A typed array or a buffer has one key a byte; it has no place in a message.
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return false;
  for (const [key, item] of Object.entries(value)) {
    if (!takeText(key, budget) || !take(item, budget, depth + 1)) return false;
  }
  return true;
}

function takeText(text: string, budget: { left: number }): boolean {
  if (text.length > budget.left) return false;
  let bytes = 3;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  }
  return pay(budget, bytes);
}

function pay(budget: { left: number }, bytes: number): boolean {
  budget.left -= bytes;
  return budget.left >= 0;
}

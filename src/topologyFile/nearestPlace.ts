import type { Positions } from './positions';
import type { JsonPath, TextRange } from './problem';

/** The value where it is short, else the key; of what the file does not have, the nearest thing above it. */
export function nearestPlace(path: JsonPath, positions: Positions): TextRange | null {
  const own = isWhole(path) ? positions.keyAt(path) : positions.valueAt(path);
  if (own !== null) return own;
  for (let depth = path.length - 1; depth > 1; depth -= 1) {
    const above = path.slice(0, depth);
    const place = positions.keyAt(above) ?? positions.valueAt(above);
    if (place !== null) return place;
  }
  return null;
}

/** A node, its queue, a publication, a subscription, or a list of what one holds. */
function isWhole(path: JsonPath): boolean {
  const last = path.at(-1);
  if (path.length === 2 || path.length === 4) return true;
  return last === 'tables' || last === 'schemas' || last === 'pendingSync';
}

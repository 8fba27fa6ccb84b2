/**
 * The candidate that a mistyped word most likely meant. Letters may differ in case, be swapped, missing or too many;
 * about a third of the word may be wrong. A candidate's first camelCase words count too: `pasword` finds `passwordSource`.
 * @returns `null` when nothing is near.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = nearness(word, candidate, limit);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function nearness(word: string, candidate: string, limit: number): number {
  const whole = distanceWithin(word.toLowerCase(), candidate.toLowerCase(), limit);
  const humps = candidate.split(/(?=[A-Z])/u);
  if (humps.length < 2 || word.length < 4) return whole;
  const beginnings = humps
    .slice(1)
    .map((_, index) => humps.slice(0, index + 1).join(''))
    .filter((beginning) => beginning.length >= 4);
  // A beginning is a weaker claim than the whole word.
  const partly = beginnings.map(
    (beginning) => distanceWithin(word.toLowerCase(), beginning.toLowerCase(), limit) + 0.5,
  );
  return Math.min(whole, ...partly);
}

/** Optimal string alignment distance; anything above `limit` may be returned as `limit + 1`. */
function distanceWithin(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (isSame ? 0 : 1),
      );
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && isSwap)
        cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

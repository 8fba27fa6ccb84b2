import type { Route } from './layout';

const RADIUS = 5;
const TIP = 7;
/** Side of the state glyph on a link. */
export const LINK_GLYPH = 15;

export interface RoutePaths {
  /** From the left box to the state glyph. */
  readonly before: string;
  /** From the state glyph to the right box. */
  readonly after: string;
  readonly tip: string;
}

/** Paths of a link; the gap between them holds its state glyph. */
export function routePaths(route: Route): RoutePaths {
  const { startX, startY, trunkX, labelX, endX, y, pointsLeft } = route;
  const heights = [...route.passages.map((passage) => passage.y), y];
  const first = heights[0] ?? y;
  const begin = startX + (pointsLeft ? TIP : 0);
  const before = `M${begin} ${startY}${step(trunkX, startY, first)}H${labelX - 4}`;
  let after = `M${labelX + LINK_GLYPH + 4} ${first}`;
  route.passages.forEach((passage, index) => {
    const next = heights[index + 1] ?? y;
    // Straight through the column, then to the height of the next one.
    after += `H${passage.x + passage.width}${step(passage.x + passage.width + 12, passage.y, next)}`;
  });
  after += `H${endX - (pointsLeft ? 0 : TIP)}`;
  const tip = pointsLeft
    ? `M${startX} ${startY}l${TIP + 1} -4v8z`
    : `M${endX} ${y}l-${TIP + 1} -4v8z`;
  return { before, after, tip };
}

/** Goes right to `x`, up or down to another height with round corners, and on to the right. */
function step(x: number, from: number, to: number): string {
  if (from === to) return '';
  const down = Math.sign(to - from);
  const radius = Math.min(RADIUS, Math.abs(to - from) / 2);
  return `H${x - radius}Q${x} ${from} ${x} ${from + down * radius}V${to - down * radius}Q${x} ${to} ${x + radius} ${to}`;
}

/** Where the text of a link must end. */
export function labelEnd(route: Route): number {
  return route.passages[0]?.x ?? route.endX;
}

import { checkHealth } from '../../src/core/describe/checkText';
import { say } from '../../src/core/say';
import type { DashboardState, EdgeChecksState, EdgeState } from '../../src/protocol/dashboardState';
import { glyphOf, type StateGlyph } from './glyphs';
import { displayName } from './names';

/** One checked link as the table shows it. */
export interface CheckRow {
  readonly edge: EdgeState;
  readonly checks: EdgeChecksState;
  readonly last: NonNullable<EdgeChecksState['last']>;
  /** `central → central-read`, `metrics_sub`, `electric`. */
  readonly name: string;
  /** Stands beside the name: where it arrives, or what it is. */
  readonly kind: string;
  readonly glyph: StateGlyph;
}

const ORDER = { error: 0, warning: 1, unknown: 2, busy: 3, healthy: 4 } as const;

/** Links with a result, worst first, else in the order of the file. */
export function checkRows(state: DashboardState): readonly CheckRow[] {
  const rows = state.checks.edges.flatMap((checks): CheckRow[] => {
    const edge = state.edges.find(({ id }) => id === checks.edgeId);
    if (edge === undefined || checks.last === null) return [];
    const { last } = checks;
    return [{ edge, checks, last, ...nameOf(edge), glyph: checkGlyph(last) }];
  });
  return rows.toSorted((a, b) => ORDER[checkHealth(a.last)] - ORDER[checkHealth(b.last)]);
}

function nameOf(edge: EdgeState): Pick<CheckRow, 'name' | 'kind'> {
  const from = edge.from ?? say`not in the file`;
  switch (edge.kind) {
    case 'streaming':
      return { name: `${from} → ${displayName(edge.to)}`, kind: 'streaming' };
    case 'logical':
      return { name: edge.name, kind: `${from} → ${displayName(edge.to)}` };
    case 'consumer':
      return { name: displayName(edge.name), kind: 'not Postgres' };
  }
}

/** A passed position proves less than a row, so its disc stays open. */
function checkGlyph(last: NonNullable<EdgeChecksState['last']>): StateGlyph {
  if (last.outcome === 'arrived') return last.kind === 'row' ? 'ok' : 'idle';
  if (last.outcome !== 'notArrived') return 'unknown';
  const { verdict } = last;
  const isTold = verdict !== null && (verdict.health === 'error' || verdict.health === 'warning');
  return isTold ? glyphOf(verdict.code) : 'lagging';
}

/** Said below the table where subscriptions were checked by position alone. */
export interface PositionNote {
  readonly text: string;
  /** The first publisher without a sentinel table. */
  readonly publisherId: string | null;
}

/** @returns `null` where no subscription was checked by position alone */
export function positionNote(rows: readonly CheckRow[]): PositionNote | null {
  const found = rows.filter(
    ({ edge, last }) => edge.kind === 'logical' && last.kind === 'marker' && last.note === null,
  );
  const [first] = found;
  if (first === undefined) return null;
  const names = found.map(({ name }) => name);
  const who = names.length > 3 ? say`${names.length} subscriptions` : names.join(', ');
  return {
    text: say`${who}: without a sentinel table a check proves that the position passed, not that rows arrive.`,
    publisherId: first.edge.from,
  };
}

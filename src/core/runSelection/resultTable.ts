import { hasInvisible, showEscaped } from '../visibleText';
import type { SelectionRows } from '../ports/selectionGateway';

/** A wider value is cut where there are several columns. */
const CELL = 100;
/** One column alone has more room: a plan, a definition. */
const ONLY_CELL = 2_000;
/** Rows behind so many characters are left out, since each is padded to the widest. */
const MAX_TEXT = 4_000_000;

/** Oids of pg_type.dat whose values stand to the right: int8, int2, int4, oid, float4, float8, money, numeric. */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 790, 1700]);

/** Rows as lines that line up. */
export interface ResultTable {
  readonly lines: readonly string[];
  readonly shownRows: number;
  /** Whether a value was cut. */
  readonly isCut: boolean;
}

/**
 * Rows as a table of plain text, whatever they hold: nothing in a value begins a line, reorders it or hides. NULL is told from the
 * text "NULL", which stands in quotes.
 */
export function resultTable({
  columns,
  rows,
}: Pick<SelectionRows, 'columns' | 'rows'>): ResultTable {
  if (columns.length === 0) return { lines: [], shownRows: 0, isCut: false };
  const limit = columns.length === 1 ? ONLY_CELL : CELL;
  let isCut = false;
  const shown = (value: string | null): string => {
    if (value === null) return 'NULL';
    const text = visible(value.length > limit ? value.slice(0, limit) : value);
    if (value.length > limit || text.length > limit) isCut = true;
    return text.length > limit || value.length > limit ? `${text.slice(0, limit)}…` : text;
  };
  const heads = columns.map(({ name }) => shown(name));
  const cells: (readonly string[])[] = [];
  const widths = heads.map((head) => widthOf(head));
  for (const row of rows) {
    const next = columns.map((_, index) => shown(row[index] ?? null));
    const wider = widths.map((width, index) => Math.max(width, widthOf(next[index] ?? '')));
    const lineWidth = wider.reduce((sum, width) => sum + width + 3, 0);
    if (cells.length > 0 && lineWidth * (cells.length + 1) > MAX_TEXT) break;
    widths.splice(0, widths.length, ...wider);
    cells.push(next);
  }
  const line = (row: readonly string[], isHead: boolean): string =>
    row
      .map((cell, index) => {
        const blanks = ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell)));
        const isRight = !isHead && NUMBERS.has(columns[index]?.typeOid ?? 0);
        return isRight ? `${blanks}${cell}` : `${cell}${blanks}`;
      })
      .join(' | ')
      .trimEnd();
  return {
    lines: [
      line(heads, true),
      widths.map((width) => '-'.repeat(width)).join('-+-'),
      ...cells.map((row) => line(row, false)),
    ],
    shownRows: cells.length,
    isCut,
  };
}

function visible(value: string): string {
  if (value === 'NULL') return '"NULL"';
  if (!hasInvisible(value)) return withoutPiles(value);
  const text = value.replaceAll('\r\n', '⏎').replaceAll('\n', '⏎').replaceAll('\t', '⇥');
  return withoutPiles(showEscaped(text));
}

/** Marks that pile up would be drawn over other lines. */
function withoutPiles(text: string): string {
  return text.replaceAll(/\p{M}{3,}/gu, '…');
}

/** In characters: half a pair counts for none. */
function widthOf(text: string): number {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length;
}

import type { Row } from './row';

/** A row's text stays this long unless its state changes. */
const STEADY_MS = 10_000;
/** …and until the number in it differs by more than a quarter. */
const STEADY_SHARE = 0.25;

interface Shown {
  readonly row: Row;
  readonly atMs: number;
}

/** Keeps rows still: a small change of a number redraws nothing, and no row is redrawn twice in ten seconds while its state holds. */
export class SteadyRows {
  #shown = new Map<string, Shown>();

  /** @returns the rows to show: each as given, or with the text that is shown already. */
  settle(roots: readonly Row[], nowMs: number): readonly Row[] {
    const next = new Map<string, Shown>();
    const visit = (row: Row): Row => {
      const children = row.children.map(visit);
      const before = this.#shown.get(row.id);
      const keeps = before !== undefined && isSteady(before, row, nowMs);
      const settled = { ...row, children, text: keeps ? before.row.text : row.text };
      const isSame = before !== undefined && sameText(before.row, settled);
      next.set(row.id, { row: settled, atMs: isSame ? before.atMs : nowMs });
      return settled;
    };
    const settled = roots.map(visit);
    this.#shown = next;
    return settled;
  }
}

function sameText(before: Row, after: Row): boolean {
  return before.text.description === after.text.description && sameLook(before, after);
}

function isSteady(before: Shown, after: Row, nowMs: number): boolean {
  const shown = before.row.text.description;
  const now = after.text.description;
  if (!sameLook(before.row, after)) return false;
  if (shown === now) return true;
  if (wordsOf(shown) !== wordsOf(now)) return false;
  return nowMs - before.atMs < STEADY_MS || isClose(shown, now);
}

/** Everything but the description. */
function sameLook(before: Row, after: Row): boolean {
  return (
    before.text.label === after.text.label &&
    before.text.contextValue === after.text.contextValue &&
    before.text.icon.codicon === after.text.icon.codicon &&
    before.fix === after.fix
  );
}

const NUMBER = /(?:<\u00a0)?(\d[\d,.]*)(?:\u00a0(ms|s|B|kB|MB|GB|TB|PB)\b)?/gu;

function wordsOf(description: string): string {
  return description.replace(NUMBER, '#');
}

/**
 * Whether every lag and size stands within a quarter of what is shown. Counts, and durations of minutes and more, are
 * coarse already: they must be the same.
 */
function isClose(before: string, after: string): boolean {
  const shown = numbersOf(before);
  const now = numbersOf(after);
  return shown.every(({ value, isCoarse }, at) => {
    const other = now[at]?.value ?? 0;
    return isCoarse ? other === value : Math.abs(other - value) <= value * STEADY_SHARE;
  });
}

const FACTORS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  B: 1,
  kB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
  PB: 1024 ** 5,
};

function numbersOf(description: string): readonly { value: number; isCoarse: boolean }[] {
  return [...description.matchAll(NUMBER)].map(([, digits = '', unit]) => ({
    value: Number(digits.replaceAll(',', '')) * (unit === undefined ? 1 : (FACTORS[unit] ?? 1)),
    isCoarse: unit === undefined,
  }));
}

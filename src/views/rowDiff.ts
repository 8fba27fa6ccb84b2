import type { Row } from './row';

/**
 * The smallest rows to redraw so that `after` is shown where `before` was: a row whose own text or whose list of
 * children changed covers everything below it.
 * @returns ids; `null` when the roots themselves are others.
 */
export function changedRows(
  before: readonly Row[],
  after: readonly Row[],
): readonly string[] | null {
  if (!sameIds(before, after)) return null;
  const changed: string[] = [];
  const visit = (old: Row, now: Row): void => {
    if (!sameIds(old.children, now.children) || !sameDrawing(old, now)) {
      changed.push(now.id);
      return;
    }
    for (const [at, child] of now.children.entries()) {
      const other = old.children[at];
      if (other !== undefined) visit(other, child);
    }
  };
  for (const [at, root] of after.entries()) {
    const other = before[at];
    if (other !== undefined) visit(other, root);
  }
  return changed;
}

function sameIds(before: readonly Row[], after: readonly Row[]): boolean {
  return before.length === after.length && before.every((row, at) => row.id === after[at]?.id);
}

function sameDrawing(before: Row, after: Row): boolean {
  const a = before.text;
  const b = after.text;
  return (
    a.label === b.label &&
    a.description === b.description &&
    a.icon.codicon === b.icon.codicon &&
    a.icon.themeColor === b.icon.themeColor &&
    a.contextValue === b.contextValue &&
    before.fix === after.fix
  );
}

import { say } from '../say';
import { formatTableName } from '../tableName';
import { showEscaped } from '../visibleText';
import type { Difference, DifferenceSubject } from './difference';

type Draft = Omit<Difference, 'id' | 'severity' | 'declared' | 'live' | 'byPlan' | 'fileChanges'> &
  Partial<Pick<Difference, 'severity' | 'declared' | 'live' | 'byPlan' | 'fileChanges'>> & {
    /** Tells apart what has one subject: an option's name. */
    readonly detail?: string;
  };

/** Fills in what most leave out, and names it. Names from servers are shown with what is invisible in them written out. */
export function makeDifference({ detail, ...draft }: Draft): Difference {
  const { code, nodeId, subject } = draft;
  const parts = [code, nodeId, ...namesOf(subject), ...(detail === undefined ? [] : [detail])];
  return {
    severity: 'warning',
    byPlan: false,
    fileChanges: [],
    ...draft,
    id: parts.join('/'),
    message: showEscaped(draft.message),
    declared: shown(draft.declared),
    live: shown(draft.live),
  };
}

export const NODE: DifferenceSubject = { kind: 'node' };

function namesOf(subject: DifferenceSubject): readonly string[] {
  switch (subject.kind) {
    case 'node':
      return [];
    case 'table':
      return [subject.name, formatTableName(subject.table)];
    case 'publication':
    case 'subscription':
    case 'slot':
    case 'queue':
      return [subject.name];
  }
}

function shown(text: string | null | undefined): string | null {
  return text === undefined || text === null ? null : showEscaped(text);
}

/** Whether two lists hold the same names, in whatever order. */
export function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((name) => right.has(name));
}

/** `a, b and 3 more`, short enough for one line. */
export function listShort(names: readonly string[]): string {
  const shownNames = names.slice(0, 5).join(', ');
  return names.length > 5 ? say`${shownNames} and ${names.length - 5} more` : shownNames;
}

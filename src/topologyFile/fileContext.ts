import type { Node } from 'jsonc-parser';
import { say } from '../core/say';
import type { TopologyFile } from './fileSchema';
import { makeProblem } from './problem';
import type { JsonPath, Problem, ProblemFix, TextEdit, TextRange } from './problem';
import type { Positions } from './positions';

/** What a check of a file with the right types looks at. */
export interface FileContext {
  readonly text: string;
  readonly root: Node;
  readonly file: TopologyFile;
  readonly positions: Positions;
}

/** The details of a problem that `problemAt` cannot work out. */
export type ProblemDetails = Pick<Problem, 'severity' | 'code' | 'message'> &
  Partial<Pick<Problem, 'related' | 'fixes' | 'blocks'>>;

/** A problem at the value (or, with `key`, at the key) of a path. */
export function problemAt(
  context: FileContext,
  path: JsonPath,
  details: ProblemDetails,
  where: 'value' | 'key' = 'value',
): Problem {
  return makeProblem({ ...details, path, range: rangeAt(context.positions, path, where) });
}

/** The range of a path, or of the nearest parent that is there. */
export function rangeAt(
  positions: Positions,
  path: JsonPath,
  where: 'value' | 'key' = 'value',
): TextRange {
  const own = where === 'key' ? positions.keyAt(path) : null;
  const range = own ?? positions.valueAt(path);
  if (range !== null) return range;
  return path.length === 0 ? { offset: 0, length: 1 } : rangeAt(positions, path.slice(0, -1));
}

/** A quick fix that puts another text in place of a string value or key. */
export function replaceFix(range: TextRange, value: string): ProblemFix {
  return {
    title: say`Change to "${value}"`,
    edits: [{ ...range, text: JSON.stringify(value) }],
    command: null,
  };
}

/** A quick fix made of edits. */
export function editFix(title: string, edits: readonly TextEdit[]): ProblemFix {
  return { title, edits, command: null };
}

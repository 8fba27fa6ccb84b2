import type { Node } from 'jsonc-parser';
import type * as z from 'zod/mini';
import { say } from '../core/say';
import { didYouMean } from '../core/didYouMean';
import { rangeAt } from './fileContext';
import { findNode, rangeOf } from './positions';
import type { Positions } from './positions';
import { makeProblem } from './problem';
import type { JsonPath, Problem, ProblemFix } from './problem';

/** What zod found wrong, at its places in the file. VS Code marks the same by the schema. */
export function schemaProblems(
  issues: readonly z.core.$ZodIssue[],
  root: Node,
  positions: Positions,
): readonly Problem[] {
  return issues
    .flatMap((issue) => innermost(issue, []))
    .map(({ issue, path }) =>
      makeProblem({
        severity: 'error',
        code: 'schema',
        message: messageOf(issue, path, findNode(root, path) === null),
        range: rangeAt(positions, path),
        path,
        fixes: fixesOf(issue, findNode(root, path)),
        publishedBySchema: true,
        blocks: true,
      }),
    );
}

interface PlacedIssue {
  readonly issue: z.core.$ZodIssue;
  readonly path: JsonPath;
}

/** Of a union the issues inside the one option that fits in kind: an object with one wrong key is still meant as that object. */
function innermost(issue: z.core.$ZodIssue, parent: JsonPath): readonly PlacedIssue[] {
  const path = [...parent, ...issue.path.map((key) => (typeof key === 'symbol' ? '' : key))];
  if (issue.code !== 'invalid_union') return [{ issue, path }];
  const inside = issue.errors.find((issues) => issues.every((one) => one.path.length > 0));
  return inside === undefined || inside.length === 0
    ? [{ issue, path }]
    : inside.flatMap((one) => innermost(one, path));
}

/** For a value that is there and meant otherwise: a word that is nearly one of those allowed, a number or a yes in quotes. */
function fixesOf(issue: z.core.$ZodIssue, node: Node | null): readonly ProblemFix[] {
  const text = node === null ? null : meantBy(issue, node.value);
  if (node === null || text === null) return [];
  const edits = [{ ...rangeOf(node), text }];
  return [{ title: say`Change to ${text}`, edits, command: null }];
}

/** As JSON; `null` where it cannot be told. */
function meantBy(issue: z.core.$ZodIssue, value: unknown): string | null {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const allowed = issue.values.filter((one) => typeof one === 'string');
    const meant = wordMeant(value, allowed);
    return meant === undefined ? null : JSON.stringify(meant);
  }
  if (issue.code !== 'invalid_type') return null;
  switch (issue.expected) {
    case 'int':
    case 'number':
      return typeof value === 'string' && /^\d{1,9}$/u.test(value) ? String(Number(value)) : null;
    case 'boolean':
      return value === 'true' || value === 'false' ? value : null;
    default:
      return null;
  }
}

/** One that it begins, or that it is but for a letter or two after the first: `prod`, `stagin`, and not `upsert` for `insert`. */
function wordMeant(value: string, allowed: readonly string[]): string | undefined {
  const begun = allowed.filter((word) => value !== '' && word.startsWith(value.toLowerCase()));
  if (begun.length === 1) return begun[0];
  const near = didYouMean(value, allowed);
  return near?.startsWith(value.slice(0, 1)) === true ? near : undefined;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: say`true or false`,
  array: say`a list`,
  object: say`an object`,
  record: say`an object`,
  int: say`a whole number`,
  number: say`a number`,
};

/** How zod's own words begin when no schema brought any; what follows depends on whether a locale was loaded. */
const NO_MESSAGE = 'Invalid input';

function messageOf(issue: z.core.$ZodIssue, path: JsonPath, isMissing: boolean): string {
  if (isMissing) return say`"${String(path.at(-1))}" is missing.`;
  if (!issue.message.startsWith(NO_MESSAGE)) return issue.message;
  if (issue.code === 'invalid_type') {
    return say`Expected ${KINDS[issue.expected] ?? issue.expected}.`;
  }
  return say`This value does not fit.`;
}

import type { Node } from 'jsonc-parser';
import type * as z from 'zod/mini';
import { rangeAt } from './fileContext';
import { findNode } from './positions';
import type { Positions } from './positions';
import { makeProblem } from './problem';
import type { JsonPath, Problem } from './problem';

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

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  int: 'a whole number',
  number: 'a number',
};

/** How zod's own words begin when no schema brought any; what follows depends on whether a locale was loaded. */
const NO_MESSAGE = 'Invalid input';

function messageOf(issue: z.core.$ZodIssue, path: JsonPath, isMissing: boolean): string {
  if (isMissing) return `"${String(path.at(-1))}" is missing.`;
  if (!issue.message.startsWith(NO_MESSAGE)) return issue.message;
  if (issue.code === 'invalid_type') {
    return `Expected ${KINDS[issue.expected] ?? issue.expected}.`;
  }
  return 'This value does not fit.';
}

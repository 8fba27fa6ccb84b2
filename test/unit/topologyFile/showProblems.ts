import { applyTextEdits } from '../../../src/topologyFile/edits';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import type { Problem } from '../../../src/topologyFile/problem';

/** Each problem as a person would read it: severity, code, the marked text, the message, then related places and fixes. */
export function showProblems(text: string): readonly string[] {
  return parseTopologyFile(text).problems.map((problem) => showProblem(text, problem));
}

export function showProblem(text: string, problem: Problem): string {
  const { offset, length } = problem.range;
  const schema = problem.publishedBySchema ? ' (marked by VS Code)' : '';
  return [
    `${problem.severity} ${problem.code}${schema} «${text.slice(offset, offset + length)}» ${problem.message}`,
    ...problem.related.map(
      ({ message, range }) => `  see line ${lineAt(text, range.offset)}: ${message}`,
    ),
    ...problem.fixes.map(
      ({ title, command }) => `  fix: ${title}${command ? ` (${command})` : ''}`,
    ),
  ].join('\n');
}

/** The text after the first fix of its first problem that has one. */
export function applyFirstFix(text: string, title?: string): string {
  const fixes = parseTopologyFile(text).problems.flatMap((problem) => problem.fixes);
  const fix = fixes.find((candidate) => title === undefined || candidate.title === title);
  if (fix === undefined) throw new Error('No problem has that fix.');
  return applyTextEdits(text, fix.edits);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** A file with these nodes, one entry a line. */
export function fileWith(nodes: Readonly<Record<string, unknown>>, rest = {}): string {
  const entries = Object.entries(nodes).map(
    ([id, node]) => `    ${JSON.stringify(id)}: ${JSON.stringify(node)}`,
  );
  const others = Object.entries(rest).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const parts = [...others, `  "nodes": {\n${entries.join(',\n')}\n  }`];
  return `{\n${parts.join(',\n')}\n}\n`;
}

/** A connection that nothing is to be said about. */
export const LOCAL = 'postgresql://monitor@localhost:5432/app';

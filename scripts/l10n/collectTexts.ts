import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** One text of the code: its English, which is its key, and where it stands first. */
export interface CodeText {
  readonly key: string;
  readonly file: string;
  readonly line: number;
}

/** Where texts stand: all that runs in the editor and in the dashboard. */
const FOLDERS = ['src', 'webview'];

/** Functions whose texts are nouns, looked up by themselves: at which argument the first noun stands. */
const NOUN_AT: Readonly<Record<string, number>> = { formatCounted: 1, formatPart: 2, sayWord: 0 };

/** Every text that the code says, in the order of files and lines, each once. Reads all sources: about two seconds. */
export function collectTexts(root: string): readonly CodeText[] {
  const found = new Map<string, CodeText>();
  for (const path of FOLDERS.flatMap((folder) => sourcesIn(join(root, folder)))) {
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
    const visit = (node: ts.Node): void => {
      for (const key of keysOf(node)) {
        const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
        if (!found.has(key)) found.set(key, { key, file: relative(root, path), line });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return [...found.values()];
}

/** All TypeScript files below a folder, in the order of their names. */
export function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name));
}

function keysOf(node: ts.Node): readonly string[] {
  if (ts.isTaggedTemplateExpression(node)) {
    return ts.isIdentifier(node.tag) && node.tag.text === 'say'
      ? [keyOfTemplate(node.template)]
      : [];
  }
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return [];
  const at = NOUN_AT[node.expression.text];
  if (at === undefined) return [];
  const [noun, plural] = node.arguments.slice(at).map(literalsIn);
  if (noun === undefined) return [];
  const counted = node.expression.text === 'formatCounted';
  return [...noun, ...(plural ?? (counted ? noun.map((word) => `${word}s`) : []))];
}

function keyOfTemplate(template: ts.TemplateLiteral): string {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
  return template.templateSpans.reduce(
    (key, span, at) => `${key}{${at}}${span.literal.text}`,
    template.head.text,
  );
}

/** `'row'`, or both of `isOne ? 'row' : 'line'`. */
function literalsIn(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) {
    return [...literalsIn(node.whenTrue), ...literalsIn(node.whenFalse)];
  }
  return [];
}
